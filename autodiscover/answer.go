package autodiscover

import (
	"waypost/providers"
)

// ContentType is what POX answers are sent as.
const ContentType = "text/xml; charset=utf-8"

// Answer is what one Outlook answer says: how to set up one account.
type Answer struct {
	DisplayName string   // the address, where the request had one; else the provider's name
	Servers     []Server // incoming first, then outgoing
}

// Server is one Protocol element.
type Server struct {
	Protocol  providers.Protocol // IMAP, POP3 or Submission
	Host      string
	Port      int
	Security  providers.Security
	LoginName string // literal; empty when the request had no address
}

// New makes the answer for an account. Without an address (the zero Address)
// the answer names no log-in, as Delta Chat's GET needs it. Servers on their
// registered port are preferred, because Thunderbird and FairEmail judge TLS
// by the port. The error is a [*providers.Inexpressible] when nobody logs in
// with a password here, or there are no servers to name.
func New(a providers.Account) (Answer, error) {
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
	nsResponse = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
	nsOutlook  = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
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
