package check_test

import (
	"context"
	"testing"

	"waypost/check"
	"waypost/probe"
	"waypost/providers"
)

func TestSelfTestFindsWhatIsKnownToBeBad(t *testing.T) {
	findings := check.SelfTest(t.Context())
	if len(findings) < 5 {
		t.Fatalf("%d findings", len(findings))
	}
	for _, f := range findings {
		if f.Verdict != check.Pass {
			t.Errorf("%+v", f)
		}
	}
}

// A checker that sees nothing, and one that always complains, are both found.
func TestSelfTestFindsACheckerThatIsWrong(t *testing.T) {
	for name, verdict := range map[string]probe.Verdict{"blind": probe.Pass, "complaining": probe.Fail, "lazy": probe.Untested} {
		findings := check.SelfTestWith(t.Context(), func(_ context.Context, s providers.Server, _ probe.Options) probe.Evidence {
			e := probe.Evidence{Server: s, Verdict: verdict}
			if verdict != probe.Pass {
				e.Cause = probe.TLSHandshake
			}
			return e
		})
		want := 4 // all that are bad
		if verdict != probe.Pass {
			want = 5
		}
		if n := check.Count(findings, check.Fail); n != want {
			t.Errorf("%s: %d of %d are told, want %d: %+v", name, n, len(findings), want, findings)
		}
	}
}
