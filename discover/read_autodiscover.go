package discover

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"

	"waypost/autodiscover"
	"waypost/providers"
)

// poxRequest is the body that Outlook, Thunderbird and FairEmail send.
func poxRequest(a providers.Address) string {
	var address bytes.Buffer
	_ = xml.EscapeText(&address, []byte(a.String())) // writes to memory
	return `<?xml version="1.0" encoding="utf-8"?>` + "\n" +
		`<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">` +
		`<Request><EMailAddress>` + address.String() + `</EMailAddress>` +
		`<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>` +
		`</Request></Autodiscover>`
}

func post(url string, a providers.Address) request {
	return request{method: "POST", url: url + autodiscoverPath, body: poxRequest(a)}
}

// poxType gives the protocol of a Type; empty for those that are no mail.
func poxType(t string) providers.Protocol {
	switch t {
	case "IMAP":
		return providers.IMAP
	case "POP3":
		return providers.POP3
	case "SMTP":
		return providers.Submission
	}
	return ""
}

// firstPair keeps the first incoming and the first outgoing server, IMAP before
// POP3.
func firstPair(servers []Server) ([]Server, error) {
	var in, out *Server
	for i, s := range servers {
		switch {
		case s.Protocol == providers.Submission:
			if out == nil {
				out = &servers[i]
			}
		case in == nil, in.Protocol == providers.POP3 && s.Protocol == providers.IMAP:
			in = &servers[i]
		}
	}
	if in == nil || out == nil {
		return nil, errors.New("the answer has no usable server for one of the directions")
	}
	return []Server{*in, *out}, nil
}

// answerFault says what an answer is that holds no settings.
func answerFault(err error) error {
	if e, ok := errors.AsType[*autodiscover.AnswerError](err); ok {
		words := e.Code.Words()
		if words == "" {
			words = "without a code that is known"
		}
		return fmt.Errorf("the answer is Autodiscover's error %d: %s", e.Code, words)
	}
	return errors.New("the answer holds no settings of Autodiscover")
}

// outlookReads has the rules of MS-OXDSCLI: Encryption decides on TLS and TLS
// means STARTTLS; without LoginName it is the local part; without SPA it is on.
func outlookReads(body []byte, a providers.Address) ([]Server, error) {
	answer, err := autodiscover.Decode(body)
	if err != nil {
		return nil, answerFault(err)
	}
	words, _ := autodiscover.DecodeWords(body) // of the same body, so it can be read
	var servers []Server
	for _, s := range answer.Servers {
		seen := Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security, Auth: providers.NTLM, Username: a.Local()}
		if s.LoginName != "" {
			seen.Username = s.LoginName
		}
		for _, p := range words {
			if poxType(p["Type"]) == s.Protocol && strings.EqualFold(p["Server"], s.Host) && strings.EqualFold(p["SPA"], "off") {
				seen.Auth = providers.PasswordCleartext
			}
		}
		servers = append(servers, seen)
	}
	return firstPair(servers)
}

// thunderbirdReadsPOX has the rules of ExchangeAutoDiscover.sys.mjs and
// JXON.sys.mjs (156.0a1, 2026-08-22): off or None is plaintext, else the port
// alone says which TLS.
func thunderbirdReadsPOX(body []byte, a providers.Address) ([]Server, error) {
	protocols, err := autodiscover.DecodeWords(body)
	if err != nil {
		_, err := autodiscover.Decode(body)
		return nil, answerFault(err)
	}
	var servers []Server
	for _, p := range protocols {
		s := Server{Protocol: poxType(p["Type"]), Host: p["Server"], Port: portOf(p["Port"]), Auth: providers.PasswordCleartext, Username: a.String()}
		ssl, hasSSL := p["SSL"]
		encryption, hasEncryption := p["Encryption"]
		if s.Protocol == "" || !asciiHost.MatchString(s.Host) || s.Port == 0 || hasSSL && isBoolean(ssl) || hasEncryption && isBoolean(encryption) {
			continue
		}
		switch {
		case strings.EqualFold(ssl, "off"), strings.EqualFold(encryption, "None"):
			s.Security = providers.None
		case slices.Contains([]int{143, 110, 25, 587}, s.Port):
			s.Security = providers.STARTTLS
		default:
			s.Security = providers.TLS
		}
		if name, ok := p["LoginName"]; ok {
			s.Username = jxon(name)
		}
		if strings.EqualFold(p["SPA"], "on") {
			s.Auth = providers.PasswordEncrypted
		}
		servers = append(servers, s)
	}
	return firstPair(servers)
}

// isBoolean tells texts that are no string in JavaScript, where the client
// fails and drops the server.
func isBoolean(s string) bool { return s == "" || s == "true" || s == "false" }

// deltaReadsPOX has the rules of auto_outlook.rs (48888898, 2026-08-22): off is
// plaintext, everything else tries TLS and then STARTTLS.
func deltaReadsPOX(body []byte, a providers.Address) (servers []Server, redirect string, err error) {
	root, _, err := parseXML(body)
	if err != nil {
		return nil, "", err
	}
	for _, n := range root.within("RedirectUrl") {
		redirect = strings.TrimSpace(n.text)
	}
	for _, n := range root.within("Protocol") {
		words := map[string]string{}
		for _, c := range n.children {
			words[strings.ToLower(c.name)] = strings.TrimSpace(c.text)
		}
		s := Server{Protocol: poxType(strings.ToUpper(words["type"])), Host: words["server"], Port: portOf(words["port"]), Username: a.String()}
		if strings.EqualFold(words["ssl"], "off") {
			s.Security = providers.None
		}
		if s.Host != "" && s.Port != 0 && (s.Protocol == providers.IMAP || s.Protocol == providers.Submission) {
			servers = append(servers, s)
		}
	}
	return servers, redirect, nil
}

// fairEmailReadsPOX has the rules of EmailProvider.java (1.2331, 2026-08-22):
// AccountType and Action, spelled exactly, come before the first Protocol, and
// the port alone says which TLS.
func fairEmailReadsPOX(body []byte, a providers.Address) ([]Server, error) {
	root, _, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	accounts := root.within("Account")
	if len(accounts) == 0 {
		_, err := autodiscover.Decode(body)
		return nil, answerFault(err)
	}
	var isMail, isSettings bool
	var servers []Server
	for _, c := range accounts[0].children {
		switch c.name {
		case "AccountType":
			isMail = c.text == "email"
		case "Action":
			isSettings = c.text == "settings"
		case "Protocol":
			if !isMail || !isSettings {
				return nil, errors.New("a Protocol stands before AccountType email and Action settings, which FairEmail refuses")
			}
			s := Server{Protocol: poxType(c.first("Type")), Host: c.first("Server"), Port: portOf(c.first("Port")), Username: a.String()}
			s.Security = portSecurity(s.Port)
			if s.Host != "" && s.Port != 0 && s.Protocol != "" && s.Protocol != providers.POP3 {
				servers = append(servers, s)
			}
		}
	}
	return firstPair(servers)
}
