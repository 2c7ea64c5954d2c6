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
// [All] makes the document that says everything, for clients that ask for it:
// each server that works, calendars, contacts, files, filters, OAuth2, pages
// for people and the names that mail exchangers lead to. It starts with the
// servers of the other document, so that most clients see no difference.
//
// User names are placeholders, so the same bytes serve everybody, with and
// without an address in the request. The document names the domain that was
// asked for and no other: who else is a customer is nobody's business.
//
// The version is 1.2 where something is said that 1.1 does not have, else
// 1.1. testdata/clientconfig.rng is a schema of what is written.
//
// # What is read
//
// [Decode] ignores what it does not know. A section that lacks something or
// says something malformed is left out; the document is refused only when it
// is not well-formed, too large, or has no usable server.
//
// What real documents say in several ways is read in one, each with a
// document in testdata/oddities:
//
//   - OAuth is OAuth2. The old names plain and secure are password-cleartext
//     and password-encrypted.
//   - client-IP-address and smtp-after-pop are no authentication: whom the
//     server knows is not asked for a password.
//   - On services, Basic and Digest have no case and may lack their system, and
//     may be called http-basic and http-digest, as former drafts did.
//   - A user name that ends in a placeholder without its last percent sign has
//     the placeholder.
//   - A mail server without a user name is left out, unless nobody signs in.
//   - Port, protocol and way to TLS are what is written, POP3 on 993 included.
//   - enable, webMail, documentation and instruction may stand in
//     emailProvider or beside it. An instruction with a url is documentation; one
//     beside enable belongs to the enable before it.
//   - A domain counts once. activesync is activeSync. A byte order mark and
//     a default namespace change nothing.
//
// # What is lost
//
// Writing loses what the format has no word for:
//
//   - of a [providers.Server], its sources;
//   - of a service with an address of https, the methods other than
//     password-cleartext (Basic), password-encrypted (Digest) and OAuth2: the
//     service's own challenge tells them. So too whether no authentication is
//     needed;
//   - of [providers.Help], the status page and where passwords are made; of a
//     Setup, its notes and claims, and who answers Outlook.
//
// Reading loses what the model has no place for:
//
//   - clientSecret, which is never written either: what everybody can fetch is
//     no secret;
//   - chatServer, videoConference, and the types graph, owa and exchange;
//   - SASL's mechanisms (system="sasl"), of which a generic method follows;
//   - addresses of services with a query, a user, an escape or a placeholder
//     after the host, of other schemes than https, and user names without a
//     placeholder of the address or with %REALNAME%;
//   - pages that are not on the web (mailto, javascript), a second webMail,
//     oAuth2 or clientConfigUpdate, a second emailProvider;
//   - restriction, inputField, useGlobalPreferredServer, loginPageInfo,
//     addThisServer, checkInterval, and the version;
//   - of POP3 options, whether one was absent or false, and days where no mail
//     stays;
//   - how sections of different kinds were mixed, and that something stood
//     there twice.
//
// Placeholders in the addresses of pages and in names for people stay as they
// are written, in both directions.
//
// # Sources
//
// draft-ietf-mailmaint-autoconfig-06 (2026-06-28), the description of the older
// format at wiki.mozilla.org, and the parsers of the clients above as of
// 2026-08; COMPATIBILITY.md lists what each needs.
package autoconfig
