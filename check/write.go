package check

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// marks begin the line of a finding.
var marks = map[Verdict]string{Pass: "✓", Untested: "–", Warn: "!", Fail: "✗"}

// Mark is the sign of a verdict, one column wide.
func (v Verdict) Mark() string { return marks[v] }

// Write prints findings for people: the worst first, those that say the same of
// several things as one, what passed and what was not tested in few lines, and a
// last line that counts each. What strangers said is made visible: nothing in it
// can move the cursor or write elsewhere. The error is the writer's.
func Write(w io.Writer, findings []Finding) error {
	findings = slices.Clone(findings)
	Sort(findings)
	var b strings.Builder
	bad := Count(findings, Fail) + Count(findings, Warn)
	for i, g := range gather(findings[:bad], sameTrouble) {
		switch i {
		case 0:
			b.WriteString("Fix this first\n")
		case 1:
			b.WriteString("Then\n")
		}
		writeTrouble(&b, g)
	}
	for _, g := range gather(findings[bad:], sameNews) {
		writeHead(&b, g[0])
		writeField(&b, "about", g.about())
		writeField(&b, "seen", wrap(strings.Fields(visible(g.seen()))))
		writeField(&b, "why", wrap(strings.Fields(visible(g[0].Why))))
	}
	b.WriteString(summarize(findings) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// summarize counts findings in one line, without a line break.
func summarize(findings []Finding) string {
	count := func(v Verdict, one, many string) string {
		n := Count(findings, v)
		if n != 1 {
			one = many
		}
		return strconv.Itoa(n) + " " + one
	}
	return "Result: " + count(Pass, "pass", "pass") + ", " + count(Warn, "warning", "warnings") + ", " +
		count(Fail, "fail", "fail") + ", " + count(Untested, "not tested", "not tested") + "."
}

func writeHead(b *strings.Builder, f Finding) {
	fmt.Fprintf(b, "%s %s  %s\n", f.Verdict.Mark(), visible(f.Code), visible(f.heading()))
}

func writeTrouble(b *strings.Builder, g together) {
	f := g[0]
	writeHead(b, f)
	writeField(b, "about", g.about())
	writeField(b, "seen", g.each(func(f Finding) string { return f.Seen }))
	writeField(b, "expected", g.each(func(f Finding) string { return f.Expected }))
	writeField(b, "who", wrap(strings.Fields(visible(strings.Join(f.Who, "; ")))))
	writeField(b, "fix", visibleLines(f.Fix))
	writeField(b, "why", wrap(strings.Fields(visible(f.Why))))
	writeField(b, "earlier", g.earlier())
}

// writeField writes a value; further lines of it stand below its first.
func writeField(b *strings.Builder, name, value string) {
	if value == "" {
		return
	}
	fmt.Fprintf(b, "    %-8s  %s\n", name, strings.ReplaceAll(value, "\n", "\n"+strings.Repeat(" ", 14)))
}

// width is that of the text beside the names of fields.
const width = 84

// wrap puts words into lines.
func wrap(words []string) string {
	var b strings.Builder
	column := 0
	for i, word := range words {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// maxVisible bounds one value, in characters.
const maxVisible = 500

// visible makes a stranger's words safe to print: what is not a printable
// character, bidirectional controls and broken UTF-8 among them, is shown as
// an escape. What is longer than five hundred characters is cut.
func visible(s string) string {
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n++; n > maxVisible {
			b.WriteString("…")
			break
		}
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// visibleLines is visible for a text of several lines of ours.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}
