package signature

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"genkan/probes"
)

func TestLoadBuiltIn(t *testing.T) {
	s, err := Load([]string{"iqos", "web"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Signatures()) == 0 {
		t.Fatal("no signatures")
	}
	v := s.Versions()
	for _, id := range []string{"iqos", "web"} {
		if v[id] == "" {
			t.Errorf("the pack %s has no version", id)
		}
	}
	for _, sig := range s.Signatures() {
		if got, ok := s.Get(sig.ID); !ok || got.ID != sig.ID || len(sig.Advice) == 0 || sig.Text["ja"] == "" || sig.Text["en"] == "" || sig.Side == "" {
			t.Errorf("%s is incomplete: %+v", sig.ID, sig)
		}
	}
}

// Everything that can be wrong is refused, with its place and the way out.
func TestLoadRefuses(t *testing.T) {
	const head = "raw:id: x\ntitle: {ja: 題, en: Title}\ncause: forbidden\n"
	for name, c := range map[string]struct{ text, want string }{
		"an unknown key":              {head + "colour: red\nmatch: {text: a}\n", `packs/site/x.yaml:4:1: unknown key "colour" in a signature; known are advice, cause,`},
		"an unknown matcher":          {head + "match: {txt: a}\n", `packs/site/x.yaml:4:9: unknown key "txt" in match; known are all, any,`},
		"an unknown matcher, deep":    {head + "match:\n  any:\n    - all:\n        - {text: a}\n        - {nope: 1}\n", `packs/site/x.yaml:8:12: unknown key "nope" in match`},
		"an unknown key in exchange":  {head + "match: {exchange: {code: 500}}\n", `packs/site/x.yaml:4:20: unknown key "code" in exchange; known are body, status, url`},
		"two matchers in a node":      {head + "match: {text: a, status: 503}\n", `packs/site/x.yaml:4:8: a node of match holds exactly one matcher, not 2 (text, status); join several with any or all`},
		"no matcher in a node":        {head + "match: {}\n", `packs/site/x.yaml:4:8: a node of match holds exactly one matcher, and this one has none`},
		"in with the wrong matcher":   {head + "match: {status: 503, in: [alert]}\n", `packs/site/x.yaml:4:26: in: belongs to text and regexp, not to status`},
		"an unknown place":            {head + "match: {text: a, in: [footer]}\n", `packs/site/x.yaml:4:23: in can't be "footer"; it is one of dialog, form_error, alert, heading, title, body`},
		"a bad regular expression":    {head + "match: {regexp: 'a('}\n", "packs/site/x.yaml:4:17: the regular expression of regexp can't be used (the syntax is RE2's)"},
		"a look-ahead":                {head + "match: {regexp: 'a(?=b)'}\n", "packs/site/x.yaml:4:17: the regular expression of regexp can't be used (the syntax is RE2's)"},
		"a regexp that says nothing":  {head + "match: {regexp: 'a*'}\n", "packs/site/x.yaml:4:17: the regular expression of regexp matches an empty text"},
		"a regexp without an end":     {head + "match: {regexp: '" + strings.Repeat("a", maxPattern+1) + "'}\n", "packs/site/x.yaml:4:17: the regular expression of regexp is longer than"},
		"a bad selector":              {head + "match: {selector: 'a[['}\n", `packs/site/x.yaml:4:19: the selector "a[[" can't be used`},
		"a bad status":                {head + "match: {status: 5yx}\n", `packs/site/x.yaml:4:17: status must be a code such as 503, a family such as 5xx, or a range such as 520-527, not "5yx"`},
		"a bad network error":         {head + "match: {net_error: reset}\n", `packs/site/x.yaml:4:20: net_error is Chromium's name without net::`},
		"a flag that is false":        {head + "match: {timed_out: false}\n", "packs/site/x.yaml:4:20: timed_out can only be true; write not: {timed_out: true}"},
		"a flag that isn't one":       {head + "match: {bounced: soon}\n", "packs/site/x.yaml:4:18: bounced must be true or false, not a text"},
		"an empty any":                {head + "match: {any: []}\n", "packs/site/x.yaml:4:14: any must not be an empty list"},
		"any of no list":              {head + "match: {any: {text: a}}\n", "packs/site/x.yaml:4:14: any must be a list, not a mapping"},
		"only what isn't there":       {head + "match: {not: {text: a}}\n", "packs/site/x.yaml:1:1: match only says what must not be there"},
		"text that is nothing":        {head + "match: {text: \"\\u200b\"}\n", "packs/site/x.yaml:4:15: text"},
		"nested without end":          {head + "match: " + strings.Repeat("{not: ", 40) + "{text: a}" + strings.Repeat("}", 40) + "\n", "match is nested deeper than"},
		"a missing language":          {"raw:id: x\ntitle: {ja: 題}\ncause: forbidden\nmatch: {text: a}\n", `packs/site/x.yaml:2:8: title has no text in "en"; texts are needed in ja and en`},
		"a title that is a text":      {"raw:id: x\ntitle: 題\ncause: forbidden\nmatch: {text: a}\n", "packs/site/x.yaml:2:8: title must be a text per language, {ja: …, en: …}, not a text"},
		"no cause":                    {"raw:id: x\ntitle: {ja: 題, en: T}\nmatch: {text: a}\n", `packs/site/x.yaml:1:1: a signature needs "cause"`},
		"an unknown cause":            {"raw:id: x\ntitle: {ja: 題, en: T}\ncause: gremlins\nmatch: {text: a}\n", `packs/site/x.yaml:3:8: cause can't be "gremlins"; it is one of ok, server_error,`},
		"an unknown side":             {head + "side: them\nmatch: {text: a}\n", `packs/site/x.yaml:4:7: side can't be "them"; it is one of none, user,`},
		"an unknown advice":           {head + "advice: [wait, pray]\nmatch: {text: a}\n", `packs/site/x.yaml:4:16: advice can't be "pray"; it is one of none, wait,`},
		"an unknown status of a file": {head + "status: final\nmatch: {text: a}\n", `packs/site/x.yaml:4:9: status can't be "final"; it is one of stable, experimental`},
		"or_side without tell":        {head + "or_side: user\nmatch: {text: a}\n", "packs/site/x.yaml:1:1: or_side and tell belong together"},
		"or_side that is the side":    {head + "or_side: system\ntell: {ja: あ, en: a}\nmatch: {text: a}\n", `packs/site/x.yaml:1:1: or_side is "system", which is the side already`},
		"a bad length of time":        {head + "lasts: {typical: long}\nmatch: {text: a}\n", `packs/site/x.yaml:4:18: typical must be a length of time such as 30m, 2h or 7d, not "long"`},
		"a typical beyond at_most":    {head + "lasts: {typical: 2d, at_most: 1h}\nmatch: {text: a}\n", "packs/site/x.yaml:1:1: lasts: typical is longer than at_most"},
		"another id than the file's":  {"raw:id: y\ntitle: {ja: 題, en: T}\ncause: forbidden\nmatch: {text: a}\n", `packs/site/x.yaml:1:1: the id "y" must be the file's name "x"`},
		"no match and nothing said":   {head, "packs/site/x.yaml:1:1: a signature without match serves explain only, and needs says"},
		"a key twice":                 {head + "cause: not_found\nmatch: {text: a}\n", "packs/site/x.yaml:4:1"},
		"a list for a text":           {head + "says: x\nmatch: {text: a}\n", "packs/site/x.yaml:4:7: says must be a list, not a text"},
		"an alias":                    {head + "says: &a [x]\nreferences: *a\nmatch: {text: a}\n", "packs/site/x.yaml:5:13: references must be a list, not an alias"},
		"a reference that is none":    {head + "references: [see the book]\nmatch: {text: a}\n", `packs/site/x.yaml:4:14: a reference is the address of a page, not "see the book"`},
		"no YAML":                     {"raw:id: [\n", "packs/site/x.yaml:"},
		"two documents":               {head + "match: {text: a}\n---\nid: z\n", "packs/site/x.yaml:"},
		"nothing":                     {"raw:", "packs/site/x.yaml:1:1"},
		"a list at the top":           {"raw:- id: x\n", "packs/site/x.yaml:1:1: a signature must be a mapping, not a list"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(tree(t, map[string]string{"site/x.yaml": c.text}), []string{"site"}, nil)
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant %s", err, c.want)
			}
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 || ps[0].File != "packs/site/x.yaml" {
				t.Errorf("not Problems of the file: %#v", err)
			}
		})
	}
}

