package localmail

import (
	"fmt"
	"strings"

	"waypost/providers"
)

const (
	postconfMain   = "postconf -n"
	postconfMaster = "postconf -M"
)

// Postfix is what Postfix is configured to offer.
type Postfix struct {
	Listeners    []Listener // smtpd services where people log in, port 25 among them
	Certificates []Certificate
	Host         string // myhostname; empty: the configuration leaves it to the machine
	HostOrigin   Origin
	Domains      []Domain // named as ours; lookup tables are not read
}

// ParsePostfix reads the outputs of postconf -n and postconf -M. Either may be
// empty. The error wraps [ErrFormat].
func ParsePostfix(main, master []byte) (Postfix, error) {
	if len(main) > maxOutput || len(master) > maxOutput {
		return Postfix{}, fmt.Errorf("%w: postconf said more than %d bytes", ErrFormat, maxOutput)
	}
	parameters, err := readMain(main)
	if err != nil {
		return Postfix{}, err
	}
	services, err := readMaster(master)
	if err != nil {
		return Postfix{}, err
	}
	p := Postfix{Certificates: certificateFiles(parameters, "")}
	if s, ok := parameters["myhostname"]; ok {
		if host, known := parameters.expand(s.value); known {
			if d, err := providers.ParseDomain(host); err == nil {
				p.Host, p.HostOrigin = d.String(), s.origin("")
			}
		}
	}
	for _, s := range services {
		l, own, ok := s.listener(parameters)
		if ok {
			p.Listeners = append(p.Listeners, l)
			p.Certificates = append(p.Certificates, certificateFiles(own, s.name+" "+s.kind+": ")...)
		}
	}
	for _, key := range []string{"virtual_mailbox_domains", "virtual_alias_domains", "mydestination", "relay_domains"} {
		s, ok := parameters[key]
		if !ok {
			continue
		}
		for _, word := range words(s.value) {
			name, known := parameters.expand(word)
			if d, err := providers.ParseDomain(name); known && err == nil {
				p.Domains = append(p.Domains, Domain{d, s.origin("")})
			}
		}
	}
	return p, nil
}

// portsByName are the services of /etc/services that submission runs on
// (IANA; smtps and ssmtp are older names of submissions).
var portsByName = map[string]int{"smtp": 25, "submission": 587, "submissions": 465, "smtps": 465, "ssmtp": 465}

// listener gives the port of a service that lets people log in, and the
// parameters of its own. A port that has a name of the machine's own is left
// out: it cannot be told what it is.
func (s service) listener(main parameters) (l Listener, own parameters, ok bool) {
	if s.kind != "inet" || s.command != "smtpd" {
		return Listener{}, nil, false
	}
	own = s.options
	is := func(key string) bool {
		p, ok := own[key]
		if !ok {
			p, ok = main[key]
		}
		value, known := main.expand(p.value)
		return ok && known && value == "yes"
	}
	address, name := "", s.name
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		address, name = strings.Trim(name[:i], "[]"), name[i+1:]
	}
	port := portsByName[name]
	if port == 0 {
		port = number(name)
	}
	if port == 0 || !is("smtpd_sasl_auth_enable") {
		return Listener{}, nil, false
	}
	l = Listener{Protocol: providers.Submission, Port: port, Address: address}
	l.Origin = Origin{postconfMaster, s.line, printable(s.name + " inet smtpd")}
	level, hasLevel := own["smtpd_tls_security_level"]
	if !hasLevel {
		level = main["smtpd_tls_security_level"]
	}
	value, known := main.expand(level.value)
	switch {
	case is("smtpd_tls_wrappermode"):
		l.Security = providers.TLS
		l.Origin.Text = printable(l.Origin.Text + " -o smtpd_tls_wrappermode=yes")
	case !known: // nothing is said of it
	case value == "may", value == "encrypt", value == "" && (is("smtpd_use_tls") || is("smtpd_enforce_tls")):
		l.Security = providers.STARTTLS
	case value == "", value == "none":
		l.Security = providers.None
	}
	return l, own, true
}

// certificateFiles gives the files that parameters name. smtpd_tls_chain_files
// has keys and certificates mixed.
func certificateFiles(p parameters, where string) []Certificate {
	var all []Certificate
	for _, key := range []string{"smtpd_tls_chain_files", "smtpd_tls_cert_file", "smtpd_tls_eccert_file"} {
		s, ok := p[key]
		if !ok || s.value == "none" {
			continue
		}
		for _, word := range words(s.value) {
			if file, known := p.expand(word); known && strings.HasPrefix(file, "/") {
				all = append(all, Certificate{file, s.origin(where)})
			}
		}
	}
	return all
}
