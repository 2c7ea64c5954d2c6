// Package accountqr makes and reads the account code of Thunderbird for
// Android: a QR code that holds the settings of one mail account.
//
// # How it is used
//
// On the phone: Add account, Scan QR code, and then the code in front of the
// app's own camera view; the camera app of the phone can do nothing with it.
// The app asks for the password, or opens the provider's sign-in page, and the
// account is there. Thunderbird on the desktop writes the same codes (Export
// for Mobile).
//
// # What is inside
//
// A JSON text in a code of bytes: arrays in arrays, without names, as short as
// can be. [Code] has everything that the format knows of one account: both
// servers with port, encryption, authentication and user name, the address
// and two names for people.
//
//	[1,[1,1],
//	 [0,"imap.example.com",993,3,1,"ann@example.com"],
//	 [[[0,"smtp.example.com",465,3,1,"ann@example.com"],
//	   ["ann@example.com",""]]]]
//
// From the left: version 1, the first code of one; IMAP, TLS, a password;
// SMTP, TLS, a password; the sender's address and name. Optional elements are
// left out, because the app stumbles over a null, and letters beyond ASCII are
// escaped, because some readers guess the character set.
//
// # One account, no password
//
// The format has codes of several accounts, sets of codes that are scanned one
// after the other, and passwords. Waypost makes none of these. A set is what
// people fail at (thunderbird-android#8520, #11018), and who photographs a
// code without a password cannot log in with it. [Decode] refuses a code of
// several accounts and one that is part of a set, and never keeps a password.
//
// # What is lost
//
// A code names one server for each direction: alternatives, calendars, address
// books and everything else that a provider has are not in it. The sender's
// name stays empty unless the caller knows one.
//
// The app signs in with OAuth2 at the hosts of a list that is compiled into it
// and nowhere else. There OAuth2 is written where the provider prefers it or
// takes nothing else; every other server is named with a password. It takes no letters beyond ASCII before the @.
//
// # Versions
//
// This is format version 1, the only one (specification of 2025-02-06). New
// elements may come at the end of each array and are skipped when read; an
// incompatible change has another number and is refused.
//
// # The image
//
// [SVG], [PNG] and [Terminal] draw the text black on white whatever the colours
// around it are, because the app does not find white codes on black, and with
// the quiet zone of four modules. The error correction is the strongest that
// makes the code no larger: a small code is read from further away.
//
// # Sources
//
// thunderbird-android feature/migration/qrcode/qr-code-format.md (0c4b03e5),
// QrCodePayloadAdapter, QrCodePayloadValidator and IntValueMapper in the same
// place (main, 2026-08), TbOAuthConfigurationFactory (484a8c61, release);
// comm-central mail/modules/QRExport.sys.mjs (0de7bfd3); ISO/IEC 18004.
package accountqr
