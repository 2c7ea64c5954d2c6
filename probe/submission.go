package probe

import (
	"encoding/base64"
	"net"
	"strings"
)

var submission = dialect{
	name:     "SMTP",
	greet:    smtpGreet,
	ask:      smtpAsk,
	nudge:    "EHLO waypost.invalid",
	bye:      "QUIT",
	startTLS: "STARTTLS",
	upgrade: func(w *wire) error {
		code, lines, err := smtpCommand(w, "STARTTLS")
		if err == nil && code != "220" {
			return troublef(StartTLSRefused, "%s", printable(code+" "+lines[0]))
		}
		return err
	},
	methods: smtpMethods,
	login:   smtpLogin,
}

// isReply tells whether a line is a reply (RFC 5321 section 4.2).
func isReply(line string) bool {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return false
	}
	return line[1] >= '0' && line[1] <= '9' && line[2] >= '0' && line[2] <= '9'
}

// smtpReply reads a reply: its code and the texts of its lines.
func smtpReply(w *wire) (code string, texts []string, err error) {
	for range maxLines {
		line, err := w.line()
		if err != nil {
			return "", nil, err
		}
		if !isReply(line) || code != "" && line[:3] != code {
			return "", nil, notThis(line, "SMTP")
		}
		code = line[:3]
		if len(line) == 3 {
			return code, append(texts, ""), nil
		}
		texts = append(texts, line[4:])
		if line[3] == ' ' {
			return code, texts, nil
		}
	}
	return "", nil, errFlood
}

func smtpCommand(w *wire, command string) (code string, texts []string, err error) {
	if err := w.send("%s", command); err != nil {
		return "", nil, err
	}
	code, texts, err = smtpReply(w)
	if err == nil && code == "421" {
		return "", nil, troublef(Busy, "%s", printable(code+" "+texts[0]))
	}
	return code, texts, err
}

func smtpGreet(w *wire) (string, []string, error) {
	code, texts, err := smtpReply(w)
	if err != nil {
		return "", nil, err
	}
	switch line := code + " " + texts[0]; code[0] {
	case '2':
		return line, nil, nil
	case '4':
		return line, nil, troublef(Busy, "%s", printable(line))
	default:
		return line, nil, troublef(TurnedAway, "%s", printable(line))
	}
}

// smtpAsk says EHLO with the address of this end, as clients without a name do
// (RFC 5321 section 4.1.3), and gives the extensions.
func smtpAsk(w *wire) ([]string, error) {
	code, texts, err := smtpCommand(w, "EHLO "+literal(w.conn.LocalAddr()))
	switch {
	case err != nil:
		return nil, err
	case code[0] == '4':
		return nil, troublef(Busy, "%s", printable(code+" "+texts[0]))
	case code == "250":
		return texts[1:], nil
	default:
		return nil, troublef(NotThisProtocol, "EHLO: %s", printable(code+" "+texts[0]))
	}
}

func literal(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	switch host, _, _ = strings.Cut(host, "%"); {
	case err != nil:
		return "[127.0.0.1]"
	case strings.Contains(host, ":"):
		return "[IPv6:" + host + "]"
	default:
		return "[" + host + "]"
	}
}

// smtpMethods reads "AUTH PLAIN LOGIN" and the older "AUTH=PLAIN LOGIN".
func smtpMethods(_ string, capabilities []string) []string {
	var methods []string
	for _, c := range capabilities {
		if rest, ok := cutPrefixFold(c, "AUTH"); ok && rest != "" && (rest[0] == ' ' || rest[0] == '=') {
			for m := range strings.FieldsSeq(rest[1:]) {
				if !has(methods, m) {
					methods = append(methods, m)
				}
			}
		}
	}
	return methods
}

func smtpLogin(w *wire, method, user, password string) error {
	var code string
	var texts []string
	var err error
	if strings.EqualFold(method, "PLAIN") {
		code, texts, err = smtpCommand(w, "AUTH PLAIN "+plainResponse(user, password))
	} else {
		code, texts, err = smtpCommand(w, "AUTH LOGIN")
		for _, s := range []string{user, password} {
			if err == nil && code == "334" {
				code, texts, err = smtpCommand(w, base64.StdEncoding.EncodeToString([]byte(s)))
			}
		}
	}
	switch {
	case err != nil:
		return err
	case code == "235":
		return nil
	default: // only 535 is about the account (RFC 4954 section 6)
		return refusal(code+" "+strings.Join(texts, " "), code == "535")
	}
}
