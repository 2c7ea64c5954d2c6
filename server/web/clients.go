package web

import (
	"strconv"

	"waypost/providers"
)

// client is a mail program and its words for the settings, in its English
// version: the page has its menus' words in no other language, because nobody
// has cited them.
type client struct {
	Name    string
	devices []Device
	words   [2]form // incoming and outgoing
	// tls and starttls are the client's own words for the two kinds of TLS.
	tls, starttls string
}

// form are the labels of a client's dialogue. Empty ones are not asked for.
type form struct{ title, host, port, security, user string }

// everywhere are all devices.
var everywhere = devices

// clients are in the order of the page. Gmail's words are those of a hoster's guide
// (portal.prime42.net, article 8). No other has been compared with the program's
// own screens yet: the page says that they may differ, and where they do, mend
// them here.
var clients = []client{
	{
		"Apple Mail (iPhone, iPad)",
		[]Device{IPhone, IPad, OtherDevice},
		[2]form{
			{"Incoming Mail Server", "Host Name", "Server Port", "Use SSL", "User Name"},
			{"Outgoing Mail Server", "Host Name", "Server Port", "Use SSL", "User Name"},
		},
		"on", "on",
	},
	{
		"Apple Mail (Mac)",
		[]Device{Mac, OtherDevice},
		[2]form{
			{"Incoming Mail Server", "Host Name", "Port", "Use TLS/SSL", "User Name"},
			{"Outgoing Mail Server", "Host Name", "Port", "Use TLS/SSL", "User Name"},
		},
		"on", "on",
	},
	{
		"Gmail (Android)",
		[]Device{Android, ChromeOS, OtherDevice},
		[2]form{
			{"Incoming server settings", "Server", "Port", "Security type", "Username"},
			{"Outgoing server settings", "SMTP server", "Port", "Security type", "Username"},
		},
		"SSL/TLS", "STARTTLS",
	},
	{
		"Samsung Email",
		[]Device{Android, OtherDevice},
		[2]form{
			{"Incoming server", "IMAP server", "Port", "Security type", "User name"},
			{"Outgoing server", "SMTP server", "Port", "Security type", "User name"},
		},
		"SSL", "TLS",
	},
	{
		"Outlook (classic)",
		[]Device{Windows, OtherDevice},
		[2]form{
			{"Incoming mail", "Server", "Port", "Encryption method", "User Name"},
			{"Outgoing mail", "Server", "Port", "Encryption method", "User Name"},
		},
		"SSL/TLS", "STARTTLS",
	},
	{
		"Outlook (new)",
		[]Device{Windows, Mac, OtherDevice},
		[2]form{
			{"IMAP Incoming server", "IMAP Incoming server", "Port", "Secure connection type", "IMAP username"},
			{"SMTP Outgoing server", "SMTP Outgoing server", "Port", "Secure connection type", "SMTP username"},
		},
		"SSL/TLS", "StartTLS",
	},
	{
		"Thunderbird", everywhere,
		[2]form{
			{"Incoming server", "Hostname", "Port", "Connection security", "Username"},
			{"Outgoing server", "Hostname", "Port", "Connection security", "Username"},
		},
		"SSL/TLS", "STARTTLS",
	},
	{
		"Evolution",
		[]Device{Linux, OtherDevice},
		[2]form{
			{"Receiving Email", "Server", "Port", "Encryption method", "Username"},
			{"Sending Email", "Server", "Port", "Encryption method", "Username"},
		},
		"TLS on a dedicated port", "STARTTLS after connecting",
	},
	{
		"Geary",
		[]Device{Linux, OtherDevice},
		[2]form{
			{"Receiving", "IMAP server", "Port", "Transport security", "Login name"},
			{"Sending", "SMTP server", "Port", "Transport security", "Login name"},
		},
		"TLS", "StartTLS",
	},
}

// security gives the client's word for a kind of TLS.
func (c client) security(s providers.Security) string {
	switch s {
	case providers.TLS:
		return c.tls
	case providers.STARTTLS:
		return c.starttls
	case providers.None:
	}
	return s.Words()
}

// field is a line of a dialogue.
type field struct{ Label, Value string }

// dialogue is one half of a client's settings.
type dialogue struct {
	Title  string
	Fields []field
}

// dialogues gives both halves as the client shows them.
func (c client) dialogues(servers []Server) []dialogue {
	var list []dialogue
	for i, s := range servers {
		if i >= len(c.words) {
			break
		}
		w := c.words[i]
		list = append(list, dialogue{w.title, []field{
			{w.host, s.Host},
			{w.port, strconv.Itoa(s.Port)},
			{w.security, c.security(s.Security)},
			{w.user, s.Login},
		}})
	}
	return list
}
