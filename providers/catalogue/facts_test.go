package catalogue_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waypost/providers"
)

// fact is a line of the collection that the records were written from.
type fact struct {
	Domains   []string     `json:"domains"`
	Name      string       `json:"name"`
	IMAP      []factServer `json:"imap"`
	POP3      []factServer `json:"pop3"`
	SMTP      []factServer `json:"smtp"`
	OthersSay []string     `json:"others_say"`
	Help      string       `json:"help"`
	WebMail   string       `json:"webmail"`
}

type factServer struct {
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	TLS      string   `json:"tls"`
	Username string   `json:"username"`
	Auth     []string `json:"auth"`
	ListedBy []string `json:"listed_by"`
}

// line is a server as both sides can say it.
type line struct {
	Server, Username string
	Auth             []string
	By               []string // without the provider's own page, which the facts do not list
}

// beyond is what records claim although the collection leaves it out: the
// ISPDB's servers without encryption, which nobody serves.
var beyond = map[string][]string{
	"nifty.com":      {"pop3://pop.nifty.com?security=none", "submission://smtp.nifty.com?security=none"},
	"rediffmail.com": {"pop3://pop.rediffmail.com?security=none", "submission://smtp.rediffmail.com?security=none"},
}

func TestRecordsSayWhatTheFactsSay(t *testing.T) {
	const path = "../../../shared/data/provider-facts.jsonl"
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the collection of facts is not beside this repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })

	m := load(t)
	compared := map[string]bool{"charter.net": true} // its facts are those of spectrum_test.go
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		f := readFact(t, lines.Text())
		id := f.Domains[0]
		compared[id] = true
		match, err := m.Lookup(t.Context(), providers.MustDomain(id))
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		t.Run(id, func(t *testing.T) { compare(t, f, match) })
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(compared) != 109 {
		t.Errorf("%d providers compared, want 109", len(compared))
	}
	for _, p := range m.Providers() {
		if !compared[p.ID] {
			t.Errorf("of %s the facts say nothing", p.ID)
		}
	}
}

// readFact fills in the domain where a catalogue left a place for it, and as
// the name of a provider that the facts do not name.
func readFact(t *testing.T, text string) fact {
	t.Helper()
	var f fact
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	domain := f.Domains[0]
	f = fact{Name: domain}
	text = strings.NewReplacer("{domain}", domain, "%EMAILDOMAIN%", domain).Replace(text)
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func compare(t *testing.T, f fact, m providers.Match) {
	id := f.Domains[0]
	if m.Provider.ID != id || len(m.Provider.Setups) != 1 {
		t.Errorf("%s has %d setups, want one in %s", m.Provider.ID, len(m.Provider.Setups), id)
	}
	want := providers.Setup{}
	for _, name := range f.Domains {
		want.Domains = append(want.Domains, providers.MustDomain(name))
	}
	got := providers.Setup{Domains: m.Setup.Domains, Suffixes: m.Setup.Suffixes, MX: m.Setup.MX, Services: m.Setup.Services}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b providers.Domain) bool { return a == b })); d != "" {
		t.Errorf("domains (-facts +record):\n%s", d)
	}
	if f.Name != m.Provider.Name {
		t.Errorf("name %q, want %q", m.Provider.Name, f.Name)
	}
	if f.WebMail != m.Provider.Help.WebMail {
		t.Errorf("web mail %q, want %q", m.Provider.Help.WebMail, f.WebMail)
	}
	var pages []string
	for _, l := range m.Provider.Help.Documentation {
		pages = append(pages, l.URL)
	}
	if strings.Join(pages, " ") != f.Help {
		t.Errorf("documentation %v, want %s", pages, f.Help)
	}
	compareServers(t, f, m.Setup)
	if lacks := f.lacks(); lacks != (m.Setup.Partial != "") {
		t.Errorf("something is missing: %t; the record says %q", lacks, m.Setup.Partial)
	}
}

