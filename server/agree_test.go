package server_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/accountqr"
	"waypost/autoconfig"
	"waypost/autodiscover"
	"waypost/dnsrecords"
	"waypost/mobileconfig"
	"waypost/pacc"
	"waypost/providers"
	"waypost/server"
)

// told is a server as a client would use it. What a dialect cannot say is
// empty: the TLS mode in a profile is TLS of either kind, the user name in
// DNS is nobody's.
type told struct {
	service, tls, login string
}

const (
	someTLS   = "some TLS"
	anyOne    = ""
	agreeWith = "ann@example.com"
)

// services names a server apart from how to log in and how it is encrypted.
func serviceName(p providers.Protocol, host string, port int) string {
	return string(p) + " " + host + ":" + strconv.Itoa(port)
}

// tell gives what every dialect must say of a server.
func tell(s providers.Server, a providers.Address) told {
	return told{serviceName(s.Protocol, s.Host, s.Port), string(s.Security), s.Username.For(a)}
}

// says tells whether the two are the same, as far as the dialect says it.
func (t told) says(truth told) bool {
	tls := t.tls == truth.tls || t.tls == anyOne || t.tls == someTLS && truth.tls != string(providers.None)
	return t.service == truth.service && tls && (t.login == truth.login || t.login == anyOne)
}

