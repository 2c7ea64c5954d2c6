package yamlfile

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"waypost/providers"
)

// Domains is the domains section of a configuration, as it stands in the
// file. The zero Domains is an absent section.
type Domains struct{ node *yaml.Node }

// UnmarshalYAML keeps the section for [Domains.Records].
func (d *Domains) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return errors.New("domain names with keys below them belong here, such as example.com: {incoming: […], outgoing: […]}")
	}
	d.node = n
	return nil
}

// domainEntry is what may stand below a domain. The doc tags make the
// reference in docs.
type domainEntry struct {
	SameAs       pattern     `yaml:"same-as" doc:"serve this domain exactly as that one; no other key stands beside it"`
	Elsewhere    bool        `yaml:"elsewhere" doc:"true: the mail of this domain is not ours, stay silent; no other key stands beside it; default: false"`
	Name         string      `yaml:"name" doc:"the provider's name for people, at most 60 characters; default: the domain"`
	ShortName    string      `yaml:"short-name" doc:"a short form of it, at most 20 characters"`
	Username     username    `yaml:"username" doc:"the log-in name, with {address}, {local} and {domain}; default: {address}"`
	Auth         []auth      `yaml:"auth" doc:"ways to log in, preferred first; default: password-cleartext, which is a password inside TLS"`
	Incoming     []entry     `yaml:"incoming" doc:"IMAP, POP3 or JMAP servers that all work, preferred first"`
	Outgoing     []entry     `yaml:"outgoing" doc:"submission servers that all work, preferred first"`
	Calendar     service     `yaml:"calendar" doc:"CalDAV, an https URL"`
	Contacts     service     `yaml:"contacts" doc:"CardDAV, an https URL"`
	Files        service     `yaml:"files" doc:"WebDAV, an https URL"`
	ActiveSync   service     `yaml:"activesync" doc:"Exchange ActiveSync, an https URL"`
	EWS          service     `yaml:"ews" doc:"Exchange Web Services, an https URL"`
	Sieve        server      `yaml:"sieve" doc:"ManageSieve, such as sieve://mail.example.com"`
	Autodiscover redirect    `yaml:"autodiscover" doc:"who answers Outlook in our place: an https URL, or @ and the domain to ask at for the same local part; default: Outlook gets the servers here"`
	OAuth2       *oauth2     `yaml:"oauth2" doc:"what OAuth2 clients need to know beforehand"`
	Help         string      `yaml:"help" doc:"page on setting up mail clients"`
	Enable       string      `yaml:"enable" doc:"page where people switch on access for mail clients"`
	WebMail      string      `yaml:"webmail" doc:"page of the web mail"`
	Status       string      `yaml:"status" doc:"page that tells of outages"`
	Password     string      `yaml:"password" doc:"page where people reset their password"`
	Brand        brand       `yaml:"brand" doc:"how the page for people looks"`
	AppPassword  appPassword `yaml:"app-password" doc:"whether people need a password of its own for their mail client"`
	MX           []domain    `yaml:"mx" doc:"names of the mail exchangers; clients also ask at autoconfig. before what these lead to"`
}

// entry is one server of a configuration: the notation alone, or with more.
type entry struct {
	Server   server   `yaml:"server" doc:"the server in the notation; in the place of the whole block, it may stand alone"`
	Username username `yaml:"username" doc:"the same for this server alone; default: the domain's"`
	Auth     []auth   `yaml:"auth" doc:"the same for this server alone; default: the domain's"`
	POP3     *pop3    `yaml:"pop3" doc:"of a POP3 server: what clients are advised to do with mail that they have fetched"`
}

type service struct {
	text string
	line int
}

func (s *service) UnmarshalYAML(n *yaml.Node) error {
	s.text, s.line = n.Value, n.Line
	_, err := providers.ParseService(providers.CalDAV, n.Value)
	return err
}

// redirect is an https URL, or @ and a domain.
type redirect struct {
	to   providers.AutodiscoverRedirect
	line int
}

func (r *redirect) UnmarshalYAML(n *yaml.Node) (err error) {
	r.line = n.Line
	if domain, ok := strings.CutPrefix(n.Value, "@"); ok {
		r.to.Domain, err = providers.ParseDomain(domain)
		return err
	}
	if !strings.HasPrefix(n.Value, "https://") {
		return errors.New("it is an https:// URL, or @ and a domain, such as \"@exchange.example.com\"")
	}
	r.to.URL = n.Value
	return nil
}

// Records turns the section of f into providers: one for each domain that has
// servers of its own, with all that are the same as it. source says in every
// server who states it. A domain that stands alone with elsewhere goes into
// elsewhere. The error joins a [*Problem] for each of the first mistakes.
func (d Domains) Records(f *File, source providers.Source) (records []providers.Provider, elsewhere []providers.Domain, err error) {
	if d.node == nil {
		return nil, nil, nil
	}
	r := domainReader{File: f, source: source, byName: map[string]*named{}}
	r.read(d.node)
	r.resolve()
	if len(r.problems) == 0 {
		for _, n := range r.entries {
			switch {
			case n.Elsewhere:
				elsewhere = append(elsewhere, n.pattern.name)
			case n.root == n:
				records = append(records, r.provider(n))
			}
		}
	}
	if len(r.problems) > 0 {
		return nil, nil, f.join(r.problems)
	}
	return records, elsewhere, nil
}

