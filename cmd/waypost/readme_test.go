package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"waypost/autoconfig"
	"waypost/internal/testenv"
)

// readme is read before a test changes the working directory.
var readme, errReadme = os.ReadFile(filepath.Join("..", "..", "README.md"))

// section gives the fenced blocks of a language in a section of the README.
func section(t *testing.T, title, language string) []string {
	t.Helper()
	if errReadme != nil {
		t.Fatal(errReadme)
	}
	_, text, found := strings.Cut(string(readme), "\n## "+title+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	var blocks []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, m[1])
	}
	if !found || len(blocks) == 0 {
		t.Fatalf("README.md has no %s under %q", language, title)
	}
	return blocks
}

const ownDomain = "For one domain of your own"

// own starts the server with the README's configuration, by the README's
// command, in a working directory that ends with the test.
func own(t *testing.T) *started {
	t.Helper()
	configuration := section(t, ownDomain, "yaml")[0]
	t.Chdir(t.TempDir())
	replace(t, "waypost.yaml", []byte(configuration))
	return start(t, quick, "--listen", "127.0.0.1:0", "--state", "state")
}

// port gives the port of a base.
func port(base string) string { return base[strings.LastIndexByte(base, ':')+1:] }

// session carries out the commands of a console block, each a line after "$ ",
// and compares what they print with the lines below: those are there, in this
// order, and … stands for any others. change is made to each command.
func session(t *testing.T, block string, change *strings.Replacer) {
	t.Helper()
	for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, want, _ := strings.Cut(part, "\n")
		if command == "waypost serve" {
			continue // it runs: own
		}
		testenv.Need(t, cmp.Or(strings.Fields(command)[0], "bash"))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		c := exec.CommandContext(ctx, "bash", "-euc", change.Replace(command))
		var stderr bytes.Buffer
		c.Stderr = &stderr
		out, err := c.Output()
		cancel()
		if err != nil {
			t.Fatalf("%s: %v\n%s%s", command, err, out, &stderr)
		}
		rest := strings.ReplaceAll(string(out), "\r\n", "\n")
		exact := true
		for line := range strings.Lines(strings.TrimSuffix(want, "\n") + "\n") {
			before, after, found := strings.Cut(rest, line)
			switch {
			case line == "…\n":
				exact = false
				continue
			case !found, exact && before != "":
				t.Fatalf("%s prints\n%s, and not where the README has it:\n%s", command, out, line)
			}
			rest, exact = after, true
		}
		if exact && rest != "" {
			t.Errorf("%s prints more than the README has:\n%s", command, rest)
		}
	}
}

func TestReadmeCommandsForOneDomainWork(t *testing.T) {
	consoles := section(t, ownDomain, "console")
	s := own(t)
	if len(consoles) != 3 || !strings.Contains(consoles[0], "$ waypost serve\n") {
		t.Fatalf("the blocks of the README are others now: %q", consoles)
	}
	for _, block := range consoles[:2] {
		session(t, block, strings.NewReplacer(":8080", ":"+port(s.plain)))
	}
}

// TestReadmeNamesAreAnswered asks at each name of the zone as a client does.
func TestReadmeNamesAreAnswered(t *testing.T) {
	zone := section(t, ownDomain, "zone")[0]
	s := own(t)
	names := 0
	for line := range strings.Lines(zone) {
		name := strings.TrimSuffix(strings.Fields(line)[0], ".")
		names++
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.plain+"/mail/config-v1.1.xml?emailaddress=ann@example.com", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = name
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != autoconfig.ContentType {
			t.Errorf("%s: status %d", name, response.StatusCode)
		}
	}
	if names != 3 {
		t.Errorf("%d names", names)
	}
}

// freePort gives a port of loopback that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return port(ln.Addr().String())
}

// background runs a server until the test ends, and gives what it prints.
func background(t *testing.T, c *exec.Cmd) *logged {
	t.Helper()
	log := &logged{}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait() // killed
	})
	return log
}

