package web

import (
	"slices"
	"strconv"
	"strings"

	"waypost/providers"
)

// Typed are the settings of one server as a person has them in a mail program.
// Empty members were left out.
type Typed struct {
	Host, Port, Security, User string
}

// maxTyped is how much of a field is looked at, in bytes: no server name is
// longer.
const maxTyped = 254

// typedSecurity are the values that the form has for the kinds of TLS. Apple's
// switch says no more than that there is some.
var typedSecurity = []string{"", "tls", "starttls", "on", "none"}

// prefixes begin the names of the form's fields, for incoming and outgoing mail.
var prefixes = [2]string{"in-", "out-"}

// ReadTyped reads the form that compares; field gives what was typed in one of
// its fields. What is too long, or no choice of the form, counts as left out.
func ReadTyped(field func(name string) string) (typed [2]Typed) {
	for i, prefix := range prefixes {
		text := func(name string) string {
			s := strings.TrimSpace(field(prefix + name))
			if len(s) > maxTyped {
				return ""
			}
			return s
		}
		typed[i] = Typed{Host: text("host"), Port: text("port"), Security: text("security"), User: text("user")}
		if !slices.Contains(typedSecurity, typed[i].Security) {
			typed[i].Security = ""
		}
	}
	return typed
}

// IsZero tells whether nothing was typed.
func (t Typed) IsZero() bool { return t == Typed{} }

// difference is a field that has to be changed, or is right.
type difference struct {
	Key        string // of the field's name in the catalogue
	Was, Right string
	Same       bool
	Note       string // why a setting that others claim is not served
}

// compare holds what a person has against the server of the account that it is
// nearest to: alternatives work as well. claims are what other guides say.
func compare(t Typed, servers []Server, claims []providers.Claim) []difference {
	right := nearest(t, servers)
	var list []difference
	add := func(key, was, shown string, same bool, note string) {
		if was != "" {
			list = append(list, difference{key, was, shown, same, note})
		}
	}
	add("field.server", t.Host, right.Host, strings.EqualFold(t.Host, right.Host), claimNote(t.Host, claims))
	port := strconv.Itoa(right.Port)
	add("field.port", t.Port, port, t.Port == port, "")
	security := t.Security == string(right.Security) || t.Security == "on" && right.Encrypted()
	add("field.security", securityWords(t.Security), right.Security.Words(), security, "")
	add("field.user", t.User, right.Login, sameUser(t.User, right.Login), "")
	return list
}

// nearest gives the server that shares most with what was typed.
func nearest(t Typed, servers []Server) Server {
	return slices.MaxFunc(servers, func(a, b Server) int { return score(t, a) - score(t, b) })
}

func score(t Typed, s Server) int {
	n := 0
	for weight, same := range map[int]bool{
		4: strings.EqualFold(t.Host, s.Host),
		2: t.Port == strconv.Itoa(s.Port),
		1: t.Security == string(s.Security),
	} {
		if same {
			n += weight
		}
	}
	return n
}

// sameUser compares log-in names: the domain's letters may be of any case, and
// few servers tell those before the @ apart.
func sameUser(a, b string) bool { return strings.EqualFold(a, b) }

func claimNote(host string, claims []providers.Claim) string {
	for _, c := range claims {
		if strings.EqualFold(c.Server.Host, host) {
			return c.Note
		}
	}
	return ""
}

func securityWords(typed string) string {
	switch typed {
	case "":
		return ""
	case "on":
		return "SSL: on"
	}
	return providers.Security(typed).Words()
}