// named is an entry with the name above it.
type named struct {
	domainEntry

	pattern pattern
	node    *yaml.Node // the block of keys below the name
	root    *named     // whose servers it has; itself, when they are its own
	same    []pattern  // of a root: the names that are the same as it
	keys    int        // how many keys stand below the name
	broken  bool       // its keys could not be read, which has been told
}

type domainReader struct {
	*File

	source   providers.Source
	entries  []*named // in the order of the file
	byName   map[string]*named
	problems []error
}

func (r *domainReader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, r.Problem(line, fmt.Sprintf(format, args...)))
}

// read decodes the entries one by one: decoding the section as one map would
// take a time that grows with the square of its length (yaml v4.0.0).
func (r *domainReader) read(section *yaml.Node) {
	for i := 0; i+1 < len(section.Content); i += 2 {
		key, value := section.Content[i], section.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		n := &named{node: value, keys: len(value.Content) / 2}
		if err := n.pattern.UnmarshalYAML(key); err != nil {
			r.problem(key.Line, "%v; write it without a scheme, a port or a final dot", err)
			continue
		}
		if first, twice := r.byName[n.pattern.String()]; twice {
			r.problem(key.Line, "the domain %s stands twice, first in line %d; keep one", n.pattern, first.pattern.line)
			continue
		}
		if value.Kind == yaml.MappingNode {
			writeServersOut(value)
		}
		r.byName[n.pattern.String()] = n
		if err := r.decode(value, &n.domainEntry); err != nil {
			r.problems = append(r.problems, parts(err)...)
			n.broken = true
			continue
		}
		r.entries = append(r.entries, n)
	}
}

// writeServersOut makes a block with the key server of each server that
// stands alone, so that both ways of writing decode alike and keep their line.
func writeServersOut(domain *yaml.Node) {
	for i := 0; i+1 < len(domain.Content); i += 2 {
		list := domain.Content[i+1]
		if key := domain.Content[i].Value; key != "incoming" && key != "outgoing" || list.Kind != yaml.SequenceNode {
			continue
		}
		for j, item := range list.Content {
			if item.Kind == yaml.AliasNode {
				item = item.Alias
			}
			if item.Kind == yaml.ScalarNode {
				key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "server", Line: item.Line, Column: item.Column}
				list.Content[j] = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{key, item}, Line: item.Line, Column: item.Column}
			}
		}
	}
}

// resolve leads every name to the one whose servers it has.
func (r *domainReader) resolve() {
	for _, n := range r.entries {
		switch alone := n.keys == 1; {
		case n.Elsewhere && n.pattern.suffix:
			r.problem(scalar(n.node, "elsewhere").Line, "elsewhere is for one domain, not for all below a name")
		case n.Elsewhere && !alone:
			r.problem(scalar(n.node, "elsewhere").Line, "beside elsewhere stands no other key: take elsewhere or the others out")
		case n.Elsewhere:
		case n.SameAs.line == 0:
			n.root = n
		case !alone:
			r.problem(n.SameAs.line, "beside same-as stands no other key: take same-as or the others out")
		default:
			r.follow(n)
		}
	}
}

func (r *domainReader) follow(n *named) {
	seen := map[*named]bool{}
	at := n
	for at.SameAs.line > 0 {
		if seen[at] {
			r.problem(n.SameAs.line, "same-as leads back to %s: give one of these domains servers of its own", at.pattern)
			return
		}
		seen[at] = true
		next, ok := r.byName[at.SameAs.String()]
		if !ok {
			r.problem(at.SameAs.line, "same-as names %s, which is not one of the domains here; add it, or mend the name", at.SameAs)
			return
		}
		at = next
	}
	if at.broken {
		return
	}
	if at.Elsewhere {
		r.problem(n.SameAs.line, "same-as leads to %s, whose mail is elsewhere; write {elsewhere: true} here too", at.pattern)
		return
	}
	n.root = at
	at.same = append(at.same, n.pattern)
}

