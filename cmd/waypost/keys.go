package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"time"

	"waypost/certs"
	"waypost/config"
	"waypost/mobileconfig"
)

// keys are the certificates that an instance works with. Each part is absent
// where the configuration names no files.
type keys struct {
	signing *certs.Identity // from files
	tls     *tls.Certificate
}

// newKeys reads the files that a configuration names, and refuses what serve
// could not work with. It makes nothing.
func newKeys(c config.Config) (keys, error) {
	signing, errSigning := signingFiles(c)
	https, errTLS := tlsFiles(c)
	if err := together(errSigning, errTLS); err != nil {
		return keys{}, err
	}
	return keys{signing, https}, nil
}

// together makes one failure of several errors, each with its own hint; nil of
// none.
func together(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	all := &failure{code: exitFailure}
	for i, err := range errs {
		if f, ok := errors.AsType[*failure](err); ok && f.hint != "" {
			errs[i] = &hinted{f}
		}
	}
	all.err = errors.Join(errs...)
	return all
}

// hinted tells what to do in the error itself.
type hinted struct{ *failure }

func (h *hinted) Error() string { return h.failure.Error() + "\n         " + h.hint }
func (h *hinted) Unwrap() error { return h.failure }

// signingFiles gives the identity of the configured files, or nil. Instances
// that answer under one name must sign as one.
func signingFiles(c config.Config) (*certs.Identity, error) {
	switch {
	case c.Signing.Certificate != "":
		id, err := certs.Load(c.Signing.Certificate, c.Signing.Key)
		if err != nil {
			return nil, &failure{exitFailure, fmt.Errorf("signing: %w", err), ""}
		}
		return &id, nil
	case c.Siblings:
		return nil, &failure{
			exitFailure, fmt.Errorf("%s says siblings: true, and every instance would sign profiles as somebody else", c.File),
			"give all instances the same files under signing: certificate and key",
		}
	}
	return nil, nil
}

// tlsFiles gives what the https listener presents, or nil.
func tlsFiles(c config.Config) (*tls.Certificate, error) {
	const both = "give tls.certificate and tls.key, or --tls-cert and --tls-key"
	switch has := c.TLS.Certificate != ""; {
	case has != (c.TLS.Key != ""), !has && c.TLS.Listen != "":
		return nil, &failure{exitFailure, errors.New("https needs a certificate and a key"), both}
	case !has:
		return nil, nil
	case c.TLS.Listen == "":
		return nil, &failure{exitFailure, errors.New("there is a certificate for https, and nothing listens for it"), "give tls.listen, or --tls-listen, such as :443"}
	}
	id, err := certs.Load(c.TLS.Certificate, c.TLS.Key)
	if err != nil {
		return nil, &failure{exitFailure, fmt.Errorf("tls: %w", err), ""}
	}
	return id.TLS(), nil
}

// signingIdentity gives who signs profiles: the configured files, else the
// self-made identity of the state directory, made on first use.
func signingIdentity(c config.Config, files *certs.Identity, stateFlag string) (certs.Identity, error) {
	if files != nil {
		return *files, nil
	}
	if stateFlag == "" {
		stateFlag = c.State
	}
	dir, err := stateDir(stateFlag)
	if err != nil {
		return certs.Identity{}, err
	}
	id, err := certs.SelfMade(dir, time.Now())
	if err != nil {
		f := &failure{code: exitFailure, err: fmt.Errorf("no signing identity: %w", err)}
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			f.hint = "name a directory that can be written: --state DIR"
		}
		return certs.Identity{}, f
	}
	return id, nil
}

func signerOf(id certs.Identity) mobileconfig.Signer {
	return mobileconfig.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key}
}

// daysLeft counts the whole days until a certificate ends; negative when it
// has ended.
func daysLeft(end, now time.Time) int {
	return int(math.Floor(end.Sub(now).Hours() / 24))
}

func lifeLeft(end, now time.Time) string {
	if now.After(end) {
		return "ended " + end.Format(time.DateOnly)
	}
	return fmt.Sprintf("%d days left", daysLeft(end, now))
}

// soonDays is how many days before its end a certificate is warned of.
// Certificates will live 45 days from 2028 on, and are renewed at two thirds.
const soonDays = 10

// expiring gives a sentence for each certificate that has ended or soon will.
func expiring(signing, https *x509.Certificate, now time.Time) []string {
	var sentences []string
	for _, c := range []struct {
		*x509.Certificate

		what, then string
	}{
		{signing, "the signing certificate", "devices show profiles as not verified"},
		{https, "the https certificate", "clients refuse to connect"},
	} {
		switch {
		case c.Certificate == nil:
		case now.After(c.NotAfter):
			sentences = append(sentences, fmt.Sprintf("%s ended on %s: %s until it is renewed", c.what, c.NotAfter.Format(time.DateOnly), c.then))
		case daysLeft(c.NotAfter, now) < soonDays:
			sentences = append(sentences, fmt.Sprintf("%s ends on %s: %s from then on", c.what, c.NotAfter.Format(time.DateOnly), c.then))
		}
	}
	return sentences
}

// leaf gives the certificate for https; nil when there is none.
func leaf(c *tls.Certificate) *x509.Certificate {
	if c == nil {
		return nil
	}
	return c.Leaf
}
