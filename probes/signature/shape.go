package signature

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"genkan/probes"
)

// Group is unknown results that say the same, but for numbers, ids, dates and
// addresses.
type Group struct {
	ID     string        // short and lasting: the same words always give the same
	Says   string        // the most telling sentence of the newest result; a title, a reason or a cause where none was quoted
	Cause  probes.Cause  // of the newest result
	Count  int           // of results
	First  time.Time     // when the oldest began
	Last   time.Time     // when the newest began
	Probes []string      // whose results they are, in order
	Newest probes.Result // the newest that has its page's HTML as evidence, else the newest
}

// Groups are the results of side unknown by the shape of what they say, the
// greatest group first. Results of another side are left out.
func Groups(results []probes.Result) []Group {
	newestFirst := slices.SortedStableFunc(slices.Values(results), func(a, b probes.Result) int { return b.StartedAt.Compare(a.StartedAt) })
	at := map[string]int{}
	var groups []Group
	mask := newMask()
	for _, r := range newestFirst {
		if r.Side != probes.SideUnknown {
			continue
		}
		says := telling(r)
		id := shapeID(mask.shape(says))
		i, ok := at[id]
		if !ok {
			i = len(groups)
			at[id] = i
			groups = append(groups, Group{ID: id, Says: says, Cause: r.Cause, Last: r.StartedAt, Newest: r})
		}
		groups[i].add(r)
	}
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.Last.Compare(a.Last), cmp.Compare(a.ID, b.ID))
	})
	return groups
}

// add takes a result that is older than those taken before.
func (g *Group) add(r probes.Result) {
	g.Count++
	g.First = r.StartedAt
	if g.Newest.Artifacts[probes.PageHTML] == "" && r.Artifacts[probes.PageHTML] != "" {
		g.Newest = r
	}
	if i, ok := slices.BinarySearch(g.Probes, r.Probe); !ok {
		g.Probes = slices.Insert(g.Probes, i, r.Probe)
	}
}

func shapeID(shape string) string {
	sum := sha256.Sum256([]byte(shape))
	return hex.EncodeToString(sum[:4])
}

// Of the weights of a sentence: what is below wordy is just a word, and what is
// below enough might stand on any page.
const (
	wordy  = 16
	enough = 40
)

// telling is what says most of an unknown result: its likeliest sentence that
// isn't a mere apology, else its likeliest one with the title, else why it ended.
func telling(r probes.Result) string {
	var short string
	for _, q := range r.Quotes {
		if q.Matcher != "sentence" {
			continue
		}
		if weight(q.Quote) >= enough {
			return q.Quote
		}
		if weight(short) < wordy {
			short = longer(short, q.Quote)
		}
	}
	switch {
	case short != "" && !strings.Contains(r.Title, short):
		return strings.TrimSpace(r.Title + " " + short)
	case r.Title != "":
		return r.Title
	case r.FailedStep != nil:
		return r.FailedStep.Reason
	}
	return cmp.Or(short, string(r.Cause))
}

// longer is the text that says more, a when they say the same.
func longer(a, b string) string {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

// Shape is what a sentence says without what differs from one visit to the
// next: numbers, ids, dates and addresses are masked, and the rest is
// normalised. The code of an error is no number: it stays.
func Shape(sentence string) string { return newMask().shape(sentence) }

// mask finds what may differ from one visit to the next.
type mask struct{ varying *regexp.Regexp }

func (m mask) shape(sentence string) string {
	var b strings.Builder
	for _, part := range m.cut(normalise(bounded(sentence, maxLine))) {
		if part.varies {
			b.WriteString("#")
			continue
		}
		b.WriteString(part.text)
	}
	return b.String()
}

// part is a stretch of a sentence that is the same at each visit, or differs.
type part struct {
	text   string
	at     int // where in the sentence it begins, in bytes
	varies bool
}

// cut separates what differs in a normalised sentence from what doesn't.
func (m mask) cut(s string) []part {
	var parts []part
	last := 0
	for _, at := range m.varying.FindAllStringIndex(s, -1) {
		if lasting(s[:at[0]], s[at[0]:at[1]]) {
			continue
		}
		if at[0] > last {
			parts = append(parts, part{text: s[last:at[0]], at: last})
		}
		parts = append(parts, part{s[at[0]:at[1]], at[0], true})
		last = at[1]
	}
	if last < len(s) {
		parts = append(parts, part{text: s[last:], at: last})
	}
	return parts
}

// newMask finds addresses, dates in words, and words with digits in them.
func newMask() mask {
	const month = `(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`
	const day = `(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?`
	return mask{regexp.MustCompile(strings.Join([]string{
		`[a-z][a-z0-9+.-]*://[^\s"'<>()「」、。]+`,                             // a URL
		`[a-z0-9._%+-]+@[a-z0-9.-]+`,                                       // a mailbox
		day + `\d{1,2}(?:st|nd|rd|th)?[ -]` + month + `(?:[ ,-]+\d{2,4})?`, // 22 Nov 2026
		day + `\b` + month + ` \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4})?`,     // November 22, 2026
		`(?:午前|午後)?\d+(?:[年月日時分秒](?:\([月火水木金土日]\))?(?:午前|午後)?\d*)*[年月日時分秒](?:\([月火水木金土日]\))?`, // 2026年11月22日(日)12時
		`[a-z0-9]*\d[a-z0-9]*(?:[.,:/_-][a-z0-9]*\d[a-z0-9]*|[_-][a-f]{4}\b)*(?: ?(?:am|pm|jst|gmt|utc)\b)?`,
	}, "|"))}
}

// lasting reports whether a word with digits is part of the message: a code
// such as io001, or a number that is named as one, as in "error 1020".
func lasting(before, word string) bool {
	letters := strings.TrimRightFunc(word, unicode.IsDigit)
	digits := len(word) - len(letters)
	letters = strings.TrimRight(letters, "-_")
	if strings.ContainsFunc(letters, func(r rune) bool { return r < 'a' || r > 'z' }) || digits > 4 {
		return false
	}
	if letters != "" {
		return len(letters) <= 8
	}
	before = strings.TrimRight(before, " :#(-=.")
	for _, name := range []string{"error", "err", "code", "http", "status", "エラ", "コ-ド", "エラ-番号"} {
		if strings.HasSuffix(before, name) {
			return true
		}
	}
	return before == "" && digits == 3 && (word[0] == '4' || word[0] == '5') // 503 Service Unavailable
}
