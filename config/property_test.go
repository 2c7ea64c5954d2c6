package config_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/config"
	"waypost/providers/yamlfile"
)

// text is a configuration that is being made up, line by line.
type text struct {
	rng     *rand.Rand
	top     []string // keys beside domains
	domains []domain
}

type domain struct {
	name string // as it is written, quoted where YAML wants that
	keys []string
}

func (c *text) pick(from ...string) string { return from[c.rng.IntN(len(from))] }

func (c *text) often() bool { return c.rng.IntN(2) == 0 }

// makeUp draws a configuration without a mistake: at least two domains with
// servers, one that is the same as the first, and one elsewhere.
func makeUp(seed uint64) *text {
	c := &text{rng: rand.New(rand.NewPCG(1, seed))}
	for _, line := range []string{
		"url: " + c.pick("https://setup.example.com", "http://localhost:8080", "https://[2001:db8::1]:8443"),
		"listen: " + c.pick("127.0.0.1:8080", ":80", "mail.example.com:80"),
		"trusted-proxies: [" + c.pick("127.0.0.1", "10.0.0.0/8", `"::1", 192.0.2.0/24`) + "]",
		"state: " + c.pick("/var/lib/waypost", "state", "../state"),
		"signing: {certificate: signing.pem, key: signing.key}",
		`tls: {listen: ":443", certificate: tls.pem, key: tls.key}`,
		"catalogue: " + c.pick("true", "false"),
		"siblings: " + c.pick("true", "false"),
		"rate-limit: " + c.pick("0", "50"),
		"measure: {" + c.pick("interval: 0", "interval: 30m", "private: [10.0.0.0/8]", `interval: 2h, private: ["::1"]`) + "}",
	} {
		if c.often() {
			c.top = append(c.top, line)
		}
	}
	for i := range 2 + c.rng.IntN(4) {
		c.domains = append(c.domains, c.served(i))
	}
	c.domains = append(c.domains, domain{"same.example", []string{"same-as: " + c.domains[0].name}}, domain{"moved.example", []string{"elsewhere: true"}})
	c.rng.Shuffle(len(c.top), func(i, j int) { c.top[i], c.top[j] = c.top[j], c.top[i] })
	return c
}

func (c *text) served(i int) domain {
	keys := []string{
		"incoming: [" + c.pick("imaps://mail.example.com", "imap://mail.example.com:10143, pop3s://mail.example.com", `{server: imaps://mail.example.com, username: "{local}"}`) + "]",
		"outgoing: [" + c.pick("submissions://mail.example.com", `"submission://smtp.{domain}"`, "{server: smtp://mail.example.com, auth: [NTLM]}") + "]",
	}
	for _, line := range []string{
		"name: Example Mail", "short-name: Example", `username: "{local}%{domain}"`, "auth: [password-encrypted, GSSAPI]",
		"calendar: https://dav.example.com/", "sieve: sieve://mail.example.com", "help: https://example.com/help",
		"mx: [mx1.example.com, mx2.example.com]", "app-password: {need: two-step, url: https://example.com/app}",
	} {
		if c.often() {
			keys = append(keys, line)
		}
	}
	c.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return domain{c.pick("domain-%d.example", `"*.suffix-%d.example"`, "bücher-%d.example", "Domain-%d.Example"), keys}.numbered(i)
}

func (d domain) numbered(i int) domain { return domain{fmt.Sprintf(d.name, i), d.keys} }

func (c *text) String() string {
	var b strings.Builder
	for _, line := range c.top {
		b.WriteString(line + "\n")
	}
	b.WriteString("domains:\n")
	for _, d := range c.domains {
		b.WriteString("  " + d.name + ":\n")
		for _, key := range d.keys {
			b.WriteString("    " + key + "\n")
		}
	}
	return b.String()
}

// one gives a domain with servers of its own.
func (c *text) one() *domain { return &c.domains[c.rng.IntN(len(c.domains)-2)] }

// set puts a line in the place of the one with the same key, or adds it.
func set(lines []string, line string) []string {
	key, _, _ := strings.Cut(line, ":")
	lines = slices.DeleteFunc(lines, func(s string) bool { return strings.HasPrefix(s, key+":") })
	return append(lines, line)
}

func (c *text) setTop(line string) string {
	c.top = set(c.top, line)
	return line
}

func (c *text) setBelow(line string) string {
	d := c.one()
	d.keys = set(d.keys, line)
	return line
}

