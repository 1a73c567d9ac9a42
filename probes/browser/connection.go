package browser

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// maxMessage is the longest message of the browser that is read, in bytes: room
// for a snapshot, of which each character may take six. A page can make messages
// as long as it likes; a longer one is cut and dropped.
const maxMessage = 16 << 20

// Ways in which a command ends without an answer.
var (
	errConnectionLost = errors.New("the browser is gone")
	errSessionEnded   = errors.New("the tab is gone")
)

// connection is our end of the pipe to one browser process. Answers and events
// are read by a single goroutine, which never waits for anybody.
type connection struct {
	transport chromedp.Transport
	outgoing  chan *cdproto.Message
	ended     chan struct{} // closed when the browser no longer speaks

	mu       sync.Mutex
	lastID   int64
	waiting  map[int64]chan<- *cdproto.Message // each with room for its answer
	sessions map[target.SessionID]*session
}

// connect speaks with a browser through the two ends of its pipe. The session
// it returns is the browser's own; on receives its events.
func connect(r io.ReadCloser, w io.WriteCloser, on eventHandler) (*connection, *session) {
	c := &connection{
		transport: chromedp.NewPipeConn(limitMessages(r, maxMessage), w),
		outgoing:  make(chan *cdproto.Message, 64),
		ended:     make(chan struct{}),
		waiting:   map[int64]chan<- *cdproto.Message{},
		sessions:  map[target.SessionID]*session{},
	}
	root := c.adopt("", on)
	go c.read()
	go c.write()
	return c, root
}

// close ends the connection, which makes the browser exit if it can.
func (c *connection) close() error { return c.transport.Close() }

func (c *connection) read() {
	defer close(c.ended)
	for {
		msg := new(cdproto.Message)
		err := c.transport.Read(context.Background(), msg)
		var malformed *jsonv2.SyntacticError
		switch {
		case errors.As(err, &malformed):
			continue // one message is lost: it was cut, or isn't JSON
		case err != nil:
			return
		case msg.ID != 0:
			c.answer(msg)
		default:
			c.dispatch(msg)
		}
	}
}

func (c *connection) write() {
	for {
		select {
		case <-c.ended:
			return
		case msg := <-c.outgoing:
			if err := c.transport.Write(context.Background(), msg); err != nil {
				return // the reader sees the end too
			}
		}
	}
}

func (c *connection) answer(msg *cdproto.Message) {
	c.mu.Lock()
	ch := c.waiting[msg.ID]
	delete(c.waiting, msg.ID)
	c.mu.Unlock()
	if ch != nil {
		ch <- msg
	}
}

func (c *connection) dispatch(msg *cdproto.Message) {
	c.mu.Lock()
	s := c.sessions[msg.SessionID]
	c.mu.Unlock()
	if s != nil && s.on != nil {
		s.on(s, string(msg.Method), msg.Params)
	}
}

// adopt makes the session with this id known, so that its events arrive.
func (c *connection) adopt(id target.SessionID, on eventHandler) *session {
	s := &session{conn: c, id: id, on: on, ended: make(chan struct{})}
	c.mu.Lock()
	c.sessions[id] = s
	c.mu.Unlock()
	return s
}

// abandon forgets a session: its events are dropped, its commands end.
func (c *connection) abandon(id target.SessionID) {
	c.mu.Lock()
	s := c.sessions[id]
	delete(c.sessions, id)
	c.mu.Unlock()
	if s != nil {
		close(s.ended)
	}
}

// eventHandler receives the events of a session in order, on the goroutine that
// reads the connection: it must neither wait nor call.
type eventHandler func(s *session, method string, params jsonv2.Value)

// session is a dialogue with one target: a tab, a frame of another site, or the browser.
type session struct {
	conn  *connection
	id    target.SessionID
	on    eventHandler
	ended chan struct{}
}

