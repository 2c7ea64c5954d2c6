package probe

import "slices"

// Cause is a stable word for why a verdict is not pass.
type Cause string

// The causes, in the order of the steps.
const (
	NameNotFound         Cause = "NAME-NOT-FOUND"
	NameBroken           Cause = "NAME-BROKEN"
	NameNoAnswer         Cause = "NAME-NO-ANSWER"
	AddressForbidden     Cause = "ADDRESS-FORBIDDEN"
	NoRoute              Cause = "NO-ROUTE"
	Refused              Cause = "REFUSED"
	Silent               Cause = "SILENT"
	Blocked              Cause = "BLOCKED"
	Unreachable          Cause = "UNREACHABLE"
	IPv6Dead             Cause = "IPV6-DEAD"
	IPv4Dead             Cause = "IPV4-DEAD"
	AddressDead          Cause = "ADDRESS-DEAD"
	Reset                Cause = "RESET"
	BannerMissing        Cause = "BANNER-MISSING"
	Slow                 Cause = "SLOW"
	Timeout              Cause = "TIMEOUT"
	Flood                Cause = "FLOOD"
	Busy                 Cause = "BUSY"
	TurnedAway           Cause = "TURNED-AWAY"
	NotThisProtocol      Cause = "NOT-THIS-PROTOCOL"
	Redirected           Cause = "REDIRECTED"
	TLSExpectedPlainSeen Cause = "TLS-EXPECTED-PLAIN-SEEN"
	PlainExpectedTLSSeen Cause = "PLAIN-EXPECTED-TLS-SEEN"
	StartTLSMissing      Cause = "STARTTLS-MISSING"
	StartTLSRefused      Cause = "STARTTLS-REFUSED"
	StartTLSInjected     Cause = "STARTTLS-INJECTED"
	NoTLS                Cause = "NO-TLS"
	TLSOld               Cause = "TLS-OLD"
	TLSHandshake         Cause = "TLS-HANDSHAKE"
	CertExpired          Cause = "CERT-EXPIRED"
	CertNotYet           Cause = "CERT-NOT-YET"
	CertName             Cause = "CERT-NAME"
	CertSelfSigned       Cause = "CERT-SELF-SIGNED"
	CertChainIncomplete  Cause = "CERT-CHAIN-INCOMPLETE"
	CertUntrusted        Cause = "CERT-UNTRUSTED"
	CertSoon             Cause = "CERT-SOON"
	CertDiffers          Cause = "CERT-DIFFERS"
	AuthMissing          Cause = "AUTH-MISSING"
	AuthNotDeclared      Cause = "AUTH-NOT-DECLARED"
	AuthUnknown          Cause = "AUTH-UNKNOWN"
	AuthBeforeTLS        Cause = "AUTH-BEFORE-TLS"
	LoginRefused         Cause = "LOGIN-REFUSED"
	LoginAppPassword     Cause = "LOGIN-APP-PASSWORD" //nolint:gosec // a word, no password
	LoginOtherForm       Cause = "LOGIN-OTHER-FORM"
	LoginUntested        Cause = "LOGIN-UNTESTED"
	Interrupted          Cause = "INTERRUPTED"
)

// Words say what a cause means, in sentences for people.
type Words struct {
	Verdict Verdict // that the cause leads to
	Meaning string
	Who     string // who feels it, and what their client shows
	Next    string // what to do
}

// Words gives the words of a cause. An unknown cause has none.
func (c Cause) Words() Words { return causes[c] }

// Causes lists every cause, in the order of the steps.
func Causes() []Cause { return slices.Clone(inOrder) }
