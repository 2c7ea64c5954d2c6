package dnsrecords

import (
	"strconv"
	"strings"
)

// Zone gives the records as lines of a zone file (RFC 1035 section 5). Names
// are complete, so that the lines fit into any zone; gaps become comments.
func Zone(records []Record, gaps []string) string {
	var b strings.Builder
	for _, r := range records {
		b.WriteString(r.Name + ". " + strconv.Itoa(TTL) + " IN " + string(r.Type) + " " + r.text() + "\n")
	}
	for _, g := range gaps {
		b.WriteString("; " + g + "\n")
	}
	return b.String()
}

// text is Data as it stands in a zone file.
func (r Record) text() string {
	if r.Type == TXT {
		return quote(r.Data)
	}
	return r.Data
}

// maxString is the longest character-string, in octets (RFC 1035 section 3.3).
const maxString = 255

// quote gives the character-strings of a text.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(text) {
		if i > 0 && i%maxString == 0 {
			b.WriteString(`" "`)
		}
		switch c := text[i]; {
		case c == '"', c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ', c > '~':
			b.WriteString(`\` + pad3(c))
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}

func pad3(c byte) string {
	digits := strconv.Itoa(int(c))
	return strings.Repeat("0", 3-len(digits)) + digits
}