// mistakes each put one into a configuration and give the line that it
// stands in.
var mistakes = []func(*text) string{
	func(c *text) string {
		return c.setTop(c.pick("urls", "Listen", "domain", "proxies", "x", "tls-cert", "42") + ": x")
	},
	func(c *text) string {
		return c.setTop("url: " + c.pick("setup.example.com", "ftp://a.example", "https://a.example/x", "https://", "https://a@a.example", "https://a.example?", "[]", `""`, "https://a_b.example", "https://a.example:0"))
	},
	func(c *text) string {
		return c.setTop("listen: " + c.pick("8080", "127.0.0.1", `":"`, "a:b:c", "127.0.0.1:99999", "http://a:80", "{}"))
	},
	func(c *text) string {
		return c.setTop("trusted-proxies: " + c.pick("127.0.0.1", "[localhost]", "[10.0.0.0/40]", "[~]", "[[127.0.0.1]]", `["fe80::1%eth0"]`))
	},
	func(c *text) string {
		return c.setTop(c.pick("tls", "signing") + ": " + c.pick("{certificate: a.pem}", "{key: a.key}", "a.pem", "{certificates: a.pem}", "{certificate: [a.pem], key: a.key}"))
	},
	func(c *text) string {
		return c.setTop(c.pick("catalogue", "siblings", "access-log") + ": " + c.pick("1", "maybe", "[true]", "{}"))
	},
	func(c *text) string {
		return c.setTop("measure: " + c.pick("false", "1h", "{interval: 1}", "{interval: 59s}", "{interval: 169h}", "{interval: -1h}", "{private: 10.0.0.0/8}", "{private: [localhost]}", "{hourly: true}"))
	},
	func(c *text) string { return c.setTop("rate-limit: " + c.pick("-1", "many", "1.5", "70000", "[50]")) },
	func(c *text) string {
		return c.setTop(c.pick("url", "listen", "tls", "state", "catalogue") + ":" + c.pick("", " ~", " null"))
	},
	func(c *text) string {
		c.top = append(c.top, "state: a", "state: b")
		c.top = slices.DeleteFunc(c.top, func(s string) bool { return strings.HasPrefix(s, "state: ") && len(s) > len("state: a") })
		return "state: b"
	},
	func(c *text) string {
		d := c.one()
		d.name = c.pick("com", "co.uk", `"*.org"`, "github.io", "192.0.2.1", "4711", "a.example.", "https://a.example", "a..example", "-a.example", `""`, `"*"`, "a b.example", "[a.example]", strings.Repeat("a", 64)+".example")
		if d == &c.domains[0] {
			c.domains[len(c.domains)-2].keys = []string{"same-as: " + c.domains[1].name}
		}
		return d.name + ":"
	},
	func(c *text) string {
		twin := domain{name: c.pick("moved.example", "Moved.Example", "MOVED.EXAMPLE"), keys: []string{"elsewhere: true"}}
		c.domains = append(c.domains, twin)
		return twin.name + ":"
	},
	func(c *text) string {
		d := c.one()
		key := c.pick("incoming:", "outgoing:")
		d.keys = slices.DeleteFunc(d.keys, func(s string) bool { return strings.HasPrefix(s, key) })
		return d.name + ":"
	},
	func(c *text) string {
		return c.setBelow(c.pick("incoming", "outgoing") + ": [" + c.pick("mail.example.com", "imaps:mail.example.com", `"imaps://"`, "ftp://mail.example.com", `"imaps://mail.example.com:0"`,
			"imaps://192.0.2.1", "imaps://a/b", `"imaps://mail.example.com?security=none"`, `"imap://mail.example.com?tls"`, `"imaps://{local}.example"`, `""`, "{server: a}", "{server: imaps://a.example, port: 1}", "sieve://a.example", "~") + "]")
	},
	func(c *text) string {
		return c.setBelow("incoming: [" + c.pick("submissions", "smtp", "submission") + "://a.example]")
	},
	func(c *text) string {
		return c.setBelow("outgoing: [" + c.pick("imaps", "pop3s", "https") + "://a.example]")
	},
	func(c *text) string {
		return c.setBelow(c.pick("incoming", "outgoing", "auth", "mx") + ": " + c.pick("imaps://a.example", "{a: b}", "x"))
	},
	func(c *text) string { return c.setBelow(c.pick("imap", "Name", "port", "servers", "sameas") + ": x") },
	func(c *text) string {
		return c.setBelow("auth: [" + c.pick("plain", "password", "LOGIN", `""`, "~") + "]")
	},
	func(c *text) string {
		return c.setBelow("username: " + c.pick("ann", `"{user}"`, `"{local"`, `"{domain}"`, `"{local} x"`, "{local}", `""`))
	},
	func(c *text) string {
		return c.setBelow(c.pick("calendar", "contacts", "ews", "activesync") + ": " + c.pick("http://a.example/", "a.example", "https://a.example/?x", "https://192.0.2.1/", "[]", `""`))
	},
	func(c *text) string {
		return c.setBelow("sieve: " + c.pick("a.example", "imaps://a.example", "[]", "~"))
	},
	func(c *text) string {
		return c.setBelow(c.pick("help", "webmail", "status", "password") + ": " + c.pick("a.example", "ftp://a.example/", "javascript:x", "https://", `"https://a.example/ x"`, "[]"))
	},
	func(c *text) string {
		return c.setBelow("app-password: " + c.pick("always", "{need: never}", "{url: https://a.example/}", "{need: always, url: x}", "{needs: always}"))
	},
	func(c *text) string {
		return c.setBelow("mx: [" + c.pick("192.0.2.1", `"*.a.example"`, "a.example.", "~") + "]")
	},
	func(c *text) string {
		return c.setBelow("name: " + c.pick(strings.Repeat("a", 61), "[a]", `"a\x07b"`, `"a\x9bb"`, "!!binary YQ=="))
	},
	func(c *text) string { return c.setBelow("short-name: " + strings.Repeat("a", 21)) },
	func(c *text) string { return c.setBelow("same-as: moved.example") },
	func(c *text) string { return c.setBelow("elsewhere: true") },
	func(c *text) string {
		same := &c.domains[len(c.domains)-2]
		same.keys[0] = "same-as: " + c.pick("nowhere.example", "same.example", "moved.example", "[a]", "com.")
		return same.keys[0]
	},
	func(c *text) string {
		n := 1 + c.rng.IntN(5)
		for i := range n {
			c.domains = append(c.domains, domain{fmt.Sprintf("loop-%d.example", i), []string{fmt.Sprintf("same-as: loop-%d.example", (i+1)%n)}})
		}
		return c.domains[len(c.domains)-n].keys[0]
	},
	func(c *text) string {
		return c.setBelow(c.pick("\tname: x", "name: 'x", "name: [x", "name: {x", "name: x: y", "name: *x", "name: @x", "name: %x", "name: \"\\q\""))
	},
	func(c *text) string {
		return c.setBelow("name: x" + c.pick("\x00", "\x07", "\x1b[2J", "\x7f", "\u0085", "\xff", "\xc3\x28"))
	},
}

