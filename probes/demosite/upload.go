package demosite

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
)

// The sizes of what is sent, in bytes.
const (
	formLimit     = 64 << 10 // a form without files
	documentLimit = 6 << 20  // an identity document
	// uploadLimit is how much of an upload is read at all. It is well above
	// documentLimit: who stops reading at once resets the connection, and the
	// visitor never sees why.
	uploadLimit = 64 << 20
)

var errFormTooLarge = errors.New("read form: too large")

// sent reads the form of a request, and the size of the document sent with it;
// the size is 0 where there is none. The document itself is thrown away.
func sent(w http.ResponseWriter, r *http.Request) (url.Values, int64, error) {
	r.Body = http.MaxBytesReader(w, r.Body, uploadLimit)
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		err = r.ParseForm()
		return r.PostForm, 0, err
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read form: %w", err)
	}
	return readParts(parts)
}

// readParts reads fields, as many as a form may have, and counts files.
func readParts(parts *multipart.Reader) (url.Values, int64, error) {
	values, size, room := url.Values{}, int64(0), formLimit
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, size, nil
		}
		if err != nil {
			return values, size, fmt.Errorf("read form: %w", err)
		}
		if part.FileName() != "" {
			n, err := io.Copy(io.Discard, part)
			size += n
			if err != nil {
				return values, size, fmt.Errorf("read document: %w", err)
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, int64(room)))
		if err != nil {
			return values, size, fmt.Errorf("read field: %w", err)
		}
		if room -= len(text) + len(part.FormName()) + 1; room < 0 {
			return values, size, errFormTooLarge
		}
		values.Add(part.FormName(), string(text))
	}
}
