package localmail

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"waypost/providers"
)

const doveconf = "doveconf -n"

// Dovecot is what Dovecot is configured to offer.
type Dovecot struct {
	Version      string
	Listeners    []Listener
	Certificates []Certificate // the general one first
	Login        LoginName
	Cleartext    bool // passwords are taken without TLS, from everywhere
}

// ParseDovecot reads the output of doveconf -n. The error wraps [ErrVersion] for
// Dovecot 2.4 and newer, and [ErrFormat] for what is no such output, of which
// the empty one is the first: doveconf always begins with its version.
func ParseDovecot(out []byte) (Dovecot, error) {
	if len(out) > maxOutput {
		return Dovecot{}, fmt.Errorf("%w: doveconf said more than %d bytes", ErrFormat, maxOutput)
	}
	first, _, _ := bytes.Cut(out, []byte("\n"))
	version := doveconfVersion.FindSubmatch(first)
	if version == nil {
		return Dovecot{}, fmt.Errorf("%w: doveconf -n begins with its version, and this does not", ErrFormat)
	}
	whole, err := readBlocks(out)
	if err != nil {
		return Dovecot{}, err
	}
	_, newer := whole.get("dovecot_config_version")
	if minor, err := strconv.Atoi(string(version[3])); newer || string(version[2]) != "2" || err != nil || minor > 3 {
		return Dovecot{}, fmt.Errorf("%w: it is Dovecot %s, and 2.0 to 2.3 are", ErrVersion, printable(string(version[1])))
	}
	d := Dovecot{Version: printable(string(version[1])), Login: dovecotLogin(whole)}
	d.Cleartext = whole.value("disable_plaintext_auth", "yes") == "no"
	for _, s := range loginServices {
		d.Listeners = append(d.Listeners, s.listeners(whole)...)
	}
	d.Certificates = dovecotCertificates(whole, "")
	return d, nil
}

// loginService is a service of Dovecot that people log in to, with the
// listeners that it has by default (doveconf -a, 2.3.19).
type loginService struct {
	name, protocol string
	speaks         providers.Protocol
	listener       string // its name
	port           int
	tlsListener    string // for implicit TLS; empty: none
	tlsPort        int
}

var loginServices = []loginService{
	{"imap-login", "imap", providers.IMAP, "imap", 143, "imaps", 993},
	{"pop3-login", "pop3", providers.POP3, "pop3", 110, "pop3s", 995},
	{"submission-login", "submission", providers.Submission, "submission", 587, "", 0},
	{"managesieve-login", "sieve", providers.ManageSieve, "sieve", 4190, "", 0},
}

// listeners gives the ports of a service. An inet_listener with the port 0 is
// off, and one for a proxy's own protocol is not for clients.
func (s loginService) listeners(whole *block) []Listener {
	protocols, said := whole.get("protocols")
	on := []string{"imap", "pop3"} // and lmtp, which nobody logs in to
	if said {
		on = words(protocols.value)
	}
	if !slices.Contains(on, s.protocol) {
		return nil
	}
	service := whole.child("service", s.name)
	names := []string{s.listener}
	if s.tlsListener != "" {
		names = append(names, s.tlsListener)
	}
	for _, b := range service.blocks {
		if b.kind == "inet_listener" && !slices.Contains(names, b.name) {
			names = append(names, b.name)
		}
	}
	var all []Listener
	for _, name := range names {
		port, implicit := 0, false
		switch name {
		case s.listener:
			port = s.port
		case s.tlsListener:
			port, implicit = s.tlsPort, true
		}
		b := service.child("inet_listener", name)
		l := Listener{Protocol: s.speaks, Address: b.value("address", whole.value("listen", "")), Auth: dovecotAuth(whole)}
		l.Origin = Origin{doveconf, protocols.line, printable(fmt.Sprintf("protocols = %s; %s has its default port %d", strings.Join(on, " "), name, port))}
		if at, ok := b.get("port"); ok {
			port, _ = strconv.Atoi(at.value) // what is no number is off, as Dovecot would not start
			l.Origin = Origin{doveconf, at.line, printable(fmt.Sprintf("service %s, inet_listener %s: port = %s", s.name, name, at.value))}
		}
		if tls, ok := b.get("ssl"); ok {
			implicit = tls.value == "yes"
		}
		if port < 1 || port > 65535 || b.value("haproxy", "no") == "yes" {
			continue
		}
		l.Port, l.Security = port, providers.STARTTLS
		switch {
		case implicit:
			l.Security = providers.TLS
		case whole.value("ssl", "yes") == "no":
			l.Security = providers.None
		}
		all = append(all, l)
	}
	return all
}

