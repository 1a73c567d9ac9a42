package markup

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"genkan/probes"
)

const maxFields = 500 // of a page

// field is one thing a visitor fills in.
type field struct {
	node    *html.Node
	form    *html.Node // nil: in no form element
	kind    string     // the type of an input, else the element's name
	visible bool
	enabled bool
}

// button is something that sends a form.
type button struct {
	node    *html.Node
	form    *html.Node
	label   string
	visible bool
	enabled bool
}

// gather remembers a field or button.
func (d *document) gather(n, form *html.Node, hidden bool) {
	kind := n.Data
	switch n.DataAtom {
	case atom.Input:
		kind = strings.ToLower(value(n, "type"))
	case atom.Select, atom.Textarea:
	case atom.Button:
		kind = "submit"
	default:
		return
	}
	if id := value(n, "form"); id != "" {
		for f := range d.root.Descendants() {
			if f.DataAtom == atom.Form && value(f, "id") == id {
				form = f
				break
			}
		}
	}
	switch kind {
	case "hidden":
	case "submit", "button", "image", "reset":
		if len(d.buttons) < maxFields {
			d.buttons = append(d.buttons, button{n, form, label(n), !hidden, !disabled(n)})
		}
	default:
		if len(d.fields) < maxFields {
			d.fields = append(d.fields, field{n, form, kind, !hidden, !disabled(n)})
		}
	}
}

func label(n *html.Node) string {
	return strings.Join([]string{textOf(n, 200, 200), value(n, "value"), value(n, "aria-label"), value(n, "alt"), value(n, "name")}, " ")
}

// disabled reports whether a control or a fieldset around it is disabled.
func disabled(n *html.Node) bool {
	if has(n, "disabled") {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Fieldset && has(p, "disabled") {
			return true
		}
	}
	return false
}

// draft is a form being understood.
type draft struct {
	node    *html.Node // nil: fields of the page that stand in no form
	fields  []field
	buttons []button
	hints   string // what its names, labels and buttons say, lower case
	sends   string // what its buttons, its action and its own names say, lower case
}

// forms are the page's forms, and whether one of another kind is large enough
// to be what the page is for, such as an inquiry.
func (d *document) forms() (forms []probes.Form, substantial bool) {
	for _, f := range d.drafts() {
		kind := f.kind()
		form := probes.Form{Kind: kind, Visible: f.visible(), Enabled: f.enabled()}
		forms = append(forms, form)
		substantial = substantial || kind == probes.OtherForm && form.Usable() && f.asked() >= 3
	}
	if len(forms) == 0 && d.offersProvider() {
		forms = append(forms, probes.Form{Kind: probes.LoginForm, Visible: true, Enabled: true})
	}
	return forms, substantial
}

// drafts groups the fields by their form, in the order of the page. Fields in
// no form are one form together, as client-rendered pages have them.
func (d *document) drafts() []*draft {
	var all []*draft
	at := map[*html.Node]*draft{}
	for _, f := range d.fields {
		if at[f.form] == nil {
			at[f.form] = &draft{node: f.form}
			all = append(all, at[f.form])
		}
		at[f.form].fields = append(at[f.form].fields, f)
	}
	for _, b := range d.buttons {
		if f := at[b.form]; f != nil {
			f.buttons = append(f.buttons, b)
		}
	}
	for _, f := range all {
		f.listen()
	}
	return all
}

// listen gathers the words by which a form says what it is for.
func (f *draft) listen() {
	var hints, sends strings.Builder
	if f.node != nil {
		for _, a := range []string{"id", "class", "name", "action", "aria-label"} {
			sends.WriteString(value(f.node, a) + " ")
		}
		hints.WriteString(textOf(f.node, 3000, maxNodes) + " ")
	}
	for _, b := range f.buttons {
		sends.WriteString(b.label + " " + value(b.node, "id") + " ")
	}
	for _, fd := range f.fields {
		hints.WriteString(fieldName(fd.node) + " " + value(fd.node, "placeholder") + " " + value(fd.node, "aria-label") + " ")
	}
	f.sends = strings.ToLower(sends.String())
	f.hints = strings.ToLower(hints.String()) + " " + f.sends
}

// fieldName is what a field is called in the markup, lower case.
func fieldName(n *html.Node) string {
	return strings.ToLower(value(n, "name") + " " + value(n, "id") + " " + value(n, "autocomplete"))
}

// visible reports whether one of the fields a visitor fills in can be seen.
func (f *draft) visible() bool {
	return slices.ContainsFunc(f.fields, func(fd field) bool { return fd.visible })
}

// enabled reports whether a visitor can fill in the form and send it. A button
// that is disabled beside fields that are not waits for them to be filled in,
// as client-rendered forms do, unless nothing is left to fill in.
func (f *draft) enabled() bool {
	open := func(fd field) bool { return fd.visible && fd.enabled && !has(fd.node, "readonly") }
	if !slices.ContainsFunc(f.fields, open) {
		return false
	}
	sendable := len(f.buttons) == 0 || slices.ContainsFunc(f.buttons, func(b button) bool { return b.enabled })
	return sendable || slices.ContainsFunc(f.fields, func(fd field) bool { return open(fd) && value(fd.node, "value") == "" })
}

