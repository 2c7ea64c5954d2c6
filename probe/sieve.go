package probe

import (
	"strings"
)

// ManageSieve, RFC 5804. A capability is kept as its name, a space and its value.
var sieve = dialect{
	name:     "ManageSieve",
	greet:    sieveGreet,
	ask:      func(w *wire) ([]string, error) { return sieveList(w, "CAPABILITY") },
	nudge:    "CAPABILITY",
	bye:      "LOGOUT",
	startTLS: "STARTTLS",
	upgrade: func(w *wire) error {
		if err := w.send("STARTTLS"); err != nil {
			return err
		}
		lines, status, err := sieveAnswer(w)
		if err == nil && (len(lines) > 0 || !isStatus(status, "OK")) {
			return troublef(StartTLSRefused, "%s", printable(status))
		}
		return err
	},
	again: true,
	methods: func(_ string, capabilities []string) []string {
		for _, c := range capabilities {
			if rest, ok := cutPrefixFold(c, "SASL "); ok {
				return strings.Fields(rest)
			}
		}
		return nil
	},
	login: sieveLogin,
}

// sieveGreet reads the greeting, which is the capabilities and OK.
func sieveGreet(w *wire) (string, []string, error) {
	list, status, err := sieveAnswer(w)
	switch {
	case err != nil:
		return "", nil, err
	case isStatus(status, "BYE"):
		return status, nil, troublef(Busy, "%s", printable(status))
	case !isStatus(status, "OK"), len(list) == 0:
		return status, nil, notThis(status, "ManageSieve")
	}
	greeting := status
	for _, c := range list {
		if hasWord([]string{c}, "IMPLEMENTATION") {
			greeting = c
		}
	}
	return greeting, list, nil
}

// sieveList asks for the capabilities; an empty command only reads them, as they
// come by themselves after TLS.
func sieveList(w *wire, command string) ([]string, error) {
	if command != "" {
		if err := w.send("%s", command); err != nil {
			return nil, err
		}
	}
	list, status, err := sieveAnswer(w)
	if err == nil && !isStatus(status, "OK") {
		return nil, troublef(Busy, "%s", printable(status))
	}
	return list, err
}

// sieveAnswer reads lines of quoted strings until OK, NO or BYE.
func sieveAnswer(w *wire) (list []string, status string, err error) {
	for range maxLines {
		line, err := w.line()
		if err != nil {
			return nil, "", err
		}
		if isStatus(line, "OK") || isStatus(line, "NO") || isStatus(line, "BYE") {
			return list, line, nil
		}
		words, ok := sieveStrings(line)
		if !ok {
			return nil, "", notThis(line, "ManageSieve")
		}
		list = append(list, strings.TrimSpace(strings.Join(words, " ")))
	}
	return nil, "", errFlood
}

func isStatus(line, status string) bool {
	rest, ok := cutPrefixFold(line, status)
	return ok && (rest == "" || rest[0] == ' ')
}

// sieveStrings reads the quoted strings of a line (RFC 5804 section 4).
func sieveStrings(line string) (words []string, ok bool) {
	for line != "" {
		if line[0] != '"' {
			return nil, false
		}
		var word strings.Builder
		i := 1
		for ; i < len(line) && line[i] != '"'; i++ {
			if line[i] == '\\' && i+1 < len(line) {
				i++
			}
			word.WriteByte(line[i])
		}
		if i == len(line) {
			return nil, false
		}
		words = append(words, word.String())
		line = strings.TrimLeft(line[i+1:], " ")
	}
	return words, len(words) > 0
}

func sieveLogin(w *wire, _, user, password string) error {
	if err := w.send(`AUTHENTICATE "PLAIN" "%s"`, plainResponse(user, password)); err != nil {
		return err
	}
	_, status, err := sieveAnswer(w)
	switch {
	case err != nil:
		return err
	case isStatus(status, "OK"):
		return nil
	default: // a response code says something else (RFC 5804 section 1.3)
		rest, no := cutPrefixFold(status, "NO")
		return refusal(status, no && !strings.HasPrefix(strings.TrimSpace(rest), "("))
	}
}
