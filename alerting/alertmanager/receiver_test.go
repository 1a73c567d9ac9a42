package alertmanager

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/notify/webhook"

	"genkan/alerting"
	"genkan/probes"
)

// listener is a real webhook receiver: it passes on what it was told, one
// string per notification.
type listener struct {
	*httptest.Server
	told chan string
	hold chan struct{} // when not nil: an answer waits for a value from it
}

func newListener(t *testing.T) *listener {
	t.Helper()
	r := &listener{told: make(chan string, 100)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		var m webhook.Message
		if err := json.NewDecoder(req.Body).Decode(&m); err != nil {
			t.Error(err)
			return
		}
		var list []string
		for _, a := range m.Alerts {
			list = append(list, fmt.Sprintf("%s %s %s", a.Labels["incident"], a.Labels["side"], a.Status))
		}
		slices.Sort(list)
		r.told <- fmt.Sprint(list)
		if r.hold != nil {
			<-r.hold
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// hears fails unless the next notifications are want, in order.
func (r *listener) hears(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-r.told:
			if d := cmp.Diff(w, got); d != "" {
				t.Fatalf("notification (-want +got):\n%s", d)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("nothing arrived; want %q", w)
		}
	}
}

// hearsOnlyAMark fails if anything but a mark arrives. A mark is an incident
// whose group waits ten times as long as the others': when it arrives,
// those have had their turns.
func (r *listener) hearsOnlyAMark(t *testing.T, s Sender, others ...alerting.Alert) {
	t.Helper()
	mark := open("mark-"+rand(), probes.SideSystem, time.Now())
	mark.Component = "mark"
	if err := s.Send(t.Context(), append(others, wording().incident(mark, time.Now(), noon())...)); err != nil {
		t.Fatal(err)
	}
	r.hears(t, "["+mark.ID+" system firing]")
}

func rand() string { return fmt.Sprint(time.Now().UnixNano()) }

// yaml is a configuration with one webhook receiver at url, that groups fast.
func yaml(url string) []byte {
	return fmt.Appendf(nil, `
route:
  receiver: hook
  group_by: [incident]
  group_wait: 0s
  group_interval: 50ms
  repeat_interval: 4h
  routes:
    - matchers: ['component="mark"']
      group_by: [incident]
      group_wait: 500ms
receivers:
  - name: hook
    webhook_configs: [{url: %q}]
`, url)
}

func tell(t *testing.T, s Sender, incidents ...alerting.Incident) []alerting.Alert {
	t.Helper()
	now := time.Now()
	alerts := wording().Alerts(snapshotOf(incidents, nil), now, now.Add(-keep))
	if err := s.Send(t.Context(), alerts); err != nil {
		t.Fatal(err)
	}
	return alerts
}
