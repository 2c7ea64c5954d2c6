package web

// family is a group of messages with one meaning. Its words in a catalogue are
// "error." and its name, once for each state of the servers.
type family struct {
	Name string
	// Shown are the messages in the clients' English versions.
	Shown []string
	// Same: what to do does not depend on the state of the servers.
	Same bool
}

// Key gives the key of what to do.
func (f family) Key(s State) string {
	if f.Same {
		return "error." + f.Name
	}
	return "error." + f.Name + "." + string(s)
}

// families have the four messages that support articles begin with, and the
// codes that come up most often beside them.
var families = []family{
	{"silent", []string{
		"The mail server is not responding. (iPhone, Mac)",
		"The connection to the server failed. (iPhone)",
		"Connection to server timed out. (Thunderbird)",
		"0x8004210A, 0x800CCC0E (Outlook)",
		"Couldn’t open connection to server. (Gmail)",
	}, false},
	{"login", []string{
		"The user name or password is incorrect. (iPhone, Mac)",
		"Login to server failed. (Thunderbird)",
		"0x800CCC92 (Outlook)",
		"Authentication failed, 535 (Samsung Email, Gmail)",
	}, false},
	{"tls", []string{
		"Cannot Connect Using SSL (iPhone)",
		"Cannot Verify Server Identity (iPhone, Mac)",
		"0x800CCC1A, the target principal name is incorrect (Outlook)",
		"Add Security Exception (Thunderbird)",
		"Certificate not valid (Gmail)",
	}, false},
	{"unavailable", []string{
		"The IMAP server is unavailable. (Mac)",
		"The connection was refused. (Thunderbird)",
		"421 Service not available, 0x800CCC0D (Outlook)",
	}, false},
	{"sending", []string{
		"Relay access denied, 550, 554 (all)",
		"0x800CCC0F, 0x800CCC79 (Outlook)",
		"Cannot Send Mail (iPhone)",
	}, true},
	{"full", []string{
		"Over quota, mailbox full, 452, 552 (all)",
	}, true},
}