// pending is a command that was sent and not yet answered.
type pending[R any] struct {
	session *session
	method  string
	id      int64
	reply   chan *cdproto.Message
	err     error
}

// send puts a command on its way. Commands of one session are carried out in
// the order in which they were sent, so many can be under way at once.
func send[P, R any](ctx context.Context, s *session, cmd cdp.Command[P, R], params P) pending[R] {
	p := pending[R]{session: s, method: cmd.Method, reply: make(chan *cdproto.Message, 1)}
	body, err := jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
	if err != nil {
		p.err = err
		return p
	}
	c := s.conn
	c.mu.Lock()
	c.lastID++
	p.id = c.lastID
	c.waiting[p.id] = p.reply
	c.mu.Unlock()
	select {
	case c.outgoing <- &cdproto.Message{ID: p.id, SessionID: s.id, Method: cdproto.MethodType(cmd.Method), Params: body}:
	case <-c.ended:
		p.err = errConnectionLost
	case <-s.ended:
		p.err = errSessionEnded
	case <-ctx.Done():
		p.err = ctx.Err()
	}
	return p
}

// wait waits for the command's result until ctx ends.
func (p pending[R]) wait(ctx context.Context) (R, error) {
	result, err := p.await(ctx)
	if err != nil {
		p.forget()
		return result, fmt.Errorf("%s: %w", p.method, err)
	}
	return result, nil
}

func (p pending[R]) await(ctx context.Context) (R, error) {
	var zero R
	if p.err != nil {
		return zero, p.err
	}
	select {
	case msg := <-p.reply:
		return decodeReply[R](msg)
	case <-p.session.conn.ended:
		return zero, errConnectionLost
	case <-p.session.ended:
		return zero, errSessionEnded
	case <-ctx.Done():
		return zero, ctx.Err()
	}
}

func decodeReply[R any](msg *cdproto.Message) (result R, err error) {
	if msg.Error != nil {
		return result, msg.Error
	}
	return result, jsonv2.Unmarshal(msg.Result, &result, chromedp.DefaultUnmarshalOptions)
}

// forget drops the answer that nobody waits for any more.
func (p pending[R]) forget() {
	c := p.session.conn
	c.mu.Lock()
	delete(c.waiting, p.id)
	c.mu.Unlock()
}

// call sends a command and waits for its result.
func call[P, R any](ctx context.Context, s *session, cmd cdp.Command[P, R], params P) (R, error) {
	return send(ctx, s, cmd, params).wait(ctx)
}

// post sends a command whose outcome changes nothing, without waiting: an event
// handler may use it.
func post[P, R any](s *session, cmd cdp.Command[P, R], params P) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), answerDeadline)
		defer cancel()
		_, _ = call(ctx, s, cmd, params) // the state it changes is observed by its events
	}()
}

// messageLimit passes on the messages of the pipe, which end with a zero byte
// each, and cuts those that are too long.
type messageLimit struct {
	io.Closer
	r    *bufio.Reader
	max  int
	size int // of the message so far
}

func limitMessages(r io.ReadCloser, longest int) *messageLimit {
	return &messageLimit{Closer: r, r: bufio.NewReaderSize(r, 64<<10), max: longest}
}

// Read passes on the next piece of a message. What is beyond the limit is read
// and left out; the cut message is no JSON any more.
func (l *messageLimit) Read(p []byte) (int, error) {
	for {
		n, err := l.r.Read(p[:min(len(p), 64<<10)])
		kept := l.keep(p[:n])
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// keep moves what is within the limit to the front of p and returns its length.
func (l *messageLimit) keep(p []byte) int {
	kept, rest := 0, p
	for len(rest) > 0 {
		piece, after, ended := bytes.Cut(rest, []byte{0})
		kept += copy(p[kept:], piece[:min(len(piece), max(0, l.max-l.size))])
		l.size += len(piece)
		if ended {
			p[kept] = 0
			kept++
			l.size = 0
		}
		rest = after
	}
	return kept
}
