package probe

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"waypost/providers"
)

// Verdict is the outcome of a step or of a measurement. The zero value is none.
type Verdict string

// The verdicts. Untested is neither good nor bad: it says why in its Cause.
const (
	Pass     Verdict = "pass"
	Warn     Verdict = "warn"
	Fail     Verdict = "fail"
	Untested Verdict = "untested"
)

// rank orders verdicts from good to bad, as exit codes do: a failure counts
// more than what is unknown, which counts more than a warning.
func (v Verdict) rank() int {
	switch v {
	case Fail:
		return 3
	case Untested:
		return 2
	case Warn:
		return 1
	default:
		return 0
	}
}

// Worst gives the verdict that counts among several: fail, untested, warn, and
// pass where there is nothing else. No verdict at all is untested.
func Worst(verdicts ...Verdict) Verdict {
	if len(verdicts) == 0 {
		return Untested
	}
	worst := Pass
	for _, v := range verdicts {
		if v.rank() > worst.rank() {
			worst = v
		}
	}
	return worst
}

// The names of steps, in the order in which they are taken.
const (
	StepResolve      = "resolve"
	StepConnect      = "connect"
	StepGreeting     = "greeting"
	StepTLS          = "tls" // the mode, STARTTLS and the handshake
	StepCertificate  = "certificate"
	StepCapabilities = "capabilities" // inside TLS
	StepHTTP         = "http"         // the one request of an https service
	StepAuth         = "auth"
	StepLogin        = "login"
)

// Step is one thing that was tried.
type Step struct {
	Name     string         `json:"name"`
	Address  netip.AddrPort `json:"address,omitzero"` // of the connection; zero for resolve
	Verdict  Verdict        `json:"verdict"`
	Cause    Cause          `json:"cause,omitempty"`    // empty for pass, and for a log-in that nobody asked for
	Seen     string         `json:"seen,omitempty"`     // printable, at most 512 bytes
	Expected string         `json:"expected,omitempty"` // where something else was seen
	Took     time.Duration  `json:"took_ns"`
}

// Address is one address of the server's name.
type Address struct {
	Address netip.Addr `json:"address"`
	Reached bool       `json:"reached"`          // a connection was made
	Cause   Cause      `json:"cause,omitempty"`  // why not
	Serial  string     `json:"serial,omitempty"` // of the certificate that it presents
}

// Certificate is what a server presented, and whether it holds.
type Certificate struct {
	Names     []string  `json:"names"` // for which it is; at most 100
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"` // hexadecimal, without leading zeros
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	DaysLeft  int       `json:"days_left"` // whole days; negative when it has ended
	Chain     int       `json:"chain"`     // how many certificates were sent
	Verified  bool      `json:"verified"`
	Causes    []Cause   `json:"causes,omitempty"` // all that is wrong with it, the worst first
}

// Evidence is what a measurement found. It can be written as JSON and read
// back; within a version members are only added. All texts are printable.
type Evidence struct {
	// Server is what was measured. JSON keeps what can be measured of it: not
	// the POP3 advice and not the sources.
	Server  providers.Server `json:"-"`
	Began   time.Time        `json:"began"`
	Took    time.Duration    `json:"took_ns"`
	Verdict Verdict          `json:"verdict"`
	Cause   Cause            `json:"cause,omitempty"` // why the Verdict; empty for pass
	Also    []Cause          `json:"also,omitempty"`  // what else is not right
	Steps   []Step           `json:"steps"`

	// Addresses has those of the name, IPv6 first. The members below are from
	// the first address that could be measured.
	Addresses   []Address          `json:"addresses,omitempty"`
	Security    providers.Security `json:"security,omitempty"` // measured on the port; empty: unknown
	TLS         string             `json:"tls,omitempty"`      // "TLS 1.3"
	Certificate *Certificate       `json:"certificate,omitempty"`
	Greeting    string             `json:"greeting,omitempty"` // first line; of https: the status line
	Before      []string           `json:"capabilities_before_tls,omitempty"`
	After       []string           `json:"capabilities,omitempty"` // inside TLS; without TLS: the only ones
	Methods     []string           `json:"auth_offered,omitempty"` // in the server's words
	Auth        []providers.Auth   `json:"auth_methods,omitempty"` // in the model's, each once
	Redirect    string             `json:"redirect,omitempty"`     // where an https service points elsewhere
	LoginForm   providers.Username `json:"login_form,omitempty"`   // that logged in
	LoginTried  int                `json:"login_tries,omitempty"`  // passwords sent
	ControlOpen bool               `json:"control_open,omitempty"` // the control answered, be it with a refusal
}

// serverJSON is the part of a server that is measured.
type serverJSON struct {
	URL      string             `json:"url"` // for people; the other members are read
	Protocol providers.Protocol `json:"protocol"`
	Host     string             `json:"host"`
	Port     int                `json:"port"`
	Security providers.Security `json:"security"`
	Path     string             `json:"path,omitempty"`
	Auth     []providers.Auth   `json:"auth,omitempty"`
	Username providers.Username `json:"username,omitempty"`
}

type plain Evidence

type evidenceJSON struct {
	Server serverJSON `json:"server"`
	plain
}

// MarshalJSON writes the evidence with stable member names.
func (e Evidence) MarshalJSON() ([]byte, error) {
	s := e.Server
	return json.Marshal(evidenceJSON{
		serverJSON{s.URL(), s.Protocol, s.Host, s.Port, s.Security, s.Path, s.Auth, s.Username},
		plain(e),
	})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Evidence) UnmarshalJSON(b []byte) error {
	var j evidenceJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*e = Evidence(j.plain)
	s := j.Server
	e.Server = providers.Server{
		Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security,
		Path: s.Path, Auth: s.Auth, Username: s.Username,
	}
	return nil
}

// maxText bounds a text of evidence.
const maxText = 512

// printable gives what a server said as printable text.
func printable(s string) string {
	cut := false
	if len(s) > maxText {
		s, cut = s[:maxText], true
	}
	quoted := strconv.Quote(strings.TrimRight(s, "\r\n"))
	text := strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	if cut || len(text) > maxText {
		text = strings.ToValidUTF8(text[:min(len(text), maxText)], "") + "…"
	}
	return text
}

func printableAll(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, printable(s))
	}
	return out
}
