package signature_test

import (
	"html"
	"os"
	"strings"
	"testing"

	"genkan/probes"
	"genkan/probes/markup"
	"genkan/probes/signature"
)

// The messages that frameworks and sites show beside a form sent back, each in
// a box that says error and, where the words say enough, as a plain line too.
func TestMessagesBesideForms(t *testing.T) {
	set := loaded(t)
	list, err := os.ReadFile("testdata/messages.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		cause, message, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			t.Fatalf("%q is no cause and message", line)
		}
		for _, class := range []string{"alert alert-danger", ""} {
			v := judged(set, formWith(probes.Cause(cause), class, message))
			if class == "" && v.Side == probes.SideNone && probes.Cause(cause) == probes.InvalidInput {
				continue // as a plain line it may be a hint
			}
			if string(v.Cause) != cause {
				t.Errorf("%q in class %q is %s by %q, want %s %v", message, class, v.Cause, v.Signature, cause, v.Quotes)
			}
		}
	}
}

// Lines that stand on healthy pages: beside a form they change nothing, and
// alone they are nobody's failure.
func TestHarmlessLines(t *testing.T) {
	set := loaded(t)
	list, err := os.ReadFile("testdata/harmless.txt")
	if err != nil || len(list) == 0 {
		t.Fatal("no line", err)
	}
	for line := range strings.Lines(string(list)) {
		for form, cause := range map[string]probes.Cause{"log-in": probes.LoginFailed, "sign-up": probes.InvalidInput} {
			page := formWith(cause, "note", strings.TrimSpace(line))
			if v := judged(set, page); v.Side != probes.SideNone {
				t.Errorf("%q beside a %s form is %s, %s by %q %v", line, form, v.Side, v.Cause, v.Signature, v.Quotes)
			}
		}
		alone := "<!doctype html><title>Site</title><h1>Site</h1><p>" + html.EscapeString(strings.TrimSpace(line)) + "</p>"
		if v := judged(set, alone); v.Side != probes.SideNone && v.Side != probes.SideUnknown {
			t.Errorf("%q alone is %s, %s by %q %v", line, v.Side, v.Cause, v.Signature, v.Quotes)
		}
	}
}

func judged(set *signature.Set, page string) probes.Verdict {
	return set.Classify(markup.Observe([]byte(page), "text/html; charset=utf-8", "https://example.test/form", 200), probes.Expectation{})
}

// formWith is a page whose form was sent back with a message, as the cause has it.
func formWith(cause probes.Cause, class, message string) string {
	box := `<div class="` + class + `">` + html.EscapeString(message) + `</div>`
	fields := `<input name="username" placeholder="ID"><input type="password" name="password">`
	switch cause {
	case probes.AlreadyRegistered, probes.InvalidInput:
		fields = `<input name="email" type="email"><input type="password" name="p1"><input type="password" name="p2">`
	case probes.UploadRejected:
		fields = `<input type="file" name="f">`
	}
	return `<!doctype html><html><head><title>Form</title></head><body><h1>Form</h1>` + box + `<form method="post" action="/form">` + fields + `<button>OK</button></form></body></html>`
}
