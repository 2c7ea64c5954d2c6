package yamlfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"waypost/providers"
)

// Sources are sources by the names under which records cite them.
type Sources map[string]providers.Source

type record struct {
	Name      string              `yaml:"name"`
	ShortName string              `yaml:"short-name"`
	Help      help                `yaml:"help"`
	OAuth2    *oauth2             `yaml:"oauth2"`
	Sources   map[string]sourceIn `yaml:"sources"`
	Setups    []setup             `yaml:"setups"`
}

type help struct {
	Documentation []link      `yaml:"documentation"`
	Enable        []link      `yaml:"enable"`
	WebMail       string      `yaml:"webmail"`
	Status        string      `yaml:"status"`
	Password      string      `yaml:"password"`
	AppPassword   appPassword `yaml:"app-password"`
}

type link struct {
	URL  string `yaml:"url"`
	Text string `yaml:"text"`
	Lang string `yaml:"lang"`
}

type appPassword struct {
	Need need   `yaml:"need" doc:"always, or two-step: where two-step sign-in is on"`
	URL  string `yaml:"url" doc:"page where people make one"`
}

type oauth2 struct {
	Issuer   string `yaml:"issuer" doc:"the issuer, an https URL"`
	AuthURL  string `yaml:"auth-url" doc:"where people allow the client to log in"`
	TokenURL string `yaml:"token-url" doc:"where the client gets its tokens"`
	Scope    string `yaml:"scope" doc:"what the client asks for: one scope for mail, calendars and contacts"`
	ClientID string `yaml:"client-id" doc:"the ID of public clients; default: clients register themselves, or have their own"`
}

type sourceIn struct {
	Kind kind   `yaml:"kind"`
	Name string `yaml:"name"`
	URL  string `yaml:"url"`
	Date string `yaml:"date"`
}

type setup struct {
	Domains  []pattern   `yaml:"domains"`
	MX       []domain    `yaml:"mx"`
	Username username    `yaml:"username"`
	Auth     []auth      `yaml:"auth"`
	Incoming []serverIn  `yaml:"incoming"`
	Outgoing []serverIn  `yaml:"outgoing"`
	Services []serviceIn `yaml:"services"`
	Claims   []claim     `yaml:"claims"`
	Notes    []string    `yaml:"notes"`
	Partial  string      `yaml:"partial"`
}

type serverIn struct {
	Server   server     `yaml:"server"`
	Username username   `yaml:"username"`
	Auth     []auth     `yaml:"auth"`
	POP3     *pop3      `yaml:"pop3"`
	Sources  []citation `yaml:"sources"`
}

type serviceIn struct {
	serverIn `yaml:",inline"`

	Protocol protocol `yaml:"protocol"`
}

type pop3 struct {
	LeaveOnServer  bool `yaml:"leave-on-server" doc:"true: mail that was fetched stays on the server; default: false"`
	Days           int  `yaml:"days" doc:"for how many days; default: for ever"`
	DownloadOnBiff bool `yaml:"download-on-biff" doc:"true: new mail is fetched at once, not only announced; default: false"`
}

type claim struct {
	serverIn `yaml:",inline"`

	Note string `yaml:"note"`
}

// ParseRecord reads one record. The id becomes the provider's ID; file names
// the text in errors; shared are sources that the record may cite without
// declaring them. The error joins a [*Problem] for each of the first mistakes.
func ParseRecord(id, file string, data []byte, shared Sources) (providers.Provider, error) {
	var r record
	f := NewFile(file, data)
	if err := f.Load(&r, "at least the keys name and setups"); err != nil {
		return providers.Provider{}, err
	}
	b := builder{File: f, sources: shared, own: r.Sources, where: map[part]int{}}
	p := providers.Provider{
		ID:        id,
		Name:      r.Name,
		ShortName: r.ShortName,
		Help:      r.Help.model(),
		OAuth2:    (*providers.OAuth2Endpoint)(r.OAuth2),
	}
	for i, s := range r.Setups {
		b.note(i, s)
		p.Setups = append(p.Setups, b.setup(s))
	}
	if len(b.undeclared) > 0 {
		return providers.Provider{}, b.join(b.undeclared)
	}
	if err := p.Validate(); err != nil {
		return providers.Provider{}, b.locate(err)
	}
	return p, nil
}

