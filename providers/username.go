package providers

import (
	"errors"
	"strings"
)

// Username is the rule for a log-in name: text with the placeholders
// {address}, {local} and {domain}, at least one of the first two. The zero
// Username is unknown.
type Username string

// The two rules that nearly every provider has.
const (
	FullAddress Username = "{address}"
	LocalPart   Username = "{local}"
)

// ErrUsername says that a rule for the log-in name cannot be used.
var ErrUsername = errors.New("not a rule for user names")

// ParseUsername takes a rule of at most 128 characters. A rule without
// {address} or {local} is refused: it would be one name for everybody, and
// Thunderbird turns literal digits into numbers (JXON.sys.mjs, 2026-08).
// Errors wrap [ErrUsername].
func ParseUsername(s string) (Username, error) {
	rest := strings.NewReplacer("{address}", "", "{local}", "", "{domain}", "").Replace(s)
	switch {
	case len(s) > 128:
		return "", &reasonError{ErrUsername, "it is longer than 128 characters"}
	case strings.ContainsAny(rest, "{}"):
		return "", &reasonError{ErrUsername, "the placeholders are {address}, {local} and {domain}"}
	case !strings.Contains(s, "{address}") && !strings.Contains(s, "{local}"):
		return "", &reasonError{ErrUsername, "it needs {address} or {local}"}
	}
	for _, r := range rest {
		if r <= ' ' || r >= 0x7f {
			return "", &reasonError{ErrUsername, "it has a character that is not printable ASCII"}
		}
	}
	return Username(s), nil
}

// Render puts a dialect's own words in the place of the placeholders:
// literals for an account, %EMAILADDRESS% and its kin for autoconfig.
func (u Username) Render(address, local, domain string) string {
	switch u {
	case FullAddress:
		return address
	case LocalPart:
		return local
	}
	return strings.NewReplacer("{address}", address, "{local}", local, "{domain}", domain).Replace(string(u))
}

// For gives the log-in name of an address.
func (u Username) For(a Address) string {
	return u.Render(a.String(), a.local, a.domain.ascii)
}
