package localmail_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/internal/testenv"
	"waypost/localmail"
	"waypost/providers"
)

// version is how doveconf -n begins.
const version = "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\n"

func TestDovecotsListenersAreRead(t *testing.T) {
	imap := func(inside string) string { return "protocols = imap\nservice imap-login {\n" + inside + "}\n" }
	listener := func(name, inside string) string { return "inet_listener " + name + " {\n" + inside + "}\n" }
	for name, c := range map[string]struct{ conf, want string }{
		"defaults":                      {"protocols = imap\n", "imap:143 starttls, imap:993 tls"},
		"protocols are not said":        {"", "imap:143 starttls, imap:993 tls, pop3:110 starttls, pop3:995 tls"},
		"quoted protocols":              {"protocols = \" imap sieve\"\n", "imap:143 starttls, imap:993 tls, managesieve:4190 starttls"},
		"no protocol":                   {"protocols = \n", ""},
		"lmtp alone":                    {"protocols = lmtp\n", ""},
		"port 0 is off":                 {imap(listener("imap", "port = 0\n")), "imap:993 tls"},
		"a port of its own":             {imap(listener("imaps", "port = 10993\n")), "imap:143 starttls, imap:10993 tls"},
		"implicit TLS on 143":           {imap(listener("imap", "ssl = yes\n")), "imap:143 tls, imap:993 tls"},
		"STARTTLS on 993":               {imap(listener("imaps", "ssl = no\n")), "imap:143 starttls, imap:993 starttls"},
		"a third listener":              {imap(listener("more", "port = 1993\nssl = yes\n")), "imap:143 starttls, imap:993 tls, imap:1993 tls"},
		"a third one without a port":    {imap(listener("more", "ssl = yes\n")), "imap:143 starttls, imap:993 tls"},
		"for proxies alone":             {imap(listener("imap", "haproxy = yes\n")), "imap:993 tls"},
		"no TLS at all":                 {"ssl = no\nprotocols = imap\n", "imap:143 none, imap:993 tls"},
		"TLS is required":               {"ssl = required\nprotocols = imap\n", "imap:143 starttls, imap:993 tls"},
		"submission of its own":         {"protocols = submission\n", "submission:587 starttls"},
		"a port that cannot be":         {imap(listener("imap", "port = 70000\n")), "imap:993 tls"},
		"a port that is no number":      {imap(listener("imap", "port = $x\n")), "imap:993 tls"},
		"services of others":            {"protocols = imap\nservice lmtp {\n inet_listener imap {\n port = 24\n }\n}\n", "imap:143 starttls, imap:993 tls"},
		"lines that are neither":        {"protocols = imap\nwhat is this\n\n# a comment {\n", "imap:143 starttls, imap:993 tls"},
		"the last of two settings wins": {"protocols = pop3\nprotocols = imap\n", "imap:143 starttls, imap:993 tls"},
	} {
		d, err := localmail.ParseDovecot([]byte(version + c.conf))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, list(d.Listeners)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func list(all []localmail.Listener) string {
	var out []string
	for _, l := range all {
		out = append(out, fmt.Sprintf("%s:%d %s", l.Protocol, l.Port, l.Security))
	}
	return strings.Join(out, ", ")
}

func TestTheFormOfUserNamesIsKnownOnlyWhereSomethingShowsIt(t *testing.T) {
	const sql = "passdb {\n args = /etc/dovecot/sql.conf\n driver = sql\n}\n"
	for conf, want := range map[string]providers.Username{
		"auth_username_format = %n\n":                                              providers.FullAddress,
		"auth_username_format = %Ln\n" + sql:                                       providers.FullAddress,
		"auth_username_format = %{username}\n":                                     providers.FullAddress,
		"auth_username_format = %Lu\n" + sql:                                       "", // it keeps what comes
		"auth_username_format = %Ln@%Ld\n" + sql:                                   "",
		"auth_username_format = %Ln-mail\n":                                        "",
		"auth_username_format = vmail\n":                                           "",
		"auth_username_format = \npassdb {\n driver = pam\n}\n":                    providers.LocalPart,
		"passdb {\n driver = pam\n}\n":                                             providers.LocalPart,
		"passdb {\n driver = pam\n}\n" + sql:                                       "",
		"auth_default_realm = example.com\n" + sql:                                 providers.FullAddress,
		"mail_location = maildir:/var/vmail/%d/%n\n" + sql:                         providers.FullAddress,
		"mail_location = maildir:/var/vmail/%{domain}/%n\n" + sql:                  providers.FullAddress,
		"mail_location = maildir:~/Maildir\n" + sql:                                "",
		"userdb {\n args = uid=vmail home=/var/vmail/%d/%n\n driver = static\n}\n": providers.FullAddress,
		sql: "",
		"":  "",
	} {
		d, err := localmail.ParseDovecot([]byte(version + conf))
		if err != nil || d.Login.Rule != want || d.Login.Why == "" {
			t.Errorf("%q: %+v, %v; want the rule %q, and why", conf, d.Login, err, want)
		}
	}
}

func TestWhatIsNotDovecot23IsRefused(t *testing.T) {
	for text, want := range map[string]error{
		"":                               localmail.ErrFormat,
		"protocols = imap\n":             localmail.ErrFormat,
		"# 2.4.0 (x): /etc/d.conf\n":     localmail.ErrVersion,
		"# 3.0 (x): /etc/d.conf\n":       localmail.ErrVersion,
		"# 1.2.17: /etc/d.conf\n":        localmail.ErrVersion,
		"# 2.99999999999999999999 (x)\n": localmail.ErrVersion,
		version + "dovecot_config_version = 2.4.0\n": localmail.ErrVersion,
		version + "}\n":                               localmail.ErrFormat,
		version + "service imap-login {\n":            localmail.ErrFormat,
		version + strings.Repeat("a {\n", 100):        localmail.ErrFormat,
		version + strings.Repeat("# filler\n", 1<<17): localmail.ErrFormat,
	} {
		if _, err := localmail.ParseDovecot([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%.60q: %v, want %v", text, err, want)
		}
	}
}

func TestPostfixServicesWithALogInAreRead(t *testing.T) {
	const smtpd = " inet n - y - - smtpd"
	for name, c := range map[string]struct{ main, master, want string }{
		"nothing":                     {"", "", ""},
		"no log-in":                   {"", "smtp" + smtpd, ""},
		"submission":                  {"", "submission" + smtpd + " -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes", "submission:587 starttls"},
		"in lines that go on":         {"", "submission" + smtpd + "\n    -o smtpd_tls_security_level=encrypt\n    -o smtpd_sasl_auth_enable=yes", "submission:587 starttls"},
		"submissions":                 {"smtpd_sasl_auth_enable = yes", "submissions" + smtpd + " -o smtpd_tls_wrappermode=yes", "submission:465 tls"},
		"implicit TLS on 587":         {"smtpd_sasl_auth_enable = yes", "587" + smtpd + " -o { smtpd_tls_wrappermode = yes }", "submission:587 tls"},
		"wrapper mode for all":        {"smtpd_sasl_auth_enable = yes\nsmtpd_tls_wrappermode = yes", "2465" + smtpd, "submission:2465 tls"},
		"a service overrides":         {"smtpd_sasl_auth_enable = yes\nsmtpd_tls_security_level = may", "smtp" + smtpd + " -o smtpd_sasl_auth_enable=no\n587" + smtpd, "submission:587 starttls"},
		"without TLS":                 {"smtpd_sasl_auth_enable = yes", "587" + smtpd, "submission:587 none"},
		"the older switch":            {"smtpd_sasl_auth_enable = yes\nsmtpd_use_tls = yes", "587" + smtpd, "submission:587 starttls"},
		"named by another":            {"smtpd_sasl_auth_enable = $a\na = ${b}\nb = yes", "587" + smtpd, "submission:587 none"},
		"named by one that is absent": {"smtpd_sasl_auth_enable = $a", "587" + smtpd, ""},
		"TLS under a condition":       {"smtpd_sasl_auth_enable = yes", "587" + smtpd + " -o smtpd_tls_security_level=${x?may}", "submission:587 "},
		"of one address":              {"smtpd_sasl_auth_enable = yes", "127.0.0.1:submission" + smtpd + "\n[::1]:465" + smtpd, "submission:587 none, submission:465 none"},
		"other programs":              {"smtpd_sasl_auth_enable = yes", "submission inet n - y - - qmqpd\nsubmission unix n - y - - smtpd", ""},
		"a port with a local name":    {"smtpd_sasl_auth_enable = yes", "mysub" + smtpd, ""},
		"a port out of range":         {"smtpd_sasl_auth_enable = yes", "70000" + smtpd, ""},
		"a parameter in itself":       {"smtpd_sasl_auth_enable = $a\na = $a$a$a$a", "587" + smtpd, ""},
	} {
		p, err := localmail.ParsePostfix([]byte(c.main), []byte(c.master))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, list(p.Listeners)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatIsNotPostfixIsRefused(t *testing.T) {
	for _, c := range [][2]string{{"hello", ""}, {"", "hello"}, {strings.Repeat("a = b\n", 1<<18), ""}, {"", strings.Repeat("#\n", 1<<20)}} {
		if _, err := localmail.ParsePostfix([]byte(c[0]), []byte(c[1])); !errors.Is(err, localmail.ErrFormat) {
			t.Errorf("%.20q, %.20q: %v", c[0], c[1], err)
		}
	}
}

func TestNothingIsKnownOfEmptyOutputs(t *testing.T) {
	p, err := localmail.ParsePostfix(nil, nil)
	if d := cmp.Diff(localmail.Postfix{}, p); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

// Names that Postfix answers for reach into each other; that must end.
func TestParametersThatNameEachOtherEnd(t *testing.T) {
	var main strings.Builder
	for i := range 20 {
		fmt.Fprintf(&main, "a%d = %s\n", i, strings.Repeat(fmt.Sprintf("$a%d", i+1), 1000))
	}
	fmt.Fprintf(&main, "a20 = \nmydestination = %s\n", strings.Repeat("$a0 ", 1000))
	p, err := localmail.ParsePostfix([]byte(main.String()), nil)
	if err != nil || len(p.Domains) > 0 {
		t.Errorf("%v, %v", p.Domains, err)
	}
}

func TestOriginsCanStandInAComment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		d, err := localmail.ParseDovecot([]byte(version + "protocols = imap " + value + "\nssl_cert = <" + value + "\n"))
		if err != nil {
			return
		}
		for _, l := range d.Listeners {
			checkComment(t, l.Origin)
		}
		for _, c := range d.Certificates {
			checkComment(t, c.Origin)
		}
	})
}

func checkComment(t interface{ Errorf(string, ...any) }, o localmail.Origin) {
	for _, r := range o.String() {
		if r < ' ' || r > '~' {
			t.Errorf("%q is not printable", o.String())
		}
	}
	if len(o.Text) > 160 {
		t.Errorf("%q has %d bytes", o.Text, len(o.Text))
	}
}

func TestACertificatesNamesAreRead(t *testing.T) {
	file, key := testenv.NewAuthority(t).Issue(t, time.Time{}, "mail.example.com", "*.example.org")
	names, err := localmail.Certificate{File: file}.Names()
	if d := cmp.Diff([]string{"mail.example.com", "*.example.org"}, names); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if names, err := (localmail.Certificate{File: key}).Names(); err != nil || len(names) > 0 {
		t.Errorf("a key: %v, %v", names, err)
	}
	for _, other := range []string{"localmail_test.go", filepath.Join(t.TempDir(), "none.pem")} {
		if names, err := (localmail.Certificate{File: other}).Names(); err == nil {
			t.Errorf("%s: %v", other, names)
		}
	}
}

// programs makes stand-ins for the programs, which PATH leads to alone.
func programs(t *testing.T, scripts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestLookRunsThePrograms(t *testing.T) {
	programs(t, map[string]string{
		"doveconf": "echo '# 2.3.19.1 (x): /etc/d.conf'; echo protocols = imap",
		"postconf": `case $1 in -n) echo smtpd_sasl_auth_enable = yes;; -M) echo 587 inet n - y - - smtpd;; esac`,
	})
	f := localmail.Look(t.Context())
	if !f.Here || len(f.Remarks) > 0 || list(f.Dovecot.Listeners) != "imap:143 starttls, imap:993 tls" || list(f.Postfix.Listeners) != "submission:587 none" {
		t.Errorf("%+v", f)
	}
}

func TestLookSaysWhatItCouldNotRead(t *testing.T) {
	for name, c := range map[string]struct {
		scripts map[string]string
		here    bool
		want    []string
	}{
		"no programs": {nil, false, []string{"doveconf is not in PATH", "postconf is not in PATH"}},
		"both fail": {
			map[string]string{"doveconf": "echo 'Fatal: \033[1mno\nmore' >&2; exit 89", "postconf": "echo fatal: open >&2; exit 1"},
			true,
			[]string{`doveconf -n: exit status 89: Fatal: \x1b[1mno`, "postconf: exit status 1: fatal: open"},
		},
		"both say nothing": {map[string]string{"doveconf": "", "postconf": ""}, true, []string{"doveconf -n: localmail: not the output"}},
		"both never end to talk": {
			map[string]string{"doveconf": "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done | /usr/bin/head -c 3000000"},
			true,
			[]string{"doveconf -n: localmail: not the output that was expected: it said more than 1048576 bytes", "postconf is not in PATH"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			programs(t, c.scripts)
			f := localmail.Look(t.Context())
			if f.Dovecot != nil || f.Here != c.here || len(f.Remarks) != len(c.want) {
				t.Fatalf("%+v", f)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(f.Remarks[i], want) {
					t.Errorf("%q, want %q", f.Remarks[i], want)
				}
			}
		})
	}
}
