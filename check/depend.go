package check

import (
	"net/url"
	"slices"
	"strings"

	"waypost/discover"
	"waypost/probe"
)

// root is a failure that others follow from: what fails, and the code that says
// how to mend it.
type root struct{ about, code string }

// behind begins a finding whose parent failed. It says so, and nothing of what
// follows from the parent, so that one broken thing is one failure.
func behind(code, about string, roots ...root) Finding {
	f := finding(code, Untested, about)
	f.Why = becauseOf(roots)
	return f
}

func becauseOf(roots []root) string {
	if len(roots) == 1 {
		return "not tested, because " + roots[0].about + " fails: " + roots[0].code
	}
	words := make([]string, len(roots))
	for i, r := range roots {
		words[i] = r.about + " (" + r.code + ")"
	}
	return "not tested, because these fail: " + strings.Join(words, ", ")
}

// depend makes untested what follows from a name that leads nowhere, or from an
// instance that is silent, and would be told as another failure: servers of
// the name, an instance behind it, clients that asked there in vain.
func depend(t Target, traces []discover.Trace, findings []Finding) {
	names := brokenNames(findings)
	if t.Publication != nil && t.Publication.Origin != nil {
		if r, ok := names.of(t.Publication.Origin.Hostname()); ok { // the domain's own names lead to it
			for _, label := range []string{"autoconfig", "autodiscover", "ua-auto-config"} {
				names[label+"."+t.Account.Domain.String()] = r
			}
		}
	}
	for i, f := range findings {
		if f.Verdict == Untested {
			continue
		}
		switch f.Code {
		case string(probe.NameNotFound), "INSTANCE-SILENT":
			if r, ok := names.of(hostOf(f.About)); ok {
				findings[i] = behind(f.Code, f.About, r)
			}
		}
	}
	// Where DNS is not to blame, the silence itself is what clients meet.
	for _, f := range findings {
		if f.Code == "INSTANCE-SILENT" && f.Verdict == Fail {
			names[hostOf(f.About)] = root{f.About, f.Code}
		}
	}
	if t.Publication == nil { // with others, what a client finds is theirs to arrange
		return
	}
	for i, f := range findings {
		at := slices.IndexFunc(traces, func(trace discover.Trace) bool { return trace.Client.Title == f.About })
		if f.Code != "CLIENT-FINDS-NOTHING" || at < 0 {
			continue
		}
		if roots := names.askedInVain(traces[at]); len(roots) > 0 {
			findings[i] = behind(f.Code, f.About, roots...)
		}
	}
}

// broken names lead nowhere, or to a place where nobody answers.
type broken map[string]root

// leadNowhere are the codes of names at which nothing can be reached.
var leadNowhere = []string{
	"DNS-NO-HOST", "DNS-NO-ADDRESS", "DNS-NO-DOMAIN",
	"DNS-MISSING", "DNS-DOUBLED-NAME", "DNS-UNDER-HOST", "DNS-WRONG-TARGET", "DNS-WILDCARD",
}

func brokenNames(findings []Finding) broken {
	names := broken{}
	for _, f := range findings {
		if f.Verdict != Fail || !slices.Contains(leadNowhere, f.Code) {
			continue
		}
		name, _, _ := strings.Cut(f.About, " ") // of records, the type follows
		if _, ok := names[name]; !ok {
			names[name] = root{f.About, f.Code}
		}
	}
	return names
}

// of gives why a name leads nowhere: by itself, or because a domain above it
// does not exist.
func (b broken) of(name string) (root, bool) {
	if r, ok := b[name]; ok {
		return r, true
	}
	for ok := true; ok; {
		if r := b[name]; r.code == "DNS-NO-DOMAIN" {
			return r, true
		}
		_, name, ok = strings.Cut(name, ".")
	}
	return root{}, false
}

// askedInVain gives what kept a client's questions from being answered, each
// once. What answers where DNS leads elsewhere is not the instance; a silent
// instance may have answered some.
func (b broken) askedInVain(trace discover.Trace) (roots []root) {
	for _, s := range trace.Steps {
		if s.Verdict == discover.NotAsked || s.Verdict == discover.Untested {
			continue
		}
		r, ok := b.of(hostOf(s.Target))
		if s.Status != 0 && r.code == "INSTANCE-SILENT" {
			continue
		}
		if ok && !slices.Contains(roots, r) {
			roots = append(roots, r)
		}
	}
	return roots
}

// hostOf gives the host of a URL, without the port; empty for anything else.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
