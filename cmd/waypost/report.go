package main

import (
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"waypost/mobileconfig"
	"waypost/providers"
)

// profileReport is what is said of a profile.
type profileReport struct {
	Schema     string         `json:"schema"`
	Name       string         `json:"name"`
	Accounts   []accountView  `json:"accounts"` // mail
	Calendars  []serviceView  `json:"calendars,omitempty"`
	Contacts   []serviceView  `json:"contacts,omitempty"`
	ActiveSync []exchangeView `json:"activesync,omitempty"`
	Other      []string       `json:"other_payloads,omitempty"`
	Extra      []string       `json:"extra_keys,omitempty"`
	Secrets    []string       `json:"secret_keys,omitempty"` // that carry a password or a private key
	Locked     bool           `json:"locked"`                // it forbids its removal, or asks for a code
	Signed     bool           `json:"signed"`
	Signer     string         `json:"signer,omitempty"`
	Issuer     string         `json:"issuer,omitempty"`
	Time       string         `json:"time,omitempty"`
	Until      string         `json:"certificate_until,omitempty"`
	SHA256     bool           `json:"sha256"`
	Expired    bool           `json:"certificate_expired"`
	Ours       bool           `json:"ours"`
}

type accountView struct {
	Address  string     `json:"address"`
	Incoming serverLine `json:"incoming"`
	Outgoing serverLine `json:"outgoing"`
	Extra    []string   `json:"extra_keys,omitempty"`
}

type serverLine struct {
	Protocol string `json:"protocol"`
	Host     string `json:"host"`
	Port     int    `json:"port"` // 0: the profile says none
	UseSSL   bool   `json:"use_ssl"`
	Username string `json:"username"`
	Auth     string `json:"authentication,omitempty"` // of mail servers
}

type serviceView struct {
	serverLine

	PrincipalURL string   `json:"principal_url,omitempty"`
	Extra        []string `json:"extra_keys,omitempty"`
}

type exchangeView struct {
	serverLine

	Address string   `json:"address"`
	For     []string `json:"for"` // of mail, contacts, calendar, reminders, notes
	Extra   []string `json:"extra_keys,omitempty"`
}

func newReport(p mobileconfig.Profile) *profileReport {
	r := &profileReport{
		Schema: "waypost.profile/1", Name: p.DisplayName, Other: p.Other, Extra: p.Extra, Locked: p.Locked,
		Calendars: viewServices(providers.CalDAV, p.CalDAV), Contacts: viewServices(providers.CardDAV, p.CardDAV),
	}
	for _, m := range p.Mail {
		r.Accounts = append(r.Accounts, accountView{m.Address, line(m.Incoming), line(m.Outgoing), m.Extra})
	}
	for _, v := range p.ActiveSync {
		r.ActiveSync = append(r.ActiveSync, viewExchange(v))
	}
	r.Secrets = r.secrets()
	return r
}

func line(s mobileconfig.Server) serverLine {
	return serverLine{string(s.Protocol), s.Host, s.Port, s.UseSSL, s.Username, string(s.Authentication)}
}

func viewServices(kind providers.Protocol, list []mobileconfig.DAV) []serviceView {
	var views []serviceView
	for _, v := range list {
		s := serverLine{Protocol: string(kind), Host: v.Host, Port: v.Port, UseSSL: v.UseSSL, Username: v.Username}
		views = append(views, serviceView{s, v.PrincipalURL, v.Extra})
	}
	return views
}

func viewExchange(v mobileconfig.ActiveSync) exchangeView {
	s := serverLine{Protocol: string(providers.ActiveSync), Host: v.Host, UseSSL: v.UseSSL, Username: v.Username}
	view := exchangeView{serverLine: s, Address: v.Address, For: []string{}, Extra: v.Extra}
	for _, part := range []struct {
		name string
		on   bool
	}{
		{"mail", v.Mail},
		{"contacts", v.Contacts},
		{"calendar", v.Calendars},
		{"reminders", v.Reminders},
		{"notes", v.Notes},
	} {
		if part.on {
			view.For = append(view.For, part.name)
		}
	}
	return view
}

