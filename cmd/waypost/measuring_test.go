package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"waypost/mobileconfig"
	"waypost/probe"
	"waypost/providers"
)

// verdicts measures without a network: every server has the verdict that is set.
type verdicts struct {
	mu      sync.Mutex
	verdict probe.Verdict
	cause   probe.Cause
	begun   int
}

func (v *verdicts) set(verdict probe.Verdict, c probe.Cause) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.verdict, v.cause = verdict, c
}

func (v *verdicts) measure(_ context.Context, s providers.Server, _ probe.Options) probe.Evidence {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.begun++
	return probe.Evidence{Server: s, Verdict: v.verdict, Cause: v.cause, Began: time.Now()}
}

func (v *verdicts) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.begun
}

// measuringOften is an instance that measures each server many times a second.
func measuringOften(measure func(context.Context, providers.Server, probe.Options) probe.Evidence) *instance {
	const often = 40 * time.Millisecond
	return &instance{poll: quick, measuring: measuring{every: often, budget: int(time.Hour / time.Millisecond), measure: measure}}
}

const measuredDomain = `rate-limit: 0
url: https://setup.example.com
domains:
  example.com:
    name: Example Mail
    incoming: [imaps://mail.example.com]
    outgoing: [submissions://mail.example.com]
    calendar: https://dav.example.com/
  example.net: {same-as: example.com}
`

// answers asks as every client does. Of the profile it gives what is signed: the
// signature is another one each time.
func (s *started) answers(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range []struct{ method, path, host, body string }{
		{http.MethodGet, "/mail/config-v1.1.xml", "autoconfig.example.com", ""},
		{http.MethodGet, "/mail/config-v1.1.xml?emailaddress=ann@example.net&all=1", "autoconfig.example.net", ""},
		{http.MethodGet, "/v1.1/example.com", "setup.example.com", ""},
		{http.MethodPost, "/autodiscover/autodiscover.xml", "autodiscover.example.net", outlookPOST},
		{http.MethodGet, "/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=AutodiscoverV1", "autodiscover.example.com", ""},
		{http.MethodGet, "/.well-known/user-agent-configuration.json", "ua-auto-config.example.com", ""},
		{http.MethodGet, "/.well-known/caldav", "example.com", ""},
		{http.MethodGet, "/profile.mobileconfig?email=ann@example.com", "setup.example.com", ""},
		{http.MethodGet, "/healthz", "setup.example.com", ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), r.method, s.plain+r.path, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = r.host
		request.Header.Set("X-Forwarded-Proto", "https")
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(r.path, "/profile") {
			signed, err := mobileconfig.Open(body)
			if err != nil {
				t.Fatal(err)
			}
			body = signed.Content
		}
		response.Header.Del("Date")
		var header bytes.Buffer
		_ = response.Header.Write(&header)
		all[r.method+" "+r.path] = response.Status + "\n" + header.String() + "\n" + string(body)
	}
	return all
}

func (s *started) page(t *testing.T) string {
	t.Helper()
	return string(fetch(t, http.MethodGet, s.plain+"/?email=ann@example.com", "", "text/html; charset=utf-8"))
}

func TestMeasurementsFlagAndChangeNoAnswer(t *testing.T) {
	v := &verdicts{verdict: probe.Untested, cause: probe.NoRoute}
	state := t.TempDir()
	file := write(t, "waypost.yaml", "trusted-proxies: [127.0.0.1]\n"+measuredDomain)
	s := startInstance(t, measuringOften(v.measure), "--config", file, "--listen", "127.0.0.1:0", "--state", state)
	before := s.answers(t)
	for request, answer := range before {
		if !strings.HasPrefix(answer, "2") && !strings.HasPrefix(answer, "3") {
			t.Errorf("%s: %s", request, answer)
		}
	}
	for _, c := range []struct {
		verdict        probe.Verdict
		cause          probe.Cause
		health, onPage string
	}{
		{probe.Pass, "", "servers: 3 pass\n", "working a minute ago"},
		{
			probe.Fail, probe.CertExpired,
			"servers: 3 fail (https://dav.example.com/: CERT-EXPIRED since 20",
			"not working since <bdi ",
		},
		{probe.Pass, "", "servers: 3 pass\n", "working a minute ago"},
	} {
		v.set(c.verdict, c.cause)
		await(t, "the verdict", func() bool { return strings.Contains(s.health(t), c.health) })
		if page := s.page(t); strings.Count(page, c.onPage) != 2 {
			t.Errorf("the page lacks %q:\n%s", c.onPage, page)
		}
		if d := cmp.Diff(before, s.answers(t)); d != "" {
			t.Errorf("%s changes answers (-want +got):\n%s", c.verdict, d)
		}
	}
	for text, n := range map[string]int{"a server does not work as it is configured": 3, "a server works again as it is configured": 3} {
		await(t, text, func() bool { return s.log.count(text) >= n })
		if got := s.log.count(text); got != n {
			t.Errorf("the log has %q %d times, want %d:\n%s", text, got, n, s.log)
		}
	}
	if files, err := filepath.Glob(filepath.Join(state, "measurements", "*.json")); err != nil || len(files) != 3 {
		t.Errorf("%v, %v", files, err)
	}
	card := command(t, exitPass, "show", "ann@example.com", "--config", file, "--state", state)
	if strings.Count(card, "  Measured   pass, 20") != 2 {
		t.Errorf("the card is\n%s", card)
	}
}

