package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

//go:embed page.js
var pageScript string

const (
	worldName   = "genkan"        // the isolated world our script runs in
	bindingName = "genkanChanged" // what it calls when something changed; only that world has it
	maxChildren = 30              // frames of other sites that are read
)

type cdpError = cdproto.Error

// batch sends commands to a session without waiting for each one's answer.
type batch struct {
	ctx     context.Context
	session *session
	waits   []func() error
}

func enqueue[P, R any](b *batch, cmd cdp.Command[P, R], params P) {
	p := send(b.ctx, b.session, cmd, params)
	b.waits = append(b.waits, func() error {
		_, err := p.wait(b.ctx)
		return err
	})
}

// wait waits for all answers and returns the first error.
func (b *batch) wait() (first error) {
	for _, wait := range b.waits {
		if err := wait(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// follow has a tab or frame tell of its changes and of its frames of other sites.
func (v *visit) follow(b *batch) {
	expect, err := json.Marshal(map[string]string{"selector": v.run.Probe.Expect.Selector, "text": v.run.Probe.Expect.Text})
	if err != nil {
		expect = []byte("{}") // strings always marshal
	}
	frames := target.Filter{{Type: "iframe"}, {Exclude: true}}
	enqueue(b, target.SetAutoAttach, target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: new(true), Filter: frames})
	enqueue(b, runtime.AddBinding, runtime.AddBindingParams{Name: bindingName, ExecutionContextName: worldName})
	enqueue(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: fmt.Sprintf("%s\ngenkan.watch(%s);", pageScript, expect), WorldName: worldName, RunImmediately: new(true),
	})
}

// children are the sessions of the tab's frames of other sites.
type children struct {
	mu       sync.Mutex
	sessions map[target.SessionID]*session
	frames   map[target.SessionID]cdp.FrameID
	closed   bool
}

// attached takes up a frame of another site, while there are not too many. It
// is called by the connection's reader.
func (v *visit) attached(e *target.EventAttachedToTarget) {
	if e.TargetInfo == nil || e.TargetInfo.Type != "iframe" {
		return
	}
	c := &v.children
	c.mu.Lock()
	defer c.mu.Unlock()
	s := v.proc.conn.adopt(e.SessionID, v.event)
	v.scene.moved(cdp.FrameID(e.TargetInfo.TargetID))
	if c.closed || len(c.sessions) >= maxChildren {
		post(s, runtime.RunIfWaitingForDebugger, cdp.Empty{})
		return
	}
	if c.sessions == nil {
		c.sessions, c.frames = map[target.SessionID]*session{}, map[target.SessionID]cdp.FrameID{}
	}
	c.sessions[e.SessionID], c.frames[e.SessionID] = s, cdp.FrameID(e.TargetInfo.TargetID)
	go v.readyFrame(s)
}

// readyFrame asks a frame of another site for what is read of it, and lets it
// begin: it waits for that. What it refuses is missed in the view, no more.
func (v *visit) readyFrame(s *session) {
	ctx, cancel := context.WithTimeout(v.bodies, answerDeadline)
	defer cancel()
	b := batch{ctx: ctx, session: s}
	enqueue(&b, network.Enable, network.EnableParams{MaxTotalBufferSize: new(int64(2 << 20)), MaxResourceBufferSize: new(int64(2 * maxFetched))})
	enqueue(&b, page.Enable, page.EnableParams{})
	v.follow(&b)
	v.dressFrame(&b, v.proc.product)
	enqueue(&b, runtime.RunIfWaitingForDebugger, cdp.Empty{})
	if err := b.wait(); err != nil {
		v.log.Debug("a frame can't be followed", "err", err)
	}
}

func (v *visit) detached(id target.SessionID) {
	v.children.mu.Lock()
	delete(v.children.sessions, id)
	delete(v.children.frames, id)
	v.children.mu.Unlock()
	v.proc.conn.abandon(id)
}

func (c *children) abandon(conn *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for id := range c.sessions {
		conn.abandon(id)
	}
}

// fetchBody fetches the beginning of an exchange's answer in the background.
// The scene's lock is held.
func (v *visit) fetchBody(s *session, id network.RequestID, r *request) {
	r.fetched = make(chan struct{})
	go func() {
		defer close(r.fetched)
		ctx, cancel := context.WithTimeout(v.bodies, time.Second)
		defer cancel()
		result, err := call(ctx, s, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
		if err != nil {
			return // it is gone with its document; the status says enough
		}
		v.scene.update(func(time.Time) { r.body = cut(string(result.Body[:min(len(result.Body), 4*maxBody)]), maxBody) })
	}()
}

// awaitBodies gives the bodies that are on their way a moment.
func (v *visit) awaitBodies(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	for _, fetched := range v.scene.fetches() {
		select {
		case <-fetched:
		case <-ctx.Done():
			return
		}
	}
}
