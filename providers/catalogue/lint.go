package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"waypost/providers"
)

// Finding is one thing in a record that keeps it from being trusted.
type Finding struct {
	Record string `json:"record"` // the provider's ID
	Text   string `json:"text"`
}

// Lint checks records for what a reader of the catalogue relies on beyond
// being valid: each served setting has a source that may serve it, no
// plaintext is served, a claim that the ISPDB makes is outranked only by the
// provider's own page, no domain stands in two records.
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
		for j := range p.Setups {
			lintSetup(&p.Setups[j], add)
		}
		if p.Help.AppPassword.Need == "" && p.Help.AppPassword.URL != "" {
			add("help: a page for app passwords, and no word on who needs one")
		}
	}
	if _, err := providers.NewMemory(records); err != nil {
		found = append(found, Finding{"catalogue", err.Error()})
	}
	return found
}

func lintSetup(s *providers.Setup, add func(string, ...any)) {
	for _, v := range slices.Concat(s.Incoming, s.Outgoing, s.Services) {
		switch {
		case len(v.Sources) == 0:
			add("%s: nobody is named who says so", v.URL())
		case !citesAny(v, providers.FirstParty, providers.Catalogue):
			add("%s: neither the provider's own page nor a catalogue says so, which makes it a claim", v.URL())
		}
		if !v.Encrypted() {
			add("%s: plaintext is never served from the catalogue", v.URL())
		}
		lintSources(v, add)
	}
	for _, c := range s.Claims {
		lintSources(c.Server, add)
		for _, v := range slices.Concat(s.Incoming, s.Outgoing) {
			switch {
			case c.Server.Protocol != v.Protocol:
			case c.Server.URL() == v.URL():
				add("%s: it is served and only claimed at once", v.URL())
			case citesISPDB(c.Server) && !citesISPDB(v) && !citesAny(v, providers.FirstParty):
				add("%s: the ISPDB says %s, which only the provider's own page outranks", v.URL(), c.Server.URL())
			}
		}
	}
}

func lintSources(v providers.Server, add func(string, ...any)) {
	for _, src := range v.Sources {
		if src.Name == "" || src.Kind == "" {
			add("%s: a source needs a kind and a name", v.URL())
		}
	}
}

func citesAny(s providers.Server, kinds ...providers.SourceKind) bool {
	return slices.ContainsFunc(s.Sources, func(src providers.Source) bool { return slices.Contains(kinds, src.Kind) })
}

func citesISPDB(s providers.Server) bool {
	return slices.ContainsFunc(s.Sources, func(src providers.Source) bool {
		return src.Kind == providers.Catalogue && strings.HasPrefix(src.Name, "ISPDB")
	})
}
