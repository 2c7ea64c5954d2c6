package providers

// Words for people, in the words that mail programs use.

// Words names the protocol.
func (p Protocol) Words() string {
	switch p {
	case IMAP:
		return "IMAP"
	case POP3:
		return "POP3"
	case JMAP:
		return "JMAP"
	case Submission:
		return "SMTP"
	case ManageSieve:
		return "ManageSieve"
	case WebDAV:
		return "WebDAV"
	case CalDAV:
		return "CalDAV"
	case CardDAV:
		return "CardDAV"
	case ActiveSync:
		return "Exchange ActiveSync"
	case EWS:
		return "Exchange Web Services"
	}
	return string(p)
}

// Words names the TLS mode as most settings dialogues do.
func (s Security) Words() string {
	switch s {
	case TLS:
		return "SSL/TLS"
	case STARTTLS:
		return "STARTTLS"
	case None:
		return "none: NOT ENCRYPTED"
	}
	return "unknown"
}

// Words names the authentication method as Thunderbird does.
func (a Auth) Words() string {
	switch a {
	case PasswordCleartext:
		return "normal password"
	case PasswordEncrypted:
		return "encrypted password"
	case GSSAPI:
		return "Kerberos (GSSAPI)"
	case TLSClientCert:
		return "TLS certificate"
	case NoAuth:
		return "no authentication"
	case OAuth2, NTLM:
	}
	return string(a)
}

// Words says who needs an app password; empty when that is unknown.
func (a AppPassword) Words() string {
	switch a.Need {
	case AppPasswordAlways:
		return "Mail programs need an app password here; the account's own password does not work."
	case AppPasswordTwoStep:
		return "With two-step sign-in, mail programs need an app password."
	}
	return ""
}
