package check

import (
	"slices"
	"strings"
	"unicode"
)

// Symptom is what a client's own error message can mean.
type Symptom struct {
	Name   string   `json:"name"`   // as most people call it
	Words  []string `json:"words"`  // as clients show it, each with the client
	Causes []Cause  `json:"causes"` // most common first
	Never  string   `json:"never"`  // what not to do
}

// Cause is one thing that a message can mean, and how to tell.
type Cause struct {
	What  string   `json:"what"`
	Tell  string   `json:"tell"`            // the evidence that decides it
	Fix   string   `json:"fix"`             // what the person or the administrator does
	Codes []string `json:"codes,omitempty"` // findings that say so
}

const neverWithoutTLS = "Never turn SSL off to make the message go away: the password would cross the network for everybody to read."

// symptoms are the four errors of support articles, and the dialog about
// certificates. The words are those of the clients' English versions.
var symptoms = []Symptom{
	{
		Name: "Mail server not responding",
		Words: []string{
			"The mail server is not responding. Verify that you have entered the correct account info (Apple Mail, iOS)",
			"The connection to the server failed (iOS)",
			"Connection to server timed out (Thunderbird)",
			"The operation timed out waiting for a response from the receiving server 0x8004210A (Outlook)",
			"Outlook cannot connect to your incoming server 0x800CCC0E (Outlook)",
			"Couldn't open connection to server (Gmail for Android)",
			"Could not connect to server, can't connect to server (Android)",
			"The connection to the server was interrupted 0x800CCC0F (Outlook)",
			"0x80042109 (Outlook)",
		},
		Causes: []Cause{
			{"The port is wrong", "The name resolves, the host refuses or stays silent on this port, and another port of it answers.", "Take the port from `waypost show ADDRESS`.", []string{"REFUSED", "SILENT"}},
			{"SSL does not fit the port", "The server speaks plaintext first where implicit TLS is set, or waits for TLS where STARTTLS is set: both sides wait.", "Set the TLS mode that was measured on this port.", []string{"TLS-EXPECTED-PLAIN-SEEN", "PLAIN-EXPECTED-TLS-SEEN"}},
			{"The network blocks the port", "A control server answers from here, and this one stays silent. Without a control, one vantage point cannot tell this from an outage.", "Try another network, such as the phone's own; then ask the first network's owner.", []string{"BLOCKED"}},
			{"The server has an outage", "Nothing of the host answers, from more than one network.", "Look at the provider's status page, and wait.", []string{"UNREACHABLE", "SILENT"}},
		},
		Never: neverWithoutTLS,
	},
	{
		Name: "Authentication failed",
		Words: []string{
			"The user name or password is incorrect (Apple Mail, iOS)",
			"Login to server with username failed (Thunderbird)",
			"Unable to log in at server. Probably wrong configuration, username or password (Thunderbird)",
			"Your e-mail server rejected your login 0x800CCC92 (Outlook)",
			"Authentication failed (Samsung Email, Gmail for Android)",
			"Username or password incorrect (K-9, Thunderbird for Android)",
			"Unable to verify account name or password (Apple Mail)",
			"Unable to authenticate to outgoing server (Thunderbird)",
			"Log in failed. Couldn't sign in (Android)",
			"Account not authenticated (iOS)",
			"535 Authentication credentials invalid (servers)",
		},
		Causes: []Cause{
			{"The user name has the wrong form", "The record says whether it is the whole address or the part before the @; `waypost check` tries the declared form once, the other only when asked to.", "Type the user name as `waypost show ADDRESS` has it.", []string{"LOGIN-OTHER-FORM"}},
			{"An app password is needed", "The provider's record says so. The account's own password works on its web site and not here.", "Make an app password on the provider's page, and type that.", []string{"LOGIN-REFUSED"}},
			{"The password is wrong", "It does not work in the web mail either.", "Reset it on the provider's page. Repeated attempts can get a whole network banned for a while.", []string{"LOGIN-REFUSED"}},
			{"The client uses a method that the server does not take", "The server's list of methods after TLS has none of those that are declared.", "Choose the sign-in method that `waypost show ADDRESS` names.", []string{"AUTH-MISSING", "AUTH-NOT-DECLARED"}},
		},
		Never: "Never type the password into a page that is not the provider's own.",
	},
	{
		Name: "Cannot connect using SSL",
		Words: []string{
			"Cannot Connect Using SSL. Do you want to try setting up the account without SSL? (iOS)",
			"Your server does not support the connection encryption type you have specified 0x800CCC1A (Outlook)",
			"SSL_ERROR_RX_RECORD_TOO_LONG wrong version number (Thunderbird, OpenSSL)",
			"530 Must issue a STARTTLS command first (servers)",
			"An SSL error has occurred and a secure connection to the server cannot be made (iOS)",
		},
		Causes: []Cause{
			{"The port speaks plaintext or STARTTLS", "The server greets in plaintext where the client expects TLS from the first byte.", "Set STARTTLS on this port, or take the port for implicit TLS.", []string{"TLS-EXPECTED-PLAIN-SEEN", "STARTTLS-MISSING"}},
			{"The certificate has expired", "Its last day is past. Where a new one lies on the disk, the service was not reloaded.", "The administrator renews it, or reloads the service.", []string{"CERT-EXPIRED"}},
			{"The certificate names another host", "The name that was typed is not in it.", "Take the server name from `waypost show ADDRESS`; the administrator can add the name to the certificate.", []string{"CERT-NAME"}},
			{"The chain leads to nobody whom devices trust", "It is self-signed, from a private authority, or the intermediate certificate is not sent.", "The administrator sends the whole chain, or takes a certificate that devices know.", []string{"CERT-SELF-SIGNED", "CERT-UNTRUSTED", "CERT-CHAIN-INCOMPLETE"}},
			{"The server speaks only an old TLS", "It agrees to nothing newer than TLS 1.1, which clients have given up.", "The administrator switches TLS 1.2 and 1.3 on.", []string{"TLS-OLD"}},
		},
		Never: neverWithoutTLS + " Never accept a certificate that you cannot explain.",
	},
	{
		Name: "The certificate is not trusted",
		Words: []string{
			"Cannot Verify Server Identity (iOS)",
			"Mail can't verify the identity of the server (Apple Mail)",
			"The target principal name is incorrect (Outlook)",
			"The server you are connected to is using a security certificate that cannot be verified (Outlook)",
			"Add Security Exception (Thunderbird)",
			"uses an invalid security certificate. The certificate expired (Thunderbird)",
			"Wrong Site. The certificate belongs to a different site (Thunderbird)",
			"Certificate not valid (Gmail for Android)",
			"certificate expired", "self signed certificate in certificate chain", "unable to get local issuer certificate",
		},
		Causes: []Cause{
			{"The certificate names another host", "The name that was typed is not in it. This alone makes Outlook's \"target principal name\" and Thunderbird's \"Wrong Site\".", "Take the server name from `waypost show ADDRESS`; the administrator can add the name to the certificate.", []string{"CERT-NAME"}},
			{"The certificate has expired", "Its last day is past. Where a new one lies on the disk, the service was not reloaded.", "The administrator renews it, or reloads the service.", []string{"CERT-EXPIRED", "CERT-NOT-RELOADED"}},
			{"The chain leads to nobody whom devices trust", "It is self-signed, from a private authority, or the intermediate certificate is not sent.", "The administrator sends the whole chain, or takes a certificate that devices know.", []string{"CERT-SELF-SIGNED", "CERT-UNTRUSTED", "CERT-CHAIN-INCOMPLETE"}},
			{"Something on the way puts its own certificate in", "The issuer is an antivirus program, a company or a hotel, and is another one from another network.", "Try another network; switch the mail shield of the antivirus program off.", []string{"CERT-UNTRUSTED"}},
		},
		Never: "Never accept a certificate that you cannot explain.",
	},
	{
		Name: "IMAP/SMTP server unavailable",
		Words: []string{
			"The IMAP server is unavailable (Apple Mail)",
			"The server cannot be reached or is offline (Apple Mail)",
			"Could not connect to mail server; the connection was refused (Thunderbird)",
			"Sending of the message failed. The server is unavailable or is refusing SMTP connections (Thunderbird)",
			"The server responded: 421 Service not available (Outlook)",
			"Host not found (servers and scripts)",
			"Maximum number of connections from user and address exceeded (servers)",
			"Cannot find the e-mail server. Verify the server information 0x800CCC0D (Outlook)",
		},
		Causes: []Cause{
			{"The server's name does not exist", "DNS says so, or has no address for it.", "Take the server name from `waypost show ADDRESS`.", []string{"NAME-NOT-FOUND", "NAME-BROKEN", "NAME-NO-ANSWER"}},
			{"The host is down", "It resolves, and nothing of it answers, from more than one network.", "Look at the provider's status page, and wait.", []string{"UNREACHABLE", "SILENT"}},
			{"The server turns everybody away for now", "It greets with 421 or another code of the fours, or with BYE.", "Wait some minutes; the administrator looks into its log for limits.", []string{"BUSY"}},
			{"The port is refused, or blocked on the way", "The host refuses this port. Refused from one network alone is often a ban after wrong passwords.", "Check the port; try another network.", []string{"REFUSED", "RESET", "BLOCKED"}},
		},
		Never: neverWithoutTLS,
	},
}

