package probe_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waypost/probe"
	"waypost/providers"
)

func TestEvidenceSurvivesJSON(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 5, time.UTC)
	e := probe.Evidence{
		Server: providers.Server{
			Protocol: providers.CalDAV, Host: "dav.example.test", Port: 8443, Security: providers.TLS,
			Path: "/cal/", Auth: []providers.Auth{providers.PasswordCleartext}, Username: providers.LocalPart,
		},
		Began: at, Took: time.Second, Verdict: probe.Fail, Cause: probe.CertName, Also: []probe.Cause{probe.IPv6Dead},
		Steps: []probe.Step{
			{Name: probe.StepResolve, Verdict: probe.Pass, Seen: "192.0.2.1", Took: 1},
			{Name: probe.StepConnect, Address: netip.MustParseAddrPort("[2001:db8::1]:993"), Verdict: probe.Warn, Cause: probe.IPv6Dead, Expected: "x"},
		},
		Addresses:   []probe.Address{{Address: netip.MustParseAddr("192.0.2.1"), Reached: true, Serial: "4a"}, {Address: netip.MustParseAddr("2001:db8::1"), Cause: probe.Refused}},
		Security:    providers.TLS,
		TLS:         "TLS 1.3",
		Certificate: &probe.Certificate{Names: []string{"a.test"}, Issuer: "b", Serial: "4a", NotBefore: at, NotAfter: at, DaysLeft: -1, Chain: 2, Causes: []probe.Cause{probe.CertName}},
		Greeting:    "HTTP/1.1 401", Before: []string{"a"}, After: []string{"b"}, Methods: []string{"Basic"},
		Auth: []providers.Auth{providers.PasswordCleartext}, Redirect: "https://x.test/", LoginForm: providers.FullAddress, LoginTried: 2, ControlOpen: true,
	}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back probe.Evidence
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, back, cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); diff != "" {
		t.Errorf("written and read back:\n%s", diff)
	}
	var members map[string]any
	if err := json.Unmarshal(b, &members); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	const want = "addresses also auth_methods auth_offered began capabilities capabilities_before_tls cause certificate control_open greeting login_form login_tries redirect security server steps tls took_ns verdict"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("members are %s, and must stay %s", got, want)
	}
}

func TestEveryCauseHasWords(t *testing.T) {
	seen := map[probe.Cause]bool{}
	for _, c := range probe.Causes() {
		w := c.Words()
		if seen[c] || string(c) != strings.ToUpper(string(c)) || w.Verdict == "" || w.Verdict == probe.Pass {
			t.Errorf("%s: %+v", c, w)
		}
		seen[c] = true
		for _, text := range []string{w.Meaning, w.Who, w.Next} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q is no sentence", c, text)
			}
		}
	}
	if words := probe.Cause("NO-SUCH-CAUSE").Words(); words != (probe.Words{}) {
		t.Errorf("an unknown cause has words: %+v", words)
	}
}

func TestWorstFollowsTheExitCodes(t *testing.T) {
	for _, c := range []struct {
		verdicts []probe.Verdict
		want     probe.Verdict
	}{
		{nil, probe.Untested},
		{[]probe.Verdict{probe.Pass}, probe.Pass},
		{[]probe.Verdict{probe.Pass, probe.Warn}, probe.Warn},
		{[]probe.Verdict{probe.Warn, probe.Untested}, probe.Untested},
		{[]probe.Verdict{probe.Fail, probe.Untested, probe.Pass}, probe.Fail},
	} {
		if got := probe.Worst(c.verdicts...); got != c.want {
			t.Errorf("%v: %s", c.verdicts, got)
		}
	}
}