// command runs the program in this process, and gives what it prints.
func command(t *testing.T, code int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); got != code {
		t.Errorf("%v: exit code %d, want %d\n%s%s", args, got, code, &stdout, &stderr)
	}
	return stdout.String()
}

// Every measurement takes until the test ends, so all that begin are counted.
func TestRequestStartsNoMeasurement(t *testing.T) {
	var mu sync.Mutex
	begun := map[string]int{}
	total := func() (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, m := range begun {
			n += m
		}
		return n
	}
	i := measuringOften(func(ctx context.Context, s providers.Server, _ probe.Options) probe.Evidence {
		mu.Lock()
		begun[s.Host]++
		mu.Unlock()
		<-ctx.Done()
		return probe.Evidence{}
	})
	file := write(t, "waypost.yaml", "trusted-proxies: [127.0.0.1]\n"+measuredDomain)
	s := startInstance(t, i, "--config", file, "--listen", "127.0.0.1:0", "--state", t.TempDir())
	await(t, "both hosts", func() bool { return total() == 2 })
	for range 20 {
		s.answers(t)
		s.page(t)
		s.health(t)
	}
	if n := total(); n != 2 {
		t.Errorf("%d measurements have begun", n)
	}
	if h := s.health(t); !strings.Contains(h, "servers: 3 not measured yet\n") {
		t.Errorf("/healthz?verbose says\n%s", h)
	}
}

func TestNothingIsMeasuredWithoutConfiguredDomains(t *testing.T) {
	v := &verdicts{verdict: probe.Pass}
	t.Chdir(t.TempDir())
	s := startInstance(t, measuringOften(v.measure), "--listen", "127.0.0.1:0", "--state", "state")
	if h := s.health(t); strings.Contains(h, "servers:") || v.count() != 0 || s.log.count("msg=measuring") != 0 {
		t.Errorf("%d measurements; /healthz?verbose says\n%s", v.count(), h)
	}
	// A configuration that comes is measured, and one that says no is not.
	if err := os.WriteFile("waypost.yaml", []byte(measuredDomain), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, "the first results", func() bool { return strings.Contains(s.health(t), "servers: 3 pass\n") })
	// The interval of a test is in the place of the configured one, but not of 0.
	replace(t, "waypost.yaml", []byte("measure: {interval: 0}\n"+measuredDomain))
	await(t, "the end of it", func() bool { return !strings.Contains(s.health(t), "servers:") })
}

func TestMeasurementsAreCountedByVerdict(t *testing.T) {
	v := &verdicts{verdict: probe.Fail, cause: probe.Refused}
	admin := "127.0.0.1:" + freePort(t)
	file := write(t, "waypost.yaml", "admin: {listen: \""+admin+"\"}\n"+measuredDomain)
	s := startInstance(t, measuringOften(v.measure), "--config", file, "--listen", "127.0.0.1:0", "--state", t.TempDir())
	await(t, "the results", func() bool { return strings.Contains(s.health(t), "servers: 3 fail") })
	var metrics string
	await(t, "the gauge", func() bool {
		response, err := http.Get("http://" + admin + "/metrics") //nolint:noctx // of this machine
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		metrics = string(body)
		return strings.Contains(metrics, `waypost_servers{verdict="fail"} 3`)
	})
	for _, line := range []string{`waypost_servers{verdict="pass"} 0`, `waypost_measurements_total{verdict="fail"} `} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics lack %s:\n%s", line, metrics)
		}
	}
	if strings.Contains(metrics, "example.com") {
		t.Error("the metrics name a server")
	}
}
