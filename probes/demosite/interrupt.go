package demosite

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// delay is how much later a slow page answers.
const delay = time.Second

// bounce sends the visitor back to the top page.
func bounce(w http.ResponseWriter, r *http.Request) bool {
	http.Redirect(w, r, "/", http.StatusFound)
	return true
}

// dawdle waits and lets the page go on, unless the visitor has gone.
func dawdle(_ http.ResponseWriter, r *http.Request) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-r.Context().Done():
		return true
	}
}

// hang never answers, and ends when the visitor goes. The connection is taken
// from the server, which can be shut down all the same.
func hang(w http.ResponseWriter, r *http.Request) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	defer context.AfterFunc(r.Context(), func() { conn.Close() })()
	if conn.SetDeadline(time.Time{}) == nil {
		_, _ = io.Copy(io.Discard, conn) // the visitor's going ends it
	}
	return true
}

// reset closes the connection so that the visitor's side sees it reset.
func reset(w http.ResponseWriter, _ *http.Request) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // without a wait for what is unsent, closing sends RST
	}
	return true
}

// blank answers with nothing.
func blank(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	return true
}

// circle redirects to the same page with another query, without end.
func circle(w http.ResponseWriter, r *http.Request) bool {
	turn, err := strconv.ParseUint(r.URL.Query().Get("turn"), 10, 32)
	if err != nil {
		turn = 0
	}
	http.Redirect(w, r, fmt.Sprintf("%s?turn=%d", r.URL.Path, turn+1), http.StatusFound)
	return true
}
