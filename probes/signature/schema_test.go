package signature

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"genkan/probes"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaFile, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valid says what the schema finds wrong with a YAML document.
func valid(s *jsonschema.Schema, text []byte) error {
	var v any
	if err := yaml.Load(text, &v); err != nil {
		return err
	}
	asJSON, err := json.Marshal(v)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func TestSchemaTakesEveryPackFile(t *testing.T) {
	s, files := schema(t), 0
	err := fs.WalkDir(Packs(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		files++
		data, err := fs.ReadFile(Packs(), name)
		if err != nil {
			return err
		}
		if err := valid(s, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// The loader and the schema take and refuse the same.
func TestSchemaAndLoaderAgree(t *testing.T) {
	s := schema(t)
	const head = "id: x\ntitle: {ja: 題, en: Title}\ncause: forbidden\n"
	const match = "match: {text: a}\n"
	good := map[string]string{
		"the least":            head + match,
		"explain only":         head + "says: [お困りですか]\n",
		"everything":           head + "status: experimental\nside: system\nor_side: user\ntell: {ja: あ, en: a, de: ä}\nadvice: [wait, log_in]\ntext: {ja: あ, en: a}\nlasts: {typical: 1h30m, at_most: 7d}\ngeneric: true\nsays: [a, 503]\nreferences: ['https://example.jp/']\n" + match,
		"one advice":           head + "advice: wait\n" + match,
		"a number for a text":  head + "match: {text: 503}\n",
		"all leaves":           head + "match:\n  any:\n    - {text: a, in: [alert, body]}\n    - {regexp: 'a+', in: title}\n    - {title: a}\n    - {status: 503}\n    - {status: [5xx, 520-527, '404']}\n    - {header: {name: server, value: x}}\n    - {final_url: x}\n    - {hop: {url: x, status: 302}}\n    - {net_error: ERR_X}\n    - {net_error: [ERR_X*, 'net::ERR_Y']}\n    - {timed_out: true}\n    - {bounced: true}\n    - {selector: 'a > b'}\n    - {exchange: {url: x, status: 5xx, body: y}}\n    - {console: x}\n    - {failed_step: x}\n    - {submitted: true}\n    - {empty: true}\n",
		"not beside something": head + "match: {all: [{not: {text: a}}, {any: [{not: {text: b}}, {text: c}]}]}\n",
	}
	bad := map[string]string{
		"an unknown key": head + match + "colour: red\n", "no id": strings.TrimPrefix(head, "id: x\n") + match, "no title": "id: x\ncause: forbidden\n" + match, "no cause": "id: x\ntitle: {ja: a, en: a}\n" + match,
		"a missing language": "id: x\ntitle: {ja: a}\ncause: forbidden\n" + match, "an empty language": "id: x\ntitle: {ja: a, en: ' '}\ncause: forbidden\n" + match, "no language": "id: x\ntitle: {ja: a, en: a, x: a}\ncause: forbidden\n" + match,
		"a title that is a text": "id: x\ntitle: a\ncause: forbidden\n" + match, "an unknown cause": "id: x\ntitle: {ja: a, en: a}\ncause: gremlins\n" + match, "an id of capitals": "id: X\ntitle: {ja: a, en: a}\ncause: forbidden\n" + match,
		"an unknown side": head + "side: them\n" + match, "an unknown status": head + "status: final\n" + match, "an unknown advice": head + "advice: [pray]\n" + match, "no advice": head + "advice: []\n" + match,
		"or_side without tell": head + "or_side: user\n" + match, "tell without or_side": head + "tell: {ja: a, en: a}\n" + match, "a bad length of time": head + "lasts: {typical: long}\n" + match, "no time": head + "lasts: {typical: 0s}\n" + match,
		"lasts for ever": head + "lasts: {ever: 1h}\n" + match, "generic words": head + "generic: very\n" + match, "says a text": head + "says: a\n" + match, "says nothing": head + "says: []\n" + match, "says an empty text": head + "says: ['']\n" + match,
		"a reference that is none": head + "references: [see the book]\n" + match, "no match and nothing said": head,
		"an unknown matcher": head + "match: {txt: a}\n", "an unknown matcher, deep": head + "match: {any: [{all: [{nope: 1}]}]}\n", "no matcher": head + "match: {}\n", "two matchers": head + "match: {text: a, status: 503}\n",
		"in with another": head + "match: {status: 503, in: [alert]}\n", "in alone": head + "match: {in: [alert]}\n", "an unknown place": head + "match: {text: a, in: [footer]}\n", "an empty any": head + "match: {any: []}\n", "any of no list": head + "match: {any: {text: a}}\n",
		"only what isn't there": head + "match: {not: {text: a}}\n", "only what isn't there, deep": head + "match: {any: [{not: {text: a}}, {all: [{not: {status: 503}}]}]}\n",
		"an empty text": head + "match: {text: ''}\n", "a text that is a list": head + "match: {text: [a]}\n", "a bad status": head + "match: {status: 5yx}\n", "a status out of range": head + "match: {status: 1000}\n", "a status of no code": head + "match: {status: []}\n",
		"a flag that is false": head + "match: {timed_out: false}\n", "a flag that isn't one": head + "match: {bounced: soon}\n", "a bad network error": head + "match: {net_error: reset}\n", "a header without a name": head + "match: {header: {value: x}}\n",
		"a header of another key": head + "match: {header: {name: x, val: y}}\n", "an exchange of another key": head + "match: {exchange: {code: 500}}\n", "a hop of another key": head + "match: {hop: {to: x}}\n", "a regexp without an end": head + "match: {regexp: '" + strings.Repeat("a", maxPattern+1) + "'}\n",
		"a list": "- id: x\n", "nothing": "",
	}
	for kind, documents := range map[string]map[string]string{"good": good, "bad": bad} {
		for name, text := range documents {
			t.Run(kind+"/"+name, func(t *testing.T) {
				_, byLoader := load(tree(t, map[string]string{"site/x.yaml": "raw:" + text}), []string{"site"}, nil)
				bySchema := valid(s, []byte(text))
				if (byLoader == nil) != (kind == "good") || (bySchema == nil) != (kind == "good") {
					t.Errorf("the loader: %v\nthe schema: %v", byLoader, bySchema)
				}
			})
		}
	}
}

func TestSchemaAndLoaderAgreeOnPacks(t *testing.T) {
	s := schema(t)
	for text, good := range map[string]bool{
		"id: site\nversion: \"1\"\nkind: site\n":          true,
		"id: site\nversion: 1\nkind: web\n":               true,
		"id: site\nversion: \"1\"\nkind: both\n":          false,
		"id: site\nkind: site\n":                          false,
		"version: \"1\"\nkind: site\n":                    false,
		"id: site\nversion: \"1\"\nkind: site\nnote: x\n": false,
	} {
		_, byLoader := load(tree(t, map[string]string{"site/pack.yaml": text}), []string{"site"}, nil)
		if bySchema := valid(s, []byte(text)); (byLoader == nil) != good || (bySchema == nil) != good {
			t.Errorf("%q\nthe loader: %v\nthe schema: %v", text, byLoader, bySchema)
		}
	}
}

// The keys and the closed lists of the schema are those of the loader, which
// names what it knows when it is asked for something that it doesn't.
func TestSchemaHasTheLoadersKeys(t *testing.T) {
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Enum       []string                   `json:"enum"`
				Properties map[string]json.RawMessage `json:"properties"`
				AnyOf      []struct {
					Enum []string `json:"enum"`
				} `json:"anyOf"`
			} `json:"properties"`
			AnyOf []struct {
				Enum []string `json:"enum"`
			} `json:"anyOf"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	sig, node := doc.Defs["signature"].Properties, doc.Defs["node"].Properties
	const head = "id: x\ntitle: {ja: a, en: a}\ncause: forbidden\n"
	for name, c := range map[string]struct {
		text string
		have []string
	}{
		"a signature": {"nope: 1\n", keysOf(sig)},
		"match":       {head + "match: {nope: 1}\n", keysOf(node)},
		"lasts":       {head + "lasts: {nope: 1}\n", keysOf(sig["lasts"].Properties)},
		"header":      {head + "match: {header: {nope: 1}}\n", keysOf(node["header"].Properties)},
		"hop":         {head + "match: {hop: {nope: 1}}\n", keysOf(node["hop"].Properties)},
		"exchange":    {head + "match: {exchange: {nope: 1}}\n", keysOf(node["exchange"].Properties)},
	} {
		_, err := load(tree(t, map[string]string{"site/x.yaml": "raw:" + c.text}), []string{"site"}, nil)
		if diff := cmp.Diff(known(t, err), c.have); diff != "" {
			t.Errorf("the keys of %s (-loader +schema):\n%s", name, diff)
		}
	}
	_, err := load(tree(t, map[string]string{"site/pack.yaml": "nope: 1\n"}), []string{"site"}, nil)
	if diff := cmp.Diff(known(t, err), keysOf(doc.Defs["pack"].Properties)); diff != "" {
		t.Errorf("the keys of a pack (-loader +schema):\n%s", diff)
	}
	places := placeNames()
	for name, c := range map[string]struct{ have, want []string }{
		"causes":   {sig["cause"].Enum, namesOf(probes.Causes())},
		"sides":    {sig["side"].Enum, namesOf(probes.Sides())},
		"or_side":  {sig["or_side"].Enum, namesOf(probes.Sides())},
		"statuses": {sig["status"].Enum, namesOf([]Status{Stable, Experimental})},
		"advice":   {doc.Defs["advice"].AnyOf[0].Enum, namesOf(probes.Advices())},
		"places":   {node["in"].AnyOf[0].Enum, places[:]},
		"guidance": {slices.Sorted(maps.Keys(doc.Defs["causes"].Properties)), slices.Sorted(slices.Values(namesOf(probes.Causes())))},
	} {
		if diff := cmp.Diff(c.want, c.have); diff != "" {
			t.Errorf("%s (-loader +schema):\n%s", name, diff)
		}
	}
}

func keysOf[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func namesOf[T ~string](list []T) []string {
	var names []string
	for _, n := range list {
		names = append(names, string(n))
	}
	return names
}

// known are the keys that the loader names as known when it refuses the key nope.
func known(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		t.Fatal("an unknown key was taken")
	}
	m := regexp.MustCompile(`unknown key "nope" in .*; known are (.*)`).FindStringSubmatch(err.Error())
	if m == nil {
		t.Fatalf("no word on the known keys: %v", err)
	}
	return strings.Split(m[1], ", ")
}
