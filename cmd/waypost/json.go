package main

import (
	"encoding/json"
	"io"

	"waypost/providers"
)

// The JSON of the commands. Each document names its schema with a version;
// within a version, members are only added.

type serverView struct {
	URL      string       `json:"url"`
	Protocol string       `json:"protocol"`
	Host     string       `json:"host"`
	Port     int          `json:"port"`
	Security string       `json:"security"`
	Auth     []string     `json:"auth,omitempty"`
	Username string       `json:"username,omitempty"` // the rule
	Login    string       `json:"login,omitempty"`    // the rule applied to the address
	POP3     *pop3View    `json:"pop3,omitempty"`
	Sources  []sourceView `json:"sources,omitempty"`
}

type pop3View struct {
	LeaveOnServer  bool `json:"leave_on_server"`
	Days           int  `json:"days,omitempty"` // absent: for ever
	DownloadOnBiff bool `json:"download_on_biff"`
}

type sourceView struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	Date string `json:"date,omitempty"`
}

type claimView struct {
	serverView

	Note string `json:"note,omitempty"`
}

type setupView struct {
	Domains  []string     `json:"domains,omitempty"`
	Suffixes []string     `json:"suffixes,omitempty"`
	Incoming []serverView `json:"incoming,omitempty"`
	Outgoing []serverView `json:"outgoing,omitempty"`
	Services []serverView `json:"services,omitempty"`
	// Autodiscover is the URL, or @ and the domain, that Outlook is sent to.
	Autodiscover string      `json:"autodiscover,omitempty"`
	Claims       []claimView `json:"claims,omitempty"`
	Notes        []string    `json:"notes,omitempty"`
	Partial      string      `json:"partial,omitempty"`
}

type providerView struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	ShortName string      `json:"short_name,omitempty"`
	Help      *helpView   `json:"help,omitempty"`
	OAuth2    *oauth2View `json:"oauth2,omitempty"`
	Setups    []setupView `json:"setups,omitempty"`
}

type helpView struct {
	Documentation  []linkView `json:"documentation,omitempty"`
	Enable         []linkView `json:"enable,omitempty"`
	WebMail        string     `json:"webmail,omitempty"`
	Status         string     `json:"status,omitempty"`
	Password       string     `json:"password,omitempty"`
	AppPassword    string     `json:"app_password,omitempty"`
	AppPasswordURL string     `json:"app_password_url,omitempty"`
}

type linkView struct {
	URL  string `json:"url"`
	Text string `json:"text,omitempty"`
	Lang string `json:"lang,omitempty"`
}

type oauth2View struct {
	Issuer   string `json:"issuer,omitempty"`
	AuthURL  string `json:"auth_url,omitempty"`
	TokenURL string `json:"token_url,omitempty"`
	Scope    string `json:"scope,omitempty"`
	ClientID string `json:"client_id,omitempty"`
}

func viewServer(s providers.Server, a providers.Address) serverView {
	v := serverView{
		URL:      s.URL(),
		Protocol: string(s.Protocol),
		Host:     s.Host,
		Port:     s.Port,
		Security: string(s.Security),
		Username: string(s.Username),
		POP3:     (*pop3View)(s.POP3),
	}
	if !a.IsZero() && s.Username != "" {
		v.Login = s.Username.For(a)
	}
	for _, m := range s.Auth {
		v.Auth = append(v.Auth, string(m))
	}
	for _, src := range s.Sources {
		v.Sources = append(v.Sources, sourceView{string(src.Kind), src.Name, src.URL, src.Date})
	}
	return v
}

func viewServers(servers []providers.Server, a providers.Address) []serverView {
	var views []serverView
	for _, s := range servers {
		views = append(views, viewServer(s, a))
	}
	return views
}

// viewSetup gives a Setup; with an address, each server names the log-in.
func viewSetup(s *providers.Setup, a providers.Address) setupView {
	v := setupView{
		Incoming: viewServers(s.Incoming, a),
		Outgoing: viewServers(s.Outgoing, a),
		Services: viewServers(s.Services, a),
		Notes:    s.Notes,
		Partial:  s.Partial,
	}
	if to := s.Autodiscover; to.URL != "" {
		v.Autodiscover = to.URL
	} else if !to.IsZero() {
		v.Autodiscover = "@" + to.Domain.String()
	}
	for _, d := range s.Domains {
		v.Domains = append(v.Domains, d.String())
	}
	for _, d := range s.Suffixes {
		v.Suffixes = append(v.Suffixes, "*."+d.String())
	}
	for _, c := range s.Claims {
		v.Claims = append(v.Claims, claimView{viewServer(c.Server, providers.Address{}), c.Note})
	}
	return v
}

// viewProvider gives a record without its setups.
func viewProvider(p *providers.Provider) providerView {
	v := providerView{ID: p.ID, Name: p.Name, ShortName: p.ShortName}
	h := helpView{
		WebMail:        p.Help.WebMail,
		Status:         p.Help.Status,
		Password:       p.Help.Password,
		AppPassword:    string(p.Help.AppPassword.Need),
		AppPasswordURL: p.Help.AppPassword.URL,
	}
	for _, l := range p.Help.Documentation {
		h.Documentation = append(h.Documentation, linkView(l))
	}
	for _, l := range p.Help.Enable {
		h.Enable = append(h.Enable, linkView(l))
	}
	v.Help = &h
	if p.OAuth2 != nil {
		o := oauth2View(*p.OAuth2)
		v.OAuth2 = &o
	}
	return v
}

func viewRecord(p *providers.Provider) providerView {
	v := viewProvider(p)
	for i := range p.Setups {
		v.Setups = append(v.Setups, viewSetup(&p.Setups[i], providers.Address{}))
	}
	return v
}

func showJSON(a providers.Account) any {
	return struct {
		Schema   string       `json:"schema"`
		Address  string       `json:"address,omitempty"`
		Domain   string       `json:"domain"`
		Provider providerView `json:"provider"`
		Setup    setupView    `json:"setup"`
	}{"waypost.show/1", a.Address.String(), a.Domain.String(), viewProvider(a.Provider), viewSetup(a.Setup, a.Address)}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
