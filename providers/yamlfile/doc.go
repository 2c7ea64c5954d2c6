// Package yamlfile reads providers from YAML.
//
// # Records
//
// A record describes one provider: who it is, its setups, and who says so.
//
//	name: Example Mail
//	short-name: Example
//	help:
//	  documentation: [{url: https://example.com/help/mail, lang: en}]
//	sources:
//	  page: {kind: first-party, name: Example's help page, url: https://example.com/help/mail, date: 2026-03-12}
//	setups:
//	  - domains: [example.com, "*.users.example.com"]
//	    username: "{address}"
//	    auth: [password-cleartext]
//	    incoming:
//	      - {server: imaps://imap.example.com, sources: [page, ISPDB]}
//	    outgoing:
//	      - {server: submissions://smtp.example.com, sources: [page]}
//	    claims:
//	      - {server: imaps://mail.example.com, sources: [blog], note: seen in one article}
//
// A server inherits username and auth from its setup. What a record does not
// say stays absent: there are no defaults, and a setup that lacks something
// is marked with partial and the reason.
//
// Reading is strict: unknown keys, keys that stand twice or without a value,
// sources that are not declared, servers outside the notation, control
// characters and a second document are errors. Each names the file and the line, and shows the line.
package yamlfile
