package signature

import (
	"slices"
	"strings"
	"testing"

	"genkan/probes"
)

// plain observes a page as the text it is.
func plain(raw []byte, contentType, url string, status int) probes.Observation {
	return probes.Observation{Views: []probes.View{{RequestedURL: url, FinalURL: url, Status: status, ContentType: contentType,
		Reading: probes.Reading{Text: string(raw), Content: strings.Contains(string(raw), "CONTENT")}}}}
}

func TestFixtureRunner(t *testing.T) {
	const page = "GET https://example.test/x\nHTTP/1.1 200 OK\nContent-Type: text/html\n\n"
	const healthy = "-- top.http --\n" + page + "CONTENT\n"
	const match = "cause: forbidden\nstatus: stable\nmatch: {text: denied}\n"
	const good = "-- hit/a.http --\n" + page + "denied\n-- miss/a.http --\n" + page + "CONTENT\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string // the beginnings of the failures
	}{
		"in order": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good, "healthy.txtar": healthy}, nil},
		"stable without fixtures": {map[string]string{"web/denied.yaml": match, "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: a stable signature needs hits and misses, and there are none"}},
		"stable without a miss": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good[:strings.Index(good, "-- miss")], "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: a stable signature needs hits and misses: there are 1 and 0"}},
		"experimental without any": {map[string]string{"web/denied.yaml": strings.Replace(match, "stable", "experimental", 1), "healthy.txtar": healthy}, nil},
		"no healthy page":          {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good}, []string{"packs/healthy.txtar: there is no healthy page to judge"}},
		"a healthy page that isn't": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good, "healthy.txtar": healthy + "-- x.http --\n" + page + "denied\n"},
			[]string{"packs/healthy.txtar: x.http: must be side none, and is system, forbidden by \"web/denied\""}},
		"a hit that misses": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good + "-- hit/b.http --\n" + page + "CONTENT\n", "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: hit/b.http: must be matched by [web/denied], and is matched by []", "packs/web/denied.txtar: hit/b.http: web/denied must decide, and none, ok"}},
		"a miss that hits": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good + "-- miss/b.http --\n" + page + "denied\n", "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: miss/b.http: must be matched by [], and is matched by [web/denied]", "packs/web/denied.txtar: miss/b.http: must be side none, and is system"}},
		"another signature matches too": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good, "healthy.txtar": healthy,
			"web/other.yaml": "cause: forbidden\ngeneric: true\nmatch: {text: deni}\n"},
			[]string{"packs/web/denied.txtar: hit/a.http: must be matched by [web/denied], and is matched by [web/denied web/other]"}},
		"and may": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": strings.Replace(good, "/x\n", "/x\nalso: web/other\n", 1), "healthy.txtar": healthy,
			"web/other.yaml": "cause: forbidden\ngeneric: true\nmatch: {text: deni}\n"}, nil},
		"a side of its own": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good + "-- hit/q.http --\n" + strings.Replace(page, "/x\n", "/x\nside: none\n", 1) + "denied CONTENT\n", "healthy.txtar": healthy}, nil},
		"landed elsewhere": {map[string]string{"web/denied.yaml": "cause: bounced\nmatch: {bounced: true}\n", "healthy.txtar": healthy,
			"web/denied.txtar": "-- hit/a.http --\n" + strings.Replace(page, "/x\n", "/x\nlanded: https://example.test/\n", 1) + "CONTENT\n"}, nil},
		"a header": {map[string]string{"web/denied.yaml": "cause: forbidden\nmatch: {header: {name: X-Wall, value: '^acme'}}\n", "healthy.txtar": healthy,
			"web/denied.txtar": "-- hit/a.http --\nGET https://example.test/x\nHTTP/1.1 200 OK\nX-Wall: ACME 1\n\nno\n"}, nil},
		"an observation": {map[string]string{"web/denied.yaml": match, "healthy.txtar": healthy,
			"web/denied.txtar": good + `-- hit/o.json --` + "\n" + `{"views":[{"step":"x","status":200,"html":"<p>denied"}]}` + "\n"}, nil},
		"an observation with a wrong field": {map[string]string{"web/denied.yaml": match, "healthy.txtar": healthy, "web/denied.txtar": good + "-- hit/o.json --\n{\"wievs\":[]}\n"},
			[]string{"packs/web/denied.txtar: hit/o.json: can't be read: read the observation"}},
		"a name of another kind": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good + "-- a.http --\nx\n", "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: a.http: a fixture is named hit/NAME or miss/NAME"}},
		"an end of another kind": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good + "-- hit/a.html --\nx\n", "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: hit/a.html: can't be read: a fixture ends in .http or .json"}},
		"a line nobody knows": {map[string]string{"web/denied.yaml": match, "web/denied.txtar": good + "-- hit/c.http --\nGET https://example.test/x\ncolour: red\n", "healthy.txtar": healthy},
			[]string{"packs/web/denied.txtar: hit/c.http: can't be read: unknown line"}},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := load(tree(t, c.files), []string{"web"}, nil)
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
