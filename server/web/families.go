package web

// family is a group of messages with one meaning. Its words in a catalogue are
// "error." and its name, once for each state of the servers.
type family struct {
	Name string
	// Shown are the messages in the clients' English versions, with … for names,
	// and the clients in brackets.
	Shown []string
	// Same: what to do does not depend on the state of the servers.
	Same bool
	// To is the step at which that is done; empty where it is done elsewhere.
	To Step
}

// Key gives the key of what to do.
func (f family) Key(s State) string {
	if f.Same {
		return "error." + f.Name
	}
	return "error." + f.Name + "." + string(s)
}

// families have the messages that support articles begin with, and the codes
// that come up most often beside them. Where they are from:
//
//   - Thunderbird: en-US of 153.7 ESR, imapMsgs.properties, messenger.properties,
//     composeMsgs.properties, certError.ftl and certManager.ftl.
//   - Thunderbird on Android: feature/account/server/validation, strings.xml at
//     1e8c2813a14a, which K-9 Mail shares.
//   - Gmail: res/values/strings.xml of the Email app of Android
//     (platform_packages_apps_email at bfd1be2c6e62). People quote the first of
//     Gmail; that it has the others too is likely, and not seen.
//   - Outlook: ftwoodruff.com/top-20-microsoft-outlook-issues-in-a-comprehensive-troubleshooting-guide
//     and irohastack.com/en/outlook-0x800ccc0e-6-en tell the meanings of most codes,
//     logs of Outlook those of 0x800CCC0D and 0x80042108, and a table that many
//     copy, without its author, the others. The sentence of 0x800CCC1A is in
//     kb.hosting.com/docs/migrations-and-legacy-e-mail-client-applications, the
//     principal name in Windows (SEC_E_WRONG_PRINCIPAL).
//   - iPhone and Mac: as people quote them. No page of Apple's was found that has
//     them all; the tests name those that nobody has cited.
var families = []family{
	{"silent", []string{
		"The mail server “…” is not responding. (iPhone, Mac)",
		"The connection to the server failed. (iPhone)",
		"Connection to server … timed out. (Thunderbird)",
		"0x8004210A, 0x8004210B, 0x800CCC19, 0x800CCC0F (Outlook)",
		"Couldn’t open connection to server. (Gmail)",
		"Network error (Thunderbird on Android)",
	}, false, StepCompare},
	{"login", []string{
		"The user name or password for “…” is incorrect. (iPhone, Mac)",
		"Login to server … with username … failed. (Thunderbird)",
		"Unable to authenticate to Outgoing server (SMTP) … (Thunderbird)",
		"0x800CCC92, 0x800CCC18 (Outlook)",
		"Username or password is incorrect. (Gmail)",
		"Authentication error (Thunderbird on Android)",
		"Authentication failed, 535 (all)",
	}, false, StepPassword},
	{"tls", []string{
		"Cannot Connect Using SSL (iPhone)",
		"Cannot Verify Server Identity (iPhone, Mac)",
		"Your server does not support the connection encryption type you have specified, 0x800CCC1A (Outlook)",
		"The target principal name is incorrect. (Outlook)",
		"Add Security Exception (Thunderbird)",
		"The certificate for … is not valid for that server. (Thunderbird)",
		"The certificate for … does not come from a trusted source. (Thunderbird)",
		"Can’t safely connect to server. (Gmail)",
	}, false, StepCompare},
	{"unavailable", []string{
		"The IMAP server is unavailable. (Mac)",
		"Could not connect to mail server …; the connection was refused. (Thunderbird)",
		"Failed to connect to server … (Thunderbird)",
		"0x800CCC0D, 0x800CCC0E, 0x80042108, 0x80042109 (Outlook)",
		"421 Service not available (all)",
	}, false, StepCompare},
	{"sending", []string{
		"Relay access denied, 550, 554 (all)",
		"0x800CCC78, 0x800CCC79 (Outlook)",
		"Cannot Send Mail (iPhone)",
	}, true, StepCompare},
	{"full", []string{
		"Over quota, mailbox full, 452, 552 (all)",
	}, true, ""},
}
