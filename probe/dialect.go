package probe

import (
	"slices"
	"strings"

	"waypost/providers"
)

// dialect is one of the protocols that are spoken in lines.
type dialect struct {
	name string
	// greet reads the greeting: its first line, and the capabilities that some
	// servers tell with it.
	greet func(*wire) (greeting string, capabilities []string, err error)
	// ask asks for the capabilities.
	ask func(*wire) ([]string, error)
	// nudge draws an answer from a server that does not greet.
	nudge string
	// bye ends a conversation.
	bye string
	// startTLS is the capability, upgrade the command and the reading of its
	// answer; a refusal is a trouble.
	startTLS string
	upgrade  func(*wire) error
	// again tells that the server lists its capabilities by itself after TLS.
	again bool
	// methods gives the ways to log in, as the server names them.
	methods func(greeting string, capabilities []string) []string
	// login logs in with one of the methods that hold a password.
	login func(w *wire, method, user, password string) error
}

var dialects = map[providers.Protocol]*dialect{
	providers.IMAP:        &imap,
	providers.POP3:        &pop3,
	providers.Submission:  &submission,
	providers.ManageSieve: &sieve,
}

// has tells whether a capability is offered, in any case.
func has(capabilities []string, name string) bool {
	return slices.ContainsFunc(capabilities, func(c string) bool { return strings.EqualFold(c, name) })
}

// hasWord tells whether a capability line begins with a word.
func hasWord(capabilities []string, word string) bool {
	return slices.ContainsFunc(capabilities, func(c string) bool {
		first, _, _ := strings.Cut(c, " ")
		return strings.EqualFold(first, word)
	})
}

// bare are the ways that have no SASL name.
const (
	bareLogin = "LOGIN command" // IMAP, RFC 9051 section 6.2.3
	bareUser  = "USER"          // POP3, RFC 1939 section 7
	bareAPOP  = "APOP"
	basicHTTP = "Basic"
)

// cleartext tells whether a method hands the password over as it is.
func cleartext(method string) bool {
	return slices.Contains(model([]string{method}), providers.PasswordCleartext)
}

// model gives the methods in the model's words, each once, in the server's order.
// Those that the model does not know are left out, ANONYMOUS is NoAuth.
func model(methods []string) []providers.Auth {
	var auths []providers.Auth
	for _, m := range methods {
		var a providers.Auth
		switch upper := strings.ToUpper(m); {
		case upper == "PLAIN", upper == "LOGIN", m == bareLogin, upper == bareUser, m == basicHTTP:
			a = providers.PasswordCleartext
		case upper == "CRAM-MD5", upper == "DIGEST-MD5", upper == bareAPOP, upper == "DIGEST", strings.HasPrefix(upper, "SCRAM-"):
			a = providers.PasswordEncrypted
		case upper == "XOAUTH2", upper == "OAUTHBEARER", upper == "BEARER":
			a = providers.OAuth2
		case upper == "NTLM":
			a = providers.NTLM
		case upper == "GSSAPI", upper == "GS2-KRB5", upper == "GSS-SPNEGO", upper == "NEGOTIATE":
			a = providers.GSSAPI
		case upper == "EXTERNAL":
			a = providers.TLSClientCert
		case upper == "ANONYMOUS":
			a = providers.NoAuth
		default:
			continue
		}
		if !slices.Contains(auths, a) {
			auths = append(auths, a)
		}
	}
	return auths
}
