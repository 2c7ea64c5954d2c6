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
	compared := map[providers.Domain]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var f fact
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		for _, name := range f.Domains {
			d := providers.MustDomain(name)
			match, err := m.Lookup(t.Context(), d)
			if errors.Is(err, providers.ErrNotHere) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			compared[d] = true
			t.Run(name, func(t *testing.T) { compare(t, f, match) })
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Providers() {
		for _, s := range p.Setups {
			for _, d := range s.Domains {
				if p.ID != "charter.net" && !compared[d] {
					t.Errorf("%s serves %s, of which the facts say nothing", p.ID, d)
				}
			}
		}
	}
}

func compare(t *testing.T, f fact, m providers.Match) {
	if f.Name != "" && f.Name != m.Provider.Name {
		t.Errorf("name %q, want %q", m.Provider.Name, f.Name)
	}
	if f.WebMail != m.Provider.Help.WebMail {
		t.Errorf("web mail %q, want %q", m.Provider.Help.WebMail, f.WebMail)
	}
	if f.Help != "" && !slices.ContainsFunc(m.Provider.Help.Documentation, func(l providers.Link) bool { return l.URL == f.Help }) {
		t.Errorf("documentation %v, want %s", m.Provider.Help.Documentation, f.Help)
	}
	facts := map[providers.Protocol][]factServer{providers.IMAP: f.IMAP, providers.POP3: f.POP3, providers.Submission: f.SMTP}
	for protocol, want := range facts {
		var got, expected []line
		for _, v := range slices.Concat(m.Setup.Incoming, m.Setup.Outgoing) {
			if v.Protocol == protocol {
				got = append(got, lineOf(t, v, f.Help))
			}
		}
		for _, s := range want {
			security := map[string]providers.Security{"implicit": providers.TLS, "starttls": providers.STARTTLS}[s.TLS]
			v := providers.Server{Protocol: protocol, Host: s.Host, Port: s.Port, Security: security}
			username := strings.ReplaceAll(s.Username, "{email}", "{address}")
			expected = append(expected, line{v.URL(), username, s.Auth, sourceNames(s.ListedBy)})
		}
		if d := cmp.Diff(expected, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-facts +record):\n%s", protocol, d)
		}
	}
	if d := cmp.Diff(claimsIn(t, f.OthersSay), claimsOf(m.Setup), cmpopts.EquateEmpty()); d != "" {
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
