package browser

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/google/go-cmp/cmp"

	"genkan/probes"
)

// limited passes messages through a messageLimit, in pieces of some size.
func limited(t testing.TB, stream []byte, longest, piece int) []byte {
	t.Helper()
	limit := limitMessages(io.NopCloser(bytes.NewReader(stream)), longest)
	var out []byte
	buffer := make([]byte, piece)
	for {
		n, err := limit.Read(buffer)
		out = append(out, buffer[:n]...)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	cases := map[string]struct{ stream, want string }{
		"none":           {"", ""},
		"short ones":     {"ab\x00cd\x00", "ab\x00cd\x00"},
		"as long as may": {"abcd\x00", "abcd\x00"},
		"too long":       {"abcdef\x00gh\x00", "abcd\x00gh\x00"},
		"without end":    {"abcdef", "abcd"},
		"empty":          {"\x00\x00", "\x00\x00"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for piece := 1; piece < 8; piece++ {
				if got := string(limited(t, []byte(c.stream), 4, piece)); got != c.want {
					t.Errorf("in pieces of %d: %q, want %q", piece, got, c.want)
				}
			}
		})
	}
}

func FuzzMessageLimit(f *testing.F) {
	f.Add([]byte("abc\x00de"), 2, 3)
	f.Fuzz(func(t *testing.T, stream []byte, longest, piece int) {
		longest, piece = longest&0xff, piece&0xff+1
		messages := bytes.Split(stream, []byte{0})
		for i, m := range messages {
			messages[i] = m[:min(len(m), longest)]
		}
		if diff := cmp.Diff(string(bytes.Join(messages, []byte{0})), string(limited(t, stream, longest, piece))); diff != "" {
			t.Error(diff)
		}
	})
}

// peer is the browser's side of a connection of a test.
type peer struct {
	from *io.PipeReader // what we are sent
	to   *io.PipeWriter
}

func connected(t testing.TB, on eventHandler) (*connection, *session, peer) {
	t.Helper()
	theirR, ourW := io.Pipe()
	ourR, theirW := io.Pipe()
	c, root := connect(ourR, ourW, on)
	t.Cleanup(func() {
		c.close()
		<-c.ended
	})
	return c, root, peer{theirR, theirW}
}

func TestCommandsEnd(t *testing.T) {
	cases := map[string]struct {
		peer func(peer)
		want error
	}{
		"when the browser goes":   {func(p peer) { p.to.Close() }, errConnectionLost},
		"when their time is over": {func(peer) {}, context.DeadlineExceeded},
		"when they are answered":  {func(p peer) { io.WriteString(p.to, `{"id":1,"result":{"product":"x"}}`+"\x00") }, nil},
		"after what is no JSON":   {func(p peer) { io.WriteString(p.to, "{\x00"+`{"id":1,"result":{"product":"x"}}`+"\x00") }, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, root, peer := connected(t, nil)
				go io.Copy(io.Discard, peer.from)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				answer := send(ctx, root, page.Navigate, page.NavigateParams{URL: "http://127.0.0.1/"})
				c.peer(peer)
				if _, err := answer.wait(ctx); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		})
	}
}

func TestACommandOfASessionThatEnds(t *testing.T) {
	c, _, peer := connected(t, nil)
	go io.Copy(io.Discard, peer.from)
	s := c.adopt("tab", nil)
	answer := send(t.Context(), s, page.Enable, page.EnableParams{})
	c.abandon("tab")
	c.abandon("tab")
	if _, err := answer.wait(t.Context()); !errors.Is(err, errSessionEnded) {
		t.Error(err)
	}
}

func TestABrowserThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, root, _ := connected(t, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var last pending[cdp.Empty]
		for range 200 {
			last = send(ctx, root, page.StopLoading, cdp.Empty{})
		}
		if _, err := last.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// FuzzEvents feeds a visit whatever a browser could say.
func FuzzEvents(f *testing.F) {
	methods := []string{
		network.RequestWillBeSent.Method, network.ResponseReceived.Method, network.DataReceived.Method, network.LoadingFinished.Method,
		network.LoadingFailed.Method, page.FrameNavigated.Method, page.NavigatedWithinDocument.Method, page.FrameRequestedNavigation.Method,
		page.FrameStoppedLoading.Method, page.LifecycleEvent.Method, page.JavascriptDialogOpening.Method, runtime.BindingCalled.Method,
		runtime.ConsoleAPICalled.Method, runtime.ExceptionThrown.Method, log.EntryAdded.Method, inspector.TargetCrashed.Method,
		target.AttachedToTarget.Method, target.DetachedFromTarget.Method,
	}
	f.Add(byte(0), `{"requestId":"1","loaderId":"1","frameId":"tab","type":"Document","request":{"url":"http://a/"}}`, byte(1), `{"requestId":"1","response":{"status":200,"headers":{"Server":"x"}}}`)
	f.Add(byte(5), `{"frame":{"id":"tab","loaderId":"1","url":"http://a/"}}`, byte(9), `{"frameId":"tab","loaderId":"1","name":"DOMContentLoaded"}`)
	f.Add(byte(12), `{"type":"error","args":[{"type":"string","value":"x"},null]}`, byte(16), `{"sessionId":"s","targetInfo":{"type":"iframe"}}`)
	f.Add(byte(0), `{"redirectResponse":{},"requestId":"","type":"XHR","request":{}}`, byte(3), `{"requestId":""}`)
	f.Fuzz(func(t *testing.T, a byte, first string, b byte, second string) {
		c, _, peer := connected(t, nil)
		go io.Copy(io.Discard, peer.from)
		v := newVisit(runOf("http://a/", probes.Expectation{URL: "http://a/*"}, time.Minute), &process{conn: c, product: &browser.GetVersionResult{}}, Config{}.completed())
		defer v.stop()
		v.scene = newScene("tab", v.run.Probe.Expect)
		v.page = c.adopt("page", v.event)
		for range 2 {
			v.event(v.page, methods[int(a)%len(methods)], jsonv2.Value(first))
			v.event(v.page, methods[int(b)%len(methods)], jsonv2.Value(second))
		}
		v.scene.look(time.Now())
		var view probes.View
		v.scene.fill(&view)
		if len(view.Redirects) > maxHops || len(view.FinalURL) > 4*maxURL {
			t.Errorf("%+v", view)
		}
	})
}
