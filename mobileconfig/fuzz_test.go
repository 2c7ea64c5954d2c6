package mobileconfig_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/mobileconfig"
	"waypost/providers"
)

// What is read is a profile that a device could read, and is the same after it
// is written and read again.
func FuzzDecode(f *testing.F) {
	for _, a := range goldens(f) {
		f.Add(mustEncode(f, mustNew(f, a)))
	}
	all := mustEncode(f, everything(f))
	f.Add(all)
	f.Add(bytes.ReplaceAll(all, []byte("<true/>"), []byte("<false/>")))
	f.Add(bytes.ReplaceAll(all, []byte("<integer>443</integer>"), []byte("<real>443</real>")))
	f.Add(bytes.ReplaceAll(all, []byte("Username</key>"), []byte("Password</key>")))
	f.Add(bytes.ReplaceAll(all, []byte("com.apple.c"), []byte("com.example.c")))
	f.Add([]byte(foreign))
	f.Add([]byte(strings.ReplaceAll(foreign, "\n", "\r\n")))
	f.Add([]byte("\ufeff<plist><dict><key>a</key><plist/><key>CF$UID</key><integer>-0x1</integer></dict></plist>"))
	f.Add([]byte("{PayloadType = Configuration; PayloadContent = (<*I993>, <[TUE=]>, <4d41>);}"))
	f.Add([]byte("bplist00\xd1\x01\x02"))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := mobileconfig.Decode(in)
		if err != nil {
			if diff := cmp.Diff(mobileconfig.Profile{}, p); diff != "" || !errors.Is(err, mobileconfig.ErrProfile) {
				t.Fatalf("error %v with a profile:\n%s", err, diff)
			}
			return
		}
		for _, m := range p.Mail {
			if m.Incoming.Protocol != providers.IMAP && m.Incoming.Protocol != providers.POP3 ||
				m.Outgoing.Protocol != providers.Submission {
				t.Errorf("protocols %q and %q", m.Incoming.Protocol, m.Outgoing.Protocol)
			}
			for _, s := range []mobileconfig.Server{m.Incoming, m.Outgoing} {
				if s.Port < 0 || s.Port > 65535 {
					t.Errorf("port %d", s.Port)
				}
			}
		}
		for _, v := range slices.Concat(p.CalDAV, p.CardDAV) {
			if v.Port < 0 || v.Port > 65535 {
				t.Errorf("port %d", v.Port)
			}
		}
		encoded, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := mobileconfig.Decode(encoded)
		if err != nil {
			// Escapes make a document longer; nothing else may be wrong.
			if len(encoded) > 64<<10 {
				return
			}
			t.Fatalf("what was encoded is not read: %v", err)
		}
		if diff := cmp.Diff(own(p), back); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}

// What is opened is signed: no other content is ever opened with the same
// signature.
func FuzzOpen(f *testing.F) {
	profile := mustEncode(f, mustNew(f, account(f, ann)))
	for name, s := range signers(f) {
		f.Add(mustSign(f, s, profile))
		f.Add(mustSign(f, s, []byte(name)))
	}
	s := issued(f, newECDSA(f))
	f.Add(cms(f, profile, nil, s, s))
	f.Add(cms(f, nil, nil, s))
	f.Add(profile)
	f.Add([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x80, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, in []byte) {
		opened, err := mobileconfig.Open(in)
		if err != nil {
			if diff := cmp.Diff(mobileconfig.Signed{}, opened); diff != "" || !errors.Is(err, mobileconfig.ErrSignature) {
				t.Fatalf("error %v with a signature:\n%s", err, diff)
			}
			return
		}
		c := opened.Certificate
		if c == nil || len(opened.Content) == 0 || !slices.ContainsFunc(opened.Certificates, c.Equal) {
			t.Fatalf("opened without content or signer: %+v", opened)
		}
		if !opened.Time.IsZero() && (opened.Time.Before(c.NotBefore) || opened.Time.After(c.NotAfter)) {
			t.Errorf("signed at %v, valid from %v to %v", opened.Time, c.NotBefore, c.NotAfter)
		}
		for _, at := range []int{0, len(opened.Content) / 2, len(opened.Content) - 1} {
			changed := bytes.Clone(opened.Content)
			changed[at] ^= 0x20
			again, err := mobileconfig.Open(bytes.Replace(in, opened.Content, changed, 1))
			if err == nil && !bytes.Equal(again.Content, opened.Content) {
				t.Errorf("the signature of %q opens %q", opened.Content, again.Content)
			}
		}
	})
}
