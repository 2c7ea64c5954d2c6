// Package pacc writes and reads user-agent-configuration.json, with which a
// provider tells every client how to set up an account (PACC), and the digest
// that binds it to the provider's DNS.
//
// # What can be said
//
// Servers with implicit TLS on the registered port, and services by their URL.
// There are no ports, no STARTTLS and no user names: the name is the whole
// address. A provider that needs anything else gets no document, but a
// [*providers.Inexpressible]: leaving servers out would tell clients that
// there are none.
//
// # What is lost
//
// POP3 where there is IMAP. ManageSieve, because the draft does not say how
// its TLS begins. Calendars, address books and files at a bare origin or on
// another port than 443, and services with another log-in than mail's. ActiveSync and EWS, for which there is no name; of
// OAuth2 all but the issuer; alternatives; help in other languages than the
// first.
//
// # Constant bytes
//
// The digest in DNS is over the bytes, so the same record gives the same bytes
// on every instance and for every user: see [Document.Encode].
//
// # Drafts
//
// draft-ietf-mailmaint-pacc-02 calls the submission server smtp, -03 calls it
// submit. The document says both; each reader ignores the other's.
package pacc
