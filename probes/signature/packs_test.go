package signature_test

import (
	"testing"

	"genkan/probes/markup"
	"genkan/probes/signature"
)

func loaded(t testing.TB) *signature.Set {
	t.Helper()
	s, err := signature.Load([]string{"iqos", "web"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFixtures(t *testing.T) {
	r := loaded(t).Test(markup.Observe)
	for _, f := range r.Failures {
		t.Errorf("%s: %s", f.Fixture, f.Message)
	}
	if r.Fixtures == 0 {
		t.Fatal("no fixture was judged")
	}
	t.Logf("%d fixtures", r.Fixtures)
}