// checkProxied asks through a proxy at its two ports, as the README does and
// as clients do.
func checkProxied(t *testing.T, plain, secure, authority string, log *logged) {
	t.Helper()
	testenv.Need(t, "curl")
	answers := func(target string) string {
		to := "::127.0.0.1:" + plain
		if strings.HasPrefix(target, "https:") {
			to = "::127.0.0.1:" + secure
		}
		out, err := exec.CommandContext(t.Context(), "curl", "-sS", "-i", "--max-time", "20",
			"--cacert", authority, "--connect-to", to, target).CombinedOutput()
		if err != nil {
			return fmt.Sprintf("%v: %s", err, out)
		}
		return string(out)
	}
	await(t, "the proxy", func() bool {
		return strings.Contains(answers("https://autoconfig.example.com/mail/config-v1.1.xml"), "<hostname>mail.example.com</hostname>")
	})
	command := section(t, ownDomain, "console")[2]
	session(t, command, strings.NewReplacer(
		"curl ", "curl --cacert "+authority+" ", ":443:192.0.2.10", ":"+secure+":127.0.0.1", "example.com/", "example.com:"+secure+"/",
	))
	for target, want := range map[string]string{
		"https://autodiscover.example.com/autodiscover/autodiscover.xml":                                         "<Server>mail.example.com</Server>", // https at the proxy: no redirect
		"https://setup.example.com/autodiscover/autodiscover.json?Email=ann@example.com&Protocol=AutodiscoverV1": `"https://setup.example.com/autodiscover/autodiscover.xml"`,
		"https://setup.example.com/?email=ann@example.com":                                                       "mail.example.com",
		"http://autoconfig.example.com/mail/config-v1.1.xml":                                                     "<hostname>mail.example.com</hostname>", // not sent on
		"http://autodiscover.example.com/autodiscover/autodiscover.xml":                                          "https://",                              // sent on
	} {
		if got := answers(target); !strings.Contains(got, want) {
			t.Errorf("%s lacks %s:\n%s\nthe proxy says\n%s", target, want, got, log)
		}
	}
}

func TestReadmeNginxForwards(t *testing.T) {
	nginx := testenv.Need(t, "nginx")
	site := section(t, ownDomain, "nginx")[0]
	s := own(t)
	dir := t.TempDir()
	id := newIdentity(t, "proxy")
	plain, secure := freePort(t), freePort(t)
	authority, key := filepath.Join(dir, "tls.pem"), filepath.Join(dir, "tls.key")
	replace(t, authority, id.certificate)
	replace(t, key, id.key)
	site = strings.NewReplacer(
		"listen 80;", "listen 127.0.0.1:"+plain+";", "listen 443 ssl;", "listen 127.0.0.1:"+secure+" ssl;",
		"/etc/ssl/example.com.pem", authority, "/etc/ssl/private/example.com.key", key, ":8080", ":"+port(s.plain),
	).Replace(site)
	configuration := filepath.Join(dir, "nginx.conf")
	replace(t, configuration, []byte(`daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
`+site+"}\n"))
	log := background(t, exec.CommandContext(t.Context(), nginx, "-p", dir, "-e", "stderr", "-c", configuration))
	checkProxied(t, plain, secure, authority, log)
}

func TestReadmeCaddyForwards(t *testing.T) {
	caddy := testenv.Need(t, "caddy")
	site := section(t, ownDomain, "caddyfile")[0]
	s := own(t)
	dir := t.TempDir()
	plain, secure := freePort(t), freePort(t)
	// Its own authority stands for Let's Encrypt.
	configuration := filepath.Join(dir, "Caddyfile")
	replace(t, configuration, []byte(`{
	admin off
	local_certs
	skip_install_trust
	default_bind 127.0.0.1
	http_port `+plain+`
	https_port `+secure+`
	storage file_system `+dir+`
}
`+strings.ReplaceAll(site, ":8080", ":"+port(s.plain))))
	c := exec.CommandContext(t.Context(), caddy, "run", "--config", configuration, "--adapter", "caddyfile")
	c.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	log := background(t, c)
	authority := filepath.Join(dir, "pki", "authorities", "local", "root.crt")
	await(t, "Caddy's authority", func() bool { _, err := os.Stat(authority); return err == nil })
	checkProxied(t, plain, secure, authority, log)
}

