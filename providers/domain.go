package providers

import (
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// ErrDomain says that a text is not a domain name. The texts that wrap it are
// sentences for people and never repeat the input.
var ErrDomain = errors.New("not a domain name")

// Domain is a DNS name in its ASCII form: lower case, A-labels, no trailing
// dot, never an IP address. The zero Domain means "none". Domains compare
// with == and serve as map keys.
type Domain struct{ ascii string }

// maxDomain is the longest name that DNS carries, in octets (RFC 1035
// section 2.3.4, less the two octets of wire encoding).
const maxDomain = 253

var idnaProfile = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(true),
	idna.VerifyDNSLength(true),
	idna.BidiRule(),
)

// ParseDomain takes a name of at most 253 octets with A-labels or U-labels in
// any case. IP addresses, trailing dots and names whose last label is a
// number are refused (idna alone accepts them). A single label such as
// localhost is a name. Errors wrap [ErrDomain].
func ParseDomain(s string) (Domain, error) {
	switch {
	case s == "":
		return Domain{}, domainError("it is empty")
	case len(s) > maxDomain:
		return Domain{}, domainError("it is longer than 253 characters")
	case strings.HasSuffix(s, "."):
		return Domain{}, domainError("it ends in a dot")
	case !utf8.ValidString(s): // IDNA would encode the replacement character
		return Domain{}, domainError("it is not valid UTF-8")
	}
	ascii := s
	if !plainASCII(s) {
		var err error
		if ascii, err = idnaProfile.ToASCII(s); err != nil {
			return Domain{}, domainError("it has a label that IDNA does not allow")
		}
	}
	if strings.HasSuffix(ascii, ".") { // IDNA maps the ideographic full stop to it
		return Domain{}, domainError("it ends in a dot")
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if numeric(last) {
		return Domain{}, domainError("it is a number or an IP address")
	}
	return Domain{ascii}, nil
}

// MustDomain is ParseDomain for names written in code; it panics on others.
func MustDomain(s string) Domain {
	d, err := ParseDomain(s)
	if err != nil {
		panic(err)
	}
	return d
}

// plainASCII tells whether s is already in the form that IDNA would give it,
// which spares nearly every request the mapping tables: lower-case LDH labels
// of 1 to 63 octets without a hyphen at either end or an A-label prefix.
func plainASCII(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if len(label) > 3 && label[2] == '-' && label[3] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}

// numeric catches the last label of every IPv4 spelling that the platform's
// resolver would take for an address (127.1, 0x7f.1), not only the dotted quad.
func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// String gives the ASCII form, the only one that goes into answers:
// Thunderbird refuses U-labels (readFromXML.sys.mjs, 156.0a1, 2026-08).
func (d Domain) String() string { return d.ascii }

// Unicode gives the form for people, with U-labels where the name has them.
func (d Domain) Unicode() string {
	if !strings.Contains(d.ascii, "xn--") {
		return d.ascii
	}
	u, err := idnaProfile.ToUnicode(d.ascii)
	if err != nil {
		return d.ascii
	}
	return u
}

// IsZero tells whether d is no domain at all.
func (d Domain) IsZero() bool { return d.ascii == "" }

// Parent takes the first label off; the zero Domain when only one is left.
func (d Domain) Parent() Domain {
	_, rest, _ := strings.Cut(d.ascii, ".")
	return Domain{rest}
}

// Registrable gives the domain one label below the public suffix, by the
// Public Suffix List; the zero Domain when d is itself a public suffix.
func (d Domain) Registrable() Domain {
	r, err := publicsuffix.EffectiveTLDPlusOne(d.ascii)
	if err != nil {
		return Domain{}
	}
	return Domain{r}
}

// MXNames gives the names under which clients look for the autoconfig of
// domains whose mail exchanger is mx: mx itself (Nextcloud Mail), mx without
// its first label where that is longer than the registrable domain, and the
// registrable domain (draft-ietf-mailmaint-autoconfig-06, Thunderbird, K-9).
func MXNames(mx Domain) []Domain {
	names := []Domain{mx}
	base := mx.Registrable()
	if base.IsZero() || base == mx {
		return names
	}
	if full := mx.Parent(); full != base {
		names = append(names, full)
	}
	return append(names, base)
}

// hostIP gives the address that a Host without its port spells, with or
// without the brackets of IPv6.
func hostIP(host string) (netip.Addr, bool) {
	inner, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		if inner, bracketed = strings.CutSuffix(inner, "]"); !bracketed {
			return netip.Addr{}, false
		}
	}
	a, err := netip.ParseAddr(inner)
	return plainIP(a), err == nil && (a.Is6() || !bracketed)
}

// plainIP takes off what two spellings of one address may differ in.
func plainIP(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

type reasonError struct {
	kind   error
	reason string
}

func (e *reasonError) Error() string { return e.kind.Error() + ": " + e.reason }
func (e *reasonError) Unwrap() error { return e.kind }

func domainError(reason string) error { return &reasonError{ErrDomain, reason} }
