package discover_test

import (
	"testing"

	"waypost/discover"
	"waypost/internal/testenv"
)

func TestAnAddressToWhichThisMachineHasNoWayIsUntested(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	for _, record := range []string{"A 8.8.8.8", "AAAA 2606:4700::1111"} {
		w := world{records: []string{"autoconfig.example.test. 60 IN " + record}}
		trace := run(t, "geary", w.start(t, newCertificates(t)).options)
		step := trace.Steps[0]
		if step.Verdict != discover.Untested || step.Error != "this machine has no way to that address" || trace.Result.Certain {
			t.Errorf("%s: %+v, certain %v", record, step, trace.Result.Certain)
		}
	}
}
