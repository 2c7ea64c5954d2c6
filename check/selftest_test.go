package check_test

import (
	"testing"

	"waypost/check"
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
