package check

import (
	"slices"
	"strings"
)

// together is findings that say the same of several things, for people; in JSON
// each stands by itself.
type together []Finding

// gather puts findings that say the same together, each group where its first
// one stands.
func gather(findings []Finding, same func(a, b Finding) bool) (groups []together) {
	for rest := slices.Clone(findings); len(rest) > 0; {
		first := rest[0]
		var g together
		rest = slices.DeleteFunc(rest, func(f Finding) bool {
			if !same(first, f) {
				return false
			}
			g = append(g, f)
			return true
		})
		groups = append(groups, g)
	}
	return groups
}

// sameTrouble tells whether two findings have the same words, apart from the
// server that each is about.
func sameTrouble(a, b Finding) bool {
	return a.Code == b.Code && a.Verdict == b.Verdict && a.Title == b.Title && a.Fix == b.Fix && a.Why == b.Why &&
		slices.Equal(a.Who, b.Who) && a.impersonal(a.Seen) == b.impersonal(b.Seen) && a.impersonal(a.Expected) == b.impersonal(b.Expected)
}

// impersonal leaves the server that a finding is about out of a text of it.
func (f Finding) impersonal(text string) string {
	_, rest, ok := strings.Cut(f.About, "://")
	if !ok {
		return text
	}
	host, _, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	if host == "" {
		return text
	}
	return strings.NewReplacer(f.About, "\x00", host, "\x00").Replace(text)
}

// sameNews tells whether two findings that nobody has to act on go into one
// line.
func sameNews(a, b Finding) bool {
	return a.Verdict == b.Verdict && a.Code == b.Code && a.Why == b.Why
}

// about lists the things, wrapped.
func (g together) about() string {
	var names []string
	for _, f := range g {
		for name := range strings.SplitSeq(visible(f.About), ", ") {
			names = append(names, name+",")
		}
	}
	return strings.TrimSuffix(wrap(names), ",")
}

// distinct gives a text of the findings, each once; empty ones are left out.
func (g together) distinct(text func(Finding) string) (list []string) {
	for _, f := range g {
		if t := text(f); t != "" && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// each gives a text of every finding once, made visible.
func (g together) each(text func(Finding) string) string {
	list := g.distinct(func(f Finding) string { return visible(text(f)) })
	if len(list) == 1 { // as it is: a line of evidence can be searched for
		return list[0]
	}
	return wrap(strings.Fields(strings.Join(list, "; ")))
}

// seen is what was seen of all alike; empty where it differs.
func (g together) seen() string {
	if slices.ContainsFunc(g, func(f Finding) bool { return f.Seen != g[0].Seen }) {
		return ""
	}
	return g[0].Seen
}

// earlier says what was measured before: once where it was the same, else of
// each.
func (g together) earlier() string {
	if !slices.ContainsFunc(g, func(f Finding) bool { return f.Earlier != g[0].Earlier }) {
		return visible(g[0].Earlier)
	}
	var lines []string
	for _, f := range g {
		if f.Earlier != "" {
			lines = append(lines, visible(f.About)+": "+visible(f.Earlier))
		}
	}
	return strings.Join(lines, "\n")
}
