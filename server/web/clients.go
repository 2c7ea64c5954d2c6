package web

import (
	"cmp"
	"html/template"
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
	// path leads to the dialogue, in the order of the menus; ☰ is one that has a
	// picture for a name. advanced leads to what the dialogue does not ask for, once
	// the account is there.
	path, advanced []string
	words          [2]form // incoming and outgoing
	// tls and starttls are the client's own words for the two kinds of TLS.
	tls, starttls string
	pop           string // its word for POP3, where a label has IMAP; empty: POP3
	imapOnly      bool   // it does not fetch mail by POP3
	oauth2        bool   // with settings typed by hand it signs in by OAuth2, too
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
	// Host Name, Use SSL and Advanced are so in “How to Edit Email Server Settings in
	// iOS (14+)”, Server Port in several. Before iOS 18 there was no Apps, and Mail
	// Accounts was Accounts (“How to add, remove, and configure Mail accounts in
	// iPadOS 18”); the guide has the older ones.
	{
		Name: "Apple Mail (iPhone, iPad)", devices: []Device{IPhone, IPad, OtherDevice},
		path:     []string{"Settings", "Apps", "Mail", "Mail Accounts", "Add Account", "Other", "Add Mail Account", "IMAP"},
		advanced: []string{"Mail Accounts", "Account", "Advanced"},
		words: [2]form{
			{"Incoming Mail Server", "Host Name", "Server Port", "Use SSL", "User Name"},
			{"Outgoing Mail Server", "Host Name", "Server Port", "Use SSL", "User Name"},
		},
		tls: "on", starttls: "on", pop: "POP",
		source: ovh + "2416ff98e0e6bdc86084e72cd87a58119364a588/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_ios/guide.en-gb.md",
		seen:   "2024-10-01",
	},
	// Port and TLS are there once “Automatically manage connection settings” is
	// off. Host Name and User Name are in the letters of Apple's own pages
	// (support.apple.com/en-az/guide/mail/cpmlprefsmtpserver/15.0/mac/12.0). The path
	// is that of discussions.apple.com/thread/8139247; Settings was Preferences
	// before macOS 13.
	{
		Name: "Apple Mail (Mac)", devices: []Device{Mac, OtherDevice},
		path:     []string{"Mail", "Settings", "Accounts", "+", "Other Mail Account"},
		advanced: []string{"Mail", "Settings", "Accounts", "Server Settings"},
		words: [2]form{
			{"Incoming Mail Server (IMAP)", "Host Name", "Port", "Use TLS/SSL", "User Name"},
			{"Outgoing Mail Server (SMTP)", "Host Name", "Port", "Use TLS/SSL", "User Name"},
		},
		tls: "on", starttls: "on", pop: "POP",
		source: ovh + "1cf575fec8af9c4c9f2d8b8b45c3b3ca072d6da9/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_mail_macos/guide.en-gb.md",
		seen:   "2024-10-22",
	},
	// STARTTLS is in portal.prime42.net's article 8, and in the Email app of
	// Android (platform_packages_apps_email at bfd1be2), beside SSL/TLS.
	{
		Name: "Gmail (Android)", devices: []Device{Android, ChromeOS, OtherDevice},
		path: []string{"☰", "Settings", "Add Account", "Other", "Personal (IMAP)"},
		words: [2]form{
			{"Incoming server settings", "Server", "Port", "Security type", "Username"},
			{"Outgoing server settings", "SMTP server", "Port", "Security type", "Username"},
		},
		tls: "SSL/TLS", starttls: "STARTTLS",
		source: ovh + "039ce438e71d68222806218159350b093dbc878a/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_android/guide.en-gb.md",
		seen:   "Android 13, 2023-12-15",
	},
	// No page of Samsung's was found, nor a good one of a hoster's. The Email app of
	// Android said SSL and TLS once (platform_packages_apps_email at 007d0be).
	{
		Name: "Samsung Email", devices: []Device{Android, OtherDevice},
		words: [2]form{
			{"Incoming server", "IMAP server", "Port", "Security type", "User name"},
			{"Outgoing server", "SMTP server", "Port", "Security type", "User name"},
		},
		tls: "SSL", starttls: "TLS",
	},
	// K-9 Mail is the same program under another name. Add account is in
	// feature/navigation/drawer/dropdown at 23cd3baff69b, Edit configuration in
	// feature/account/setup at ce699e9a3546; where it finds no settings, it asks.
	{
		Name: "Thunderbird, K-9 Mail (Android)", devices: []Device{Android, OtherDevice},
		path: []string{"☰", "Add account", "Edit configuration"},
		words: [2]form{
			{"Incoming server settings", "Server", "Port", "Security", "Username"},
			{"Outgoing server settings", "Server", "Port", "Security", "Username"},
		},
		tls: "SSL/TLS", starttls: "StartTLS", oauth2: true,
		source: thunderbirdAndroid + "02fcf5b74cb1a762e030dc7806b9a7c4a8c0b20f/feature/account/server/settings/src/main/res/values/strings.xml",
		seen:   "02fcf5b74cb1",
	},
	// User Name is in Server Settings, not in the window that adds the account.
	// STARTTLS is beside SSL/TLS in the list, which the guide does not unfold. The
	// path is in the words of “Basics: Adding email accounts to Outlook desktop for
	// Windows” (answers.microsoft.com), which the guide has in others.
	{
		Name: "Outlook (classic)", devices: []Device{Windows, OtherDevice},
		path: []string{"File", "Add Account", "Advanced options", "Let me set up my account manually", "Connect", "IMAP"},
		words: [2]form{
			{"Incoming mail", "Server", "Port", "Encryption method", "User Name"},
			{"Outgoing mail", "Server", "Port", "Encryption method", "User Name"},
		},
		tls: "SSL/TLS", starttls: "STARTTLS", pop: "POP",
		source: ovh + "156154b7bdd9af0088e16da9617913db734dd4ba/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_outlook_2016/guide.en-gb.md",
		seen:   "2026-01-09",
	},
	// It asks for no user name of IMAP, which is the address. The window has no
	// headings: the first labels stand for them. mailcow's guide
	// (docs/client/client-outlook.en.md) has the same, and STARTTLS.
	{
		Name: "Outlook (new)", devices: []Device{Windows, OtherDevice},
		path: []string{"Add an account", "Continue", "Show more"},
		words: [2]form{
			{"IMAP Incoming server", "IMAP Incoming server", "Port", "Secure connection type", ""},
			{"SMTP Outgoing server", "SMTP Outgoing server", "Port", "Secure connection type", "SMTP username"},
		},
		tls: "SSL/TLS", starttls: "STARTTLS",
		source: "https://github.com/ovh/docs", // “How to add an email account to the New Outlook for Windows”
		seen:   "2025-09-26",
	},
	// One user name for both servers. With STARTTLS the box is ticked too: without
	// the tick the password goes in the open.
	{
		Name: "Outlook (Mac)", devices: []Device{Mac, OtherDevice},
		path: []string{"Tools", "Accounts", "+", "New account", "Continue", "IMAP/POP"},
		words: [2]form{
			{"Incoming server", "Incoming server", "Incoming port", "Use SSL to connect", "Username"},
			{"Outgoing server", "Outgoing server", "Outgoing port", "Use SSL to connect", ""},
		},
		tls: "on", starttls: "on", pop: "POP",
		source: ovh + "2416ff98e0e6bdc86084e72cd87a58119364a588/pages/web_cloud/email_and_collaborative_solutions/mx_plan/how_to_configure_outlook_2016_mac/guide.en-gb.md",
		seen:   "2024-10-01",
	},
	// The words of the program as Debian has it (en-US in omni.ja). The path is that
	// of appmenu.ftl; the last of it is there once name and address are.
	{
		Name: "Thunderbird", devices: []Device{Mac, Windows, Linux, ChromeOS, OtherDevice},
		path: []string{"☰", "Add Account", "Email", "Manual configuration"},
		words: [2]form{
			{"Incoming server", "Hostname", "Port", "Connection security", "Username"},
			{"Outgoing server", "Hostname", "Port", "Connection security", "Username"},
		},
		tls: "SSL/TLS", starttls: "STARTTLS", oauth2: true,
		source: "https://searchfox.org/comm-central/source/mail/locales/en-US/messenger/accountcreation/accountHub.ftl",
		seen:   "153.7.0 ESR",
	},
	// The same words are in Debian's 3.46.4 (module-mail-config.so). The path is in
	// help/C/mail-account-manage-imap-plus.page, and in that on POP.
	{
		Name: "Evolution", devices: []Device{Linux, OtherDevice},
		path: []string{"File", "New", "Mail Account"},
		words: [2]form{
			{"Receiving Email", "Server", "Port", "Encryption method", "Username"},
			{"Sending Email", "Server", "Port", "Encryption method", "Username"},
		},
		tls: "TLS on a dedicated port", starttls: "STARTTLS after connecting", oauth2: true,
		source: "https://github.com/GNOME/evolution/blob/0d5a7a9954db66fdd72ac5f255d8a86b5ae291ef/src/modules/mail-config/e-mail-config-remote-accounts.c",
		seen:   "3.46.4",
	},
	// It has one field for host and port. Sending takes the login of receiving
	// unless “Use different login” is chosen. The path is in Debian's 43.0
	// (components-main-toolbar-menus.ui, accounts_editor_list_pane.ui); its pane for a
	// new account has IMAP and nothing else (accounts-editor-add-pane.vala).
	{
		Name: "Geary", devices: []Device{Linux, OtherDevice},
		path: []string{"☰", "Accounts", "Add"},
		words: [2]form{
			{"Receiving", "IMAP server", "", "Connection security", "Login name"},
			{"Sending", "SMTP server", "", "Connection security", "Login name"},
		},
		tls: "TLS", starttls: "StartTLS", imapOnly: true,
		source: "https://github.com/GNOME/geary/blob/1bccd51a25e7dca0ec9347d0893cea544e641d57/src/client/accounts/accounts-editor-row.vala",
		seen:   "43.0",
	},
}