// records draws a provider of example.com.
func drawRecord(t *rapid.T) providers.Provider {
	hosts := rapid.SampledFrom([]string{"a.example.com", "b.example.com", "mail.{domain}", "xn--bcher-kva.example"})
	auths := rapid.SampledFrom([][]providers.Auth{
		{providers.PasswordCleartext},
		{providers.PasswordEncrypted},
		{providers.OAuth2, providers.PasswordCleartext},
		{providers.OAuth2},
		{providers.GSSAPI, providers.PasswordCleartext},
	})
	names := rapid.SampledFrom([]providers.Username{providers.FullAddress, providers.FullAddress, providers.LocalPart, "{local}%{domain}"})
	ports := rapid.OneOf(rapid.Just(0), rapid.Just(0), rapid.IntRange(1, 65535))
	if rapid.Bool().Draw(t, "as most providers are") {
		auths, names, ports = rapid.Just([]providers.Auth{providers.PasswordCleartext}), rapid.Just(providers.FullAddress), rapid.Just(0)
	}
	draw := func(label string, least int, schemes ...string) (list []providers.Server) {
		for _, scheme := range rapid.SliceOfN(rapid.SampledFrom(schemes), least, 4).Draw(t, label) {
			protocol, service := strings.CutPrefix(scheme, "https ")
			scheme, security, _ := strings.Cut(scheme, " ")
			text := scheme + "://" + hosts.Draw(t, "host")
			if security != "" && !service {
				text += "?security=none"
			}
			parse := providers.ParseServer
			if service {
				text = "https://" + hosts.Draw(t, "host") + rapid.SampledFrom([]string{"/", "/dav/", "/Microsoft-Server-ActiveSync"}).Draw(t, "path")
				parse = func(text string) (providers.Server, error) {
					return providers.ParseService(providers.Protocol(protocol), text)
				}
			}
			s, err := parse(text)
			if err != nil {
				t.Fatal(err)
			}
			s.Port = cmp.Or(ports.Draw(t, "port"), s.Port)
			s.Auth, s.Username = auths.Draw(t, "auth"), names.Draw(t, "username")
			list = append(list, s)
		}
		return list
	}
	p := providers.Provider{
		ID: "example.com", Name: "Example <Mail> & Söhne",
		Setups: []providers.Setup{{
			Domains:  []providers.Domain{providers.MustDomain("example.com")},
			Incoming: draw("incoming", 1, "imaps", "imaps", "imap", "imap none", "pop3s", "pop3", "https jmap"),
			Outgoing: draw("outgoing", 1, "submissions", "submissions", "submission", "smtp", "submission none"),
			Services: draw("services", 0, "https caldav", "https carddav", "https webdav", "https activesync", "https ews", "sieve"),
		}},
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	return p
}

// dialects asks an instance for everything, and reads it as a client would. A
// dialect that cannot say the record is not in the map.
func dialects(t *rapid.T, p providers.Provider, m providers.Match, a providers.Address) map[string][]told {
	directory, err := providers.NewMemory([]providers.Provider{p})
	if err != nil {
		t.Fatal(err)
	}
	handler := server.New(server.Options{
		Selector: providers.Selector{Configured: directory},
		URL:      &url.URL{Scheme: "https", Host: "setup.example.com"},
		Sign:     func(profile []byte) ([]byte, error) { return profile, nil },
	})
	get := func(method, target, body string) ([]byte, bool) {
		r := httptest.NewRequest(method, target, strings.NewReader(body)) //nolint:noctx // rapid has no context
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		return rec.Body.Bytes(), rec.Code == http.StatusOK && !strings.Contains(rec.Body.String(), "<ErrorCode>")
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	all := map[string][]told{}
	add := func(dialect string, s ...told) { all[dialect] = append(all[dialect], s...) }

	for name, target := range map[string]string{
		"autoconfig": "https://autoconfig.example.com/mail/config-v1.1.xml",
		"everything": "https://autoconfig.example.com/mail/config-v1.1.xml?all=1",
	} {
		if body, ok := get(http.MethodGet, target, ""); ok {
			d, err := autoconfig.Decode(body)
			must(err)
			for _, s := range slices.Concat(d.Incoming, d.Outgoing, d.Services) {
				add(name, tell(s, a))
			}
		}
	}
	const pox = "https://autodiscover.example.com/autodiscover/autodiscover.xml"
	for name, method := range map[string]string{"Outlook": http.MethodPost, "Outlook by host": http.MethodGet} {
		if body, ok := get(method, pox, requestFor(outlookRequest, agreeWith)); ok {
			answer, err := autodiscover.Decode(body)
			must(err)
			for _, s := range answer.Servers {
				add(name, told{serviceName(s.Protocol, s.Host, s.Port), string(s.Security), s.LoginName})
			}
		}
	}
	if body, ok := get(http.MethodPost, pox, requestFor(mobileSyncRequest, agreeWith)); ok {
		answer, err := autodiscover.DecodeMobileSync(body)
		must(err)
		s, err := providers.ParseService(providers.ActiveSync, answer.URL)
		must(err)
		add("MobileSync", told{serviceName(s.Protocol, s.Host, s.Port), string(providers.TLS), anyOne})
	}
	if body, ok := get(http.MethodGet, "https://setup.example.com/profile.mobileconfig?email="+agreeWith, ""); ok {
		add("Apple", profileServers(t, body)...)
	}
	if body, ok := get(http.MethodGet, "https://ua-auto-config.example.com/.well-known/user-agent-configuration.json", ""); ok {
		add("PACC", paccServers(t, body, a)...)
	}
	if code, err := accountqr.New(m.At(a)); err == nil {
		for _, s := range []accountqr.Server{code.Incoming, code.Outgoing} {
			add("code", told{serviceName(s.Protocol, s.Host, s.Port), string(s.Security), s.Username})
		}
	}
	if records, _, err := (dnsrecords.Publication{Match: m}).Records(); err == nil {
		add("DNS", srvServers(t, records)...)
	}
	return all
}

func profileServers(t *rapid.T, body []byte) (servers []told) {
	p, err := mobileconfig.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	tls := map[bool]string{true: someTLS, false: string(providers.None)}
	for _, m := range p.Mail {
		for _, s := range []mobileconfig.Server{m.Incoming, m.Outgoing} {
			servers = append(servers, told{serviceName(s.Protocol, s.Host, s.Port), tls[s.UseSSL], s.Username})
		}
	}
	for protocol, list := range map[providers.Protocol][]mobileconfig.DAV{providers.CalDAV: p.CalDAV, providers.CardDAV: p.CardDAV} {
		for _, d := range list {
			servers = append(servers, told{serviceName(protocol, d.Host, d.Port), tls[d.UseSSL], d.Username})
		}
	}
	for _, s := range p.ActiveSync {
		servers = append(servers, told{serviceName(providers.ActiveSync, s.Host, 443), tls[s.UseSSL], s.Username})
	}
	return servers
}

func paccServers(t *rapid.T, body []byte, a providers.Address) (servers []told) {
	d, err := pacc.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		providers.Protocol
		host string
		port int
	}{{providers.IMAP, d.IMAP, 993}, {providers.POP3, d.POP3, 995}, {providers.Submission, d.Submit, 465}} {
		if s.host != "" {
			servers = append(servers, told{serviceName(s.Protocol, s.host, s.port), string(providers.TLS), a.String()})
		}
	}
	for protocol, text := range map[providers.Protocol]string{
		providers.JMAP: d.JMAP, providers.CalDAV: d.CalDAV, providers.CardDAV: d.CardDAV, providers.WebDAV: d.WebDAV,
	} {
		if text == "" {
			continue
		}
		s, err := providers.ParseService(protocol, text)
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, told{serviceName(protocol, s.Host, s.Port), string(providers.TLS), a.String()})
	}
	return servers
}

