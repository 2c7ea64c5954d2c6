package accountqr

import (
	"slices"

	"waypost/providers"
)

// Code is what one code says: one account.
type Code struct {
	Incoming Server
	Outgoing Server
	// AccountName is what the app calls the account. Where it is empty, that
	// is the address.
	AccountName string
	Address     providers.Address // of the sender; ASCII only
	// DisplayName stands before the address in what is sent. It may be empty.
	DisplayName string
}

// Server is one server as a code can say it.
type Server struct {
	Protocol providers.Protocol // IMAP or POP3; Submission for the outgoing one
	Host     string             // ASCII name or IP address
	Port     int                // 1 to 65535
	Security providers.Security
	// Auth is a password in clear (inside TLS) or encrypted (the app: CRAM-MD5),
	// OAuth2, TLSClientCert or NoAuth. The app refuses GSSAPI and NTLM.
	Auth     providers.Auth
	Username string // literal
}

// CodeNotASCII is the code of the [providers.Inexpressible] that [New] gives
// for an address with other letters than ASCII's before the @.
const CodeNotASCII = "NOT-ASCII"

// New makes the code of an account, whose address must not be zero. Account
// name and display name stay empty. The error is a [*providers.Inexpressible]
// when the app could not log in here: it takes neither a password nor OAuth2
// at a host that the app knows, there are no servers to name, or the address
// is not ASCII.
func New(a providers.Account) (Code, error) {
	if !ascii(a.Address.Local()) {
		return Code{}, &providers.Inexpressible{
			Code:   CodeNotASCII,
			Reason: "Thunderbird for Android takes no address that has letters other than a to z before the @.",
			Next:   "Add the account in another mail client, or use an address of this account that has none.",
		}
	}
	incoming, outgoing, method, err := choose(a.Match)
	if err != nil {
		return Code{}, err
	}
	return Code{
		Incoming: newServer(incoming, a.Address, method),
		Outgoing: newServer(outgoing, a.Address, method),
		Address:  a.Address,
	}, nil
}

// choose follows the provider: OAuth2 where that comes first and the app can
// do it, else a password, else OAuth2. Ports and the kind of TLS do not
// matter: the code says both.
func choose(m providers.Match) (incoming, outgoing providers.Server, method func(providers.Server) providers.Auth, err error) {
	oauth2 := func(providers.Server) providers.Auth { return providers.OAuth2 }
	if incoming, outgoing, err = m.Pair(func(s providers.Server) bool { return signsIn(s) && s.Auth[0] == providers.OAuth2 }); err == nil {
		return incoming, outgoing, oauth2, nil
	}
	if incoming, outgoing, err = m.Pair(providers.Server.AcceptsPassword); err == nil {
		return incoming, outgoing, password, nil
	}
	if incoming, outgoing, errOAuth2 := m.Pair(signsIn); errOAuth2 == nil {
		return incoming, outgoing, oauth2, nil
	}
	return providers.Server{}, providers.Server{}, nil, err
}

// signsIn tells whether the app can log in with OAuth2. Only the incoming host
// counts: after an import the app looks up this one, and uses the token for
// both (AuthViewModel.kt, 1b412427).
func signsIn(s providers.Server) bool {
	return s.Accepts(providers.OAuth2) &&
		(s.Protocol == providers.Submission || s.Protocol == providers.IMAP && slices.Contains(oauth2Hosts, s.Host))
}

// oauth2Hosts are the IMAP servers at which the released app has a client
// identifier (TbOAuthConfigurationFactory.kt, 484a8c61; the last one came
// later). It has none for POP3 (thunderbird-android#9094).
var oauth2Hosts = []string{
	"imap.aol.com",
	"imap.fastmail.com",
	"imap.gmail.com",
	"imap.googlemail.com",
	"imap.mail.yahoo.com",
	"outlook.office365.com",
	"mail.thundermail.com",
}

func newServer(s providers.Server, a providers.Address, method func(providers.Server) providers.Auth) Server {
	return Server{
		Protocol: s.Protocol,
		Host:     s.Host,
		Port:     s.Port,
		Security: s.Security,
		Auth:     method(s),
		Username: s.Username.For(a),
	}
}

// password prefers the clear one inside TLS: the encrypted one is CRAM-MD5 in
// the app, and a server may mean SCRAM by it.
func password(s providers.Server) providers.Auth {
	if s.Accepts(providers.PasswordCleartext) && (s.Encrypted() || !s.Accepts(providers.PasswordEncrypted)) {
		return providers.PasswordCleartext
	}
	return providers.PasswordEncrypted
}