// sets tells whether people can set up an account with the client's dialogue.
func (c client) sets(incoming providers.Protocol, oauth2Alone bool) bool {
	return (c.oauth2 || !oauth2Alone) && (!c.imapOnly || incoming != providers.POP3)
}

// label gives a label as it is for a protocol. Labels that name both stay.
func (c client) label(text string, p providers.Protocol) string {
	if p != providers.POP3 || strings.Contains(text, "POP") {
		return text
	}
	return strings.ReplaceAll(text, "IMAP", cmp.Or(c.pop, providers.POP3.Words()))
}

// way gives a path as people read it.
func (c client) way(path []string, p providers.Protocol) string {
	return c.label(strings.Join(path, " › "), p)
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
		d := dialogue{Title: c.label(w.title, s.Protocol)}
		for _, f := range []field{{w.host, host, false}, {w.port, port, false}, {w.security, c.security(s.Security), true}, {w.user, s.Login, false}} {
			if f.Label != "" {
				f.Label = c.label(f.Label, s.Protocol)
				d.Fields = append(d.Fields, f)
			}
		}
		list = append(list, d)
	}
	return list
}

// Clients are the mail programs of the device that people can set up by hand.
func (v *view) Clients() []clientCard {
	servers := v.Servers()
	var incoming providers.Protocol
	if len(servers) > 0 {
		incoming = servers[0].Protocol
	}
	var list []clientCard
	for _, c := range clients {
		if slices.Contains(c.devices, v.Device) && c.sets(incoming, v.OAuth2Alone()) {
			list = append(list, clientCard{c.Name, c.source, c.seen, c.way(c.path, incoming), c.way(c.advanced, incoming), c.dialogues(servers)})
		}
	}
	return list
}

// InClients tells whether the page has the settings in the words of the device's
// mail programs first, so that it need not say them in its own.
func (v *view) InClients() bool {
	return v.Shown == StepCard && v.Device != OtherDevice && len(v.Clients()) > 0
}

// Half names one of the two servers by its place among them, with its protocol,
// which every client asks for first, and with the client's own title for it.
func (v *view) Half(i int, title string) (template.HTML, error) {
	way, err := v.Way(i)
	if err != nil {
		return "", err
	}
	half, err := v.T("card.half", "way", way, "protocol", v.Term(v.Servers()[i].Protocol.Words()))
	if err != nil || title == string(way) {
		return half, err
	}
	return v.T("labelled", "label", half, "text", v.Term(title))
}

// clientCard has where the words are from and of when; both are empty where
// nobody knows, and the words may differ. Path leads to the dialogue, Advanced to
// what it does not ask for; empty where nobody has cited them.
type clientCard struct {
	Name, Source, Seen string
	Path, Advanced     string
	Dialogues          []dialogue
}

// Origin names the site of the words, and their version or date.
func (c clientCard) Origin() string {
	site, _, _ := strings.Cut(strings.TrimPrefix(c.Source, "https://"), "/")
	return site + ", " + c.Seen
}