// TestOneMistakeIsAlwaysFoundInItsLine makes up configurations, which are
// read, and puts one mistake into each.
func TestOneMistakeIsAlwaysFoundInItsLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "waypost.yaml")
	read := func(c *text) (config.Config, error) {
		if err := os.WriteFile(file, []byte(c.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return config.Load(file)
	}
	for seed := range uint64(1_000) {
		c := makeUp(seed)
		if _, err := read(c); err != nil {
			t.Fatalf("seed %d, no mistake: %v\n%s", seed, err, c)
		}
		wrong := mistakes[seed%uint64(len(mistakes))](c)
		conf, err := read(c)
		if err == nil {
			t.Errorf("seed %d: it was read with the mistake %s\n%s", seed, wrong, c)
			continue
		}
		if !cmp.Equal(conf, config.Config{}) {
			t.Errorf("seed %d: an error and a configuration: %+v", seed, conf)
		}
		checkProblems(t, err, file, false)
		if !pointsAt(err, wrong) {
			t.Errorf("seed %d: the mistake is %q, and the error\n%v", seed, wrong, err)
		}
	}
}

// pointsAt tells whether one of the problems shows the line.
func pointsAt(err error, line string) bool {
	all := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all = many.Unwrap()
	}
	line = strings.ToValidUTF8(line, "�")
	return slices.ContainsFunc(all, func(err error) bool {
		p, ok := err.(*yamlfile.Problem) //nolint:errorlint // each of the joined errors is one
		return ok && sameLine(line, p.Excerpt)
	})
}
