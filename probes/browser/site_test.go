package browser

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

const loginPage = `<!doctype html><html lang=ja><title>ログイン</title><h1>ログイン</h1>
<form method=post><label>メール <input type=email name=mail></label><input type=password name=password><button>ログインする</button></form>`

// stream writes pieces as they are and keeps the answer open until the visitor goes.
func stream(w http.ResponseWriter, r *http.Request, first string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, first)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

func shown(body string) http.HandlerFunc { return answer(200, "text/html; charset=utf-8", body) }

func answer(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func encoded(e encoding.Encoding, charset, body string) http.HandlerFunc {
	text, err := e.NewEncoder().String(body)
	if err != nil {
		panic(err)
	}
	return answer(200, "text/html; charset="+charset, text)
}

// trickle writes one byte after another, as slowly as the visitor's patience lasts.
func trickle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, "<title>slow</title><p>The beginning of it</p>")
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			fmt.Fprint(w, ".")
		}
	}
}

// hostile is a site that does everything a visit must survive.
func hostile() http.Handler {
	gif, _ := base64.StdEncoding.DecodeString("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
	script := func(js string) http.HandlerFunc {
		return shown("<!doctype html><title>t</title><p>Some text stands here</p><script>" + js + "</script>")
	}
	pages := map[string]http.HandlerFunc{
		"/login": shown(loginPage),
		"/hop": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/hop2", http.StatusMovedPermanently)
		},
		"/hop2":      func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
		"/403":       answer(403, "text/html", "<title>Forbidden</title><h1>Forbidden</h1><p>You don't have permission to access this resource.</p>"),
		"/403-empty": answer(403, "text/html", ""),
		"/500":       answer(500, "text/html", "<h1>500 Internal Server Error</h1>"),
		"/401": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			answer(401, "text/html", "<h1>Members only</h1>")(w, r)
		},
		"/hang":    hang,
		"/reset":   reset,
		"/trickle": trickle,
		"/loop": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/loop?"+r.URL.RawQuery+"x", http.StatusFound)
		},
		"/js-loop": script("location.href = '/js-loop?' + Math.random()"),
		"/to-file": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		},
		"/image-hangs":  shown(loginPage + `<img src=/hang width=10 height=10>`),
		"/load-never":   shown(loginPage + `<iframe src=/hang></iframe><img src=/hang><link rel=stylesheet media=print href=/hang>`),
		"/alerts":       script("for (;;) alert('もう一度')"),
		"/confirm":      script("document.write('<p>answer: ' + confirm('よろしいですか？') + '</p>')"),
		"/busy":         script("setTimeout(() => { for (;;); }, 0)"),
		"/busy-at-once": script("for (;;);"),
		"/busy-workers": script("const w = URL.createObjectURL(new Blob(['for (;;);'])); for (let i = 0; i < 10; i++) new Worker(w)"),
		"/popups":       script("for (let i = 0; i < 50; i++) window.open('/login')"),
		"/download": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename=x.zip")
			answer(200, "application/zip", "PK")(w, r)
		},
		"/pdf":         answer(200, "application/pdf", "%PDF-1.4"),
		"/204":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"/json":        answer(503, "application/json", `{"error":"maintenance"}`),
		"/text":        answer(200, "text/plain; charset=utf-8", "ただいまメンテナンス中です"),
		"/image":       answer(200, "image/gif", string(gif)),
		"/refresh":     shown(`<meta http-equiv=refresh content="0;url=/login"><p>moving`),
		"/js-redirect": script("setTimeout(() => location.replace('/login'), 50)"),
		"/js-to-204":   shown(loginPage + "<script>location = '/204'</script>"),
		"/api/session": answer(503, "application/json", `{"code":"E503","message":"一時的にご利用いただけません"}`),
		"/late":        shown(loginPage + `<div id=e></div><script>fetch('/api/session').then(r => r.json()).then(j => setTimeout(() => { e.setAttribute('role', 'alert'); e.textContent = j.message }, 50))</script>`),
		"/hydrates":    shown(`<div id=app></div><script>setTimeout(() => { app.innerHTML = '<form><input type=password></form>' }, 700)</script>`),
		"/shadow":      shown(`<title>s</title><my-login></my-login><script>customElements.define('my-login', class extends HTMLElement { connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<form><input type=email name=mail><input type=password><button>ログイン</button></form><slot></slot>' } })</script>`),
		"/frame-same":  shown(`<h1>outside</h1><iframe src=/login width=400 height=400></iframe><iframe src=/403 style="display:none"></iframe>`),
		"/cookie": func(w http.ResponseWriter, r *http.Request) {
			c, _ := r.Cookie("seen")
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
			shown(fmt.Sprintf("<p>cookie: %v</p><script>document.write('stored: ' + localStorage.seen); localStorage.seen = 'yes'</script>", c != nil))(w, r)
		},
		"/sjis":         encoded(japanese.ShiftJIS, "Shift_JIS", loginPage),
		"/eucjp":        encoded(japanese.EUCJP, "EUC-JP", loginPage),
		"/big":          shown(loginPage + strings.Repeat("<p>"+strings.Repeat("長い文章です。", 50)+"</p>\n", 10_000)),
		"/many-nodes":   script("let h = ''; for (let i = 0; i < 100000; i++) h += '<i>x</i>'; document.body.insertAdjacentHTML('beforeend', h)"),
		"/console":      script("for (let i = 0; i < 20000; i++) console.error('line ' + i)"),
		"/huge-console": script("console.error('x'.repeat(80 << 20))"),
		"/unload":       script("onbeforeunload = (e) => { e.preventDefault(); return 'stay' }"),
		"/locale": func(w http.ResponseWriter, r *http.Request) {
			shown(fmt.Sprintf("<p>%s</p><p id=a></p><script>a.textContent = [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, innerWidth, navigator.maxTouchPoints, navigator.userAgent].join('|')</script>", r.Header.Get("Accept-Language")))(w, r)
		},
		"/hidden": shown(`<title>h</title><p>shown</p><p style="display:none">n1</p><p style="visibility:hidden">n2<b style="visibility:visible">shown too</b></p><p style="opacity:0">n3</p><details><summary>sum</summary>n4</details><p style="position:absolute;left:-9999px">n5</p><input value=typed><input type=submit value=送信><form hidden><input name=code></form><textarea>typed</textarea><fieldset disabled><input id=off></fieldset><div style="display:flex"><a>one</a><a>two</a></div><div role=dialog>over it</div>`),
		"/truncated": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "5000")
			shown(loginPage)(w, r)
		},
	}
	mux := http.NewServeMux()
	for path, handler := range pages {
		mux.HandleFunc(path, handler)
	}
	mux.HandleFunc("/frame-cross", func(w http.ResponseWriter, r *http.Request) {
		other := "http://localhost:" + r.Host[strings.LastIndex(r.Host, ":")+1:]
		shown(fmt.Sprintf(`<h1>outside</h1><iframe src="%s/late" width=600 height=600></iframe>
<iframe src="%s/403" style="visibility:hidden" width=600 height=600></iframe>`, other, other))(w, r)
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) { stream(w, r, loginPage) })
	return mux
}

// serveWatched starts the hostile site. arrived gets the path of every request for it,
// as long as there is room.
func serveWatched(t testing.TB) (site *httptest.Server, arrived <-chan string) {
	t.Helper()
	paths := make(chan string, 1000)
	inner := hostile()
	site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case paths <- r.URL.Path:
		default:
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		site.CloseClientConnections()
		site.Close()
	})
	return site, paths
}

func serve(t testing.TB) *httptest.Server {
	t.Helper()
	site, _ := serveWatched(t)
	return site
}

// closedPort is an address on which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return (&url.URL{Scheme: "http", Host: listener.Addr().String(), Path: "/"}).String()
}
