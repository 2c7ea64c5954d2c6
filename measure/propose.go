package measure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"waypost/probe"
	"waypost/providers"
)

// sourceName is what Waypost's own measurements are called in records.
const sourceName = "Waypost"

// Proposal is a change of a record's file, for a person to review.
type Proposal struct {
	Text  string   // the file as it would be
	Diff  string   // from the file as it is, unified; empty: nothing is proposed
	Notes []string // what is to be done by hand, because the file is not written as others are
}

// Propose turns findings into changes of the text of a record. path names the
// file in the diff, date is that of the measurement, as 2006-01-02.
//
//   - A served server that passed cites the measurement, and one that fails
//     cites no earlier one.
//   - One that passes only with the security that was measured is changed.
//   - A comment is put above a claim that passes where a served server of the
//     same protocol fails, and above a server whose record lacks the methods that
//     were offered.
//
// Whether a claim becomes a setting is for the person to say.
func Propose(path, text, date string, findings []Finding) Proposal {
	p := &proposer{file: newFile(text), date: date, findings: findings}
	p.chooseSource()
	cited := false
	for _, f := range findings {
		line, ok := p.file.server(f)
		if !ok {
			p.note(f, "is not found in the file")
			continue
		}
		if f.Place == Claims {
			p.claim(f, line)
			continue
		}
		cited = p.served(f, line) || cited
	}
	if cited {
		p.declare()
	}
	return Proposal{p.file.after(), p.file.diff(path), p.notes}
}

type proposer struct {
	file     *file
	date     string
	findings []Finding
	source   string   // the name under which this measurement is cited
	earlier  []string // the names of earlier ones
	declared int      // the line of source, if it is there and only its date changes; else -1
	notes    []string
}

func (p *proposer) note(f Finding, what string) {
	p.notes = append(p.notes, f.Server.URL()+" "+what)
}

// served proposes what is to change in the line of a served server, and tells
// whether it cites this measurement.
func (p *proposer) served(f Finding, line int) (cited bool) {
	if len(f.Server.Auth) == 0 && len(f.Evidence.Auth) > 0 {
		p.file.comment(line, fmt.Sprintf("# Measured %s: %s takes %s; the record does not say so.", p.date, f.Server.URL(), methods(f.Evidence.Auth)))
	}
	works := f.Evidence.Verdict == probe.Pass
	if f.Instead != nil {
		to := f.Server
		to.Security = f.Instead.Server.Security
		p.file.replaceURL(line, to.URL())
		works = true
	}
	switch {
	case works:
		if p.file.cite(line, p.source, p.earlier) {
			return true
		}
		p.note(f, "passes; its sources are not in a list that can be added to")
	case f.Evidence.Verdict == probe.Fail:
		p.file.cite(line, "", append(slices.Clone(p.earlier), p.source))
	}
	return false
}

func methods(list []providers.Auth) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = string(a)
	}
	return strings.Join(words, ", ")
}

// claim proposes a comment where the evidence is for the claim and against what
// is served.
func (p *proposer) claim(f Finding, line int) {
	if f.Evidence.Verdict != probe.Pass {
		return
	}
	for _, other := range p.findings {
		if other.Setup == f.Setup && other.Place != Claims && other.Server.Protocol == f.Server.Protocol &&
			other.Evidence.Verdict == probe.Fail && other.Instead == nil {
			p.file.comment(line, fmt.Sprintf("# Measured %s: this passes, and %s fails (%s). Read the provider's page again.", p.date, other.Server.URL(), other.Evidence.Cause))
			return
		}
	}
}

var declaration = regexp.MustCompile(`^  (measured[-0-9]*): \{kind: measurement, name: Waypost, date: ([-0-9]+)\}\r?\n?$`)

// chooseSource finds the name to cite. An earlier declaration gets the new date
// if all that cite it pass or are changed now; else they keep it and its date.
func (p *proposer) chooseSource() {
	p.source, p.declared = "measured", -1
	for i, line := range p.file.lines {
		m := declaration.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if m[2] == p.date {
			p.source, p.declared = m[1], i
			continue
		}
		p.earlier = append(p.earlier, m[1])
		if m[1] == p.source && p.allDecided() {
			p.declared = i
		}
	}
	if p.declared < 0 && slices.Contains(p.earlier, p.source) {
		p.source += "-" + p.date
	}
	p.earlier = slices.DeleteFunc(p.earlier, func(name string) bool { return name == p.source })
}

// allDecided tells whether every served server that cites an earlier
// measurement passes or fails now.
func (p *proposer) allDecided() bool {
	return !slices.ContainsFunc(p.findings, func(f Finding) bool {
		cites := slices.ContainsFunc(f.Server.Sources, func(s providers.Source) bool {
			return s.Kind == providers.Measurement && s.Name == sourceName
		})
		return cites && f.Evidence.Verdict != probe.Pass && f.Evidence.Verdict != probe.Fail
	})
}

// declare puts the source of this measurement into the record.
func (p *proposer) declare() {
	line := fmt.Sprintf("  %s: {kind: measurement, name: %s, date: %s}", p.source, sourceName, p.date)
	if p.declared >= 0 {
		p.file.replace(p.declared, line)
		return
	}
	p.file.declare(line)
}
