package measure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"waypost/providers"
)

// file is a record's text with what is to change in it. Records are written one
// server a line; what is written otherwise is not found, and left alone.
type file struct {
	lines   []string         // each with its line break
	instead map[int]string   // lines that are replaced
	above   map[int][]string // lines that are put above one
}

func newFile(text string) *file {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return &file{lines, map[int]string{}, map[int][]string{}}
}

var (
	sectionLine = regexp.MustCompile(`^ +(incoming|outgoing|services|claims):`)
	entryLine   = regexp.MustCompile(`^( *)- `)
	serverLine  = regexp.MustCompile(`^ *- \{(?:server|protocol: \w+, server): ("[^"]*"|[^",}\s]+)[,}]`)
	sourcesList = regexp.MustCompile(`\bsources: \[([^\[\]]*)\]`)
)

// server finds the line of the server that a finding is about.
func (f *file) server(about Finding) (line int, ok bool) {
	setup, indent, section := -1, "", ""
	inSetups := false
	for i, text := range f.lines {
		if text[0] != ' ' && text[0] != '#' && strings.TrimSpace(text) != "" {
			inSetups = strings.HasPrefix(text, "setups:")
		}
		if !inSetups {
			continue
		}
		if m := entryLine.FindStringSubmatch(text); m != nil && (setup < 0 || m[1] == indent) {
			setup, indent, section = setup+1, m[1], ""
		}
		if m := sectionLine.FindStringSubmatch(text); m != nil {
			section = m[1]
		}
		if setup != about.Setup || section != string(about.Place) {
			continue
		}
		if m := serverLine.FindStringSubmatch(text); m != nil && same(about.Server, strings.Trim(m[1], `"`)) {
			return i, true
		}
	}
	return 0, false
}

func same(s providers.Server, notation string) bool {
	written, err := providers.ParseServer(notation)
	if strings.HasPrefix(notation, "https://") {
		written, err = providers.ParseService(s.Protocol, notation)
	}
	return err == nil && written.Protocol == s.Protocol && written.URL() == s.URL()
}

// now gives a line with what was changed in it until now.
func (f *file) now(line int) string {
	if text, ok := f.instead[line]; ok {
		return text
	}
	return f.lines[line]
}

// ending gives the line break of a line.
func ending(text string) string { return text[len(strings.TrimRight(text, "\r\n")):] }

// replace changes a line, given without its line break.
func (f *file) replace(line int, text string) {
	if text += ending(f.lines[line]); text != f.lines[line] {
		f.instead[line] = text
	}
}

// comment puts a comment above a line, in the place of an earlier one of ours.
func (f *file) comment(line int, text string) {
	own := f.lines[line]
	indent := own[:len(own)-len(strings.TrimLeft(own, " "))]
	if line > 0 && strings.HasPrefix(strings.TrimSpace(f.lines[line-1]), "# Measured ") {
		f.replace(line-1, indent+text)
		return
	}
	f.above[line] = append(f.above[line], indent+text+f.lineBreak())
}

// lineBreak is that of the file.
func (f *file) lineBreak() string {
	if len(f.lines) > 0 && strings.HasSuffix(f.lines[0], "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// replaceURL changes the notation of the line's server. Ports and what follows a
// question mark are in quotes in records.
func (f *file) replaceURL(line int, to string) {
	text := f.now(line)
	m := serverLine.FindStringSubmatchIndex(text)
	if _, rest, _ := strings.Cut(to, "://"); strings.ContainsAny(rest, ":?{") {
		to = `"` + to + `"`
	}
	f.instead[line] = text[:m[2]] + to + text[m[3]:]
}

// cite adds a source to those of the line's server, unless its name is empty,
// and takes others away. It tells whether the line has a list of sources.
func (f *file) cite(line int, name string, without []string) bool {
	text := f.now(line)
	m := sourcesList.FindStringSubmatchIndex(text)
	if m == nil {
		return false
	}
	var names []string
	for n := range strings.SplitSeq(text[m[2]:m[3]], ",") {
		if n = strings.TrimSpace(n); n != "" && !slices.Contains(without, n) {
			names = append(names, n)
		}
	}
	if name != "" && !slices.Contains(names, name) {
		names = append(names, name)
	}
	changed := text[:m[2]] + strings.Join(names, ", ") + text[m[3]:]
	if changed != text {
		f.instead[line] = changed
	}
	return true
}

// declare adds a line to the sources of the record.
func (f *file) declare(text string) {
	setups := slices.IndexFunc(f.lines, func(s string) bool { return strings.HasPrefix(s, "setups:") })
	sources := slices.IndexFunc(f.lines, func(s string) bool { return strings.HasPrefix(s, "sources:") })
	at := setups
	if sources < 0 {
		f.above[at] = append(f.above[at], "sources:"+f.lineBreak())
	} else {
		at = sources + 1
		for at < len(f.lines) && strings.HasPrefix(f.lines[at], "  ") {
			at++
		}
	}
	f.above[at] = append(f.above[at], text+f.lineBreak())
}

// edit is a line of a diff, with its sign.
type edit struct {
	sign byte // ' ', '-' or '+'
	text string
}

func (f *file) edits() []edit {
	var list []edit
	for i := range len(f.lines) + 1 {
		for _, text := range f.above[i] {
			list = append(list, edit{'+', text})
		}
		if i == len(f.lines) {
			break
		}
		if text, ok := f.instead[i]; ok && text != f.lines[i] {
			list = append(list, edit{'-', f.lines[i]}, edit{'+', text})
		} else {
			list = append(list, edit{' ', f.lines[i]})
		}
	}
	return list
}

// after gives the text with all changes.
func (f *file) after() string {
	var b strings.Builder
	for _, e := range f.edits() {
		if e.sign != '-' {
			b.WriteString(e.text)
		}
	}
	return b.String()
}

// around is how many unchanged lines a diff shows on either side of a change.
const around = 3

// diff gives the changes as patch(1) and git take them; empty where there are
// none.
func (f *file) diff(path string) string {
	all := f.edits()
	var b strings.Builder
	before, after := 1, 1 // numbers of the next line
	for i := 0; i < len(all); {
		first := slices.IndexFunc(all[i:], func(e edit) bool { return e.sign != ' ' })
		if first < 0 {
			break
		}
		from := max(i, i+first-around)
		before, after = before+from-i, after+from-i
		to := i + first // past the last line of the hunk
		for j, unchanged := to, 0; j < len(all) && unchanged <= 2*around; j++ {
			if unchanged++; all[j].sign != ' ' {
				to, unchanged = j+1, 0
			}
		}
		to = min(to+around, len(all))
		if b.Len() == 0 {
			fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", path, path)
		}
		before, after = hunk(&b, all[from:to], before, after)
		i = to
	}
	return b.String()
}

// hunk writes a hunk, and gives the numbers of the lines that follow it.
func hunk(b *strings.Builder, list []edit, before, after int) (int, int) {
	removed, added := 0, 0
	for _, e := range list {
		if e.sign != '+' {
			removed++
		}
		if e.sign != '-' {
			added++
		}
	}
	fmt.Fprintf(b, "@@ -%d,%d +%d,%d @@\n", before, removed, after, added)
	for _, e := range list {
		b.WriteByte(e.sign)
		b.WriteString(e.text)
		if !strings.HasSuffix(e.text, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
	return before + removed, after + added
}