// lacks tells whether the facts are not enough to set up a client.
func (f fact) lacks() bool {
	part := func(s factServer) bool { return s.Username == "" || len(s.Auth) == 0 }
	incoming := slices.Concat(f.IMAP, f.POP3)
	return len(incoming) == 0 || len(f.SMTP) == 0 || slices.ContainsFunc(incoming, part) || slices.ContainsFunc(f.SMTP, part)
}

func compareServers(t *testing.T, f fact, setup *providers.Setup) {
	claims := claimsIn(t, f.OthersSay)
	facts := map[providers.Protocol][]factServer{providers.IMAP: f.IMAP, providers.POP3: f.POP3, providers.Submission: f.SMTP}
	for protocol, want := range facts {
		var got, expected []line
		for _, v := range slices.Concat(setup.Incoming, setup.Outgoing) {
			if v.Protocol == protocol {
				got = append(got, lineOf(t, v, f.Help))
			}
		}
		for _, s := range want {
			security := map[string]providers.Security{"implicit": providers.TLS, "starttls": providers.STARTTLS}[s.TLS]
			v := providers.Server{Protocol: protocol, Host: s.Host, Port: s.Port, Security: security}
			username := strings.ReplaceAll(s.Username, "{email}", "{address}")
			// What others say may differ in nothing but the place for the domain.
			by := slices.Concat(sourceNames(s.ListedBy), claims[v.URL()])
			delete(claims, v.URL())
			slices.Sort(by)
			expected = append(expected, line{v.URL(), username, s.Auth, by})
		}
		if d := cmp.Diff(expected, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-facts +record):\n%s", protocol, d)
		}
	}
	for _, server := range beyond[f.Domains[0]] {
		claims[server] = []string{"ISPDB"}
	}
	if d := cmp.Diff(claims, claimsOf(setup), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("claims (-facts +record):\n%s", d)
	}
}

func lineOf(t *testing.T, v providers.Server, help string) line {
	t.Helper()
	l := line{Server: v.URL(), Username: string(v.Username)}
	for _, a := range v.Auth {
		l.Auth = append(l.Auth, string(a))
	}
	for _, s := range v.Sources {
		switch {
		case s.Kind != providers.FirstParty:
			l.By = append(l.By, s.Name)
		case s.URL != help:
			t.Errorf("%s: the page is %s, want %s", v.URL(), s.URL, help)
		}
	}
	slices.Sort(l.By)
	return l
}

// sourceNames gives the names that sources.yaml has for the catalogues.
func sourceNames(catalogues []string) []string {
	var names []string
	for _, c := range catalogues {
		switch c {
		case "provider-db":
			c = "Delta Chat provider-db"
		case "K-9 (2023, removed)":
			c = "K-9 Mail (list removed in 2023)"
		}
		names = append(names, c)
	}
	slices.Sort(names)
	return names
}

// claimsIn reads lines such as "mailcore2: smtp smtp.example.com:25 starttls".
func claimsIn(t *testing.T, says []string) map[string][]string {
	t.Helper()
	by := map[string][]string{}
	for _, text := range says {
		who, what, _ := strings.Cut(text, ": ")
		var protocol, hostPort, mode string
		if _, err := fmt.Sscan(what, &protocol, &hostPort, &mode); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		scheme := protocol + mode
		v, err := providers.ParseServer(map[string]string{
			"imapssl": "imaps://", "imapstarttls": "imap://", "pop3ssl": "pop3s://", "pop3starttls": "pop3://",
			"smtpssl": "submissions://", "smtpstarttls": "submission://",
		}[scheme] + hostPort)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		by[v.URL()] = sourceNames(append(by[v.URL()], who))
	}
	return by
}

func claimsOf(s *providers.Setup) map[string][]string {
	by := map[string][]string{}
	for _, c := range s.Claims {
		for _, src := range c.Server.Sources {
			by[c.Server.URL()] = append(by[c.Server.URL()], src.Name)
		}
		slices.Sort(by[c.Server.URL()])
	}
	return by
}
