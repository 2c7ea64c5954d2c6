// Package mobileconfig makes and reads Apple configuration profiles that set
// up one mail account, and the CMS signatures around them.
//
// # What is inside
//
// One com.apple.mail.managed payload: the address, both servers with port,
// TLS, user name and kind of authentication, and nothing else. No password:
// the device asks for it. UseSSL is always written, because its default is
// off. The profile cannot say whether TLS is implicit or STARTTLS (the port
// decides on the device), so a server with implicit TLS is preferred, and
// [Decode] cannot tell the two apart. It cannot say OAuth2 either: providers
// that take nothing else get no profile.
//
// # Replacing in place
//
// Identifiers and UUIDs are computed from the address alone, in lower case,
// because phones capitalise what people type. The same address gives the same
// account on every instance and after every restart; two addresses give two.
//
// # Signatures
//
// [Signer.Sign] makes CMS SignedData in DER with the profile inside, SHA-256 and the
// whole chain of certificates, which is what iOS and macOS need to show a
// signer. [Open] checks a signature; whom to trust is the caller's business.
//
// # Sources
//
// apple/device-management b6202ca2 (com.apple.mail.managed, TopLevel,
// CommonPayloadKeys); RFC 5652; RFC 9562 section 5.5.
package mobileconfig
