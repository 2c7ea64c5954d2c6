package catalogue

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"waypost/providers"
)

// Finding is one thing in a record that keeps it from being trusted.
type Finding struct {
	Record string `json:"record"` // the provider's ID
	Text   string `json:"text"`
}

type report func(format string, args ...any)

// Lint checks records for what a reader of the catalogue relies on beyond
// being valid. A record is named after one of its domains. Each setting has
// sources that may serve it, with names, pages and dates that can be true. No
// plaintext is served. What a higher source says is not set aside for a lower
// one. An unusual port and OAuth2 as the only way in are explained to people,
// and partial is what lacks something. No domain stands in two records.
func Lint(records []providers.Provider) []Finding {
	var found []Finding
	for i := range records {
		p := &records[i]
		add := func(format string, args ...any) {
			found = append(found, Finding{p.ID, fmt.Sprintf(format, args...)})
		}
		if err := p.Validate(); err != nil {
			for line := range strings.Lines(err.Error()) {
				add("%s", strings.TrimSpace(line))
			}
		}
		lintProvider(p, add)
		for j := range p.Setups {
			lintSetup(p, &p.Setups[j], add)
		}
	}
	if _, err := providers.NewMemory(records); err != nil {
		found = append(found, Finding{"catalogue", err.Error()})
	}
	return found
}

func lintProvider(p *providers.Provider, add report) {
	named := func(d providers.Domain) bool { return d.String() == p.ID }
	if !slices.ContainsFunc(p.Setups, func(s providers.Setup) bool { return slices.ContainsFunc(s.Domains, named) }) {
		add("the record is named after none of its domains")
	}
	links := []string{p.Help.WebMail, p.Help.Status, p.Help.Password, p.Help.AppPassword.URL}
	for _, l := range slices.Concat(p.Help.Documentation, p.Help.Enable) {
		links = append(links, l.URL)
	}
	for _, link := range links {
		if link != "" && !securePage(link) {
			add("help: %s is not the https:// address of a page", link)
		}
	}
	if p.Help.AppPassword.Need == "" && p.Help.AppPassword.URL != "" {
		add("help: a page for app passwords, and no word on who needs one")
	}
}

func lintSetup(p *providers.Provider, s *providers.Setup, add report) {
	switch {
	case s.Partial == "":
	case complete(s):
		add("it is marked partial and lacks nothing")
	case strings.HasSuffix(s.Partial, "."):
		add("partial: the reason stands inside a sentence, so it has no full stop")
	}
	_, _, err := providers.Match{Provider: p, Setup: s}.Pair(providers.Server.AcceptsPassword)
	if e, ok := errors.AsType[*providers.Inexpressible](err); ok && e.Code == providers.CodeOAuth2Only && !noted(s, "OAuth2") {
		add("OAuth2 is the only way to log in, and no note tells people what to do")
	}
	served := slices.Concat(s.Incoming, s.Outgoing, s.Services)
	for i, v := range served {
		if slices.ContainsFunc(served[:i], func(w providers.Server) bool { return w.URL() == v.URL() && w.Protocol == v.Protocol }) {
			add("%s: it stands twice", v.URL())
		}
		lintServed(s, v, add)
	}
	for _, c := range s.Claims {
		lintSources(c.Server, add)
		for _, v := range served {
			if c.Server.Protocol == v.Protocol {
				lintClaim(s, c.Server, v, add)
			}
		}
	}
}

// complete tells whether a Setup has all that its clients need.
func complete(s *providers.Setup) bool {
	lacks := func(v providers.Server) bool { return len(v.Auth) == 0 || v.Username == "" || v.Security == "" }
	return len(s.Incoming) > 0 && len(s.Outgoing) > 0 && !slices.ContainsFunc(slices.Concat(s.Incoming, s.Outgoing), lacks)
}

func noted(s *providers.Setup, word string) bool {
	return slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, word) })
}

func lintServed(s *providers.Setup, v providers.Server, add report) {
	host := strings.ReplaceAll(v.Host, "{domain}", "example.com")
	if d, err := providers.ParseDomain(host); err == nil && d.Registrable().IsZero() {
		add("%s: the host is not a name below a public suffix", v.URL())
	}
	if v.Encrypted() && !v.StandardPort() && !noted(s, strconv.Itoa(v.Port)) {
		add("%s: the port is unusual, and no note tells people", v.URL())
	}
	if !v.Encrypted() {
		add("%s: plaintext is never served from the catalogue", v.URL())
	}
	switch rank(v) {
	case unsourced:
		add("%s: nobody is named who says so", v.URL())
	case hearsay:
		add("%s: neither the provider's own page nor a catalogue says so, which makes it a claim", v.URL())
	}
	lintSources(v, add)
}

// lintClaim compares what is claimed with what is served for the same
// protocol. Another port of the same host is no contradiction between equals.
func lintClaim(s *providers.Setup, claimed, served providers.Server, add report) {
	contradicts := claimed.Host != served.Host || claimed.Port == served.Port
	switch {
	case claimed.URL() == served.URL():
		add("%s: it is served and only claimed at once", served.URL())
	case rank(served) >= firstParty:
	case rank(claimed) == firstParty:
		add("%s: the provider's own page says %s, which nothing outranks", served.URL(), claimed.URL())
	case rank(claimed) == ispdb && rank(served) < ispdb:
		add("%s: the ISPDB says %s, which only the provider's own page outranks", served.URL(), claimed.URL())
	case s.Partial == "" && contradicts && rank(claimed) == catalogue && rank(served) == catalogue:
		add("%s: a catalogue says %s, and neither the provider's own page nor the ISPDB decides", served.URL(), claimed.URL())
	}
}

// The ranks of what is said, by its best source.
const (
	unsourced = iota
	hearsay
	catalogue
	ispdb
	firstParty
)

func rank(v providers.Server) int {
	best := unsourced
	for _, src := range v.Sources {
		r := hearsay
		switch {
		case src.Kind == providers.FirstParty:
			r = firstParty
		case src.Kind == providers.Catalogue && strings.HasPrefix(src.Name, "ISPDB"):
			r = ispdb
		case src.Kind == providers.Catalogue:
			r = catalogue
		}
		best = max(best, r)
	}
	return best
}

func lintSources(v providers.Server, add report) {
	for i, src := range v.Sources {
		if src.Name == "" || src.Kind == "" {
			add("%s: a source needs a kind and a name", v.URL())
		}
		if src.URL != "" && !securePage(src.URL) {
			add("%s: %s: %s is not the https:// address of a page", v.URL(), src.Name, src.URL)
		}
		if src.Date != "" && !plausible(src.Date) {
			add("%s: %s: %s is not a day, month or year in which somebody can have said so", v.URL(), src.Name, src.Date)
		}
		if slices.Contains(v.Sources[:i], src) {
			add("%s: %s is cited twice", v.URL(), src.Name)
		}
	}
}

func securePage(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Scheme == "https" && strings.Contains(u.Hostname(), ".")
}

// plausible takes a date, or the front part of one, between the first RFC on
// encrypted IMAP and POP3 (2595) and tomorrow, which is today somewhere.
func plausible(date string) bool {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, date); err == nil {
			return t.Year() >= 1999 && t.Before(time.Now().AddDate(0, 0, 1))
		}
	}
	return false
}