// Symptoms finds what a client's own words can mean: the messages that share
// most of the words with it, best first; none when too few are shared.
func Symptoms(text string) []Symptom {
	asked := words(text)
	type match struct {
		Symptom

		score int
	}
	var found []match
	for _, s := range symptoms {
		best := 0
		for _, phrase := range append([]string{s.Name}, s.Words...) {
			best = max(best, alike(asked, words(phrase)))
		}
		if best > 0 {
			found = append(found, match{s, best})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return b.score - a.score })
	var out []Symptom
	for _, m := range found {
		if m.score == found[0].score {
			out = append(out, m.Symptom)
		}
	}
	return out
}

// alike scores how much two phrases have in common, in percent of the shorter
// one; 0 below a half, or when a single word is all. An error number of Outlook
// decides alone.
func alike(a, b []string) int {
	n := 0
	for _, w := range a {
		if !slices.Contains(b, w) {
			continue
		}
		if strings.HasPrefix(w, "0x8") {
			return 200
		}
		n++
	}
	percent := 100 * n / max(1, min(len(a), len(b)))
	if percent < 60 || n < 2 {
		return 0
	}
	return percent
}

// words gives the lower-case words that carry meaning.
func words(text string) []string {
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(fields, func(w string) bool { return slices.Contains(small, w) })
}

// small words stand in every message.
var small = []string{"the", "a", "an", "of", "to", "is", "in", "it", "or", "for", "with", "you", "your", "has", "be", "and", "that", "at"}
