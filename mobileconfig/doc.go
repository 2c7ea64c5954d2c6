// Package mobileconfig makes and reads Apple configuration profiles that set
// up one person's mail, calendar and contacts, and the CMS signatures around
// them.
//
// # What is inside
//
// One com.apple.mail.managed payload: the address, both servers with port,
// TLS, user name and kind of authentication. One payload each for CalDAV and
// CardDAV where the Setup has such a service that takes a password, the first
// of each kind. One for Exchange ActiveSync only where CalDAV or CardDAV is
// missing, and then for what is missing alone, never for mail. Nothing else,
// ever: no certificate, no VPN, no restriction, no management.
//
// No password: the device asks for it, once for mail and once for each of the
// others. Where a service names no user name, it is that of incoming mail. A
// server that sends for anybody is named where none takes a password; nobody
// signs in there. Switches for TLS are always written, because Apple's
// defaults differ: off for mail and ActiveSync, on for calendar and contacts.
//
// # What is lost
//
// A profile cannot say, and so [New] leaves out or refuses:
//
//   - OAuth2, for mail. A provider that takes nothing else gets no profile.
//     Services that take nothing else are left out, and so are those that do
//     not say how people log in.
//   - Whether TLS is implicit or by STARTTLS: UseSSL covers both, and the port
//     decides on the device. A server with implicit TLS is preferred, and
//     [Decode] cannot tell the two apart.
//   - Alternatives. One server is named for each purpose.
//   - Which password method is meant. All but a plain password become CRAM-MD5
//     for mail; for services nothing is said, as servers tell the device.
//     Kerberos, NTLM and certificates are left out.
//   - The path of CalDAV and CardDAV. CalDAVPrincipalURL is the page of one
//     person, which no record knows, and CardDAVPrincipalURL does not exist on
//     macOS. Devices start at /.well-known/caldav and /.well-known/carddav of
//     the host and port (RFC 6764), which must lead to the service.
//   - Port and path of ActiveSync. A service at another port than 443, or at
//     another path than /Microsoft-Server-ActiveSync, is left out.
//   - ActiveSync on a Mac, which passes over such payloads. iOS before 13 does
//     not know how to leave its mail switched off.
//   - What POP3 clients are advised to do, WebDAV, JMAP, ManageSieve and
//     Exchange Web Services, help pages, and who else is a customer.
//
// # Replacing in place
//
// Identifiers and UUIDs are computed from the address and the kind of payload
// alone, in lower case, because phones capitalise what people type. The same
// address gives the same accounts on every instance and after every restart;
// two addresses give two.
//
// # What is read
//
// [Decode] takes anybody's profile, strictly where readers could differ: a
// value of the wrong type, a key that stands twice and a second value are
// errors. What is not of the four kinds is listed, and no value of a key that
// Waypost does not write is kept, so that no password is shown.
//
// # Signatures
//
// [Signer.Sign] makes CMS SignedData in DER with the profile inside, SHA-256 and the
// whole chain of certificates, which is what iOS and macOS need to show a
// signer. [Open] checks a signature; whom to trust is the caller's business.
//
// # Sources
//
// apple/device-management b6202ca2 and, for calendar, contacts and ActiveSync,
// 0a4527c5 (com.apple.mail.managed, com.apple.caldav.account,
// com.apple.carddav.account, com.apple.eas.account, TopLevel,
// CommonPayloadKeys); RFC 5652; RFC 6764; RFC 9562 section 5.5; for the paths
// of CalDAV and CardDAV mailinabox pull request 1402, owncloud/contacts issue
// 1058 and rustical issue 98.
package mobileconfig