func TestLoadTellsAllAtOnce(t *testing.T) {
	_, err := load(tree(t, map[string]string{
		"site/a.yaml": "cause: gremlins\nmatch: {any: [{regexp: '('}, {nope: 1}]}\n",
		"site/b.yaml": "cause: forbidden\nmatch: {selector: ']'}\n",
	}), []string{"site", "nowhere"}, nil)
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatal(err)
	}
	var files []string
	for _, p := range ps {
		files = append(files, p.File)
	}
	want := []string{"packs/nowhere", "packs/site/a.yaml", "packs/site/a.yaml", "packs/site/a.yaml", "packs/site/b.yaml"}
	if !slices.Equal(files, want) {
		t.Errorf("%v\nwant %v\n%v", files, want, err)
	}
}

func TestLoadOperatorsFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("signatures/out-of-stock.yaml", "id: out-of-stock\ntitle: {ja: 在庫切れ, en: Out of stock}\ncause: limit_reached\nmatch: {text: 在庫がありません}\n")
	write("shop/pack.yaml", "id: shop\nversion: \"7\"\nkind: web\n")
	write("shop/closed.yaml", "id: closed\ntitle: {ja: 閉店, en: Closed}\ncause: maintenance\nmatch: {text: 閉店しました}\n")
	s, err := Load([]string{"web"}, []string{filepath.Join(dir, "signatures", "*.yaml"), filepath.Join(dir, "shop", "*.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	v := s.Versions()
	if v["shop"] != "7" || v["local"] == "" {
		t.Errorf("versions %v", v)
	}
	for text, want := range map[string]struct {
		id, rule string
	}{"在庫がありません": {"local/out-of-stock", ruleSitePack}, "閉店しました": {"shop/closed", ruleWebPack}} {
		if got := s.Classify(probes.Observation{Views: []probes.View{reading(probes.Reading{Text: text})}}, probes.Expectation{}); got.Signature != want.id || got.Rule != want.rule {
			t.Errorf("%s: by %q, rule %s; want %v", text, got.Signature, got.Rule, want)
		}
	}
	for glob, want := range map[string]string{
		filepath.Join(dir, "none", "*.yaml"): "no file is there",
		"[":                                  "is not a pattern for files",
	} {
		if _, err := Load(nil, []string{glob}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", glob, err, want)
		}
	}
	write("web/pack.yaml", "id: web\nversion: \"7\"\nkind: web\n")
	write("web/x.yaml", "id: x\ntitle: {ja: あ, en: a}\ncause: maintenance\nmatch: {text: a}\n")
	if _, err := Load([]string{"web"}, []string{filepath.Join(dir, "web", "*.yaml")}); err == nil || !strings.Contains(err.Error(), `pack.yaml:1:1: there is a pack "web" already`) {
		t.Errorf("a pack of the same id: %v", err)
	}
}

// The packs' causes are whole, whichever packs are asked for.
func TestGuidance(t *testing.T) {
	s, err := Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, cause := range probes.Causes() {
		g := s.Guidance("", cause)
		for _, lang := range []string{"ja", "en"} {
			if g.Title[lang] == "" || g.Advice[lang] == "" {
				t.Errorf("%s has nothing to tell in %s", cause, lang)
			}
		}
	}
	if g := s.Guidance("no/such", "no such"); g.Title.In("en") == "" {
		t.Error("an unknown cause has nothing to tell")
	}
	full, err := Load([]string{"iqos"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if g := full.Guidance("iqos/io001", probes.ServerError); g.AtMost == 0 || g.Title.In("ja") == s.Guidance("", probes.ServerError).Title.In("ja") {
		t.Errorf("a signature's own guidance: %+v", g)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("id: x\ntitle: {ja: 題, en: Title}\ncause: forbidden\nmatch: {any: [{text: a, in: [alert]}, {regexp: 'b+'}, {status: [5xx, 200-299]}]}\n")
	f.Add("id: x\nmatch:\n  all:\n    - exchange: {url: a, body: b, status: 500}\n    - header: {name: a, value: b}\n    - hop: {url: x}\n    - net_error: ERR_A*\n    - not: {empty: true}\n")
	f.Add("a: &a [*a]\n? [x]\n: y\n")
	f.Fuzz(func(t *testing.T, text string) {
		fsys := fstest.MapFS{"web/causes.yaml": {Data: []byte(text)}, "web/pack.yaml": {Data: []byte("id: web\nversion: \"1\"\nkind: web\n")}, "web/x.yaml": {Data: []byte(text)}}
		_, err := load(fsys, []string{"web"}, nil)
		var ps Problems
		if err == nil || !errors.As(err, &ps) {
			t.Fatalf("causes can't be whole, but %v", err)
		}
		for _, p := range ps {
			if p.File == "" || p.Message == "" || p.Line < 0 {
				t.Fatalf("a problem without a place: %+v", p)
			}
		}
		d := &document{file: "x.yaml"}
		if n := d.root([]byte(text)); n != nil {
			s := readSignature(d, n, &pack{id: "p"}, newFinder())
			if len(d.problems) == 0 && s.Matches && s.match == nil {
				t.Fatal("a match was lost")
			}
		}
	})
}
