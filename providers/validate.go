package providers

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

func compareDomains(a, b Domain) int { return cmp.Compare(a.ascii, b.ascii) }

// Limits of names in autoconfig (draft-ietf-mailmaint-autoconfig-06).
const (
	maxName      = 60
	maxShortName = 20
)

// Flaw is one thing that keeps a record from being served as it is.
type Flaw struct {
	Setup int    // which of the Setups; -1 when it is the provider itself
	About string // the domain name, server URL or text that is meant; empty when it is the whole
	Err   error  // a sentence that names what it is about
}

func (f *Flaw) Error() string { return f.Err.Error() }
func (f *Flaw) Unwrap() error { return f.Err }

// Validate tells everything that keeps a record from being served as it is:
// names that are missing or too long, no domain, domains that are public
// suffixes, servers in the wrong list, without authentication or user name,
// a Setup that lacks one direction and is not marked partial, links that lead
// nowhere. It returns nil or one error that joins a [*Flaw] for each.
func (p *Provider) Validate() error {
	var flaws []error
	flaw := func(about, format string, args ...any) {
		flaws = append(flaws, &Flaw{Setup: -1, About: about, Err: fmt.Errorf(format, args...)})
	}
	if d, err := ParseDomain(p.ID); err != nil {
		flaw("", "id %q: %w", p.ID, err)
	} else if d.ascii != p.ID {
		flaw("", "id %q: write it as %s", p.ID, d)
	}
	if n := utf8.RuneCountInString(p.Name); n == 0 || n > maxName {
		flaw(p.Name, "name: it needs 1 to %d characters and has %d", maxName, n)
	}
	if n := utf8.RuneCountInString(p.ShortName); n > maxShortName {
		flaw(p.ShortName, "short name: it may have %d characters and has %d", maxShortName, n)
	}
	for _, name := range []string{p.Name, p.ShortName} {
		if !printable(name) {
			flaw(name, "name: it has a control character")
		}
	}
	if about, err := p.Brand.problem(); err != nil {
		flaw(about, "%w", err)
	}
	for _, link := range p.links() {
		if !webPage(link) {
			flaw(link, "%q is not the address of a web page: it starts with https:// and has no spaces", link)
		}
	}
	if len(p.Setups) == 0 {
		flaw("", "no setup: a record serves at least one domain")
	}
	for i := range p.Setups {
		s := &p.Setups[i]
		for _, f := range s.flaws() {
			f.Setup, f.Err = i, fmt.Errorf("setup of %s: %w", s.label(), f.Err)
			flaws = append(flaws, f)
		}
	}
	return errors.Join(flaws...)
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		// What turns the direction of text around can make a name look like another.
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// links gives the addresses of pages that the record sends people to.
func (p *Provider) links() []string {
	links := []string{p.Help.WebMail, p.Help.Status, p.Help.Password, p.Help.AppPassword.URL}
	for _, l := range slices.Concat(p.Help.Documentation, p.Help.Enable) {
		links = append(links, l.URL)
	}
	if o := p.OAuth2; o != nil {
		links = append(links, o.AuthURL, o.TokenURL)
	}
	return slices.DeleteFunc(links, func(s string) bool { return s == "" })
}

func webPage(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		printable(link) && !strings.ContainsFunc(link, unicode.IsSpace)
}

// label names a Setup in messages by its main domain.
func (s *Setup) label() string {
	switch {
	case len(s.Domains) > 0:
		return s.Domains[0].String()
	case len(s.Suffixes) > 0:
		return "*." + s.Suffixes[0].String()
	}
	return "no domain"
}

func (s *Setup) flaws() []*Flaw {
	var flaws []*Flaw
	flaw := func(about, format string, args ...any) {
		flaws = append(flaws, &Flaw{About: about, Err: fmt.Errorf(format, args...)})
	}
	if len(s.Domains)+len(s.Suffixes) == 0 {
		flaw("", "it serves no domain")
	}
	for _, d := range slices.Concat(s.Domains, s.Suffixes) {
		if d.Registrable().IsZero() {
			flaw(d.ascii, "%s is a public suffix: its names belong to many owners; name those that are served", d)
		}
	}
	lists := []struct {
		name      string
		servers   []Server
		protocols []Protocol
	}{
		{"incoming", s.Incoming, []Protocol{IMAP, POP3, JMAP}},
		{"outgoing", s.Outgoing, []Protocol{Submission}},
		{"services", s.Services, []Protocol{CalDAV, CardDAV, WebDAV, ManageSieve, ActiveSync, EWS}},
	}
	for _, l := range lists {
		for _, v := range l.servers {
			if v.Host != "" && !slices.Contains(l.protocols, v.Protocol) {
				flaw(v.URL(), "%s: %s does not belong here; the protocols are %v", l.name, v.label(), l.protocols)
			} else if err := v.problem(s.Partial != ""); err != nil {
				flaw(v.URL(), "%s: %s: %w", l.name, v.label(), err)
			}
		}
	}
	if err := s.Autodiscover.problem(s); err != nil {
		flaw(cmp.Or(s.Autodiscover.URL, s.Autodiscover.Domain.ascii), "autodiscover: %w", err)
	}
	if s.Partial == "" && (len(s.Incoming) == 0 || len(s.Outgoing) == 0) {
		flaw("", "it needs an incoming and an outgoing server, or a word why it is partial")
	}
	for _, c := range s.Claims {
		v := c.Server
		if err := v.problem(true); err != nil {
			flaw(v.URL(), "claims: %s: %w", v.label(), err)
		} else if len(v.Sources) == 0 {
			flaw(v.URL(), "claims: %s: it needs the source that states it", v.label())
		}
	}
	return flaws
}

func (r AutodiscoverRedirect) problem(s *Setup) error {
	switch {
	case r.IsZero():
		return nil
	case r.URL != "" && !r.Domain.IsZero():
		return errors.New("it is a URL or a domain, not both")
	case r.URL != "" && (!webPage(r.URL) || !strings.HasPrefix(r.URL, "https://")):
		return fmt.Errorf("%q is not an https:// URL without spaces", r.URL)
	case slices.Contains(s.Domains, r.Domain):
		return errors.New("it leads to a domain of the same setup, where clients are sent again")
	}
	return nil
}

// label names a Server in messages, also one that has no URL.
func (s Server) label() string { return cmp.Or(s.URL(), s.Host, "an entry") }

// problem tells what keeps a server from being used. In a partial record
// authentication and user name may be absent.
func (s Server) problem(partial bool) error {
	if s.Host == "" {
		return errors.New("it names no server, such as imaps://mail.example.com")
	}
	if s.Port < 1 || s.Port > 65535 {
		return errors.New("the port is not between 1 and 65535")
	}
	switch host, err := ParseHost(s.Host); {
	case err != nil:
		return err
	case host != s.Host:
		return fmt.Errorf("the host %q is written %s", s.Host, host)
	}
	for _, a := range s.Auth {
		if !a.Known() {
			return fmt.Errorf("authentication %q is not one of %v", a, auths)
		}
	}
	if s.Username != "" {
		if _, err := ParseUsername(string(s.Username)); err != nil {
			return err
		}
	}
	switch s.Protocol {
	case IMAP, POP3, Submission, ManageSieve:
		known := slices.Contains([]Security{TLS, STARTTLS, None}, s.Security) || s.Security == "" && partial
		if s.Path != "" || !known {
			return errors.New("it needs to say whether it speaks TLS, and has no path")
		}
	case JMAP, CalDAV, CardDAV, WebDAV, ActiveSync, EWS:
		if !strings.HasPrefix(s.Path, "/") || s.Security != TLS {
			return errors.New("a service is an https:// address with a path")
		}
	default:
		return fmt.Errorf("the protocol %q is not known", s.Protocol)
	}
	if err := s.POP3.problem(s.Protocol); err != nil {
		return err
	}
	switch {
	case partial, !slices.Contains([]Protocol{IMAP, POP3, Submission}, s.Protocol):
		return nil // clients ask the other kinds of servers how to log in
	case len(s.Auth) == 0:
		return errors.New("it names no authentication method; nearly every provider's is password-cleartext")
	case s.Username == "" && !slices.Equal(s.Auth, []Auth{NoAuth}):
		return errors.New("it names no user name; nearly every provider's is {address}")
	}
	return nil
}

func (o *POP3Options) problem(p Protocol) error {
	switch {
	case o == nil:
		return nil
	case p != POP3:
		return errors.New("pop3 is for POP3 servers alone")
	case o.Days < 0, o.Days > 3650:
		return errors.New("mail stays on a POP3 server for 1 to 3650 days")
	case o.Days > 0 && !o.LeaveOnServer:
		return errors.New("a number of days needs mail to stay on the server")
	}
	return nil
}
