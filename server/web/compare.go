package web

import (
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"waypost/providers"
)

// Typed are the settings of one server as a person has them in a mail program.
// Empty members were left out.
type Typed struct {
	Host, Port, Security, User string

	sent bool // with the form, be it with nothing in it
}

// maxTyped is how much of a field is looked at, in bytes: no server name is
// longer.
const maxTyped = 254

// typedSecurity are the values that the form has for the kinds of TLS. Apple's
// switch says no more than that there is some.
var typedSecurity = []string{"", "tls", "starttls", "on", "none"}

// prefixes begin the names of the form's fields, for incoming and outgoing mail.
var prefixes = [2]string{"in-", "out-"}

// ReadTyped reads the form that compares, such as url.Values. What is too long,
// or no choice of the form, counts as left out.
func ReadTyped(form map[string][]string) (typed [2]Typed) {
	for i, prefix := range prefixes {
		text := func(name string) string {
			values := form[prefix+name]
			if len(values) == 0 || len(values[0]) > maxTyped {
				return ""
			}
			return strings.TrimSpace(values[0])
		}
		_, sent := form[prefix+"host"]
		typed[i] = Typed{text("host"), text("port"), text("security"), text("user"), sent}
		if !slices.Contains(typedSecurity, typed[i].Security) {
			typed[i].Security = ""
		}
	}
	return typed
}

func (t Typed) empty() bool { return t.Host == "" && t.Port == "" && t.Security == "" && t.User == "" }

func (t Typed) full() bool { return t.Host != "" && t.Port != "" && t.Security != "" && t.User != "" }