// dovecotAuth gives the log-in methods in the model's words, in Dovecot's order.
func dovecotAuth(whole *block) []providers.Auth {
	var all []providers.Auth
	for _, mechanism := range words(strings.ToLower(whole.value("auth_mechanisms", "plain"))) {
		var a providers.Auth
		switch mechanism {
		case "plain", "login":
			a = providers.PasswordCleartext
		case "cram-md5", "digest-md5", "apop", "scram-sha-1", "scram-sha-256", "scram-sha-1-plus", "scram-sha-256-plus":
			a = providers.PasswordEncrypted
		case "oauthbearer", "xoauth2":
			a = providers.OAuth2
		case "gssapi", "gss-spnego":
			a = providers.GSSAPI
		case "ntlm":
			a = providers.NTLM
		case "external":
			a = providers.TLSClientCert
		default: // anonymous is no log-in, and the others are nobody's
			continue
		}
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

// dovecotCertificates gives the files that a block and those in it name. A
// certificate that stands in the configuration itself has no file.
func dovecotCertificates(b *block, where string) []Certificate {
	var all []Certificate
	for _, key := range []string{"ssl_cert", "ssl_alt_cert"} {
		s, ok := b.get(key)
		file, isFile := strings.CutPrefix(s.value, "<")
		file = strings.Trim(file, `"`)
		if ok && isFile && file != "" {
			all = append(all, Certificate{file, Origin{doveconf, s.line, printable(where + key + " = " + s.raw)}})
		}
	}
	for _, c := range b.blocks {
		all = append(all, dovecotCertificates(c, where+c.kind+" "+c.name+": ")...)
	}
	return all
}

// systemAccounts are password databases whose accounts are those of the
// machine: their names hold no domain.
var systemAccounts = []string{"pam", "passwd", "shadow", "bsdauth"}

// variable is one of Dovecot's, as %u, %Lu or %{user}, with its modifiers apart.
var variable = regexp.MustCompile(`%[A-Z0-9.]*(?:\{([a-z_]+)\}|([a-z]))`)

// uses tells which parts of the name a text has: the whole, the part before the
// @, the one after it.
func uses(text string) (user, local, domain bool) {
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		switch m[1] + m[2] {
		case "u", "user":
			user = true
		case "n", "username":
			local = true
		case "d", "domain":
			domain = true
		}
	}
	return user, local, domain
}

// dovecotLogin tells the form of user names. What the client sends goes through
// auth_username_format, and is then looked for in the password databases. The
// default, %Lu, keeps it as it comes and so tells nothing.
func dovecotLogin(whole *block) LoginName {
	origin := func(s setting, where string) Origin {
		return Origin{doveconf, s.line, printable(where + s.key + " = " + s.raw)}
	}
	if s, ok := whole.get("auth_username_format"); ok && s.value != "" {
		user, local, domain := uses(s.value)
		rest := variable.ReplaceAllString(s.value, "")
		switch {
		case rest == "" && local && !user && !domain:
			return LoginName{providers.FullAddress, "the server takes the domain off, so that the address logs in as well as the part before the @", origin(s, "")}
		case rest == "" && user, rest == "@" && local && domain:
		default:
			return LoginName{Why: "the server changes names in a way that is not understood here", Origin: origin(s, "")}
		}
	}
	if s, ok := whole.get("auth_default_realm"); ok && s.value != "" {
		return LoginName{providers.FullAddress, "a name without a domain gets one, so the accounts have addresses for names", origin(s, "")}
	}
	if s, ok := whole.get("mail_location"); ok {
		if _, _, domain := uses(s.value); domain {
			return LoginName{providers.FullAddress, "mailboxes are told apart by the domain in the name", origin(s, "")}
		}
	}
	system := true
	var last Origin
	for _, b := range whole.blocks {
		if b.kind != "passdb" && b.kind != "userdb" {
			continue
		}
		for _, s := range b.settings {
			if _, _, domain := uses(s.value); domain {
				return LoginName{providers.FullAddress, "accounts are told apart by the domain in the name", origin(s, b.kind+": ")}
			}
		}
		if s, ok := b.get("driver"); ok && b.kind == "passdb" {
			system = system && slices.Contains(systemAccounts, s.value)
			last = origin(s, "passdb: ")
		}
	}
	switch {
	case last.IsZero():
		return LoginName{Why: "no password database is configured"}
	case system:
		return LoginName{providers.LocalPart, "the accounts are those of the machine, whose names have no domain", last}
	}
	return LoginName{Why: "the password database does not show which form its names have", Origin: last}
}