// ParseSources reads a file of sources that every record may cite.
func ParseSources(file string, data []byte) (Sources, error) {
	var in map[string]sourceIn
	if err := NewFile(file, data).Load(&in, "the names of sources with kind and name below them"); err != nil {
		return nil, err
	}
	out := Sources{}
	for name, s := range in {
		out[name] = s.model()
	}
	return out, nil
}

func (s sourceIn) model() providers.Source {
	return providers.Source{Kind: providers.SourceKind(s.Kind), Name: s.Name, URL: s.URL, Date: s.Date}
}

func (h help) model() providers.Help {
	m := providers.Help{
		WebMail:     h.WebMail,
		Status:      h.Status,
		Password:    h.Password,
		AppPassword: providers.AppPassword{Need: providers.AppPasswordNeed(h.AppPassword.Need), URL: h.AppPassword.URL},
	}
	for _, l := range h.Documentation {
		m.Documentation = append(m.Documentation, providers.Link(l))
	}
	for _, l := range h.Enable {
		m.Enable = append(m.Enable, providers.Link(l))
	}
	return m
}

// builder turns the decoded file into the model and collects what is wrong
// across its parts.
type builder struct {
	*File

	sources    Sources
	own        map[string]sourceIn
	where      map[part]int
	node       *yaml.Node // where texts of the record itself are looked for; nil: in the whole file
	undeclared []error
}

// part is what a [providers.Flaw] can be about.
type part struct {
	setup int
	about string
}

// note keeps the lines on which the parts of a setup stand.
func (b *builder) note(setup int, in setup) {
	add := func(about string, line int) {
		for _, about := range []string{about, ""} {
			if _, known := b.where[part{setup, about}]; !known && line > 0 {
				b.where[part{setup, about}] = line
			}
		}
	}
	for _, d := range in.Domains {
		add(d.name.String(), d.line)
	}
	for _, s := range slices.Concat(in.Incoming, in.Outgoing) {
		add(s.Server.model.URL(), s.Server.line)
	}
	for _, s := range in.Services {
		add(s.Server.model.URL(), s.Server.line)
	}
	for _, c := range in.Claims {
		add(c.Server.model.URL(), c.Server.line)
	}
}

// locate gives what Validate found the lines of what it is about.
func (b *builder) locate(err error) error {
	var problems []error
	for _, flaw := range err.(interface{ Unwrap() []error }).Unwrap() {
		line := 0
		if f, ok := errors.AsType[*providers.Flaw](flaw); ok {
			line = b.where[part{f.Setup, f.About}]
			if f.Setup < 0 && f.About != "" {
				line = b.lineOf(f.About)
			}
		}
		problems = append(problems, b.Problem(line, flaw.Error()))
	}
	return b.join(problems)
}

// lineOf gives the line of a text of the record, which is not in a setup.
func (b *builder) lineOf(text string) int {
	if b.node == nil {
		return b.lineWith(func(s string) bool { return strings.Contains(s, text) })
	}
	if n := scalar(b.node, text); n != nil {
		return n.Line
	}
	return b.where[part{-1, ""}]
}

// scalar finds the first that has the value.
func scalar(n *yaml.Node, value string) *yaml.Node {
	if n.Kind == yaml.ScalarNode && n.Value == value {
		return n
	}
	for _, child := range n.Content {
		if found := scalar(child, value); found != nil {
			return found
		}
	}
	return nil
}

func (b *builder) setup(in setup) providers.Setup {
	out := providers.Setup{Notes: in.Notes, Partial: in.Partial}
	for _, d := range in.Domains {
		if d.suffix {
			out.Suffixes = append(out.Suffixes, d.name)
		} else {
			out.Domains = append(out.Domains, d.name)
		}
	}
	for _, d := range in.MX {
		out.MX = append(out.MX, d.name)
	}
	for _, s := range in.Incoming {
		out.Incoming = append(out.Incoming, b.server(in, s))
	}
	for _, s := range in.Outgoing {
		out.Outgoing = append(out.Outgoing, b.server(in, s))
	}
	for _, s := range in.Services {
		v := b.server(in, s.serverIn)
		v.Protocol = providers.Protocol(s.Protocol)
		out.Services = append(out.Services, v)
	}
	for _, c := range in.Claims {
		out.Claims = append(out.Claims, providers.Claim{Server: b.server(setup{}, c.serverIn), Note: c.Note})
	}
	return out
}