// TestReadmeUnitStarts runs the unit's command as systemd would: with the
// state directory in its environment.
func TestReadmeUnitStarts(t *testing.T) {
	unit := section(t, ownDomain, "ini")[0]
	configuration := section(t, ownDomain, "yaml")[0]
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "waypost.yaml"), []byte(configuration))
	m := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/waypost serve (.*)$`).FindStringSubmatch(unit)
	if m == nil {
		t.Fatalf("the unit starts something else:\n%s", unit)
	}
	state := filepath.Join(dir, "state")
	args := strings.NewReplacer("/etc/waypost", dir, "${STATE_DIRECTORY}", state).Replace(m[1])
	start(t, quick, append(strings.Fields(args), "--listen", "127.0.0.1:0")...)
	if _, err := os.Stat(filepath.Join(state, "signing.pem")); err != nil {
		t.Error(err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // no part of the tests: it judges the unit where it is there
	}
	program, err := exec.LookPath("waypost")
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "waypost.service", strings.ReplaceAll(unit, "/usr/local/bin/waypost", program))
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}

// TestReadmeInstallsWhatTheUnitStarts runs the commands that copy, in a
// directory that stands for the root.
func TestReadmeInstallsWhatTheUnitStarts(t *testing.T) {
	testenv.Need(t, "install")
	unit := section(t, ownDomain, "ini")[0]
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "usr", "local", "bin"), 0o750))
	replace(t, filepath.Join(dir, "waypost.yaml"), []byte(section(t, ownDomain, "yaml")[0]))
	must(t, os.Mkdir(filepath.Join(dir, "bin"), 0o750))
	replace(t, filepath.Join(dir, "bin", "waypost"), []byte("#!/bin/sh\n"))
	for _, block := range section(t, ownDomain, "sh") {
		for line := range strings.Lines(block) {
			if command, ok := strings.CutPrefix(line, "sudo install "); ok {
				c := exec.CommandContext(t.Context(), "bash", "-c", "install "+strings.ReplaceAll(command, " /", " ./"))
				c.Dir = dir
				if out, err := c.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", line, err, out)
				}
			}
		}
	}
	for _, path := range regexp.MustCompile(`/(usr|etc)/\S+`).FindAllString(regexp.MustCompile(`(?m)^ExecStart=.*$`).FindString(unit), -1) {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Errorf("the unit needs %s: %v", path, err)
		}
	}
}

// TestReadmeCommandsUseTheServicesState makes the signing key as the service
// does, and runs the README's commands with the same directory.
func TestReadmeCommandsUseTheServicesState(t *testing.T) {
	configuration := section(t, ownDomain, "yaml")[0]
	t.Chdir(t.TempDir())
	replace(t, "waypost.yaml", []byte(configuration))
	state := filepath.Join(t.TempDir(), "waypost")
	start(t, quick, "--listen", "127.0.0.1:0", "--state", state)
	ran := 0
	for _, block := range section(t, ownDomain, "sh") {
		for line := range strings.Lines(block) {
			if rest, ok := strings.CutPrefix(line, "sudo waypost "); ok {
				command(t, exitPass, strings.Fields(strings.ReplaceAll(rest, "/var/lib/waypost", state))...)
				ran++
			}
		}
	}
	if ran != 2 {
		t.Fatalf("%d commands", ran)
	}
	if out := command(t, exitPass, "profile", "verify", "ann.mobileconfig", "--state", state); !strings.Contains(out, "Ours       yes") {
		t.Errorf("another identity has signed:\n%s", out)
	}
}
