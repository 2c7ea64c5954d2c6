package probe

import (
	"encoding/base64"
	"slices"
	"strings"
)

var imap = dialect{
	name:     "IMAP",
	greet:    imapGreet,
	ask:      imapAsk,
	nudge:    "a CAPABILITY",
	bye:      "z LOGOUT",
	startTLS: "STARTTLS",
	upgrade: func(w *wire) error {
		status, text, _, err := imapCommand(w, "t", "STARTTLS")
		if err == nil && status != "OK" {
			return troublef(StartTLSRefused, "%s", printable(status+" "+text))
		}
		return err
	},
	methods: imapMethods,
	login:   imapLogin,
}

// imapGreet reads the greeting (RFC 9051 section 7.1).
func imapGreet(w *wire) (string, []string, error) {
	line, err := w.line()
	if err != nil {
		return "", nil, err
	}
	status, text := imapStatus(strings.TrimPrefix(line, "* "))
	switch {
	case !strings.HasPrefix(line, "* "):
		return line, nil, notThis(line, "IMAP")
	case status == "OK", status == "PREAUTH":
		return line, imapCode(text), nil
	case status == "BYE" && strings.Contains(strings.ToUpper(text), "[UNAVAILABLE]"),
		status == "BYE" && !blockedWords(text):
		return line, nil, troublef(Busy, "%s", printable(line))
	case status == "BYE":
		return line, nil, troublef(TurnedAway, "%s", printable(line))
	default:
		return line, nil, notThis(line, "IMAP")
	}
}

// blockedWords tells whether a refusal speaks of the client's address.
func blockedWords(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{"block", "banned", "denied", "blacklist", "not allowed", "prohibit"}, func(w string) bool {
		return strings.Contains(text, w)
	})
}

func imapStatus(s string) (status, text string) {
	status, text, _ = strings.Cut(s, " ")
	return strings.ToUpper(status), text
}

// imapCode gives the capabilities of a response code, "[CAPABILITY …] text".
func imapCode(text string) []string {
	rest, found := cutPrefixFold(text, "[CAPABILITY ")
	if !found {
		return nil
	}
	list, _, found := strings.Cut(rest, "]")
	if !found {
		return nil
	}
	return strings.Fields(list)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// imapCommand sends a command and reads until its tagged answer. The untagged
// lines come without their "* ".
func imapCommand(w *wire, tag, command string) (status, text string, untagged []string, err error) {
	if err := w.send("%s %s", tag, command); err != nil {
		return "", "", nil, err
	}
	return imapAnswer(w, tag)
}

func imapAnswer(w *wire, tag string) (status, text string, untagged []string, err error) {
	for range maxLines {
		line, err := w.line()
		if err != nil {
			return "", "", nil, err
		}
		if rest, ok := strings.CutPrefix(line, tag+" "); ok {
			status, text = imapStatus(rest)
			return status, text, untagged, nil
		}
		switch rest, ok := strings.CutPrefix(line, "* "); {
		case ok:
			if s, t := imapStatus(rest); s == "BYE" {
				return "", "", nil, troublef(Busy, "%s", printable("BYE "+t))
			}
			untagged = append(untagged, rest)
		case strings.HasPrefix(line, "+"):
			return "+", strings.TrimSpace(line[1:]), untagged, nil
		default:
			return "", "", nil, notThis(line, "IMAP")
		}
	}
	return "", "", nil, errFlood
}

func imapAsk(w *wire) ([]string, error) {
	status, text, untagged, err := imapCommand(w, "c", "CAPABILITY")
	if err != nil {
		return nil, err
	}
	if status != "OK" {
		return nil, troublef(NotThisProtocol, "CAPABILITY: %s", printable(status+" "+text))
	}
	var list []string
	for _, u := range untagged {
		if rest, ok := cutPrefixFold(u, "CAPABILITY "); ok {
			list = append(list, strings.Fields(rest)...)
		}
	}
	return list, nil
}

// imapMethods gives the LOGIN command where no method is listed and it is not
// disabled. Beside a list it proves nothing: Dovecot with CRAM-MD5 alone does not
// say LOGINDISABLED, and refuses every LOGIN (2.3.19, 2026-11-23).
func imapMethods(_ string, capabilities []string) []string {
	var methods []string
	for _, c := range capabilities {
		if m, ok := cutPrefixFold(c, "AUTH="); ok {
			methods = append(methods, m)
		}
	}
	if len(methods) == 0 && len(capabilities) > 0 && !has(capabilities, "LOGINDISABLED") {
		methods = append(methods, bareLogin)
	}
	return methods
}

func imapLogin(w *wire, method, user, password string) error {
	var status, text string
	var err error
	sent := true // the password
	if method == bareLogin || strings.EqualFold(method, "LOGIN") {
		status, text, _, err = imapCommand(w, "l", "LOGIN "+imapQuote(user)+" "+imapQuote(password))
	} else {
		status, text, _, err = imapCommand(w, "l", "AUTHENTICATE PLAIN")
		if sent = err == nil && status == "+"; sent {
			if err = w.send("%s", plainResponse(user, password)); err == nil {
				status, text, _, err = imapAnswer(w, "l")
			}
		}
	}
	switch {
	case err != nil:
		return err
	case status == "OK":
		return nil
	default:
		return refusal(status+" "+text, status == "NO" && imapJudges(text, sent))
	}
}

// imapJudges tells whether the text of a NO is about the account: by its response
// code (RFC 9051 section 7.1), or once the password was sent, where no code gives
// another reason, as PRIVACYREQUIRED, UNAVAILABLE and LIMIT do.
func imapJudges(text string, sent bool) bool {
	rest, found := strings.CutPrefix(text, "[")
	code, _, _ := strings.Cut(rest, "]")
	code, _, _ = strings.Cut(strings.ToUpper(code), " ")
	switch {
	case found && slices.Contains([]string{"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"}, code):
		return true
	case found && code != "ALERT" && code != "CAPABILITY":
		return false
	default:
		return sent
	}
}

// imapQuote writes a quoted string (RFC 9051 section 4.3).
func imapQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// plainResponse is the response of SASL PLAIN (RFC 4616).
func plainResponse(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}
