package markup

import (
	"bytes"
	"html"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"genkan/probes"
)

// Observe makes an observation of a saved page: the bytes as they were served,
// the Content-Type they came with ("" when it isn't known), the URL and the
// status of the answer (0: not known). The character set is found by the
// content type, the page's own declaration, and its bytes, in this order. What
// isn't HTML is read as plain text; what isn't text has nothing to read.
func Observe(raw []byte, contentType, url string, status int) probes.Observation {
	page := strings.TrimPrefix(decode(raw, contentType), "\ufeff")
	v := probes.View{RequestedURL: url, FinalURL: url, Status: status, ContentType: mediaType(contentType, raw), HTML: bounded(page, maxHTML)}
	switch {
	case isHTML(v.ContentType):
		v.Reading = Read(v.HTML)
	case isText(v.ContentType):
		v.Reading = Read("<pre>" + html.EscapeString(v.HTML) + "</pre>")
	}
	return probes.Observation{Views: []probes.View{v}}
}

func decode(raw []byte, contentType string) string {
	r, err := charset.NewReader(bytes.NewReader(raw), contentType)
	if err != nil {
		return string(raw) // a character set nobody knows: as it is
	}
	decoded, err := io.ReadAll(io.LimitReader(r, 2*maxHTML))
	if err != nil || len(decoded) == 0 && utf8.Valid(raw) {
		return string(raw)
	}
	return string(decoded)
}

// mediaType is the MIME type of an answer; without one it is told by the bytes.
func mediaType(contentType string, raw []byte) string {
	if t, _, err := mime.ParseMediaType(contentType); err == nil {
		return t
	}
	head := raw[:min(len(raw), 1024)]
	if bytes.IndexByte(head, 0) >= 0 {
		return "application/octet-stream"
	}
	if bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) {
		return "application/json"
	}
	return "text/html"
}

func isHTML(t string) bool { return t == "text/html" || t == "application/xhtml+xml" }

func isText(t string) bool {
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "json") || strings.HasSuffix(t, "xml") || strings.HasSuffix(t, "javascript")
}
