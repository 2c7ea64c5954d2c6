// Package probe measures one server: what stands at its name, on its port, now.
//
// [Server] never returns an error. Whatever happens is [Evidence]: the steps in
// order, each with what was seen; one [Verdict]; and a [Cause], a stable word
// for why, with its meaning and remedy in [Cause.Words].
//
// # Steps
//
// A name is resolved once, in both families. Every address is connected to; the
// first of each family that answers is measured in full, the others as far as
// their certificate. In full means: the TLS mode of this very port, the
// certificate, the greeting, the capabilities before and after TLS, the log-in
// methods, and a log-in where [Options.Login] asks for one. IMAP (RFC 9051),
// POP3 (RFC 1939, 2449), submission (RFC 6409) and ManageSieve (RFC 5804) are
// spoken as lines; JMAP, CalDAV, CardDAV, WebDAV, ActiveSync and EWS are asked
// one HTTP request. A step whose parent failed does not run.
//
// # Verdicts
//
// Pass means: TLS as declared, a certificate that verifies, and a method to log
// in with that the server's record declares and that is not anonymous. A server
// that refuses, is silent or has no address fails. What could not be tested,
// such as an address that [reach.Network] forbids, is untested and never a pass.
//
// # What a server says
//
// It is hostile until shown otherwise. A line has at most 8 KiB, a connection
// 64 KiB, the whole measurement [Options.Timeout]. Texts in evidence hold
// printable characters alone: all others are written as Go writes them in a
// quoted string. HTML is not touched; whoever writes HTML escapes it. Nothing
// that is seen leads to another host: redirects are told, not followed.
//
// # Passwords
//
// A password is sent only inside verified TLS, in the declared form of the user
// name, once. After a refusal nothing more is sent unless [Login.TryForms] says
// so, since servers ban those who try. Evidence holds no password.
package probe
