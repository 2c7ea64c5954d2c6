package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"waypost/probe"
	"waypost/providers"
)

// document gives the text of the configuration. Above each line that a client
// would feel stands how it is known; what works and was not chosen, and what
// does not work, are comments; what is missing is marked as a gap.
func (d decision) document(s *survey) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# The configuration of Waypost for %s, written by waypost init on %s.
# Above each line stands how it is known. A server that is no comment was
# measured to work on that day; nobody logged in.
`, s.domain, s.today)
	for _, r := range s.remarks {
		fmt.Fprintf(&b, "# Note: %s\n", r)
	}
	s.origin(&b)
	b.WriteString("\ndomains:\n")
	if s.here != "" {
		fmt.Fprintf(&b, "  # its mail is on this machine: %s\n", comment(s.here))
	}
	fmt.Fprintf(&b, "  %s:\n", s.domain)
	if d.name != "" {
		fmt.Fprintf(&b, "    # %s\n    name: %s\n", comment(d.nameHow), quote(d.name))
	}
	for _, how := range d.usernameHow {
		fmt.Fprintf(&b, "    # user name: %s\n", comment(how))
	}
	if d.username != "" {
		fmt.Fprintf(&b, "    username: %s\n", quote(string(d.username)))
	} else {
		b.WriteString("    # GAP: username: write \"{address}\" where people log in with their address,\n    # \"{local}\" where it is the part before the @\n")
	}
	for _, h := range s.hosts {
		if slices.ContainsFunc(slices.Concat(d.incoming, d.outgoing), func(c *candidate) bool { return c.here && c.server.Host == h.name }) {
			fmt.Fprintf(&b, "    # the name %s: %s\n", h.name, h.how)
		}
	}
	d.direction(&b, s, "incoming", d.incoming, "an IMAP or POP3 server, such as imaps://HOST")
	d.direction(&b, s, "outgoing", d.outgoing, "a submission server, such as submissions://HOST")
	for _, c := range d.services {
		c.comments(&b, s.today, "    ")
		fmt.Fprintf(&b, "    %s: %s\n", serviceKeys[c.server.Protocol], scalar(c.server))
	}
	s.exchangers(&b, d)
	d.rest(&b, s)
	return b.String()
}

// origin says under which name people shall reach the instance, where DNS has
// decided that; else it is a proposal.
func (s *survey) origin(b *strings.Builder) {
	if s.url != "" {
		fmt.Fprintf(b, "\n# Where people and clients reach this instance: that name leads to this machine, in\n# DNS on %s.\nurl: %s\n", s.today, s.url)
		return
	}
	fmt.Fprintf(b, `
