package status

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"sync"
	"time"

	"genkan/alerting"
)

// document is something drawn, ready to be sent to many.
type document struct {
	kind string // media type
	body []byte
	etag string // of the body, so that it changes only when something does
}

func newDocument(kind string, body []byte) document {
	sum := sha256.Sum256(body)
	return document{kind: kind, body: body, etag: fmt.Sprintf(`"%x"`, sum[:12])}
}

// serve answers GET and HEAD, and 304 to who has it already.
func (d document) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", d.kind)
	w.Header().Set("ETag", d.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(d.body))
}

// press draws a document once for all who ask for it while what it is drawn
// from stays the same.
type press struct {
	mu   sync.Mutex
	from impression
	last document
}

// impression is what a document is drawn from: a snapshot, seen at a second.
type impression struct {
	told   *alerting.Snapshot
	second int64
}

func (p *press) draw(from impression, draw func() (document, error)) (document, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last.body != nil && p.from == from {
		return p.last, nil
	}
	d, err := draw()
	if err != nil {
		return document{}, err
	}
	p.from, p.last = from, d
	return d, nil
}
