// Package discover acts as the mail clients do when they look for the settings
// of an account, and tells what each would find: which questions it asks, in
// which order, which answer it takes and why, what it would configure, and what
// the person in front of it sees.
//
// # Traces
//
// [Run] gives a [Trace]. Its steps stand in the order in which the client
// prefers their answers. Steps with the same Round are sent at once, as the
// client sends them. What a client would do next and what is not done here,
// because it would try servers or passwords, is named in the result: guessing
// host names, scanning ports, and logging in. A password is never sent.
//
// # What is certain
//
// A step that was not asked, because the options leave a public database out,
// or that could not be tested, because its address is forbidden or no name
// server answered, could have won. [Result.Certain] is false where such a step
// comes before the one that did.
//
// # Requests
//
// They are the client's own in method, path, query, body and order, and in
// whether redirects are followed. The User-Agent says what really asks. DNS is
// asked over [waypost/internal/reach], and every connection goes through it.
// One answer is read to at most 256 KiB, compressed or not, and one client is
// done within [Options.Timeout].
//
// What servers say is data: whatever is not printable is written with escapes,
// and so are angle brackets.
//
// # Sources
//
// The clients' own source where there is one, in the version and of the date
// that [Client] names; for Outlook MS-OXDISCO and MS-OXDSCLI. The catalogues
// that some clients have built in are not asked: they decide before all that
// is shown here.
//
// # What is left out
//
// Calendars and contacts, but for Evolution's SRV questions, and the WebDAV
// probe that follows them. Company directories that Outlook asks first.
// FairEmail scans ports before it looks at the exchanger: here the exchanger
// follows at once. Evolution's choice between a document and SRV records was
// not read: here the document comes first. Nextcloud takes the exchanger that
// DNS happens to name first, here it is the best one. An untrusted certificate
// is an answer that failed; that some clients let the person accept it is not
// played.
package discover
