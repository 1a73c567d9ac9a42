package demosite

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// cookieName is the name of the session's cookie.
const cookieName = "hakoniwa_session"

// session is what the site knows of a visitor. It is kept by the visitor alone,
// signed, so that any number of them costs nothing.
type session struct {
	ID        string `json:"id"`
	Applicant string `json:"applicant,omitempty"` // mail address given at sign-up
	Document  bool   `json:"document,omitempty"`  // the identity document has been taken
	Member    string `json:"member,omitempty"`    // mail address, once logged in or signed up
	Codes     int    `json:"codes,omitempty"`     // pack codes entered
	Cart      int    `json:"cart,omitempty"`      // things in the cart
}

// newSession is a visitor's at the first visit, and after logging out.
func newSession() session { return session{ID: rand.Text()} }

// sealer signs sessions and reads what it has signed.
type sealer struct{ key []byte }

func newSealer() sealer {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails, by its documentation
	return sealer{key: key}
}

func (s sealer) sign(payload string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(payload))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// seal writes v as a cookie's value.
func (s sealer) seal(v session) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "" // strings and numbers always marshal
	}
	payload := base64.RawURLEncoding.EncodeToString(data)
	return payload + "." + s.sign(payload)
}

// open reads a cookie's value; ok is false when it isn't one of ours.
func (s sealer) open(value string) (v session, ok bool) {
	payload, mac, _ := strings.Cut(value, ".")
	if !hmac.Equal([]byte(mac), []byte(s.sign(payload))) {
		return session{}, false
	}
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(data, &v) != nil {
		return session{}, false
	}
	return v, true
}

// of returns the visitor's session, a new one where there is none.
func (s sealer) of(r *http.Request) session {
	if cookie, err := r.Cookie(cookieName); err == nil {
		if v, ok := s.open(cookie.Value); ok {
			return v
		}
	}
	return newSession()
}

// keep gives the visitor the session to bring along.
func (s sealer) keep(w http.ResponseWriter, v session) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: s.seal(v), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}
