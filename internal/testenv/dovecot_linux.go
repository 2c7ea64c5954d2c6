package testenv

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// DovecotOptions says how Dovecot is to run. The zero value is a server without
// TLS and without users.
type DovecotOptions struct {
	Certificate, Key string            // PEM files; without them there is no TLS, and implicit TLS fails
	Users            map[string]string // passwords by the name that logs in; neither holds a colon or a line break

	// Ports; 0 chooses a free one. IMAP and POP3 have STARTTLS, IMAPS and POP3S
	// implicit TLS.
	IMAP, IMAPS, POP3, POP3S int

	// Settings are lines for the end of dovecot.conf. They override what the
	// other options made, so any fault of a server can be asked for, such as
	// "auth_mechanisms = cram-md5" or a listener with the port 0.
	Settings string
}

// Dovecot is a running IMAP and POP3 server, on 127.0.0.1 and 127.0.0.2. It takes
// a connection from an address to itself for a safe one, and asks for the
// password even without TLS there. At 127.0.0.2 it sees one from elsewhere, and
// does as it would on the internet.
type Dovecot struct {
	IMAP, IMAPS, POP3, POP3S int    // its ports
	AuthSocket               string // where Postfix asks whether a password is right

	running *daemon
}

// Log gives what the server has logged until now.
func (d *Dovecot) Log() string { return d.running.output.String() }

// StartDovecot runs Dovecot 2.3 (Debian 12: dovecot-imapd and dovecot-pop3d)
// until the test ends. The test is skipped where a part is missing, and fails
// where the server does not start.
func StartDovecot(t testing.TB, o DovecotOptions) *Dovecot {
	t.Helper()
	program := Need(t, "dovecot")
	needRoot(t, "Dovecot changes to users of less rights")
	choosePorts(t, &o.IMAP, &o.IMAPS, &o.POP3, &o.POP3S)
	dir := room(t, "run", "mail")
	in := func(name string) string { return filepath.Join(dir, name) }
	own(t, in("mail"), "nobody")
	var users strings.Builder
	for name, password := range o.Users {
		fmt.Fprintf(&users, "%s:{PLAIN}%s\n", name, password)
	}
	write(t, in("users"), users.String())
	tls := "ssl = no"
	if o.Certificate != "" {
		tls = fmt.Sprintf("ssl = yes\nssl_cert = <%s\nssl_key = <%s", o.Certificate, o.Key)
	}
	d := &Dovecot{IMAP: o.IMAP, IMAPS: o.IMAPS, POP3: o.POP3, POP3S: o.POP3S, AuthSocket: in("auth")}
	configuration := strings.NewReplacer(
		"DIR", dir, "TLS", tls, "POP3S", fmt.Sprint(o.POP3S), "POP3", fmt.Sprint(o.POP3),
		"IMAPS", fmt.Sprint(o.IMAPS), "IMAP", fmt.Sprint(o.IMAP), "SETTINGS", o.Settings,
	).Replace(dovecotConf)
	d.running = start(t, "starting up for", program, "-F", "-c", write(t, in("dovecot.conf"), configuration))
	return d
}

// dovecotConf keeps all files in one directory. A wrong password is told of at
// once, and not after the seconds that are meant for those who guess.
const dovecotConf = `protocols = imap pop3
listen = 127.0.0.1, 127.0.0.2
base_dir = DIR/run
state_dir = DIR/run
log_path = /dev/stderr
TLS
passdb {
  driver = passwd-file
  args = DIR/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=DIR/mail/%u
}
mail_location = maildir:~/Maildir
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = IMAP
  }
  inet_listener imaps {
    port = IMAPS
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = POP3
  }
  inet_listener pop3s {
    port = POP3S
    ssl = yes
  }
}
service auth {
  unix_listener DIR/auth {
    mode = 0666
  }
}
SETTINGS
`