// srvServers reads SRV as RFC 6186 and its kin mean it.
func srvServers(t *rapid.T, records []dnsrecords.Record) (servers []told) {
	type kind struct {
		providers.Protocol
		providers.Security
	}
	kinds := map[string]kind{
		"_imaps": {providers.IMAP, providers.TLS}, "_imap": {providers.IMAP, providers.STARTTLS},
		"_pop3s": {providers.POP3, providers.TLS}, "_pop3": {providers.POP3, providers.STARTTLS},
		"_submissions": {providers.Submission, providers.TLS}, "_submission": {providers.Submission, providers.STARTTLS},
		"_caldavs": {providers.CalDAV, providers.TLS}, "_carddavs": {providers.CardDAV, providers.TLS},
		"_jmap": {providers.JMAP, providers.TLS}, "_sieve": {providers.ManageSieve, anyOne},
	}
	for _, r := range records {
		label, _, _ := strings.Cut(r.Name, ".")
		f := strings.Fields(r.Data)
		k, known := kinds[label]
		if r.Type != dnsrecords.SRV || !known || f[3] == "." {
			continue
		}
		port, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, told{serviceName(k.Protocol, strings.TrimSuffix(f[3], "."), port), string(k.Security), anyOne})
	}
	return servers
}

func TestAllDialectsOfOneModelAgreeServerByServer(t *testing.T) {
	a, err := providers.ParseAddress(agreeWith)
	if err != nil {
		t.Fatal(err)
	}
	spoken := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := drawRecord(t)
		m, err := providers.NewMatch(&p, &p.Setups[0], a.Domain())
		if err != nil {
			t.Fatal(err)
		}
		all := dialects(t, p, m, a)
		incoming, outgoing, err := m.Pair()
		if pair := err == nil; !pair {
			for _, dialect := range []string{"autoconfig", "Outlook", "Outlook by host", "Apple", "PACC", "code"} {
				if all[dialect] != nil {
					t.Fatalf("%s names a pair, which the record does not have: %+v", dialect, all[dialect])
				}
			}
		}

		// Nobody is told of a server that the record does not have.
		servers := slices.Concat(m.Setup.Incoming, m.Setup.Outgoing, m.Setup.Services)
		for dialect, list := range all {
			spoken[dialect]++
			for _, s := range list {
				if !slices.ContainsFunc(servers, func(truth providers.Server) bool { return s.says(tell(truth, a)) }) {
					t.Fatalf("%s names %+v, which the record does not have", dialect, s)
				}
			}
		}

		// Where every dialect can say the preferred pair, every dialect does.
		everywhere := func(s providers.Server) bool {
			return s.ImplicitTLS() && s.StandardPort() && s.Username == providers.FullAddress && slices.Equal(s.Auth, []providers.Auth{providers.PasswordCleartext})
		}
		if everywhere(incoming) && everywhere(outgoing) {
			for _, dialect := range []string{"autoconfig", "everything", "Outlook", "Outlook by host", "Apple", "PACC", "code", "DNS"} {
				for _, s := range []providers.Server{incoming, outgoing} {
					i := slices.IndexFunc(all[dialect], func(x told) bool { return strings.HasPrefix(x.service, string(s.Protocol)+" ") })
					if i < 0 || !all[dialect][i].says(tell(s, a)) {
						t.Fatalf("%s prefers %+v, want %+v", dialect, all[dialect], tell(s, a))
					}
				}
			}
			spoken["by all"]++
		}

		// ?all=1 names all that works; DNS every mail server that is encrypted.
		for _, s := range servers {
			encryptedOnes := slices.ContainsFunc(m.Setup.Incoming, providers.Server.Encrypted)
			if s.Protocol == providers.Submission {
				encryptedOnes = slices.ContainsFunc(m.Setup.Outgoing, providers.Server.Encrypted)
			}
			if (s.Encrypted() || !encryptedOnes) && !slices.Contains(all["everything"], tell(s, a)) {
				t.Fatalf("?all=1 does not name %+v: %+v", tell(s, a), all["everything"])
			}
			mail := slices.Contains([]providers.Protocol{providers.IMAP, providers.POP3, providers.Submission}, s.Protocol)
			if mail && s.Encrypted() && !slices.ContainsFunc(all["DNS"], func(x told) bool { return x.says(tell(s, a)) }) {
				t.Fatalf("DNS does not name %+v: %+v", tell(s, a), all["DNS"])
			}
		}
	})
	// The test means something only where each dialect has spoken.
	for _, dialect := range []string{"autoconfig", "everything", "Outlook", "Outlook by host", "MobileSync", "Apple", "PACC", "code", "DNS", "by all"} {
		if spoken[dialect] == 0 {
			t.Errorf("%s never spoke: %s", dialect, gocmp.Diff(nil, spoken))
		}
	}
}
