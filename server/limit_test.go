package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"waypost/server"
)

// from asks for the health page as a peer, with what it says of others.
func from(t *testing.T, w world, peer string, forwarded ...string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/healthz", nil)
	r.RemoteAddr = peer
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Code
}

// limited is a server that lets each client ask once a second, ten times at
// once.
func limited(t *testing.T) world {
	t.Helper()
	o := options(t)
	o.RateLimit = 1
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	return newServer(t, o)
}

func TestOneNetworkCannotAskForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock stands still
		w := limited(t)
		spend := func(peer func(i int) (string, []string)) (answered int) {
			for i := range 50 {
				p, forwarded := peer(i)
				switch status := from(t, w, p, forwarded...); status {
				case http.StatusOK:
					answered++
				case http.StatusTooManyRequests:
				default:
					t.Fatalf("status %d", status)
				}
			}
			return answered
		}
		for name, test := range map[string]struct {
			peer     func(i int) (string, []string)
			answered int
		}{
			"one address":         {func(i int) (string, []string) { return fmt.Sprintf("203.0.113.1:%d", 1000+i), nil }, 10},
			"one /64":             {func(i int) (string, []string) { return fmt.Sprintf("[2001:db8:0:1::%x]:99", i), nil }, 10},
			"many addresses":      {func(i int) (string, []string) { return fmt.Sprintf("203.0.113.%d:99", 100+i), nil }, 50},
			"many /64":            {func(i int) (string, []string) { return fmt.Sprintf("[2001:db8:1:%x::1]:99", i), nil }, 50},
			"loopback":            {func(int) (string, []string) { return "127.0.0.1:99", nil }, 50},
			"many behind a proxy": {func(i int) (string, []string) { return "198.51.100.7:99", []string{fmt.Sprintf("203.0.112.%d", i)} }, 50},
			"one behind a proxy":  {func(int) (string, []string) { return "198.51.100.7:99", []string{"203.0.111.1"} }, 10},
			"one, with its port": {func(i int) (string, []string) {
				return "198.51.100.7:99", []string{fmt.Sprintf("203.0.111.9:%d", 1000+i)}
			}, 10},
			"one, behind two":      {func(int) (string, []string) { return "198.51.100.7:99", []string{"203.0.111.2, 198.51.100.8"} }, 10},
			"one, in two fields":   {func(int) (string, []string) { return "198.51.100.7:99", []string{"203.0.111.3", "198.51.100.8"} }, 10},
			"invented by a client": {func(i int) (string, []string) { return "203.0.113.2:99", []string{fmt.Sprintf("192.0.2.%d", i)} }, 10},
			"invented before a proxy": {func(i int) (string, []string) {
				return "198.51.100.7:99", []string{fmt.Sprintf("192.0.2.%d, 203.0.111.4", i)}
			}, 10},
			"as IPv6-mapped": {func(i int) (string, []string) { return fmt.Sprintf("[::ffff:203.0.113.3]:%d", 1000+i), nil }, 10},
		} {
			if got := spend(test.peer); got != test.answered {
				t.Errorf("%s: %d requests were answered, want %d", name, got, test.answered)
			}
		}
	})
}

func TestLimitIsToldInPlainText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := limited(t)
		r := w.get(t, "https://example.com/")
		for range 10 {
			r = w.get(t, "https://example.com/mail/config-v1.1.xml")
		}
		body := want(t, r, http.StatusTooManyRequests, textPlain)
		if !strings.HasPrefix(body, "TOO-MANY-REQUESTS: ") || r.header.Get("Retry-After") == "" {
			t.Errorf("got %s", body)
		}
	})
}

func TestMetricsCountRoutesAndNeverNames(t *testing.T) {
	o := options(t)
	o.Metrics = server.NewMetrics()
	w := newServer(t, o)
	w.get(t, "https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=canary@example.com")
	w.get(t, "https://evil.example/mail/config-v1.1.xml")
	w.get(t, "https://example.com/canary")
	o.Metrics.Reloaded(o.Now(), nil)
	o.Metrics.Reloaded(o.Now(), fmt.Errorf("canary"))
	rec := httptest.NewRecorder()
	o.Metrics.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for _, line := range []string{
		`waypost_requests_total{route="/mail/config-v1.1.xml",status="200"} 1`,
		`waypost_requests_total{route="/mail/config-v1.1.xml",status="404"} 1`,
		`waypost_requests_total{route="none",status="404"} 1`,
		`waypost_request_seconds_count{route="/mail/config-v1.1.xml"} 2`,
		`waypost_configuration_reloads_total{result="done"} 1`,
		`waypost_configuration_reloads_total{result="refused"} 1`,
		`waypost_configuration_last_reload_successful 0`,
	} {
		if !strings.Contains(rec.Body.String(), line+"\n") {
			t.Errorf("there is no %s", line)
		}
	}
	for _, word := range []string{"canary", "example", "evil"} {
		if strings.Contains(rec.Body.String(), word) {
			t.Errorf("the metrics hold %q", word)
		}
	}
}
