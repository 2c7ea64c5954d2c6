package testenv

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// PostfixOptions says how Postfix is to run. The zero value is a server without
// TLS and without passwords, which takes mail from nobody.
type PostfixOptions struct {
	Certificate, Key string // PEM files; without them there is no TLS, and implicit TLS fails
	AuthSocket       string // [Dovecot]'s, which knows the passwords; without one there is no AUTH

	// Ports of 127.0.0.1; 0 chooses a free one. Submission has STARTTLS,
	// Submissions implicit TLS.
	Submission, Submissions int

	// Settings are lines for the end of main.cf. They override what the other
	// options made, so any fault of a server can be asked for.
	Settings string
}

// Postfix is a running submission server, on 127.0.0.1. It throws away the mail
// that it takes.
type Postfix struct {
	Submission, Submissions int // its ports

	running *daemon
}

// Log gives what the server has logged until now.
func (p *Postfix) Log() string { return p.running.output.String() }

// StartPostfix runs Postfix (Debian 12: 3.7) until the test ends. A password is
// taken with TLS alone. The test is skipped where a part is missing, and fails
// where the server does not start.
func StartPostfix(t testing.TB, o PostfixOptions) *Postfix {
	t.Helper()
	postfix, postconf := Need(t, "postfix"), Need(t, "postconf")
	needRoot(t, "Postfix changes to users of less rights")
	choosePorts(t, &o.Submission, &o.Submissions)
	dir := room(t, "etc", "queue", "data")
	etc := filepath.Join(dir, "etc")
	tls := "smtpd_tls_security_level = none"
	if o.Certificate != "" {
		tls = fmt.Sprintf("smtpd_tls_security_level = may\nsmtpd_tls_chain_files = %s, %s", o.Key, o.Certificate)
	}
	auth := "smtpd_sasl_auth_enable = no"
	if o.AuthSocket != "" {
		auth = "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = " + o.AuthSocket
	}
	fill := strings.NewReplacer("DIR", dir, "TLS", tls, "AUTH", auth, "SETTINGS", o.Settings,
		"SUBMISSIONS", fmt.Sprint(o.Submissions), "SUBMISSION", fmt.Sprint(o.Submission))
	for name, content := range map[string]string{"main.cf": mainCF, "master.cf": masterCF} {
		file := write(t, filepath.Join(etc, name), fill.Replace(content))
		// Postfix waits until a file of this second can no longer be half of one.
		before := time.Now().Add(-time.Hour)
		if err := os.Chtimes(file, before, before); err != nil {
			t.Fatalf("testenv: %v", err)
		}
	}
	own(t, filepath.Join(dir, "data"), "postfix")
	// check makes the queue's directories, and says what is wrong.
	if out, err := exec.CommandContext(t.Context(), postfix, "-c", etc, "check").CombinedOutput(); err != nil {
		t.Fatalf("testenv: postfix check: %v\n%s", err, out)
	}
	programs, err := exec.CommandContext(t.Context(), postconf, "-c", etc, "-h", "daemon_directory").Output()
	if err != nil {
		t.Fatalf("testenv: postconf: %v", err)
	}
	p := &Postfix{Submission: o.Submission, Submissions: o.Submissions}
	p.running = start(t, "daemon started", filepath.Join(strings.TrimSpace(string(programs)), "master"), "-c", etc, "-s")
	return p
}

// mainCF keeps all files in one directory.
const mainCF = `compatibility_level = 3.6
queue_directory = DIR/queue
data_directory = DIR/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.test
mydestination =
alias_maps =
alias_database =
default_transport = discard
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
TLS
AUTH
SETTINGS
`

// masterCF has what submission needs; nothing is delivered. No service runs in a
// chroot: Dovecot's socket stands outside of it.
const masterCF = `127.0.0.1:SUBMISSION inet n - n - - smtpd
127.0.0.1:SUBMISSIONS inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
discard unix - - n - - discard
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`
