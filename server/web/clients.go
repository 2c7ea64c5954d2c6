package web

import (
	"net"
	"slices"
	"strconv"
	"strings"

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
	// source is where the words were read, the address of a page or of a file of
	// the program; seen is the version of the program or the date of the page.
	// Both are empty where nobody has found such a page: the words may differ.
	source, seen string
}

// form are the labels of a client's dialogue. Empty ones are not asked for; the
// port is then typed behind the host, with a colon.
type form struct{ title, host, port, security, user string }

// What most words were read in: guides with pictures of the windows, dated, and
// the programs' own sources at one commit.
const (
	ovh                = "https://github.com/ovh/docs/blob/"
	thunderbirdAndroid = "https://github.com/thunderbird/thunderbird-android/blob/"
)

// clients are in the order of the page.
var clients = []client{
	// Port and SSL are one page further, under Advanced. Host Name and Use SSL are
	// so in “How to Edit Email Server Settings in iOS (14+)”, Server Port in several.
	{
		"Apple Mail (iPhone, iPad)",
		[]Device{IPhone, IPad, OtherDevice},
		[2]form{
			{"Incoming Mail Server", "Host Name", "Server Port", "Use SSL", "User Name"},
			{"Outgoing Mail Server", "Host Name", "Server Port", "Use SSL", "User Name"},
		},
		"on", "on",
		ovh + "2416ff98e0e6bdc86084e72cd87a58119364a588/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_ios/guide.en-gb.md",
		"2024-10-01",
	},
	// Port and TLS are there once “Automatically manage connection settings” is
	// off. Host Name and User Name are in the letters of Apple's own pages
	// (support.apple.com/en-az/guide/mail/cpmlprefsmtpserver/15.0/mac/12.0).
	{
		"Apple Mail (Mac)",
		[]Device{Mac, OtherDevice},
		[2]form{
			{"Incoming Mail Server (IMAP)", "Host Name", "Port", "Use TLS/SSL", "User Name"},
			{"Outgoing Mail Server (SMTP)", "Host Name", "Port", "Use TLS/SSL", "User Name"},
		},
		"on", "on",
		ovh + "1cf575fec8af9c4c9f2d8b8b45c3b3ca072d6da9/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_mail_macos/guide.en-gb.md",
		"2024-10-22",
	},
	// STARTTLS is in portal.prime42.net's article 8, and in the Email app of
	// Android (platform_packages_apps_email at bfd1be2), beside SSL/TLS.
	{
		"Gmail (Android)",
		[]Device{Android, ChromeOS, OtherDevice},
		[2]form{
			{"Incoming server settings", "Server", "Port", "Security type", "Username"},
			{"Outgoing server settings", "SMTP server", "Port", "Security type", "Username"},
		},
		"SSL/TLS", "STARTTLS",
		ovh + "039ce438e71d68222806218159350b093dbc878a/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_android/guide.en-gb.md",
		"Android 13, 2023-12-15",
	},
	// No page of Samsung's was found, nor a good one of a hoster's. The Email app of
	// Android said SSL and TLS once (platform_packages_apps_email at 007d0be).
	{
		"Samsung Email",
		[]Device{Android, OtherDevice},
		[2]form{
			{"Incoming server", "IMAP server", "Port", "Security type", "User name"},
			{"Outgoing server", "SMTP server", "Port", "Security type", "User name"},
		},
		"SSL", "TLS",
		"", "",
	},
	// K-9 Mail is the same program under another name.
	{
		"Thunderbird, K-9 Mail (Android)",
		[]Device{Android, OtherDevice},
		[2]form{
			{"Incoming server settings", "Server", "Port", "Security", "Username"},
			{"Outgoing server settings", "Server", "Port", "Security", "Username"},
		},
		"SSL/TLS", "StartTLS",
		thunderbirdAndroid + "02fcf5b74cb1a762e030dc7806b9a7c4a8c0b20f/feature/account/server/settings/src/main/res/values/strings.xml",
		"02fcf5b74cb1",
	},
	// User Name is in Server Settings, not in the window that adds the account.
	// STARTTLS is beside SSL/TLS in the list, which the guide does not unfold.
	{
		"Outlook (classic)",
		[]Device{Windows, OtherDevice},
		[2]form{
			{"Incoming mail", "Server", "Port", "Encryption method", "User Name"},
			{"Outgoing mail", "Server", "Port", "Encryption method", "User Name"},
		},
		"SSL/TLS", "STARTTLS",
		ovh + "156154b7bdd9af0088e16da9617913db734dd4ba/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_outlook_2016/guide.en-gb.md",
		"2026-01-09",
	},
	// Under “Show more”. It asks for no user name of IMAP, which is the address.
	// The window has no headings: the first labels stand for them. mailcow's guide
	// (docs/client/client-outlook.en.md) has the same, and STARTTLS.
	{
		"Outlook (new)",
		[]Device{Windows, OtherDevice},
		[2]form{
			{"IMAP Incoming server", "IMAP Incoming server", "Port", "Secure connection type", ""},
			{"SMTP Outgoing server", "SMTP Outgoing server", "Port", "Secure connection type", "SMTP username"},
		},
		"SSL/TLS", "STARTTLS",
		"https://github.com/ovh/docs", // “How to add an email account to the New Outlook for Windows”
		"2025-09-26",
	},
	// One user name for both servers. With STARTTLS the box is ticked too: without
	// the tick the password goes in the open.
	{
		"Outlook (Mac)",
		[]Device{Mac, OtherDevice},
		[2]form{
			{"Incoming server", "Incoming server", "Incoming port", "Use SSL to connect", "Username"},
			{"Outgoing server", "Outgoing server", "Outgoing port", "Use SSL to connect", ""},
		},
		"on", "on",
		ovh + "2416ff98e0e6bdc86084e72cd87a58119364a588/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_outlook_2016_mac/guide.en-gb.md",
		"2024-10-01",
	},
	// The words of the program as Debian has it (chrome/en-US in omni.ja).
	{
		"Thunderbird",
		[]Device{Mac, Windows, Linux, ChromeOS, OtherDevice},
		[2]form{
			{"Incoming server", "Hostname", "Port", "Connection security", "Username"},
			{"Outgoing server", "Hostname", "Port", "Connection security", "Username"},
		},
		"SSL/TLS", "STARTTLS",
		"https://searchfox.org/comm-central/source/mail/locales/en-US/messenger/accountcreation/accountHub.ftl",
		"153.7.0 ESR",
	},
	// The same words are in Debian's 3.46.4 (module-mail-config.so).
	{
		"Evolution",
		[]Device{Linux, OtherDevice},
		[2]form{
			{"Receiving Email", "Server", "Port", "Encryption method", "Username"},
			{"Sending Email", "Server", "Port", "Encryption method", "Username"},
		},
		"TLS on a dedicated port", "STARTTLS after connecting",
		"https://github.com/GNOME/evolution/blob/0d5a7a9954db66fdd72ac5f255d8a86b5ae291ef/src/modules/mail-config/e-mail-config-remote-accounts.c",
		"3.46.4",
	},
	// It has one field for host and port. Sending takes the login of receiving
	// unless “Use different login” is chosen.
	{
		"Geary",
		[]Device{Linux, OtherDevice},
		[2]form{
			{"Receiving", "IMAP server", "", "Connection security", "Login name"},
			{"Sending", "SMTP server", "", "Connection security", "Login name"},
		},
		"TLS", "StartTLS",
		"https://github.com/GNOME/geary/blob/1bccd51a25e7dca0ec9347d0893cea544e641d57/src/client/accounts/accounts-editor-row.vala",
		"43.0",
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
type field struct {
	Label, Value string
	Chosen       bool // from a list, so that there is nothing to copy
}

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
		w, host, port := c.words[i], s.Host, strconv.Itoa(s.Port)
		if w.port == "" {
			host = net.JoinHostPort(host, port)
		}
		d := dialogue{Title: w.title}
		for _, f := range []field{{w.host, host, false}, {w.port, port, false}, {w.security, c.security(s.Security), true}, {w.user, s.Login, false}} {
			if f.Label != "" {
				d.Fields = append(d.Fields, f)
			}
		}
		list = append(list, d)
	}
	return list
}

// Clients are the mail programs of the device.
func (v *view) Clients() []clientCard {
	var list []clientCard
	for _, c := range clients {
		if slices.Contains(c.devices, v.Device) {
			list = append(list, clientCard{c.Name, c.source, c.seen, c.dialogues(v.Servers())})
		}
	}
	return list
}

// InClients tells whether the page has the settings in the words of the device's
// mail programs first, so that it need not say them in its own.
func (v *view) InClients() bool { return v.Shown == StepCard && v.Device != OtherDevice }

// clientCard has where the words are from and of when; both are empty where
// nobody knows, and the words may differ.
type clientCard struct {
	Name, Source, Seen string
	Dialogues          []dialogue
}

// Origin names the site of the words, and their version or date.
func (c clientCard) Origin() string {
	site, _, _ := strings.Cut(strings.TrimPrefix(c.Source, "https://"), "/")
	return site + ", " + c.Seen
}
