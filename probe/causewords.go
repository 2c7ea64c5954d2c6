package probe

// inOrder lists the causes as the steps come.
var inOrder = []Cause{
	NameNotFound, NameBroken, NameNoAnswer, AddressForbidden, NoRoute, Refused, Silent, Blocked, Unreachable,
	IPv6Dead, IPv4Dead, AddressDead, Reset, BannerMissing, Slow, Timeout, Flood, Busy, TurnedAway,
	NotThisProtocol, Redirected, TLSExpectedPlainSeen, PlainExpectedTLSSeen, StartTLSMissing,
	StartTLSRefused, StartTLSInjected, NoTLS, TLSOld, TLSHandshake, CertExpired, CertNotYet, CertName,
	CertSelfSigned, CertChainIncomplete, CertUntrusted, CertSoon, CertDiffers, AuthMissing,
	AuthNotDeclared, AuthUnknown, AuthBeforeTLS, LoginRefused, LoginAppPassword, LoginOtherForm, LoginUntested, Interrupted,
}

var causes = map[Cause]Words{
	NameNotFound: {
		Fail, "The server's name does not exist, or has no address.",
		"Everybody: the server cannot be found.",
		"Correct the name, or publish an A or AAAA record for it.",
	},
	NameBroken: {
		Fail, "The server's name cannot be looked up: the name server that was asked failed over it (SERVFAIL).",
		"Everybody whose name server fares alike: the server cannot be found.",
		"Look at the zone's name servers and its DNSSEC; another --resolver tells whether it is the one that was asked.",
	},
	NameNoAnswer: {
		Untested, "The name server that this machine asks did not answer, so nothing was learnt of the server.",
		"Unknown.",
		"See that this machine reaches its name server and may ask it, or name another with --resolver.",
	},
	AddressForbidden: {
		Untested, "The name leads to an address that is not public, and nothing was sent to it.",
		"Unknown; outside such a network the server cannot be reached.",
		"Publish a public address, or allow this one with --allow-private.",
	},
	NoRoute: {
		Untested, "This machine has no way to that address, so nothing was learnt of the server.",
		"Unknown.",
		"Measure from a machine with a connection of that kind.",
	},
	Refused: {
		Fail, "Nothing listens on this port: the connection was refused.",
		"Everybody: the server is not responding, or the connection was refused.",
		"Start the service or correct the port; a firewall that rejects looks the same.",
	},
	Silent: {
		Fail, "Nothing came back from this port: the connection attempt timed out.",
		"Everybody, after a long wait: the server is not responding.",
		"See that the host is up and its firewall lets the port through; --control tells a filtered port from a dead line.",
	},
	Blocked: {
		Fail, "This port is filtered: it stays silent while the control answers.",
		"Everybody behind the same filter, after a long wait: the server is not responding.",
		"Open the port in the server's firewall; if it is open there, the network in between filters it, or the server has banned this address.",
	},
	Unreachable: {
		Fail, "The network says that the host cannot be reached.",
		"Everybody: the server is not responding.",
		"See that the host is up and that its address is the right one.",
	},
	IPv6Dead: {
		Warn, "From here, the IPv6 address does not answer on this port, while IPv4 does.",
		"People with IPv6: a wait before each connection; some clients give up.",
		"Let the service listen on IPv6 and open the firewall for it, or remove the AAAA record.",
	},
	IPv4Dead: {
		Fail, "From here, the IPv4 address does not answer on this port, while IPv6 does.",
		"Everybody without IPv6: the server is not responding.",
		"Let the service listen on IPv4 and open the firewall for it, or remove the A record.",
	},
	AddressDead: {
		Warn, "One of several addresses does not answer on this port.",
		"Some people, now and then: the server is not responding.",
		"Repair the service at that address, or remove its record.",
	},
	Reset: {
		Fail, "The server took the connection and cut it.",
		"Everybody: the connection was closed or interrupted.",
		"Read the server's log; a ban of this address, a limit of connections and a service without a certificate look like this.",
	},
	BannerMissing: {
		Fail, "The server took the connection and said nothing.",
		"Everybody, after a long wait: the server is not responding.",
		"Look whether the service hangs, or waits for something such as a name server or a full disk.",
	},
	Slow: {
		Warn, "The server took more than four seconds to greet.",
		"Clients that search for settings give up by then; others are slow to connect.",
		"Look for a delay at the greeting (a name that is looked up, a penalty, too few processes).",
	},
	Timeout: {
		Fail, "The server began to answer and was not done when the time was over.",
		"Everybody: a long wait, then the server is not responding.",
		"Look whether the service is overloaded or holds back this address (tarpit); try a longer --timeout.",
	},
	Flood: {
		Fail, "The server sends more than a mail server has reason to; reading was stopped.",
		"Everybody: an error in the protocol, or a client that hangs.",
		"Look what really listens on this port.",
	},
	Busy: {
		Fail, "The server answers and says that it cannot serve now.",
		"Everybody for the time being: the server is unavailable, try again later.",
		"Read the server's log; limits of processes and connections, and a full disk, are usual reasons.",
	},
	TurnedAway: {
		Fail, "The server answers and refuses to serve this address.",
		"Whoever comes from such an address: the server refused the connection.",
		"Look whether this address is on the server's list of blocked ones; submission must not use lists meant for incoming mail.",
	},
	NotThisProtocol: {
		Fail, "Something answers on this port, and it speaks another protocol.",
		"Everybody: the server is not responding, or an error in the protocol.",
		"Correct the protocol, the port or the path.",
	},
	Redirected: {
		Untested, "The service sends its clients to another host, which was not asked.",
		"Nobody, where the client follows and the other host works.",
		"Measure the address that it points to, or publish that one.",
	},
	TLSExpectedPlainSeen: {
		Fail, "TLS is declared from the first byte, and the port begins in plain text.",
		"Everybody: cannot connect using SSL (SSL_ERROR_RX_RECORD_TOO_LONG, wrong version number).",
		"Publish STARTTLS for this port if it offers that, or the port that has implicit TLS.",
	},
	PlainExpectedTLSSeen: {
		Fail, "A plain beginning is declared, and the port speaks TLS from the first byte.",
		"Everybody: the client waits for a greeting that never comes, then says the server is not responding.",
		"Publish SSL/TLS for this port, or the port that has STARTTLS.",
	},
	StartTLSMissing: {
		Fail, "STARTTLS is declared, and the server does not offer it.",
		"Everybody: the server does not support STARTTLS; careless clients send the password readable.",
		"Switch TLS on for this port. If the server does offer it, something on the way removes it: never log in there.",
	},
	StartTLSRefused: {
		Fail, "The server offers STARTTLS and then refuses it.",
		"Everybody: cannot connect using STARTTLS.",
		"Read the server's log: mostly the certificate or the key cannot be read.",
	},
	StartTLSInjected: {
		Fail, "Bytes came between the answer to STARTTLS and the handshake: somebody injects them, or the server is open to that.",
		"Careless clients take them for answers given inside TLS (CVE-2011-0411 and its kin); careful ones cut the connection.",
		"Measure from another network; if it stays, update the server. Never log in there.",
	},
	NoTLS: {
		Warn, "Plain text is declared: the password and all mail are readable on the way.",
		"Everybody: clients warn, and some refuse.",
		"Switch TLS on, and declare it.",
	},
	TLSOld: {
		Fail, "The server speaks TLS 1.0 or 1.1 and nothing newer.",
		"Everybody with a current client: cannot connect using SSL (unsupported version). Old clients still work.",
		"Allow TLS 1.2 and 1.3 on the server.",
	},
	TLSHandshake: {
		Fail, "TLS begins on this port, and no connection comes of it.",
		"Everybody: cannot connect using SSL.",
		"Read the server's log; the key, the certificate or the ciphers are usual reasons.",
	},
	CertExpired: {
		Fail, "The certificate has expired.",
		"Everybody. iPhone: cannot verify server identity. Outlook: a security warning. Thunderbird: an exception dialogue.",
		"Renew the certificate, and reload the service: it keeps the old one until then.",
	},
	CertNotYet: {
		Fail, "The certificate is not valid yet.",
		"Everybody: the certificate cannot be trusted.",
		"Set this machine's and the server's clock; else wait, or use the certificate before it.",
	},
	CertName: {
		Fail, "The certificate is for other names than this server's.",
		"Everybody. iPhone: cannot verify server identity. Outlook: the target principal name is incorrect. Thunderbird: an exception dialogue.",
		"Publish a name that the certificate has, or get one for this name.",
	},
	CertSelfSigned: {
		Fail, "The certificate is signed by nobody but itself.",
		"Everybody: the certificate cannot be trusted.",
		"Get a certificate from an authority that devices trust.",
	},
	CertChainIncomplete: {
		Fail, "The server sends its certificate without the one of its issuer, so no trusted root is reached.",
		"Whoever's client has not met that issuer before: Android, Thunderbird and programs; a browser may hide it.",
		"Give the service the full chain (fullchain.pem), and reload it; name an authority of your own with --ca-file.",
	},
	CertUntrusted: {
		Fail, "The certificate leads to an authority that is not trusted.",
		"Everybody who has not installed that authority: the certificate cannot be trusted.",
		"Get a certificate from an authority that devices trust; name your own with --ca-file.",
	},
	CertSoon: {
		Warn, "The certificate ends soon: in less than 14 days, or than a third of a shorter life.",
		"Nobody yet.",
		"See that the renewal runs, and that it reloads this service.",
	},
	CertDiffers: {
		Warn, "The addresses of this name present different certificates.",
		"Nobody while all are valid; often one of the machines misses the renewal.",
		"Compare the dates, and reload the service where the older one is.",
	},
	AuthMissing: {
		Fail, "The server offers no way to log in.",
		"Everybody: authentication failed, or is not supported.",
		"Switch authentication on for this port; for sending, publish the submission port and not port 25.",
	},
	AuthNotDeclared: {
		Fail, "The server offers none of the log-in methods that are published.",
		"Everybody: the authentication method is not supported.",
		"Publish a method that the server offers, or switch the published one on.",
	},
	AuthUnknown: {
		Untested, "The server does not say how one logs in.",
		"Unknown.",
		"Ask whoever runs it; no log-in was tried.",
	},
	AuthBeforeTLS: {
		Warn, "The server takes passwords before TLS.",
		"Nobody sees it; a client that is set up wrongly sends its password readable.",
		"Dovecot 2.3: disable_plaintext_auth = yes; 2.4: auth_allow_cleartext = no; from its own machine it takes them even so, so measure from another. Postfix: smtpd_tls_auth_only = yes.",
	},
	LoginRefused: {
		Fail, "The server refused the user name or the password.",
		"This account: authentication failed.",
		"Check the password and the form of the user name; --try-username-forms tries the others.",
	},
	LoginAppPassword: {
		Fail, "The server asks for an app password.",
		"This account: authentication failed, although the password is right.",
		"Make an app password in the account's security settings.",
	},
	LoginOtherForm: {
		Fail, "The password is right, with another form of the user name than the published one.",
		"Everybody who is set up automatically: authentication failed.",
		"Publish the form that logged in.",
	},
	LoginUntested: {
		Untested, "A log-in was asked for, and whether it works is not known.",
		"Unknown.",
		"Repair what stands above or what the server says, and measure again; methods without a password, such as OAuth2, cannot be tested here.",
	},
	Interrupted: {
		Untested, "The measurement was ended before it was done.",
		"Unknown.",
		"Measure again.",
	},
}