// asked counts the visible fields in which something is written or chosen.
func (f *draft) asked() int {
	n := 0
	for _, fd := range f.fields {
		if fd.visible && fd.kind != "checkbox" && fd.kind != "radio" && fd.kind != "search" {
			n++
		}
	}
	return n
}

func (f *draft) count(is func(field) bool) int {
	n := 0
	for _, fd := range f.fields {
		if is(fd) {
			n++
		}
	}
	return n
}

// kind says what a form is for, by its fields first and by its words where the
// fields leave it open.
func (f *draft) kind() probes.FormKind {
	passwords := f.count(func(fd field) bool { return fd.kind == "password" })
	fresh := f.count(func(fd field) bool { return value(fd.node, "autocomplete") == "new-password" })
	files := f.count(func(fd field) bool { return fd.kind == "file" })
	switch {
	case passwords >= 2 || fresh > 0:
		return probes.SignupForm
	case passwords == 1 && mentions(f.sends, signupWords()) && !mentions(f.sends, loginWords()):
		return probes.SignupForm
	case passwords == 1:
		return probes.LoginForm
	case files > 0:
		return probes.UploadForm
	case f.asksCode():
		return probes.CodeForm
	case f.searches() || !f.asksWho():
		return probes.OtherForm
	}
	return f.kindByWords()
}

// kindByWords tells apart what is asked of a visitor by name or address alone.
func (f *draft) kindByWords() probes.FormKind {
	switch {
	case mentions(f.hints, newsWords()) && !mentions(f.sends, loginWords()):
		return probes.OtherForm
	case mentions(f.sends, signupWords()):
		return probes.SignupForm
	case mentions(f.sends, loginWords()), mentions(f.hints, resetWords()) && f.asked() <= 2:
		return probes.LoginForm // or the way back in
	case mentions(f.hints, signupWords()):
		return probes.SignupForm
	case mentions(f.hints, loginWords()) && f.asked() <= 2:
		return probes.LoginForm
	}
	return probes.OtherForm
}

// asksCode reports whether the form asks for a one-time code or a PIN.
func (f *draft) asksCode() bool {
	single := f.count(func(fd field) bool { return fd.visible && value(fd.node, "maxlength") == "1" })
	named := slices.ContainsFunc(f.fields, func(fd field) bool {
		if strings.Contains(value(fd.node, "autocomplete"), "one-time-code") {
			return true
		}
		words := wordsOf(value(fd.node, "name") + "-" + value(fd.node, "id"))
		return writable(fd) && slices.ContainsFunc(words, isCodeWord) && !slices.ContainsFunc(words, isOtherCode)
	})
	return single >= 4 || named || f.asked() >= 1 && f.asked() <= 2 && mentions(f.hints, codeWords()) && !f.searches()
}

func writable(fd field) bool {
	switch fd.kind {
	case "", "text", "tel", "number":
		return true
	}
	return false
}

func isCodeWord(w string) bool {
	switch w {
	case "otp", "totp", "pin", "code", "passcode", "verification", "2fa", "mfa", "authcode", "onetime", "pincode", "packcode", "serial", "token":
		return true
	}
	return false
}

func isOtherCode(w string) bool {
	switch w {
	case "zip", "postal", "post", "coupon", "promo", "promotion", "country", "area", "lang", "language", "captcha", "csrf", "referral", "discount":
		return true
	}
	return false
}

// searches reports whether the form looks something up.
func (f *draft) searches() bool {
	if f.node != nil && value(f.node, "role") == "search" {
		return true
	}
	return slices.ContainsFunc(f.fields, func(fd field) bool {
		name := strings.ToLower(value(fd.node, "name"))
		return fd.kind == "search" || name == "q" || name == "s" || name == "query" || name == "keyword" || name == "keywords" || strings.Contains(name, "search")
	}) || strings.Contains(f.sends, "search") || strings.Contains(f.sends, "検索")
}

// asksWho reports whether the form asks for an address, a number or a name by
// which a member is known.
func (f *draft) asksWho() bool {
	return slices.ContainsFunc(f.fields, func(fd field) bool {
		if fd.kind == "email" || fd.kind == "tel" {
			return true
		}
		return (fd.kind == "" || fd.kind == "text" || fd.kind == "number") &&
			mentions(fieldName(fd.node)+" "+strings.ToLower(value(fd.node, "placeholder")), whoWords())
	})
}

// offersProvider reports whether a page without any field offers to log in by
// another service's account.
func (d *document) offersProvider() bool {
	for n := range d.root.Descendants() {
		if n.DataAtom != atom.A && n.DataAtom != atom.Button && value(n, "role") != "button" {
			continue
		}
		s := strings.ToLower(textOf(n, 200, 200))
		if len(s) < 120 && mentions(s, providers()) && mentions(s, providerWords()) {
			return true
		}
	}
	return false
}