// secrets names the keys that carry a password, or a certificate with its
// private key, each once.
func (r *profileReport) secrets() []string {
	var keys []string
	for _, a := range r.Accounts {
		keys = append(keys, a.Extra...)
	}
	for _, v := range slices.Concat(r.Calendars, r.Contacts) {
		keys = append(keys, v.Extra...)
	}
	for _, v := range r.ActiveSync {
		keys = append(keys, v.Extra...)
	}
	keys = slices.DeleteFunc(keys, func(key string) bool {
		// OverridePreviousPassword is a switch.
		return key != "Certificate" && !strings.HasSuffix(key, "Password") || key == "OverridePreviousPassword"
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (r *profileReport) addSignature(s mobileconfig.Signed, own *x509.Certificate) {
	r.Signed = true
	r.Signer = s.Certificate.Subject.CommonName
	r.Issuer = s.Certificate.Issuer.CommonName
	r.Until = s.Certificate.NotAfter.UTC().Format("2006-01-02")
	r.Expired = time.Now().After(s.Certificate.NotAfter)
	r.SHA256 = s.SHA256
	if !s.Time.IsZero() {
		r.Time = s.Time.UTC().Format("2006-01-02 15:04 UTC")
	}
	r.Ours = own != nil && own.Equal(s.Certificate)
}

func (r *profileReport) print(w io.Writer) {
	fmt.Fprintf(w, "Profile    %q\n", r.Name)
	for _, a := range r.Accounts {
		fmt.Fprintf(w, "Account    %s\n", visible(a.Address))
		fmt.Fprintf(w, "  incoming %s\n", a.Incoming)
		fmt.Fprintf(w, "  outgoing %s\n", a.Outgoing)
		printAlso(w, a.Extra)
	}
	printServices(w, "Calendar", r.Calendars)
	printServices(w, "Contacts", r.Contacts)
	for _, v := range r.ActiveSync {
		fmt.Fprintf(w, "ActiveSync %s\n", visible(v.Address))
		fmt.Fprintf(w, "  server   %s\n", v.serverLine)
		fmt.Fprintf(w, "  for      %s\n", strings.Join(v.For, ", "))
		printAlso(w, v.Extra)
	}
	for _, kind := range slices.Concat(r.Other, r.Extra) {
		fmt.Fprintf(w, "Also holds %s\n", visible(kind))
	}
	for _, key := range r.Secrets {
		fmt.Fprintf(w, "Careful    %s is for everybody who has the file to read\n", visible(key))
	}
	if r.Locked {
		fmt.Fprintln(w, "Careful    it forbids its removal, or asks for a code first")
	}
	if !r.Signed {
		fmt.Fprintln(w, "Signed     no")
		return
	}
	digest := "SHA-256"
	if !r.SHA256 {
		digest = "a digest that devices do not accept"
	}
	fmt.Fprintf(w, "Signed     by %s (issued by %s), %s, %s\n", visible(r.Signer), visible(r.Issuer), r.Time, digest)
	fmt.Fprintf(w, "           certificate valid until %s\n", r.Until)
	fmt.Fprintf(w, "Ours       %s\n", map[bool]string{true: "yes", false: "no"}[r.Ours])
}

func printServices(w io.Writer, title string, list []serviceView) {
	for _, v := range list {
		fmt.Fprintf(w, "%-10s %s\n", title, v.serverLine)
		if v.PrincipalURL != "" {
			fmt.Fprintf(w, "  at       %s\n", visible(v.PrincipalURL))
		}
		printAlso(w, v.Extra)
	}
}

func printAlso(w io.Writer, keys []string) {
	for _, k := range keys {
		fmt.Fprintf(w, "  also     %s\n", visible(k))
	}
}

func (s serverLine) String() string {
	text := providers.Protocol(s.Protocol).Words() + " " + visible(s.Host)
	if s.Port != 0 {
		text += fmt.Sprintf(" port %d", s.Port)
	}
	if s.UseSSL {
		text += ", TLS"
	} else {
		text += ", NOT ENCRYPTED"
	}
	switch {
	case s.Auth == string(mobileconfig.AuthNone):
		text += ", nobody signs in"
	case s.Username == "":
		text += ", asks for the user name"
	default:
		text += ", as " + visible(s.Username)
	}
	return text
}

// visible keeps control characters of a foreign profile off the terminal.
func visible(s string) string {
	quoted := fmt.Sprintf("%q", s)
	return quoted[1 : len(quoted)-1]
}