func (b *builder) server(in setup, s serverIn) providers.Server {
	out := s.Server.model
	out.Username = providers.Username(s.Username)
	if out.Username == "" {
		out.Username = providers.Username(in.Username)
	}
	methods := s.Auth
	if len(methods) == 0 {
		methods = in.Auth
	}
	for _, a := range methods {
		out.Auth = append(out.Auth, providers.Auth(a))
	}
	out.POP3 = (*providers.POP3Options)(s.POP3)
	for _, c := range s.Sources {
		out.Sources = append(out.Sources, b.cited(c))
	}
	return out
}

func (b *builder) cited(c citation) providers.Source {
	if s, ok := b.own[c.name]; ok {
		return s.model()
	}
	s, ok := b.sources[c.name]
	if !ok {
		b.undeclared = append(b.undeclared, b.Problem(c.line, fmt.Sprintf("the source %q is not declared; declare it under sources", c.name)))
	}
	return s
}

// The types below read one scalar each; what they return as an error gets its
// line from the decoder.

type (
	server struct {
		model providers.Server
		line  int
	}
	domain  struct{ name providers.Domain }
	pattern struct {
		name   providers.Domain
		suffix bool // written as *.name
		line   int
	}
	citation struct {
		name string
		line int
	}
	username providers.Username
	auth     providers.Auth
	protocol providers.Protocol
	kind     providers.SourceKind
	need     providers.AppPasswordNeed
)

func (s *server) UnmarshalYAML(n *yaml.Node) (err error) {
	s.line = n.Line
	if strings.HasPrefix(strings.ToLower(n.Value), "https://") {
		s.model, err = providers.ParseService(providers.JMAP, n.Value)
		return err
	}
	s.model, err = providers.ParseServer(n.Value)
	return err
}

func (d *domain) UnmarshalYAML(n *yaml.Node) (err error) {
	d.name, err = providers.ParseDomain(n.Value)
	return err
}

func (p *pattern) UnmarshalYAML(n *yaml.Node) (err error) {
	rest, suffix := strings.CutPrefix(n.Value, "*.")
	p.suffix, p.line = suffix, n.Line
	p.name, err = providers.ParseDomain(rest)
	return err
}

func (c *citation) UnmarshalYAML(n *yaml.Node) error {
	c.name, c.line = n.Value, n.Line
	return nil
}

func (u *username) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := providers.ParseUsername(n.Value)
	*u = username(parsed)
	return err
}

func (a *auth) UnmarshalYAML(n *yaml.Node) error {
	*a = auth(n.Value)
	if !providers.Auth(*a).Known() {
		return fmt.Errorf("the authentication method %q is not known; nearly every provider's is password-cleartext", n.Value)
	}
	return nil
}

func (p *protocol) UnmarshalYAML(n *yaml.Node) error {
	return oneOf((*string)(p), n.Value, string(providers.CalDAV), string(providers.CardDAV), string(providers.WebDAV),
		string(providers.ActiveSync), string(providers.EWS), string(providers.ManageSieve))
}

func (k *kind) UnmarshalYAML(n *yaml.Node) error {
	return oneOf((*string)(k), n.Value, string(providers.FirstParty), string(providers.Catalogue),
		string(providers.Measurement), string(providers.Article))
}

func (a *need) UnmarshalYAML(n *yaml.Node) error {
	return oneOf((*string)(a), n.Value, string(providers.AppPasswordAlways), string(providers.AppPasswordTwoStep))
}

func oneOf(to *string, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		*to = value
		return nil
	}
	return fmt.Errorf("%q is none of %s", value, strings.Join(allowed, ", "))
}
