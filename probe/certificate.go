package probe

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Bounds of a chain: what public authorities issue has three certificates.
const (
	maxChain = 20
	maxNames = 100
)

// inspect tells what a chain is worth for a host at a time: all causes, the worst
// first, each with what was expected.
func inspect(chain []*x509.Certificate, host string, roots *x509.CertPool, now time.Time) (*Certificate, []string) {
	leaf := chain[0]
	c := &Certificate{
		Names:     printableAll(leaf.DNSNames[:min(len(leaf.DNSNames), maxNames)]),
		Issuer:    printable(nameOf(leaf.Issuer.CommonName, leaf.Issuer.Organization)),
		Serial:    printable(leaf.SerialNumber.Text(16)),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
		DaysLeft: days(leaf.NotAfter.Sub(now)),
		Chain:    len(chain),
	}
	for _, ip := range leaf.IPAddresses[:min(len(leaf.IPAddresses), maxNames)] {
		c.Names = append(c.Names, ip.String())
	}
	if len(c.Names) == 0 {
		c.Names = printableAll([]string{leaf.Subject.CommonName})
	}
	var details []string
	add := func(cause Cause, format string, args ...any) {
		c.Causes, details = append(c.Causes, cause), append(details, fmt.Sprintf(format, args...))
	}
	at := now
	switch {
	case now.After(leaf.NotAfter):
		add(CertExpired, "a certificate that is valid now")
		at = leaf.NotAfter
	case now.Before(leaf.NotBefore):
		add(CertNotYet, "a certificate that is valid now; this one begins on %s", leaf.NotBefore.UTC().Format(time.DateOnly))
		at = leaf.NotBefore
	}
	if leaf.VerifyHostname(host) != nil {
		add(CertName, "a certificate for %s", host)
	}
	if cause, detail := trust(chain[:min(len(chain), maxChain)], roots, at); cause != "" {
		add(cause, "%s", detail)
	}
	if c.Verified = len(c.Causes) == 0; c.Verified {
		if left := leaf.NotAfter.Sub(now); left < min(14*24*time.Hour, leaf.NotAfter.Sub(leaf.NotBefore)/3) {
			add(CertSoon, "a certificate that was renewed")
		}
	}
	return c, details
}

// trust follows the chain to a root. The time is one at which the first
// certificate holds, so that its own dates do not hide what else is wrong.
func trust(chain []*x509.Certificate, roots *x509.CertPool, at time.Time) (Cause, string) {
	o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool(), CurrentTime: at}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	leaf := chain[0]
	_, err := leaf.Verify(o)
	if err == nil {
		return "", ""
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return CertExpired, "a chain that is valid now; that of " + printable(nameOf(e.Cert.Subject.CommonName, e.Cert.Subject.Organization)) + " is not"
	}
	if selfSigned(leaf) {
		return CertSelfSigned, "a certificate of an authority"
	}
	for _, c := range chain[1:] {
		if bytes.Equal(c.RawSubject, leaf.RawIssuer) {
			return CertUntrusted, "a trusted authority: " + printable(err.Error())
		}
	}
	return CertChainIncomplete, "the certificate of its issuer, " + printable(nameOf(leaf.Issuer.CommonName, leaf.Issuer.Organization)) + ", beside it"
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

func nameOf(common string, organization []string) string {
	if common == "" {
		return strings.Join(organization, ", ")
	}
	return common
}

// days rounds down, so that half a day after the end is -1.
func days(d time.Duration) int {
	n := int(d / (24 * time.Hour))
	if d < 0 {
		n--
	}
	return n
}

func (c *Certificate) summary() string {
	names := strings.Join(c.Names[:min(len(c.Names), 3)], ", ")
	if more := len(c.Names) - 3; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	left := fmt.Sprintf("%d days left", c.DaysLeft)
	if c.DaysLeft < 0 {
		left = fmt.Sprintf("ended %s", c.NotAfter.Format(time.DateOnly))
	}
	return printable(fmt.Sprintf("for %s, issued by %s, %s, serial %s", names, c.Issuer, left, c.Serial))
}
