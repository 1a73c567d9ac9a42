package markup

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ html, want string }{
		"blocks end lines":               {"<h1>エラー</h1><p>処理に<b>失敗</b>しました</p>", "エラー\n処理に失敗しました"},
		"inline is joined":               {"<span>申し訳</span><span>ございません</span>", "申し訳ございません"},
		"breaks":                         {"会員登録が適切に<br>完了しませんでした", "会員登録が適切に\n完了しませんでした"},
		"white space":                    {"<p>  a \n\t b&nbsp;c </p>", "a b c"},
		"lists and tables":               {"<ul><li>a<li>b</ul><table><tr><td>c<td>d</table>", "a\nb\nc d"},
		"what never shows":               {"<script>a</script><style>b</style><template>c</template><noscript>d</noscript><!-- e --><title>f</title>g", "g"},
		"hidden by attribute":            {"<p hidden>a</p><p>b</p>", "b"},
		"hidden by style":                {`<p style="display: none">a</p><p style="VISIBILITY:hidden">b</p>c`, "c"},
		"hidden by class":                {`<p class="d-none">a</p><p class="x-hidden">b</p><p class="overflow-hidden">c</p>`, "c"},
		"hidden by the page's own rules": {`<style>.err, #e { display:none } @media print { .p { display:none } }</style><p class=err>a</p><p id=e>b</p><p class=p>c</p>`, "c"},
		"marked by the browser":          {`<p data-genkan-hidden="">a</p><p class="hidden">b</p>`, "b"},
		"displayed otherwise":            {`<div data-genkan-hidden></div><div data-genkan-display="inline">a</div><div data-genkan-display="inline">b</div><span data-genkan-display="block">c</span>`, "ab\nc"},
		"buttons speak, fields don't":    {`<input value="secret"><textarea>mine</textarea><input type=submit value="送信"><button>ログイン</button>`, "送信 ログイン"},
		"fields end their labels":        {`<p>ID <input name=a>違います<input type=checkbox>x</p>`, "ID\n違いますx"},
		"preformatted":                   {"<pre>a\n  b</pre>", "a\nb"},
		"a closed dialog":                {"<dialog>a</dialog><dialog open>b</dialog>", "b"},
		"a waiting modal":                {`<div class="modal fade" role="dialog">a</div><div class="modal fade show">b</div>`, "b"},
		"pictures alone":                 {`<img alt="メンテナンス中"><img alt="">`, "メンテナンス中"},
		"pictures beside words":          {`<img alt="logo"><p>a</p>`, "a"},
		"a message of a valid field":     {`<input><div class="invalid-feedback">a</div>b`, "b"},
		"a message of an invalid field":  {`<input class="is-invalid"><div class="invalid-feedback">a</div>`, "a"},
		"a frame":                        {`<div data-genkan-frame="https://x.test/"><html><body><p>a</p></body></html></div>`, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Read(c.html).Text; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestRegions(t *testing.T) {
	alert := func(s string) []probes.Region { return []probes.Region{{Kind: probes.AlertRegion, Text: s}} }
	inForm := func(s string) []probes.Region { return []probes.Region{{Kind: probes.FormErrorRegion, Text: s}} }
	for name, c := range map[string]struct {
		html string
		want []probes.Region
	}{
		"the role alert":             {`<div role="alert">a</div>`, alert("a")},
		"announced at once":          {`<div aria-live="assertive">a</div>`, alert("a")},
		"a status is none":           {`<div role="status">a</div>`, nil},
		"a class":                    {`<p class="error-message">a</p>`, alert("a")},
		"a class in camel case":      {`<p class="loginError">a</p>`, alert("a")},
		"an id":                      {`<p id="err-msg">a</p>`, alert("a")},
		"whole words only":           {`<p class="terror mirror">a</p>`, nil},
		"a box of information":       {`<p class="alert alert-info">a</p><p class="notice">b</p><p class="alert alert-success">c</p>`, nil},
		"a warning box":              {`<p class="alert alert-warning">a</p>`, alert("a")},
		"empty boxes":                {`<p class="error"></p><div role="alert"> </div><p class="error">*</p>`, nil},
		"a hidden box":               {`<p class="error" style="display:none">a</p>`, nil},
		"a page that names itself":   {`<body class="error404"><div class="error-page">a</div>`, nil},
		"a container of much":        {`<div class="error"><form><input name=q></form>a</div>`, nil},
		"something to press":         {`<a class="btn btn-danger">a</a><button class="danger">b</button>`, nil},
		"red":                        {`<font color="#FF0000">a</font>`, alert("a")},
		"red by style":               {`<span style="color: red;">a</span>`, alert("a")},
		"red beside a form":          {`<form><input name=mail><p style="color:red">a</p></form>`, alert("a")},
		"a red heading":              {`<h2 style="color:red">a</h2>`, alert("a")},
		"a red title":                {`<h1 style="color:red">a</h1>`, []probes.Region{{Kind: probes.HeadingRegion, Text: "a"}}},
		"written together":           {`<p class="errornote">a</p><p class="loginerror">b</p><div class="errorpage">c</div>`, []probes.Region{{Kind: probes.AlertRegion, Text: "a"}, {Kind: probes.AlertRegion, Text: "b"}}},
		"messages that wait":         {`<form><input name=u><input type=password><p class=error>a</p><p class=error>b</p><p class=error>c</p><p class=error>d</p></form>`, nil},
		"as many as there are":       {`<form><input name=u value=x><input type=password><p class=error>a</p></form>`, inForm("a")},
		"waits in a rendered page":   {`<i data-genkan-display="block"></i><p class="alert alert-danger d-none">a</p>`, nil},
		"a modal without its style":  {`<div class="modal fade" role="dialog" aria-hidden="true" data-genkan-modal="">a</div>`, nil},
		"shown by a script":          {`<i data-genkan-display="block"></i><p class="error hide" style="display: block">a</p>`, alert("a")},
		"inside a form":              {`<form><input name=mail><p class="error">a</p></form>`, inForm("a")},
		"above a form":               {`<p class="error">a</p><form><input name=mail></form>`, inForm("a")},
		"described by":               {`<input aria-invalid="true" aria-describedby="x"><p id="x">a</p>`, inForm("a")},
		"described, not invalid":     {`<input aria-describedby="x"><p id="x">a</p>`, nil},
		"a row of a form":            {`<form><div class="form-group has-error"><label>l</label><input><span>a</span></div></form>`, inForm("l\na")},
		"headings":                   {`<h1>a</h1><h3>b</h3><h4>c</h4>`, []probes.Region{{Kind: probes.HeadingRegion, Text: "a"}, {Kind: probes.HeadingRegion, Text: "b"}}},
		"an open dialog":             {`<dialog open>a</dialog>`, []probes.Region{{Kind: probes.DialogRegion, Text: "a"}}},
		"a dialog that waits":        {`<div role="dialog">a</div>`, nil},
		"a dialog the browser marks": {`<div data-genkan-modal="">a</div><div role="dialog">b</div>`, []probes.Region{{Kind: probes.DialogRegion, Text: "a"}}},
		"the same text once":         {`<div role="alert"><p class="error">a</p></div>`, alert("a")},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Read(c.html).Regions); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestForms(t *testing.T) {
	for name, c := range map[string]struct {
		html string
		want []probes.Form
	}{
		"log-in":                     {`<form><input name=id><input type=password><button>ログイン</button></form>`, one(probes.LoginForm)},
		"log-in in two steps":        {`<form action="/login"><input type=email><button>次へ</button></form>`, one(probes.LoginForm)},
		"sign-up by two passwords":   {`<form><input type=password><input type=password></form>`, one(probes.SignupForm)},
		"sign-up by autocomplete":    {`<form><input type=email><input type=password autocomplete=new-password></form>`, one(probes.SignupForm)},
		"sign-up by words":           {`<form action="/signup"><input type=email><label><input type=checkbox>同意</label><button>登録する</button></form>`, one(probes.SignupForm)},
		"sign-up with one password":  {`<form><input name=mail><input type=password><button>会員登録</button></form>`, one(probes.SignupForm)},
		"a way back in":              {`<form><p>パスワードの再設定</p><input type=email><button>送信</button></form>`, one(probes.LoginForm)},
		"a code":                     {`<form><input autocomplete="one-time-code"></form>`, one(probes.CodeForm)},
		"a code by name":             {`<form><input name="pin_code" type=tel></form>`, one(probes.CodeForm)},
		"a code by words":            {`<form>認証コード<input name="x"><button>確認</button></form>`, one(probes.CodeForm)},
		"a code in boxes":            {`<form>` + strings.Repeat(`<input maxlength=1>`, 6) + `</form>`, one(probes.CodeForm)},
		"an upload":                  {`<form><input type=file><button>送信</button></form>`, one(probes.UploadForm)},
		"a search":                   {`<form role=search><input name=q></form>`, one(probes.OtherForm)},
		"a postal code":              {`<form><input name="zip_code"></form>`, one(probes.OtherForm)},
		"a newsletter":               {`<form>メールマガジン<input type=email><button>登録</button></form>`, one(probes.OtherForm)},
		"a letter to subscribe to":   {`<form>季節のお知らせを受け取る<input type=email><button>申し込む</button></form>`, one(probes.OtherForm)},
		"a rendered log-in, no form": {`<div><input name=user><input type=password><button>Log in</button></div>`, one(probes.LoginForm)},
		"another service's account":  {`<main><button>Googleでログイン</button></main>`, one(probes.LoginForm)},
		"a link to the log-in":       {`<a href=/login>ログインページへ</a>`, nil},
		"hidden":                     {`<form hidden><input type=password></form>`, []probes.Form{{Kind: probes.LoginForm}}},
		"disabled":                   {`<form><fieldset disabled><input name=a><input type=password></fieldset></form>`, []probes.Form{{Kind: probes.LoginForm, Visible: true}}},
		"waiting to be filled in":    {`<form><input name=a><input type=password><button disabled>ログイン</button></form>`, one(probes.LoginForm)},
		"filled in and barred":       {`<form><input name=a value=x><input type=password value=y><button disabled>ログイン</button></form>`, []probes.Form{{Kind: probes.LoginForm, Visible: true}}},
		"only hidden fields":         {`<form><input type=hidden name=a></form>`, nil},
		"fields elsewhere":           {`<form id=f action=/login></form><input form=f type=password>`, one(probes.LoginForm)},
		"two forms":                  {`<form><input type=search></form><form><input type=password></form>`, append(one(probes.OtherForm), one(probes.LoginForm)...)},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Read(c.html).Forms); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func one(kind probes.FormKind) []probes.Form {
	return []probes.Form{{Kind: kind, Visible: true, Enabled: true}}
}

func TestContent(t *testing.T) {
	const sentence = "この記事では、会員の方が店舗とオンラインストアでポイントを使う方法を順を追ってご案内しています。"
	layout := func(main string) string {
		links := strings.Repeat(`<li><a href="/x">会員の方へのさまざまなご案内はこちら</a></li>`, 12)
		return `<header><nav><ul>` + links + `</ul></nav></header><main>` + main + `</main><footer><ul>` + links + `</ul><p>` + sentence + sentence + sentence + `</p></footer>`
	}
	for name, c := range map[string]struct {
		html string
		want bool
	}{
		"an error page in a layout":      {layout(`<h1>エラー</h1><p>申し訳ございません。処理に失敗しました。</p><p>しばらくしてからもう一度お試しください。</p><a href="/">トップへ</a>`), false},
		"an error page with ways out":    {layout(`<h1>404</h1><p>ページが見つかりません。</p><ul><li><a>トップ</a><li><a>会員登録</a><li><a>ログイン</a></ul>`), false},
		"an article":                     {layout(`<h1>題</h1>` + strings.Repeat("<p>"+sentence+sentence+"</p>", 4)), true},
		"a short article that says so":   {layout(`<article><h1>題</h1><p>` + sentence + `</p><p>` + sentence + `</p></article>`), true},
		"questions and answers":          {layout(`<dl>` + strings.Repeat("<dt>問</dt><dd>答え</dd>", 5) + `</dl>`), true},
		"goods":                          {layout(`<ul>` + strings.Repeat(`<li><a><img src=x></a><p>商品</p><p>500円</p></li>`, 8) + `</ul>`), true},
		"a member's page":                {layout(`<h1>マイページ</h1><table><tr><th>名前<td>花子<tr><th>会員番号<td>12<tr><th>ポイント<td>30</table>`), true},
		"an inquiry":                     {layout(`<form><input name=name><input name=tel2><textarea name=body></textarea><button>送信</button></form>`), true},
		"a log-in is a form, no content": {layout(`<form><input name=a><input type=password></form>`), false},
		"nothing":                        {``, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Read(c.html).Content; got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestExpect(t *testing.T) {
	const page = `<p>マイ ページ</p><div hidden><input type=password></div><p class=x>a`
	for name, c := range map[string]struct {
		e    probes.Expectation
		want probes.ExpectedOnPage
	}{
		"nothing":            {probes.Expectation{}, probes.ExpectedOnPage{}},
		"a visible element":  {probes.Expectation{Selector: "p.x:nth-of-type(2), nav"}, probes.ExpectedOnPage{Selector: probes.Met}},
		"a hidden element":   {probes.Expectation{Selector: "[type=password]"}, probes.ExpectedOnPage{Selector: probes.Unmet}},
		"no element":         {probes.Expectation{Selector: "form"}, probes.ExpectedOnPage{Selector: probes.Unmet}},
		"no selector at all": {probes.Expectation{Selector: "[["}, probes.ExpectedOnPage{}},
		"a URL":              {probes.Expectation{URL: "https://example.test/my*"}, probes.ExpectedOnPage{URL: probes.Met}},
		"another URL":        {probes.Expectation{URL: "https://example.test/"}, probes.ExpectedOnPage{URL: probes.Unmet}},
		"stars":              {probes.Expectation{URL: "*/m*pag*?b=*"}, probes.ExpectedOnPage{URL: probes.Met}},
		"stars that overlap": {probes.Expectation{URL: "https://example.test/mypage?b=1*1"}, probes.ExpectedOnPage{URL: probes.Unmet}},
		"a text":             {probes.Expectation{Text: "マイ\nページ"}, probes.ExpectedOnPage{Text: probes.Met}},
		"a text that isn't":  {probes.Expectation{Text: "ログイン"}, probes.ExpectedOnPage{Text: probes.Unmet}},
		"several at a time":  {probes.Expectation{Selector: "p", Text: "x"}, probes.ExpectedOnPage{Selector: probes.Met, Text: probes.Unmet}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Expect(page, "https://example.test/mypage?b=1", Read(page), c.e); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestObserve(t *testing.T) {
	for name, c := range map[string]struct {
		raw, contentType, text, title string
	}{
		"UTF-8":                    {"<title>題</title><p>エラー", "text/html; charset=utf-8", "エラー", "題"},
		"Shift_JIS by the header":  {"<p>\x83G\x83\x89\x81[", "text/html; charset=Shift_JIS", "エラー", ""},
		"EUC-JP by the page":       {"<meta charset=euc-jp><p>\xa5\xa8\xa5\xe9\xa1\xbc", "text/html", "エラー", ""},
		"ISO-2022-JP":              {"<p>\x1b$B%(%i!<\x1b(B", "text/html; charset=iso-2022-jp", "エラー", ""},
		"UTF-16 by its mark":       {"\xff\xfe<\x00p\x00>\x00a\x00", "text/html", "a", ""},
		"no type":                  {"<p>a", "", "a", ""},
		"plain text":               {"no <b>healthy upstream", "text/plain", "no <b>healthy upstream", ""},
		"JSON":                     {`{"message":"Forbidden"}`, "application/json", `{"message":"Forbidden"}`, ""},
		"JSON without a type":      {` {"message":"Forbidden"}`, "", `{"message":"Forbidden"}`, ""},
		"a picture":                {"\x89PNG\x00\x00", "image/png", "", ""},
		"bytes without a type":     {"\x00\x01\x02", "", "", ""},
		"nothing":                  {"", "text/html", "", ""},
		"an unknown character set": {"<p>a", "text/html; charset=klingon", "a", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := Observe([]byte(c.raw), c.contentType, "https://example.test/x", 503).Last()
			if v.Text != c.text || v.Title != c.title || v.Status != 503 || v.FinalURL != "https://example.test/x" || v.RequestedURL != v.FinalURL {
				t.Errorf("%+v", v)
			}
		})
	}
}

// Hostile pages are read, within bounds.
func TestHostile(t *testing.T) {
	for name, page := range map[string]string{
		"deep":               strings.Repeat("<div>", 100_000) + "end",
		"deep, of formats":   strings.Repeat("<b><i>", 20_000) + "end",
		"deep, of errors":    strings.Repeat(`<div class="error">x`, 5_000),
		"deep tables":        strings.Repeat("<table><tr><td>", 2_000) + "end",
		"deep forms":         strings.Repeat("<form><p><input>", 5_000),
		"many attributes":    "<p " + strings.Repeat("a ", 200_000) + ">end",
		"much text":          strings.Repeat("<p>申し訳ございません", 50_000),
		"many rules":         "<style>" + strings.Repeat("p a b c d{display:none}", 4_000) + "</style>" + strings.Repeat("<p><a><b>x", 500),
		"open comment":       "<!--" + strings.Repeat("-", 100_000),
		"stray ends":         strings.Repeat("</p></div></b>", 50_000),
		"nested selects":     strings.Repeat("<select><option>", 20_000),
		"no end of a script": "<p>end<script>" + strings.Repeat("x", 100_000),
		"null bytes":         strings.Repeat("\x00<\x00", 50_000),
		"many fields":        "<form id=f></form>" + strings.Repeat("<input form=f>", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			r := Read(page)
			if len(r.Text) > maxText || len(r.Regions) > maxRegions || !utf8.ValidString(r.Text) {
				t.Errorf("%d bytes of text, %d regions", len(r.Text), len(r.Regions))
			}
			Expect(page, "", r, probes.Expectation{Selector: "p b"})
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`<form><input type=password aria-invalid=true aria-describedby=e><p id=e class=error>x</form><dialog open>y</dialog>`)
	f.Add(`<style>@media{a{b}} .x{display:none}</style><div data-genkan-hidden><div data-genkan-modal><svg><title>x</title></svg><math><mi><p>`)
	f.Add(strings.Repeat("<div>", 600))
	f.Fuzz(func(t *testing.T, page string) {
		r := Read(page)
		if len(r.Text) > maxText+utf8.UTFMax || len(r.Regions) > maxRegions {
			t.Fatalf("%d bytes of text, %d regions", len(r.Text), len(r.Regions))
		}
		if diff := cmp.Diff(r, Read(page)); diff != "" {
			t.Fatal(diff)
		}
		for _, region := range r.Regions {
			if strings.TrimSpace(region.Text) == "" || len(region.Text) > maxRegion+utf8.UTFMax {
				t.Fatalf("region %q", region.Text)
			}
		}
		Observe([]byte(page), "", "", 0)
	})
}

func BenchmarkRead(b *testing.B) {
	page := "<html><head><title>x</title></head><body>" + strings.Repeat(`<div class="row"><p>会員の方はログインしてお進みください。</p><a href="/x">Members log in here</a></div>`, 800) + "</body>"
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		Read(page)
	}
}