// provider makes the record of a root and of all that is the same as it.
func (r *domainReader) provider(n *named) providers.Provider {
	in := setup{
		Domains:  append([]pattern{n.pattern}, n.same...),
		MX:       n.MX,
		Username: n.Username,
		Auth:     n.Auth,
	}
	if in.Username == "" {
		in.Username = username(providers.FullAddress)
	}
	if len(in.Auth) == 0 {
		in.Auth = []auth{auth(providers.PasswordCleartext)}
	}
	for _, e := range n.Incoming {
		in.Incoming = append(in.Incoming, serverIn{Server: e.Server, Username: e.Username, Auth: e.Auth, POP3: e.POP3})
	}
	for _, e := range n.Outgoing {
		in.Outgoing = append(in.Outgoing, serverIn{Server: e.Server, Username: e.Username, Auth: e.Auth, POP3: e.POP3})
	}
	b := builder{File: r.File, node: n.node, where: map[part]int{{-1, ""}: n.pattern.line}}
	b.note(0, in)
	b.where[part{0, ""}] = n.pattern.line
	s := b.setup(in)
	s.Services = n.services(&b, in)
	s.Autodiscover = n.Autodiscover.to
	b.where[part{0, n.Autodiscover.about()}] = n.Autodiscover.line
	for _, list := range [][]providers.Server{s.Incoming, s.Outgoing, s.Services} {
		for i := range list {
			list[i].Sources = []providers.Source{r.source}
		}
	}
	p := providers.Provider{
		ID:        n.pattern.name.String(),
		Name:      n.Name,
		ShortName: n.ShortName,
		Brand:     r.brand(n),
		Help:      n.help(),
		OAuth2:    (*providers.OAuth2Endpoint)(n.OAuth2),
		Setups:    []providers.Setup{s},
	}
	if p.Name == "" {
		p.Name = n.pattern.name.Unicode()
	}
	if r.lacks(n) {
		return p
	}
	if err := p.Validate(); err != nil {
		r.problems = append(r.problems, parts(b.locate(err))...)
	}
	return p
}

// lacks tells of directions that are missing or have the other's servers, in
// the words of this file.
func (r *domainReader) lacks(n *named) bool {
	before := len(r.problems)
	for _, d := range []struct {
		name, example string
		list          []entry
		outgoing      bool
	}{
		{"incoming", "imaps://mail.example.com", n.Incoming, false},
		{"outgoing", "submissions://mail.example.com", n.Outgoing, true},
	} {
		if len(d.list) == 0 {
			r.problem(n.pattern.line, "%s has no %s server; add %s: [%s], or same-as, or elsewhere: true", n.pattern, d.name, d.name, d.example)
		}
		for _, e := range d.list {
			switch protocol := e.Server.model.Protocol; {
			case e.Server.line == 0:
				r.problem(n.pattern.line, "%s has an %s server without the key server; add server: %s", n.pattern, d.name, d.example)
			case (protocol == providers.Submission) != d.outgoing || protocol == providers.ManageSieve:
				r.problem(e.Server.line, "%s does not belong into %s, where servers such as %s stand", e.Server.model.URL(), d.name, d.example)
			}
		}
	}
	if s := n.Sieve; s.line > 0 && s.model.Protocol != providers.ManageSieve {
		r.problem(s.line, "%s is no ManageSieve server; write it as sieve://mail.example.com", s.model.URL())
	}
	if a := n.AppPassword; a.URL != "" && a.Need == "" {
		r.problem(scalar(n.node, a.URL).Line, "app-password does not say who needs one; add need: always, or need: two-step")
	}
	if limit := 60; n.Name == "" && len([]rune(n.pattern.name.Unicode())) > limit {
		r.problem(n.pattern.line, "%s is too long for the provider's name; add name, of at most %d characters", n.pattern, limit)
	}
	return len(r.problems) > before
}

// services gives what is not mail; people log in there as they do to mail.
func (n *named) services(b *builder, in setup) []providers.Server {
	var list []providers.Server
	add := func(s providers.Server, line int) {
		b.where[part{0, s.URL()}] = line
		list = append(list, b.server(in, serverIn{Server: server{model: s}}))
	}
	for _, s := range []struct {
		service
		providers.Protocol
	}{
		{n.Calendar, providers.CalDAV},
		{n.Contacts, providers.CardDAV},
		{n.Files, providers.WebDAV},
		{n.ActiveSync, providers.ActiveSync},
		{n.EWS, providers.EWS},
	} {
		if s.text != "" {
			v, _ := providers.ParseService(s.Protocol, s.text) // parsed before
			add(v, s.line)
		}
	}
	if n.Sieve.line > 0 {
		add(n.Sieve.model, n.Sieve.line)
	}
	return list
}

func (n *named) help() providers.Help {
	h := help{WebMail: n.WebMail, Status: n.Status, Password: n.Password, AppPassword: n.AppPassword}
	if n.Help != "" {
		h.Documentation = []link{{URL: n.Help}}
	}
	if n.Enable != "" {
		h.Enable = []link{{URL: n.Enable}}
	}
	return h.model()
}

// about gives what a flaw of the redirect is about.
func (r redirect) about() string {
	if r.to.URL != "" {
		return r.to.URL
	}
	return r.to.Domain.String()
}

// String gives the name as it is written.
func (p pattern) String() string {
	if p.suffix {
		return "*." + p.name.String()
	}
	return p.name.String()
}