# Where people and clients shall reach this instance is not known here; waypost dns
# needs it. Once the name leads to it, take the number sign away:
# url: https://setup.%s
`, s.domain)
}

// serviceKeys are the configuration's words for services.
var serviceKeys = map[providers.Protocol]string{
	providers.CalDAV: "calendar", providers.CardDAV: "contacts", providers.WebDAV: "files", providers.ManageSieve: "sieve",
}

func (d decision) direction(b *strings.Builder, s *survey, key string, servers []*candidate, what string) {
	if len(servers) == 0 {
		fmt.Fprintf(b, "    # GAP: %s: nothing was measured to work; write %s\n", key, what)
		return
	}
	fmt.Fprintf(b, "    %s:\n", key)
	for _, c := range servers {
		c.comments(b, s.today, "      ")
		if auth := authOf(c.evidence); len(auth) > 0 {
			words := make([]string, len(auth))
			for i, a := range auth {
				words[i] = string(a)
			}
			fmt.Fprintf(b, "      - {server: %s, auth: [%s]}\n", quote(c.server.URL()), strings.Join(words, ", "))
		} else {
			fmt.Fprintf(b, "      - %s\n", scalar(c.server))
		}
	}
}

// comments says how a server is known: what was measured first, who names it
// after that.
func (c *candidate) comments(b *strings.Builder, today, indent string) {
	fmt.Fprintf(b, "%s# measured %s: %s\n", indent, today, comment(outcome(c)))
	for _, how := range c.how {
		fmt.Fprintf(b, "%s# %s\n", indent, comment(how))
	}
}

// exchangers names those that are the domain's own or this machine's. Another
// provider's lead to that provider's name, for which this instance must not
// answer.
func (s *survey) exchangers(b *strings.Builder, d decision) {
	var own []string
	for _, name := range s.published {
		switch {
		case strings.HasSuffix(name, "."+s.domain.String()), name == s.domain.String(), slices.ContainsFunc(slices.Concat(d.incoming, d.outgoing), func(c *candidate) bool { return c.server.Host == name }):
			own = append(own, name)
		default:
			fmt.Fprintf(b, "    # MX in DNS on %s, and not a name of this domain: %s\n", s.today, name)
		}
	}
	if len(own) > 0 {
		fmt.Fprintf(b, "    # MX in DNS on %s\n    mx: [%s]\n", s.today, strings.Join(own, ", "))
	}
}

// rest lists what was found and is not taken.
func (d decision) rest(b *strings.Builder, s *survey) {
	taken := slices.Concat(d.incoming, d.outgoing, d.services)
	first := true
	for _, c := range s.candidates {
		if slices.Contains(taken, c) {
			continue
		}
		if first {
			b.WriteString("    #\n    # Found and not taken:\n")
			first = false
		}
		why := "works too, and is not taken beside the ones above"
		switch {
		case c.refused != "":
			why = "not measured: " + c.refused
		case !c.works():
			why = outcome(c)
		}
		fmt.Fprintf(b, "    # %s\n    #   %s\n    #   %s\n", c.server.URL(), comment(why), comment(strings.Join(c.how, "; ")))
	}
}

// measurement is a line for the terminal.
func measurement(c *candidate) string {
	text := fmt.Sprintf("%-36s %s", c.server.URL(), outcome(c))
	if c.refused != "" {
		text = fmt.Sprintf("%-36s not measured: %s", c.server.URL(), c.refused)
	}
	return comment(text)
}

// outcome says what was measured, in a line.
func outcome(c *candidate) string {
	e := c.evidence
	if !c.works() {
		return fmt.Sprintf("%s, %s: %s", e.Verdict, e.Cause, e.Cause.Words().Meaning)
	}
	words := []string{string(e.Verdict)}
	switch e.Security {
	case providers.TLS:
		words = append(words, "implicit TLS")
	case providers.STARTTLS:
		words = append(words, "STARTTLS")
	default:
	}
	if e.TLS != "" {
		words = append(words, e.TLS)
	}
	if e.Certificate != nil {
		words = append(words, fmt.Sprintf("certificate for %s, %s left", c.server.Host, count(e.Certificate.DaysLeft, "day")))
	}
	if len(e.Methods) > 0 {
		words = append(words, "AUTH "+strings.Join(e.Methods, " "))
	}
	text := strings.Join(words, ", ")
	if e.Verdict == probe.Warn {
		text += "; " + string(e.Cause) + ": " + e.Cause.Words().Meaning
	}
	if c.note != "" {
		text += " (" + c.note + ")"
	}
	return text
}

// maxComment bounds a comment, in bytes.
const maxComment = 400

// comment gives a text as one line of printable ASCII. Names and banners are
// others' words, and must not become lines of the configuration.
func comment(s string) string {
	if len(s) > maxComment {
		s = strings.ToValidUTF8(s[:maxComment], "") + "..."
	}
	quoted := strconv.QuoteToASCII(s)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1])
}

// quote gives a text as a double-quoted scalar (YAML 1.2 section 7.3.1), which
// for printable text has Go's escapes.
func quote(s string) string { return strconv.Quote(s) }

// scalar gives a server as it may stand in YAML. A path may end in a colon,
// which would make it a key.
func scalar(s providers.Server) string {
	if s.Path != "" {
		return quote(s.URL())
	}
	return s.URL()
}
