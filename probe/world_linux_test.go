package probe_test

import (
	"testing"

	"waypost/internal/testenv"
)

func (w *world) dovecot(t *testing.T, settings string) *testenv.Dovecot {
	t.Helper()
	certificate, key := w.certificate(t)
	return w.dovecotWith(t, certificate, key, settings)
}

func (w *world) dovecotWith(t *testing.T, certificate, key, settings string) *testenv.Dovecot {
	t.Helper()
	return testenv.StartDovecot(t, testenv.DovecotOptions{
		Certificate: certificate, Key: key, Settings: settings,
		Users: map[string]string{account: w.password, "local": w.password},
	})
}

func (w *world) postfix(t *testing.T, settings string) *testenv.Postfix {
	t.Helper()
	certificate, key := w.certificate(t)
	return w.postfixWith(t, certificate, key, settings)
}

func (w *world) postfixWith(t *testing.T, certificate, key, settings string) *testenv.Postfix {
	t.Helper()
	d := testenv.StartDovecot(t, testenv.DovecotOptions{Users: map[string]string{account: w.password}})
	return testenv.StartPostfix(t, testenv.PostfixOptions{Certificate: certificate, Key: key, AuthSocket: d.AuthSocket, Settings: settings})
}
