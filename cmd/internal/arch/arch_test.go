package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "genkan"

// rule says what the packages that match of may import of this module.
type rule struct {
	of     string // a path.Match pattern on the package's folder
	may    []string
	reason string
}

// The first rule that matches a package decides; a package without a rule fails.
func rules() []rule {
	return []rule{
		{"probes", nil, "the vocabulary of seeing knows nobody, so that everybody can know it"},
		{"alerting", []string{"probes"}, "incidents are made of results, and results know nothing of incidents"},
		{"probes/demosite", nil, "the demo site is a stranger's site: what it shared with us could not be found out by probing"},
		{"probes/*", []string{"probes"}, "a mechanism knows the vocabulary only; siblings meet in app"},
		{"alerting/*", []string{"probes", "alerting"}, "a mechanism knows the vocabularies only; siblings meet in app"},
		{"dashboards/*", []string{"probes", "alerting"}, "what people look at reads the committed snapshot, not the machinery"},
		{"cmd/internal/report", []string{"probes"}, "a result is written as it is; judging it again would be a second truth"},
		{"cmd/internal/metrics", []string{"probes", "alerting"}, "metrics are made of what is committed"},
		{"cmd/internal/config", []string{"probes", "alerting"}, "configuration yields vocabulary; who can judge a value is handed in by app"},
		{"cmd/internal/arch", nil, "it reads source, it runs nothing"},
		{"cmd/internal/app", []string{"*", "*/*", "*/*/*"}, "the composition is the one place that knows all"},
		{"cmd/genkan", []string{"probes", "cmd/internal/*", "probes/*", "alerting/*"}, "the command line names app, config and what its offline commands run"},
	}
}

// importer says that one package alone may import a dependency.
type importer struct {
	dependency string // a prefix of import paths
	only       string
	reason     string
}

func importers() []importer {
	return []importer{
		{"github.com/chromedp/", "probes/browser", "its API changes: one package to mend"},
		{"modernc.org/sqlite", "alerting/ledger", "one writer, one place that knows SQL"},
		{"github.com/robfig/cron/v3", "probes/schedule", "unmaintained: its traps are guarded in one place"},
		{"github.com/prometheus/alertmanager/", "alerting/alertmanager", "wired from its inner packages, which move"},
	}
}

type pkg struct {
	folder  string
	files   map[string]*ast.File // non-test
	imports map[string]string    // import path -> a file that has it
}

func load(t *testing.T) map[string]*pkg {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	pkgs := map[string]*pkg{}
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || isNestedModule(p)) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parse %s: %w", rel, err)
		}
		folder := filepath.ToSlash(filepath.Dir(rel))
		if pkgs[folder] == nil {
			pkgs[folder] = &pkg{folder: folder, files: map[string]*ast.File{}, imports: map[string]string{}}
		}
		pkgs[folder].files[rel] = file
		for _, i := range file.Imports {
			pkgs[folder].imports[strings.Trim(i.Path.Value, `"`)] = rel
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 5 {
		t.Fatalf("only %d packages found below %s: the walk is broken", len(pkgs), root)
	}
	return pkgs
}

func isNestedModule(dir string) bool {
	m, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(m) > 0
}

func sorted(pkgs map[string]*pkg) []*pkg {
	var list []*pkg
	for _, p := range pkgs {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *pkg) int { return strings.Compare(a.folder, b.folder) })
	return list
}

func matchAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, folder)
		return err == nil && ok
	})
}

func TestImports(t *testing.T) {
	used := map[string]bool{}
	for _, p := range sorted(load(t)) {
		i := slices.IndexFunc(rules(), func(r rule) bool { return matchAny([]string{r.of}, p.folder) })
		if i < 0 {
			t.Errorf("%s: no rule says what it may import; add one to rules() with its reason", p.folder)
			continue
		}
		r := rules()[i]
		used[r.of] = true
		for imp, file := range p.imports {
			ours, ok := strings.CutPrefix(imp, module+"/")
			if ok && !matchAny(r.may, ours) {
				t.Errorf("%s imports %s, and may import %q only: %s", file, imp, r.may, r.reason)
			}
		}
	}
	for _, r := range rules() {
		if !used[r.of] {
			t.Errorf("the rule for %q matches no package: drop it", r.of)
		}
	}
}

func TestOneImporterEach(t *testing.T) {
	pkgs := load(t)
	for _, i := range importers() {
		found := false
		for _, p := range sorted(pkgs) {
			for imp, file := range p.imports {
				if !strings.HasPrefix(imp+"/", strings.TrimSuffix(i.dependency, "/")+"/") {
					continue
				}
				found = found || p.folder == i.only
				if p.folder != i.only {
					t.Errorf("%s imports %s, which only %s may: %s", file, imp, i.only, i.reason)
				}
			}
		}
		if !found {
			t.Errorf("%s does not import %s any more: drop the rule", i.only, i.dependency)
		}
	}
}

func TestVocabulariesNeedTheStandardLibraryOnly(t *testing.T) {
	pkgs := load(t)
	for _, v := range []string{"probes", "alerting"} {
		for imp, file := range pkgs[v].imports {
			first, _, _ := strings.Cut(imp, "/")
			if strings.Contains(first, ".") {
				t.Errorf("%s imports %s: a vocabulary must not pass a dependency on to all who use it", file, imp)
			}
		}
	}
}

func TestImportDepth(t *testing.T) {
	const most = 4
	pkgs := load(t)
	var depth func(folder string) int
	depth = func(folder string) int {
		d := 0
		for imp := range pkgs[folder].imports {
			if ours, ok := strings.CutPrefix(imp, module+"/"); ok && pkgs[ours] != nil {
				d = max(d, depth(ours)+1)
			}
		}
		return d
	}
	for _, p := range sorted(pkgs) {
		if d := depth(p.folder); d > most {
			t.Errorf("%s stands on %d layers of ours, and %d are enough: a reader has to hold them all in mind", p.folder, d, most)
		}
	}
}

func TestNoRegistriesAndNoGrabBags(t *testing.T) {
	bags := []string{"util", "utils", "common", "types", "options", "helpers", "misc"}
	for _, p := range sorted(load(t)) {
		if slices.Contains(bags, path.Base(p.folder)) {
			t.Errorf("%s: a package is named for what it does, and %q says nothing", p.folder, path.Base(p.folder))
		}
		for name, file := range p.files {
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
					t.Errorf("%s has an init function: a map literal in app can be found by searching for it", name)
				}
			}
		}
	}
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	for _, p := range sorted(load(t)) {
		documented := false
		for _, file := range p.files {
			documented = documented || file.Doc != nil
		}
		if !documented {
			t.Errorf("%s has no package document: say what it is and what it is not", p.folder)
		}
	}
}
