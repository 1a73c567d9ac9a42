package status_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"genkan/dashboards/status"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func newPage(t testing.TB, cfg status.Config) *status.Page {
	t.Helper()
	p, err := status.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func get(p *status.Page, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	return w
}

func TestGolden(t *testing.T) {
	for _, s := range situations() {
		p := newPage(t, config())
		p.Follow(s.told)
		for _, lang := range []string{"ja", "en"} {
			t.Run(s.name+"."+lang, func(t *testing.T) {
				golden(t, s.name+"."+lang+".html", get(p, "/"+lang+"/").Body.String())
				golden(t, s.name+"."+lang+".atom", get(p, "/"+lang+"/feed.atom").Body.String())
			})
		}
	}
}
