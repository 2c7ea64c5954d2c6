package check

import (
	"strings"

	"waypost/probe"
)

// checkCodes are what comparing finds.
var checkCodes = []Code{
	{
		"NOT-SERVED", "The domain is not in this instance's directories",
		"Nobody says here which servers are right. What clients find was measured all the same.", nil,
		"Add the domain to waypost.yaml, or catalogue: true, to compare with a record.",
	},
	{
		"RECORD-PARTIAL", "The record is not complete",
		"The record of this domain lacks what a client needs, so it is shown and not served, and clients are compared with nothing.", nil,
		"Complete the record: waypost show DOMAIN tells what is missing.",
	},
	{
		"SELF-TEST", "The checker recognises a server that is known to be bad",
		"The checker measured a server that it had started itself, of which it is known what is wrong.", nil,
		"Where this fails, do not trust the checker's results on this machine; please report it.",
	},
	{"SERVER-PASS", "Works", "TLS as declared, a certificate that verifies, and a way to log in that the record declares.", nil, "Nothing is to be done."},
	{
		"CERT-NOT-RELOADED", "This port presents an older certificate than another",
		"The host has a newer certificate on another port. Mail servers read the file when they start and keep the old certificate until they are reloaded.",
		[]string{"iPhone: \"Cannot Verify Server Identity\"", "Outlook: \"target principal name\"", "Thunderbird: \"Add Security Exception\""},
		"Reload the service that still has the old certificate, and add that to what runs after each renewal.",
	},
	{"CLIENT-PASS", "Finds the right servers", "The client's search ends with servers of the record, none of which failed.", nil, "Nothing is to be done."},
	{
		"CLIENT-WORKS", "Finds servers that work",
		"The client's search ends with servers that were measured and work. Whether they are the provider's own, no record here tells.", nil,
		"Nothing is to be done.",
	},
	{
		"CLIENT-NOT-MEASURED", "Finds servers that were not measured",
		"The client's search ends with a server of which it is not known whether it works.", nil,
		"Measure it from a machine that may reach it: waypost probe SERVER-URL.",
	},
	{
		"INSTANCE-SILENT", "Nobody answers where clients ask first",
		"No client got an answer from the domain's autoconfig name. What clients that asked there find is not tested until it answers.",
		[]string{"Every mail client: it finds nothing, and guesses or asks for servers by hand"},
		"See that the name exists (waypost dns DOMAIN --verify), and that waypost serve, or the proxy in front of it, runs and listens at ports 443 and 80 there.",
	},
	{
		"CLIENT-OTHER-SERVER", "Finds another server than the record has",
		"The client's search ends with a server, port or TLS mode that the record does not have. What it read stands with the finding.",
		[]string{"People of this client: the account does not work, or works until the other server goes"},
		"Correct what is published at the place named, or the record.",
	},
	{
		"CLIENT-USERNAME", "Would log in with another name than the record has",
		"The client's search ends with the right server and another form of the log-in name.",
		[]string{"People of this client: \"wrong password\", or an empty mailbox"},
		"Correct the user name where it is published, or the record's rule.",
	},
	{
		"CLIENT-BROKEN-SERVER", "Finds a server that does not work",
		"The server that the client would configure was measured, and failed. Whether the client works is seen when the server does, so this is not counted as a failure of its own.",
		[]string{"People of this client: the error that waypost explain has for the server's code"},
		"Mend the server first: its own finding says how.",
	},
	{
		"CLIENT-FINDS-NOTHING", "Finds nothing, and guesses or asks",
		"No question of the client was answered with settings that it takes. It tries names such as imap.DOMAIN, or asks for servers and ports by hand.",
		[]string{"People of this client: a form for server names, or wrong guesses"},
		"Publish where the client asks: waypost check --client NAME shows each question; waypost dns DOMAIN the records.",
	},
	{
		"CLIENT-ASKS-PASSWORD", "Asks for the password before it knows the servers",
		"A server on the client's way answered 401. The client asks for the password and sends it there.",
		[]string{"People of this client: a password prompt, and their password at a web server"},
		"Let nothing under /autodiscover answer 401 for this domain.",
	},
	{
		"CLIENT-UNTRUSTED", "Finds settings over a way that others can change",
		"The client asked over plain HTTP, or was redirected there, because https was not answered or its certificate does not verify.",
		[]string{"People of this client: a question whether the servers are right, or none"},
		"Serve https://autoconfig.DOMAIN with a certificate for that name.",
	},
	{
		"CLIENT-ELSEWHERE", "Asks nobody at the domain",
		"The client asks its maker's service, or the person. Nothing that the domain publishes reaches it, so nothing could be tested.", nil,
		"Give people the profile (Apple), the card (waypost show ADDRESS) or, for classic Outlook, the registry file (waypost show --as reg).",
	},
}

// causeCodes are what measuring finds, in the words of the probe.
func causeCodes() []Code {
	var all []Code
	for _, c := range probe.Causes() {
		w := c.Words()
		code := Code{Code: string(c), Title: strings.TrimSuffix(w.Meaning, "."), Fix: w.Next}
		if w.Who != "" {
			code.Who = []string{w.Who}
		}
		all = append(all, code)
	}
	return all
}
