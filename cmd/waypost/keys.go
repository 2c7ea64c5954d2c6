package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
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

// newKeys reads the files that a configuration names. It makes nothing.
func newKeys(c config.Config) (keys, error) {
	var k keys
	if c.Signing.Certificate != "" {
		id, err := certs.Load(c.Signing.Certificate, c.Signing.Key)
		if err != nil {
			return keys{}, &failure{exitFailure, fmt.Errorf("signing: %w", err), ""}
		}
		k.signing = &id
	}
	if c.TLS.Certificate != "" {
		id, err := certs.Load(c.TLS.Certificate, c.TLS.Key)
		if err != nil {
			return keys{}, &failure{exitFailure, fmt.Errorf("tls: %w", err), ""}
		}
		k.tls = id.TLS()
	}
	return k, nil
}

// signingIdentity gives who signs profiles: the configured files, else the
// self-made identity of the state directory, made on first use. Instances
// that answer under one name must sign as one.
func signingIdentity(c config.Config, k keys, stateFlag string) (certs.Identity, error) {
	if k.signing != nil {
		return *k.signing, nil
	}
	if c.Siblings {
		return certs.Identity{}, &failure{
			exitFailure, fmt.Errorf("%s says siblings: true, and every instance would sign profiles as somebody else", c.File),
			"give all instances the same files under signing: certificate and key",
		}
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
	return int(end.Sub(now).Hours() / 24)
}
