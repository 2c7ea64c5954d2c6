// Package providers is the model that every other package speaks: who serves
// mail for a domain, through which servers, and who says so.
//
// # The model
//
// A [Provider] has one [Setup] or more. A Setup is one coherent set of servers
// for some of the provider's domains; several of one kind in it are
// alternatives that all work, preferred first. A [Claim] is a setting that
// somebody states and nobody has confirmed: it is kept, shown and measured,
// and never served. Every [Server] and every Claim says by a [Source] or more
// where it is from.
//
// A [Directory] finds the Setup for a [Domain]. What it finds is a [Match];
// a Match with an [Address] is an [Account]. Dialects (autoconfig,
// autodiscover, mobileconfig) turn the one or the other into bytes.
//
// # Names
//
// [Domain] and [Address] have one constructor each, [ParseDomain] and
// [ParseAddress]; raw strings stop there. A server is written as a URL whose
// scheme is the IANA service name, the same on the command line, in files and
// in output: see [ParseServer].
//
// # Who may ask for what
//
// [Selector] holds the rules that lead from a request's Host and address to a
// Match. No server name is ever taken from a request.
package providers
