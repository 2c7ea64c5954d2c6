package probe_test

import (
	"testing"

	"waypost/internal/reach"
	"waypost/internal/testenv"
	"waypost/probe"
)

// Spectrum speaks implicit TLS on 587, the port that everybody takes for
// STARTTLS. The port decides nothing: what is declared is compared with what is
// there. The names come from the system here.
func TestImplicitTLSOn587IsHealthyWhenItIsDeclared(t *testing.T) {
	if !testenv.OwnNetwork(t, smtpHost) {
		return
	}
	w := newWorld(t)
	w.options.Network = reach.Network{Allow: reach.All}
	certificate, key := w.certificate(t)
	d := testenv.StartDovecot(t, testenv.DovecotOptions{})
	testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket, Submissions: 587})
	if e := probe.Server(t.Context(), server(t, "submissions://%s:587", smtpHost), w.options); e.Verdict != probe.Pass {
		t.Error(show(e))
	}
	if e := probe.Server(t.Context(), server(t, "submission://%s:587", smtpHost), w.options); e.Cause != probe.PlainExpectedTLSSeen {
		t.Error(show(e))
	}
	if e := probe.Server(t.Context(), server(t, "submissions://%s:465", smtpHost), w.options); e.Cause != probe.Refused {
		t.Error(show(e))
	}
	if e := probe.Server(t.Context(), server(t, "submissions://%s:587", otherHost), w.options); e.Cause != probe.NameNotFound {
		t.Error(show(e))
	}
}
