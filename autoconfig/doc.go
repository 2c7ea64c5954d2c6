// Package autoconfig writes and reads Mozilla's clientConfig, the XML document
// that Thunderbird, K-9, Evolution, KMail, Geary, FairEmail, Delta Chat,
// Nextcloud Mail and others fetch from autoconfig.DOMAIN.
//
// # What is written
//
// [New] makes the one document that every parser seen so far accepts: one
// IMAP server (POP3 only where there is no IMAP) and one submission server.
// More would break clients: Evolution uses the last server of a kind, K-9,
// FairEmail and Geary the first, and one plaintext alternative makes K-9
// refuse the whole document. Which servers a client sees must not depend on
// which parser it has.
//
// User names are placeholders, so the same bytes serve everybody, with and
// without an address in the request. The document names the domain that was
// asked for and no other: who else is a customer is nobody's business.
//
// # What is read
//
// [Decode] ignores what it does not know. A server section that lacks
// something or says something unknown is left out; the document is refused
// only when it is not well-formed, too large, or has no usable server.
//
// # Sources
//
// draft-ietf-mailmaint-autoconfig-06 (2026-06-28), and the parsers of the
// clients above as of 2026-08; COMPATIBILITY.md lists what each needs.
package autoconfig
