// Package autodiscover reads and writes what Outlook and other clients speak
// when they look for a mail account: the XML called POX (MS-OXDSCLI), the
// MobileSync schema of it (MS-ASCMD) and the JSON of Autodiscover V2.
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
// Where somebody else answers Outlook for a domain, [New] redirects there. A
// server that answers many addresses encodes once, with [NewTemplate].
// [NewMobileSync] tells ActiveSync clients their server, [NewV2] tells where to
// ask in which protocol. A server that is named wins over a redirect there:
// what is known needs no second question.
//
// # Reading what others write
//
// [Decode], [DecodeMobileSync] and [DecodeV2] read bodies of bounded size, and
// of those what is specified; [DecodeWords] reads what is not, too.
// None of them panics, follows a redirect or parses a URL. [AnswerError] is
// what other servers say instead of an answer.
//
// # What is lost
//
// POX cannot say, so it is not in the answer, whatever the record holds:
//
//   - how people authenticate. A server that takes OAuth2 alone gets no answer,
//     and one that takes a password gets one with SPA off and no method.
//   - alternatives. Several servers of one kind would be tried in turn by
//     Outlook and taken for accounts by others, so there is one each way, IMAP
//     before POP3.
//   - implicit TLS on a port that readers take for STARTTLS, for Thunderbird
//     and FairEmail, which judge by the port alone. Outlook gets it right.
//   - services other than mail. JMAP, CalDAV, CardDAV, WebDAV and ManageSieve
//     have no Type; what eM Client understands (CalDAV, CardDAV) makes KDE
//     refuse the whole answer. ActiveSync is said in MobileSync and V2, EWS in
//     V2.
//   - help pages, app passwords, the provider's name where there is an
//     address, advice on keeping mail, and who says so.
//
// MobileSync has no redirect to a URL and V2 none at all: such clients get an
// error. What reading loses: ExpirationDate, a TTL of 0, Protocols that are
// not mail or not usable, all of MobileSync's servers but the first.
//
// # Classic Outlook 2016 and later
//
// They ask Microsoft and not the provider, until [Registry] tells them.
package autodiscover