// clean gives the values as the record has them. With a server's name people
// copy a scheme, a path, a final dot and spaces; a port beside it counts where
// none was typed.
func (t Typed) clean() Typed {
	t.Port = strings.Map(digit, withoutSpaces(t.Port))
	host := withoutSpaces(t.Host)
	if _, after, found := strings.Cut(host, "://"); found {
		host = after
	}
	host, _, _ = strings.Cut(host, "/")
	if name, port, found := strings.Cut(host, ":"); found && isPort(port) {
		host = name
		if t.Port == "" {
			t.Port = port
		}
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ascii, err := providers.ParseHost(host); err == nil {
		host = ascii
	}
	t.Host = host
	return t
}

func withoutSpaces(s string) string { return strings.Join(strings.Fields(s), "") }

// digit gives the ASCII digit for those of Arabic and of Persian keyboards.
func digit(r rune) rune {
	for _, zero := range []rune{'\u0660', '\u06f0'} {
		if r >= zero && r <= zero+9 {
			return r - zero + '0'
		}
	}
	return r
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// advice is what there is to say of one field.
type advice struct {
	words   string // key of the sentence
	field   string // key of the field's name
	Was     string
	right   string
	Claimed bool // other guides have what it was
}

// Same tells whether nothing has to be changed.
func (a advice) Same() bool { return a.words == "compare.right" }

// comparison is what a person has for incoming or outgoing mail.
type comparison struct {
	Title, Prefix string
	Typed         Typed
	Advice        []together // in the order in which things are changed
}

// together is what has to be changed at once.
type together []advice

// Same tells whether nothing of it has to be changed.
func (t together) Same() bool {
	return !slices.ContainsFunc(t, func(a advice) bool { return !a.Same() })
}

// compare holds what a person has against the server of the account that it is
// nearest to: alternatives work as well. claims are what other guides say.
func compare(typed Typed, servers []Server, claims []providers.Claim) []together {
	t := typed.clean()
	if protocol := t.protocol(servers); protocol != "" {
		speaks := func(s Server) bool { return s.Protocol == protocol }
		if !slices.ContainsFunc(servers, speaks) {
			// No program lets people change the type of an account.
			return []together{{{words: "compare.type", Was: protocol.Words(), right: servers[0].Protocol.Words()}}}
		}
		servers = slices.DeleteFunc(slices.Clone(servers), func(s Server) bool { return !speaks(s) })
	}
	right := nearest(t, servers)
	var list []together
	if typed.Host != "" {
		host := one("field.server", "compare.wrong", typed.Host, right.Host, t.Host == right.Host)
		host.Claimed = !host.Same() && claimed(t.Host, claims)
		list = append(list, together{host})
	}
	if pair := comparePair(t, right); len(pair) > 0 {
		list = append(list, pair)
	}
	if t.User != "" {
		list = append(list, together{one("field.user", "compare.wrong", t.User, right.Login, sameUser(t.User, right.Login))})
	}
	return list
}

func one(field, wrong, was, right string, same bool) advice {
	if same {
		wrong = "compare.right"
	}
	return advice{words: wrong, field: field, Was: was, right: right}
}

// comparePair compares port and security. The right one of a pair is wrong
// beside that of another, so where one is to be changed, both are told.
func comparePair(t Typed, right Server) together {
	if t.Port == "" && t.Security == "" {
		return nil
	}
	number := strconv.Itoa(right.Port)
	port := one("field.port", "compare.wrong", t.Port, number, t.Port == number)
	security := one("field.security", "compare.choose", t.Security, string(right.Security), t.Security == string(right.Security))
	if t.Security == "on" && right.Encrypted() {
		security = one("field.security", "", t.Security, t.Security, true)
	}
	switch {
	case t.Port == "" && security.Same():
		return together{security}
	case t.Security == "" && port.Same():
		return together{port}
	case t.Port == "":
		port.words = "compare.goes"
	case t.Security == "":
		security.words = "compare.goes"
	}
	return together{port, security}
}

// named finds the protocol at the beginning of a server's name.
var named = regexp.MustCompile(`^(pop|imap)[0-9]?s?[0-9]*([.-]|$)`)

// protocol tells what a server for incoming mail is thought to speak: by its
// port, else by its name; empty where neither says it. What a server of the
// account has says no more than that this one is meant.
func (t Typed) protocol(servers []Server) providers.Protocol {
	if len(servers) == 0 || servers[0].Protocol != providers.IMAP && servers[0].Protocol != providers.POP3 {
		return ""
	}
	for _, s := range servers {
		if t.Port == strconv.Itoa(s.Port) {
			return s.Protocol
		}
	}
	switch t.Port {
	case "110", "995":
		return providers.POP3
	case "143", "993":
		return providers.IMAP
	}
	if slices.ContainsFunc(servers, func(s Server) bool { return s.Host == t.Host }) {
		return ""
	}
	switch m := named.FindStringSubmatch(t.Host); {
	case m == nil:
		return ""
	case m[1] == "pop":
		return providers.POP3
	}
	return providers.IMAP
}

// nearest gives the server that shares most with what was typed.
func nearest(t Typed, servers []Server) Server {
	return slices.MaxFunc(servers, func(a, b Server) int { return score(t, a) - score(t, b) })
}

func score(t Typed, s Server) int {
	n := 0
	if t.Host == s.Host {
		n += 4
	}
	if t.Port == strconv.Itoa(s.Port) {
		n += 2
	}
	if t.Security == string(s.Security) {
		n++
	}
	return n
}

// sameUser compares log-in names: the domain may be in either form and of any
// case, and few servers tell the letters before the @ apart.
func sameUser(a, b string) bool { return strings.EqualFold(plainUser(a), plainUser(b)) }

func plainUser(s string) string {
	if a, err := providers.ParseAddress(strings.TrimSuffix(s, ".")); err == nil {
		return a.String()
	}
	return s
}

func claimed(host string, claims []providers.Claim) bool {
	return slices.ContainsFunc(claims, func(c providers.Claim) bool { return strings.EqualFold(c.Server.Host, host) })
}

// Compared holds what the person typed against what is right.
func (v *view) Compared() []comparison {
	var list []comparison
	for i, servers := range [][]Server{v.Incoming, v.Outgoing} {
		c := comparison{Title: []string{"card.incoming", "card.outgoing"}[i], Typed: v.Typed[i], Prefix: prefixes[i]}
		if !v.Typed[i].empty() {
			c.Advice = compare(v.Typed[i], servers, v.Claims)
		}
		list = append(list, c)
	}
	return list
}

// Verdict is what the comparison comes to, as keys of sentences: none before
// the form was sent.
func (v *view) Verdict() []string {
	sent, empty, full := false, true, true
	for _, c := range v.Compared() {
		if slices.ContainsFunc(c.Advice, func(t together) bool { return !t.Same() }) {
			return []string{"compare.change"}
		}
		sent = sent || c.Typed.sent
		empty = empty && c.Typed.empty()
		full = full && c.Typed.clean().full()
	}
	keys := []string{"compare.partly"}
	switch {
	case empty && !sent:
		return nil
	case empty:
		return []string{"compare.nothing"}
	case full:
		keys = []string{"compare.same"}
	}
	switch {
	case v.OAuth2Alone():
		keys = append(keys, "compare.oauth2")
	case full:
		keys = append(keys, "compare.cause")
	}
	return keys
}

// Advise says what there is to say of a field.
func (v *view) Advise(a advice) (template.HTML, error) {
	name, was, right := "", a.Was, a.right
	var err error
	if a.field != "" {
		name, err = v.S(a.field)
	}
	if err == nil && a.field == "field.security" {
		was, err = v.securityWords(was)
		if err == nil {
			right, err = v.securityWords(right)
		}
	}
	if err != nil {
		return "", err
	}
	return v.T(a.words, "field", name, "was", was, "right", right)
}

// securityWords are those of the form, so that people find them again.
func (v *view) securityWords(s string) (string, error) {
	if !slices.Contains(typedSecurity, s) {
		return s, nil
	}
	return v.S(v.SecurityKey(s))
}

// HasProfile tells whether a profile may have set up the account: then the
// device shows the settings and lets nobody change them.
func (v *view) HasProfile() bool { return hasProfile(&v.Page) }

// Securities are the choices of the form that compares.
func (v *view) Securities() []string { return typedSecurity }

// SecurityKey gives the words for one of them.
func (v *view) SecurityKey(typed string) string {
	if typed == "" {
		typed = "unknown"
	}
	return "security." + typed
}
