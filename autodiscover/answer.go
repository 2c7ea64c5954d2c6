package autodiscover

import (
	"waypost/providers"
)

// ContentType is what POX answers, MobileSync's among them, are sent as.
const ContentType = "text/xml; charset=utf-8"

// Answer is what one Outlook answer says: how to set up one account, or where
// to ask instead. It has Servers or one of the two redirects.
type Answer struct {
	DisplayName string   // the address, where the request had one; else the provider's name; empty in New's redirects
	Servers     []Server // incoming first, then outgoing

	// RedirectURL is asked instead, with the same request. As written, not yet
	// parsed. Outlook and Delta Chat follow it, Thunderbird does not.
	RedirectURL string
	// RedirectAddress is the address to ask for instead, at its own domain. As
	// written, not yet parsed. Outlook and Thunderbird follow it.
	RedirectAddress string
}

// Server is one Protocol element.
type Server struct {
	Protocol  providers.Protocol // IMAP, POP3 or Submission
	Host      string
	Port      int
	Security  providers.Security
	LoginName string // literal; empty when the request had no address
	// TTL is for how many hours the settings hold; 0 or less: nothing is said,
	// and Outlook takes one hour. What MS-OXDSCLI means by 0, never to ask
	// again, cannot be written, and is read as nothing said.
	TTL int
}

// New makes the answer for an account. Where the Setup's Autodiscover says who
// answers Outlook in our place, the answer redirects there. Else it names one
// incoming and one outgoing server; those on their registered port are
// preferred, because Thunderbird and FairEmail judge TLS by the port. No TTL is
// said: a record can change with every reload, and an hour, the default, is
// soon enough.
//
// Without an address (the zero Address) the answer names no log-in, as Delta
// Chat's GET needs it. The error is a [*providers.Inexpressible] when nobody
// logs in with a password here, there are no servers to name, the record is
// partial, or with [CodeNeedsAddress]; see [NeedsAddress].
func New(a providers.Account) (Answer, error) {
	if redirects(a.Match) {
		return redirect(a.Match, a.Address.Local())
	}
	incoming, outgoing, err := choose(a.Match)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{DisplayName: a.Provider.Name}
	if !a.Address.IsZero() {
		answer.DisplayName = a.Address.String()
	}
	for _, s := range []providers.Server{incoming, outgoing} {
		answer.Servers = append(answer.Servers, newServer(s, a.Address))
	}
	return answer, nil
}

// CodeNeedsAddress is the code of answers that hold an address and were asked
// for without one.
const CodeNeedsAddress = "AUTODISCOVER-NEEDS-ADDRESS"

// NeedsAddress tells whether [New] has an answer for addresses of a Match only:
// Outlook is sent to another domain, where the local part stays the same.
func NeedsAddress(m providers.Match) bool {
	return redirects(m) && m.Setup.Autodiscover.URL == ""
}

// redirects tells whether somebody else answers Outlook. A partial record is
// never served.
func redirects(m providers.Match) bool {
	return m.Setup.Partial == "" && !m.Setup.Autodiscover.IsZero()
}

// redirect makes the answer that leads elsewhere; local may be empty.
func redirect(m providers.Match, local string) (Answer, error) {
	if !NeedsAddress(m) {
		return Answer{RedirectURL: m.Setup.Autodiscover.URL}, nil
	}
	address, err := redirectAddress(m, local)
	return Answer{RedirectAddress: address}, err
}

// redirectAddress is for [redirect] and for MobileSync, which has no other
// redirect than this.
func redirectAddress(m providers.Match, local string) (string, error) {
	if local == "" {
		return "", &providers.Inexpressible{
			Code:   CodeNeedsAddress,
			Reason: "Outlook is to ask for the same address at " + m.Setup.Autodiscover.Domain.String() + ", and no address was given.",
			Next:   "Add the address to the request: POST one, as Outlook does.",
		}
	}
	return local + "@" + m.Setup.Autodiscover.Domain.String(), nil
}

func choose(m providers.Match) (incoming, outgoing providers.Server, err error) {
	return m.Pair(
		func(s providers.Server) bool { return s.AcceptsPassword() && s.StandardPort() },
		providers.Server.AcceptsPassword,
	)
}

func newServer(s providers.Server, a providers.Address) Server {
	out := Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security}
	if !a.IsZero() {
		out.LoginName = s.Username.For(a)
	}
	return out
}

// The namespaces: always http, although samples in Microsoft's documentation
// show https since a mass replacement.
const (
	nsResponse   = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
	nsOutlook    = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	nsMobileSync = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
)

var protocolTypes = []struct {
	name     string
	protocol providers.Protocol
}{
	{"IMAP", providers.IMAP},
	{"POP3", providers.POP3},
	{"SMTP", providers.Submission},
}

// tlsWords are SSL and Encryption for each Security (MS-OXDSCLI
// 2.2.4.1.1.2.6.22 and .44; observed readings in wire order: Outlook,
// Thunderbird, FairEmail, Delta Chat).
var tlsWords = []struct {
	security        providers.Security
	ssl, encryption string
}{
	{providers.TLS, "on", "SSL"},
	{providers.STARTTLS, "on", "TLS"},
	{providers.None, "off", "None"},
}
