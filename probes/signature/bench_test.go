package signature

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"genkan/probes"
)

// filler is text that holds none of the literals looked for, but words like theirs.
func filler(size int) string {
	const words = "会員の方はログインしてお進みください。ご登録のメールアドレスへご案内をお送りします。 Members log in here; the page you asked for opens afterwards. 申し訳ございませんが、完了まで少しお待ちください。\n"
	return strings.Repeat(words, size/len(words)+1)[:size/3*3]
}

// manyPacks is a file tree with n signatures of two texts each, a third of them
// with a regular expression too.
func manySignatures(tb testing.TB, n int) *Set {
	tb.Helper()
	l := &loader{builtIn: Packs(), packs: map[string]*pack{}, finder: newFinder(), at: map[string]string{}, hashes: map[string][]string{}}
	l.causes()
	p := &pack{id: "bench", version: "1"}
	l.packs["bench"] = p
	for i := range n {
		extra := ""
		if i%3 == 0 {
			extra = fmt.Sprintf("    - regexp: '(処理|登録)番号%d(が|は)[^。]{0,20}(失敗|エラー)|case [0-9]+ of %d failed'\n", i, i)
		}
		l.signature(fmt.Sprintf("packs/bench/s%d.yaml", i), fmt.Appendf(nil, `id: s%d
title: {ja: あ, en: a}
cause: server_error
match:
  any:
    - text: 申し訳ございませんが、処理%dが完了しませんでした
    - text: Request number %d could not be completed
%s`, i, i, i, extra), p)
	}
	if len(l.problems) > 0 {
		tb.Fatal(l.problems)
	}
	return l.set()
}

func view(size int) probes.Observation {
	return probes.Observation{Views: []probes.View{{RequestedURL: "https://example.test/login", FinalURL: "https://example.test/login", Status: 200,
		Reading: probes.Reading{Title: "ログイン", Text: filler(size), Regions: []probes.Region{{Kind: probes.HeadingRegion, Text: "ログイン"}},
			Forms: []probes.Form{{Kind: probes.LoginForm, Visible: true, Enabled: true}}}}}}
}

// BenchmarkClassify shows how the time grows with the signatures, beside a loop
// that looks for one text after the other.
func BenchmarkClassify(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		o := view(size)
		for _, n := range []int{10, 100, 500, 1000} {
			set := manySignatures(b, n)
			b.Run(fmt.Sprintf("%dkB/%d", size/1000, n), func(b *testing.B) {
				for b.Loop() {
					set.Classify(o, probes.Expectation{})
				}
			})
			b.Run(fmt.Sprintf("%dkB/%d-naive", size/1000, n), func(b *testing.B) {
				for b.Loop() {
					naive(set, o)
				}
			})
		}
	}
}

// naive normalises once and looks for every text, and runs every regular expression.
func naive(s *Set, o probes.Observation) (n int) {
	text := normalise(o.Views[0].Text)
	for _, l := range s.finder.literals {
		if strings.Contains(text, l) {
			n++
		}
	}
	for i := range s.signatures {
		for _, m := range s.signatures[i].match.(anyOf) {
			if p, ok := m.(pattern); ok && slices.ContainsFunc(p.branches, func(b branch) bool { return b.re().MatchString(text) }) {
				n++
			}
		}
	}
	return n
}

// BenchmarkPacks judges pages by the packs that are built in.
func BenchmarkPacks(b *testing.B) {
	set, err := Load([]string{"iqos", "web"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{10_000, 100_000} {
		o := view(size)
		b.Run(fmt.Sprintf("%dkB/%d", size/1000, len(set.signatures)), func(b *testing.B) {
			for b.Loop() {
				set.Classify(o, probes.Expectation{})
			}
		})
	}
}

// hostile is a page of all that the packs look for, over and over.
func hostile(set *Set, size int) probes.Observation {
	var all strings.Builder
	for all.Len() < size {
		for _, l := range set.finder.literals {
			all.WriteString(l)
		}
	}
	text := all.String()[:size]
	return probes.Observation{Views: []probes.View{{Status: 200, RequestedURL: "https://example.test/x", FinalURL: "https://example.test/x", HTML: "<div>" + text,
		Reading: probes.Reading{Title: text, Text: text, Regions: []probes.Region{{Kind: probes.AlertRegion, Text: text}}}, Dialogs: []probes.Dialog{{Message: text}},
		Exchanges: []probes.Exchange{{Body: text, URL: text}}, Console: []string{text}}}}
}

// BenchmarkHostile judges a megabyte of what all signatures look for.
func BenchmarkHostile(b *testing.B) {
	set, err := Load([]string{"iqos", "web"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, o := range map[string]probes.Observation{
		"literals": hostile(set, 1<<20),
		"one kana": {Views: []probes.View{{Reading: probes.Reading{Text: strings.Repeat("失", 1<<20/3)}}}},
		"marks":    {Views: []probes.View{{Reading: probes.Reading{Text: strings.Repeat("か\u3099", 1<<20/6)}}}},
		"spaces":   {Views: []probes.View{{Reading: probes.Reading{Text: strings.Repeat(" ", 1<<20)}}}},
		"near":     {Views: []probes.View{{Reading: probes.Reading{Text: strings.Repeat("ログイン 失敗 エラ", 1<<20/24)}}}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				set.Classify(o, probes.Expectation{})
			}
		})
	}
}
