// Package autodiscover reads and writes what Outlook and other clients speak
// when they look for a mail account: the XML called POX (MS-OXDSCLI), the
// MobileSync request (MS-ASCMD) and the JSON of Autodiscover V2.
//
// # Requests
//
// [DecodeRequest] takes the one element that matters, the address, and tells
// the schemas apart. It reads tokens from at most 64 KiB, tolerates missing
// or foreign namespaces, and refuses a DTD.
//
// # Answers
//
// [New] makes the answer of one incoming and one outgoing server. TLS is said
// in the words that each reader takes in its own sense: SSL is on wherever
// there is TLS, because Thunderbird and Delta Chat take "off" for plaintext;
// Encryption is SSL for implicit TLS and TLS for STARTTLS, which is what the
// words mean to Outlook, and Outlook lets Encryption override SSL.
//
// What POX cannot say: an authentication method (OAuth2-only providers get no
// answer), and implicit TLS on a port that readers take for STARTTLS:
// Thunderbird and FairEmail judge by the port alone. Outlook gets it right.
package autodiscover
