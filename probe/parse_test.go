package probe_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/probe"
	"waypost/providers"
)

// conversations are what servers said; those of Dovecot and Postfix are of
// 2026-11-23, the others follow the standards' examples.
var conversations = []struct {
	protocol providers.Protocol
	said     string
	methods  []string
}{
	{
		providers.IMAP,
		"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Dovecot (Debian) ready.\r\n* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN AUTH=XOAUTH2\r\nc OK Capability completed.\r\nt OK Begin TLS negotiation now.\r\n",
		[]string{"PLAIN", "XOAUTH2"},
	},
	{providers.IMAP, "* OK ready\r\n* CAPABILITY IMAP4rev1\r\nc OK done\r\n", []string{"LOGIN command"}},
	{providers.IMAP, "* OK ready\r\n* capability imap4rev1 logindisabled\r\nc ok done\r\n", nil},
	{providers.POP3, "+OK POP3 <1896.697170952@example.test>\r\n+OK\r\nUSER\r\nSASL CRAM-MD5 SCRAM-SHA-256\r\nSTLS\r\n.\r\n", []string{"CRAM-MD5", "SCRAM-SHA-256", "USER", "APOP"}},
	{providers.POP3, "+OK ready\r\n-ERR what is CAPA?\r\n", nil},
	{providers.Submission, "220-one\r\n220 two\r\n250-postfix.test\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=PLAIN LOGIN\r\n250 DSN\r\n", []string{"PLAIN", "LOGIN"}},
	{providers.Submission, "220 x\r\n250 x\r\n", nil},
	{providers.ManageSieve, "\"IMPLEMENTATION\" \"Example1 ManageSieved v001\"\r\n\"SASL\" \"PLAIN SCRAM-SHA-1\"\r\n\"STARTTLS\"\r\nOK\r\n", []string{"PLAIN", "SCRAM-SHA-1"}},
	{providers.ManageSieve, "\"IMPLEMENTATION\" \"a \\\"b\\\" c\"\r\n\"SASL\" \"\"\r\nOK \"(WARNINGS) yes\"\r\n", nil},
}

func TestMethodsAreReadFromWhatServersSay(t *testing.T) {
	for _, c := range conversations {
		_, methods, _ := probe.Hear(c.protocol, []byte(c.said))
		if diff := cmp.Diff(c.methods, methods); diff != "" {
			t.Errorf("%s %q:\n%s", c.protocol, c.said, diff)
		}
	}
}

func TestHTTPSchemesAreReadFromChallenges(t *testing.T) {
	for _, c := range []struct {
		lines, want []string
	}{
		{[]string{`Basic realm="Mail, Digest of the day"`}, []string{"Basic"}},
		{[]string{`Bearer realm="x", Basic realm="y"`}, []string{"Basic", "Bearer"}},
		{[]string{"Negotiate", "NTLM", `basic realm="x"`}, []string{"Negotiate", "NTLM", "Basic"}},
		{[]string{"Basically nothing", ""}, nil},
	} {
		if diff := cmp.Diff(c.want, probe.Schemes(c.lines)); diff != "" {
			t.Errorf("%q:\n%s", c.lines, diff)
		}
	}
}

func TestTextsOfAServerBecomePrintable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "said")
		safe(t, probe.Printable(s))
	})
	for said, want := range map[string]string{
		"* OK ready\r\n":      "* OK ready",
		"\x1b[2J\x07":         `\x1b[2J\a`,
		"\u009b31m \u202e":    `\u009b31m \u202e`,
		`"quoted" \ <b>ü</b>`: `"quoted" \\ <b>ü</b>`,
		"\xff\x00":            `\xff\x00`,
	} {
		if got := probe.Printable(said); got != want {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}

type failing interface {
	Helper()
	Errorf(format string, args ...any)
}

// safe holds a text to what evidence promises.
func safe(t failing, text string) {
	t.Helper()
	if !utf8.ValidString(text) || len(text) > 520 {
		t.Errorf("%d bytes, %q", len(text), text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("%q at %d is not printable", text, i)
	}
}

func FuzzServersAnswers(f *testing.F) {
	protocols := []providers.Protocol{providers.IMAP, providers.POP3, providers.Submission, providers.ManageSieve}
	for i, p := range protocols {
		for _, c := range conversations {
			if c.protocol == p {
				f.Add(uint8(i), []byte(c.said))
			}
		}
	}
	f.Add(uint8(0), []byte("* BYE [UNAVAILABLE] \x1b[2J\r\n"))
	f.Add(uint8(1), []byte("+OK\r\n+\r\n+ \r\n+\r\n"))
	f.Add(uint8(2), []byte("220\r\n250\r\n334 VXNlcm5hbWU6\r\n535-5.7.8 no\r\n535 no\r\n"))
	f.Add(uint8(3), []byte("\"\r\nOK\r\n"))
	f.Fuzz(func(t *testing.T, which uint8, said []byte) {
		greeting, methods, errs := probe.Hear(protocols[int(which)%len(protocols)], said)
		safe(t, greeting)
		for _, m := range methods {
			safe(t, m)
		}
		for _, err := range errs {
			if err != nil {
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("it tells the password: %v", err)
				}
				cause, seen, _ := strings.Cut(err.Error(), ": ")
				if probe.Cause(cause).Words().Meaning == "" {
					t.Errorf("%v has no words", err)
				}
				if r := []rune(seen); len(r) > 0 && strings.ContainsFunc(seen, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Errorf("%q is not printable", seen)
				}
			}
		}
	})
}
