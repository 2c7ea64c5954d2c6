package check

import (
	"context"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// text gives the bytes of a TXT record, its strings put together. The library
// hands them out escaped as in a zone file.
func text(t *dns.TXT) string {
	escaped := strings.Join(t.Txt, "")
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		c := escaped[i]
		if c != '\\' || i+1 == len(escaped) {
			b.WriteByte(c)
			continue
		}
		i++
		if i+2 < len(escaped) && isDigit(escaped[i]) && isDigit(escaped[i+1]) && isDigit(escaped[i+2]) {
			b.WriteByte((escaped[i]-'0')*100 + (escaped[i+1]-'0')*10 + escaped[i+2] - '0')
			i += 2
			continue
		}
		b.WriteByte(escaped[i])
	}
	return b.String()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// judgeText compares a path (RFC 6764) or digests (PACC). Other text may stand
// at the same name.
func (v *verification) judgeText(ctx context.Context, g groupOf, s said) (findings []Finding) {
	isOurs, what := digestOf, "digest"
	if strings.HasPrefix(g.records[0].Data, "path=") {
		isOurs, what = pathOf, "path"
	}
	var found, foundData []string
	records, _ := s.records()
	for _, rr := range records {
		t, ok := rr.(*dns.TXT)
		if !ok || len(found) == maxShown {
			continue
		}
		if value := isOurs(text(t)); value != "" {
			found, foundData = append(found, value), append(foundData, text(t))
		}
	}
	var expected []string
	for _, r := range g.records {
		expected = append(expected, isOurs(r.Data))
	}
	others := slices.DeleteFunc(slices.Clone(foundData), func(data string) bool { return slices.Contains(expected, isOurs(data)) })
	for i, r := range g.records {
		switch {
		case slices.Contains(found, expected[i]):
			f := about(r, "DNS-PUBLISHED", Pass)
			f.Seen = visible(foundData[slices.Index(found, expected[i])])
			findings = append(findings, f)
		case len(found) == 0 && what == "path":
			f := v.missing(ctx, r, s)
			if f.Code == "DNS-MISSING" {
				f = about(r, "DNS-PATH-MISSING", Warn)
				f.Seen = "no text with path="
			}
			findings = append(findings, f)
		case len(others) == 0:
			findings = append(findings, v.missing(ctx, r, s))
		default:
			code := "DNS-DIGEST-STALE"
			if what == "path" {
				code = "DNS-PATH-WRONG"
			}
			f := about(r, code, Fail)
			f.Seen = visible(others[0])
			f = f.instead(r.Name, r.Type, quoted(others[0]))
			others = others[1:]
			findings = append(findings, f)
		}
	}
	for _, data := range others {
		f := finding("DNS-EXTRA-TEXT", Warn, g.title())
		f.Seen, f.Expected = visible(data), "only "+g.records[0].Data
		f.Fix = "; remove " + g.name + ". TXT " + quoted(data)
		findings = append(findings, f)
	}
	return findings
}

// quoted shows a text as it stands in a zone file.
func quoted(data string) string {
	return `"` + strings.ReplaceAll(visible(data), `"`, `\"`) + `"`
}

// pathOf gives the path that a text says; empty: it says none. Keys are in any
// letter case (RFC 6763, section 6.4).
func pathOf(data string) string {
	key, value, _ := strings.Cut(data, "=")
	if !strings.EqualFold(key, "path") || value == "" {
		return ""
	}
	return value
}

// digestOf gives the algorithm and digest that a text says; empty: it is not
// PACC's. Tags may have spaces around them, and others beside them.
func digestOf(data string) string {
	tags := map[string]string{}
	for tag := range strings.SplitSeq(data, ";") {
		key, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	if tags["v"] != "UAAC1" {
		return ""
	}
	return tags["a"] + " " + tags["d"]
}
