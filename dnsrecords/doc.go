// Package dnsrecords tells which DNS records a domain should publish, so that
// clients find its servers and the Waypost instance that answers for it.
//
// # Which records
//
//	autoconfig, autodiscover, setup     lead to the instance
//	_autodiscover._tcp                  SRV to it, for Outlook
//	_imaps, _imap, _pop3s, _pop3,
//	_submissions, _submission  ._tcp    SRV, RFC 6186 and RFC 8314
//	_caldavs, _carddavs  ._tcp          SRV, and TXT with path=, RFC 6764
//	_jmap, _sieve  ._tcp                SRV, RFC 8620 and RFC 5804, where offered
//	ua-auto-config, _ua-auto-config     PACC and its digest, where PACC can say it
//
// A service of RFC 6186 or RFC 6764 that is not offered has the target ".",
// so that nobody guesses. Among the alternatives of a service the Setup's
// order is the priority; IMAP is preferred to POP3, and implicit TLS to
// STARTTLS, by their priorities too (RFC 6186 section 3.4, RFC 8314 section
// 5.1). Weights are zero: Thunderbird takes the lowest one.
//
// # What is lost
//
// SRV says no user name, no way to log in and no path. Plaintext servers are
// not published. Records at the domain itself, where a web site stands, are
// the administrator's: clients also ask https://DOMAIN/.well-known/autoconfig.
//
// # Changes
//
// The digest binds PACC's bytes. While a change is under way, both digests
// stand side by side for at least one TTL before the bytes change: see
// [Publication].Before.
package dnsrecords
