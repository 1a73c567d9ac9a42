package demosite

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// both are a load and a sending of the log-in form.
func both(t *testing.T, v visitor) map[string]*http.Request {
	t.Helper()
	post := v.request(http.MethodPost, "/login", strings.NewReader(url.Values{"mail": {MemberMail}, "password": {"wrong"}}.Encode()))
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return map[string]*http.Request{"load": v.request(http.MethodGet, "/login", nil), "send": post}
}

func TestBounceAndBlank(t *testing.T) {
	site, base := serve(t)
	v := newVisitor(t, base)
	for _, page := range Pages()[1:] {
		if err := site.SetFault(page, "bounced-to-top"); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths(page) {
			if got := v.open(path); got.status != http.StatusFound || got.location != "/" {
				t.Errorf("bounce: %s answers %d to %q", path, got.status, got.location)
			}
		}
		if got := v.fill(paths(page)[0]); got.status != http.StatusFound || got.location != "/" {
			t.Errorf("bounce: %s sent answers %d to %q", page, got.status, got.location)
		}
	}
	if err := site.SetFault(All, "blank"); err != nil {
		t.Fatal(err)
	}
	for _, page := range Pages() {
		for _, got := range []seen{v.open(paths(page)[0]), v.fill(paths(page)[0])} {
			if got.status != http.StatusOK || got.body != "" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
				t.Errorf("blank: %s answers %d %q %q", page, got.status, got.header.Get("Content-Type"), got.body)
			}
		}
	}
}

func TestRedirectLoopNeverRepeats(t *testing.T) {
	site, base := serve(t)
	if err := site.SetFault("login", "redirect-loop"); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, base)
	met := map[string]bool{}
	path := v.fill("/login").location
	for range 25 {
		if met[path] || !strings.HasPrefix(path, "/login?") {
			t.Fatalf("sent to %q", path)
		}
		met[path] = true
		path = v.open(path).location
	}
}

func TestSlowIsHealthyAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := New(slog.New(slog.DiscardHandler))
		if err := site.SetFault("login", "slow"); err != nil {
			t.Fatal(err)
		}
		for name, r := range both(t, visitor{t: t}) {
			started := time.Now()
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			if took := time.Since(started); took != delay || w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `data-page="login"`) {
				t.Errorf("%s: %d after %v", name, w.Code, took)
			}
		}
	})
}

func TestResetResets(t *testing.T) {
	site, base := serve(t)
	if err := site.SetFault("login", "reset"); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, base)
	for name, r := range both(t, v) {
		if _, err := v.client.Do(r); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %v, want a reset", name, err)
		}
	}
}

func TestHangEndsWhenTheVisitorGoes(t *testing.T) {
	site := New(slog.New(slog.DiscardHandler))
	if err := site.SetFault("login", "hang"); err != nil {
		t.Fatal(err)
	}
	begun, over := make(chan struct{}, 1), make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		site.ServeHTTP(w, r)
		over <- struct{}{}
	}))
	defer server.Close()
	v := newVisitor(t, server.URL)
	for name, r := range both(t, v) {
		ctx, leave := context.WithCancel(t.Context())
		answer := make(chan error, 1)
		go func() {
			_, err := v.client.Do(r.WithContext(ctx))
			answer <- err
		}()
		<-begun
		leave()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: answered with %v", name, err)
		}
		<-over
	}
}

// A server is shut down although a visitor still waits.
func TestHangDoesNotHoldTheServer(t *testing.T) {
	site := New(slog.New(slog.DiscardHandler))
	if err := site.SetFault("login", "hang"); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: site}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hijacked := make(chan struct{})
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateHijacked {
			close(hijacked)
		}
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	waiting, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	if _, err := io.WriteString(waiting, "GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-hijacked
	if err := server.Shutdown(t.Context()); err != nil {
		t.Errorf("shut down: %v", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

// Without a connection to take, hanging and resetting abort the answer.
func TestWithoutHijackingTheAnswerIsAborted(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, act := range map[string]interrupter{"hang": hang, "reset": reset} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != http.ErrAbortHandler {
					t.Errorf("recovered %v", got)
				}
			}()
			act(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil))
		})
	}
}
