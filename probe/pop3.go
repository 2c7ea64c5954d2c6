package probe

import (
	"slices"
	"strings"
)

var pop3 = dialect{
	name:     "POP3",
	greet:    pop3Greet,
	ask:      pop3Ask,
	nudge:    "CAPA",
	bye:      "QUIT",
	startTLS: "STLS",
	upgrade: func(w *wire) error {
		line, err := pop3Command(w, "STLS")
		if err == nil && !strings.HasPrefix(line, "+OK") {
			return troublef(StartTLSRefused, "%s", printable(line))
		}
		return err
	},
	methods: pop3Methods,
	login:   pop3Login,
}

// pop3Greet reads the greeting (RFC 1939 section 4; codes of RFC 2449 and 3206).
func pop3Greet(w *wire) (string, []string, error) {
	line, err := w.line()
	switch {
	case err != nil:
		return "", nil, err
	case strings.HasPrefix(line, "+OK"):
		return line, nil, nil
	case strings.HasPrefix(line, "-ERR") && blockedWords(line):
		return line, nil, troublef(TurnedAway, "%s", printable(line))
	case strings.HasPrefix(line, "-ERR"):
		return line, nil, troublef(Busy, "%s", printable(line))
	default:
		return line, nil, notThis(line, "POP3")
	}
}

func pop3Command(w *wire, command string) (string, error) {
	if err := w.send("%s", command); err != nil {
		return "", err
	}
	line, err := w.line()
	if err == nil && !strings.HasPrefix(line, "+") && !strings.HasPrefix(line, "-ERR") {
		return "", notThis(line, "POP3")
	}
	return line, err
}

// pop3Ask gives no capabilities and no error where the server does not know
// CAPA, which is an extension (RFC 2449).
func pop3Ask(w *wire) ([]string, error) {
	line, err := pop3Command(w, "CAPA")
	if err != nil || !strings.HasPrefix(line, "+OK") {
		return nil, err
	}
	var list []string
	for range maxLines {
		line, err := w.line()
		if err != nil {
			return nil, err
		}
		if line == "." {
			return list, nil
		}
		list = append(list, strings.TrimSpace(line))
	}
	return nil, errFlood
}

// pop3Methods adds APOP, which the greeting offers by a time stamp.
func pop3Methods(greeting string, capabilities []string) []string {
	var methods []string
	for _, c := range capabilities {
		if rest, ok := cutPrefixFold(c, "SASL "); ok {
			methods = append(methods, strings.Fields(rest)...)
		}
	}
	if hasWord(capabilities, "USER") {
		methods = append(methods, bareUser)
	}
	if before, after, found := strings.Cut(greeting, "<"); found && before != "" {
		if stamp, _, closed := strings.Cut(after, ">"); closed && strings.Contains(stamp, "@") {
			methods = append(methods, bareAPOP)
		}
	}
	return methods
}

func pop3Login(w *wire, method, user, password string) error {
	var line string
	var err error
	sent := true // the user name at least
	if strings.EqualFold(method, "PLAIN") {
		line, err = pop3Command(w, "AUTH PLAIN")
		if sent = err == nil && (strings.HasPrefix(line, "+ ") || line == "+"); sent {
			line, err = pop3Command(w, plainResponse(user, password))
		}
	} else {
		line, err = pop3Command(w, "USER "+user)
		if err == nil && strings.HasPrefix(line, "+OK") {
			line, err = pop3Command(w, "PASS "+password)
		}
	}
	upper := strings.ToUpper(line)
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(line, "+OK"):
		return nil
	}
	other := slices.ContainsFunc([]string{"-ERR [SYS/", "-ERR [IN-USE]", "-ERR [LOGIN-DELAY]"}, func(code string) bool { // RFC 2449 and 3206
		return strings.HasPrefix(upper, code)
	})
	return refusal(line, sent && !other && strings.HasPrefix(upper, "-ERR"))
}
