package signature

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An operator's signature that beats a built-in one is no failure of the
// built-in fixtures; one that takes a healthy page for a broken one is.
func TestOperatorsSignaturesOnBuiltInFixtures(t *testing.T) {
	const page = "HTTP/1.1 200 OK\nContent-Type: text/html\n\n"
	const asked = "GET https://example.test/x\n"
	builtIn := tree(t, map[string]string{
		"web/denied.yaml": "cause: forbidden\nstatus: stable\nmatch: {text: denied}\n",
		"web/denied.txtar": "-- hit/a.http --\n" + asked + page + "denied\n-- hit/quoted.http --\n" + asked + "side: none\n" + page + "denied CONTENT\n" +
			"-- miss/a.http --\n" + asked + page + "CONTENT\n-- miss/b.http --\n" + asked + "side: unknown\n" + page + "broken\n",
		"healthy.txtar": "-- top.http --\n" + asked + page + "CONTENT\n-- few-words.http --\n" + asked + page + "Welcome to our entrance hall, come in and have some tea with us.\n",
	})
	for name, c := range map[string]struct {
		match string
		want  []string
	}{
		"beats one":            {"{text: denied}", nil},
		"knows what none did":  {"{text: broken}", nil},
		"takes a healthy page": {"{text: tea}", []string{"packs/healthy.txtar: few-words.http: must be side none, and is system, server_error by \"local/mine\""}},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "mine.yaml")
			if err := os.WriteFile(file, []byte("id: mine\ntitle: {ja: あ, en: a}\ncause: server_error\nmatch: "+c.match+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			set, err := load(builtIn, []string{"web"}, []string{file})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range set.Test(plain).Failures {
				got = append(got, f.Fixture+": "+f.Message)
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("%q\nwant %q", got, c.want)
			}
		})
	}
}
