package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"time"

	"genkan/probes"
)

// digestForm keeps anything that isn't a digest away from the store.
var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// apiEvidence serves a file of evidence. It was written by the site that was
// visited, so it is shown as a picture or as plain text and never as a page.
func (c *Console) apiEvidence(w http.ResponseWriter, r *http.Request) {
	digest := r.PathValue("digest")
	if !digestForm.MatchString(digest) {
		refuse(w, http.StatusBadRequest, "a digest is sha256: and 64 hexadecimal digits")
		return
	}
	if c.cfg.Evidence == nil {
		refuse(w, http.StatusNotFound, "no evidence is kept")
		return
	}
	file, err := c.cfg.Evidence(probes.Digest(digest))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		refuse(w, http.StatusNotFound, "this evidence is not kept, or no longer")
		return
	case err != nil:
		c.fail(w, r, err)
		return
	}
	defer func() { _ = file.Close() }() // it was only read
	c.serveEvidence(w, r, digest, file)
}

func (c *Console) serveEvidence(w http.ResponseWriter, r *http.Request, digest string, file io.ReadSeeker) {
	kind, err := harmlessType(file)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	h.Set("ETag", `"`+digest+`"`)
	http.ServeContent(w, r, "", time.Time{}, file)
}

// harmlessType is the media type to serve a file as, told by its first bytes:
// a picture when it is one, else plain text.
func harmlessType(file io.ReadSeeker) (string, error) {
	head := make([]byte, 8)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("read evidence: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("rewind evidence: %w", err)
	}
	switch head = head[:n]; {
	case bytes.Equal(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", nil
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg", nil
	}
	return "text/plain; charset=utf-8", nil
}
