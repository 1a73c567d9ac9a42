package signature_test

import (
	"sync"
	"testing"

	"genkan/probes/markup"
	"genkan/probes/signature"
)

// packs are the packs that are built in, read once for all tests.
var packs = sync.OnceValues(func() (*signature.Set, error) { return signature.Load([]string{"iqos", "web"}, nil) })

func loaded(t testing.TB) *signature.Set {
	t.Helper()
	s, err := packs()
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
