// Package reach is how measuring code reaches out: it resolves names, and it
// connects to addresses that are allowed and to no others.
//
// It stands apart because probe, discover and check all reach out, and the
// rules must be the same: a name is resolved once, its addresses are looked at
// one by one, and the connection goes to the address that was looked at. A
// name that changes its address between the two (rebinding), and one that
// leads to an address inside, gets nowhere.
//
// # Names
//
// [Network.Hosts] gives the addresses of a name; SRV, MX, TXT, CNAME, NS, SOA
// and CAA records come from [Network.Ask], with the answer's response code, so
// that a name that does not exist and a name without such a record stay apart.
// Without a resolver of its own, Hosts asks as the system is set up, /etc/hosts
// first and without its search domains, and Ask the first name server in
// /etc/resolv.conf. A server that says SERVFAIL ([ErrServFail]) and one that
// gives no answer ([ErrNoAnswer]) stay apart: the one is about the name, the
// other about this machine.
//
// # Addresses
//
// Allowed are public unicast addresses, and what [Network.Allow] adds: this
// machine's own, configured ones, or all. Every refusal wraps [ErrForbidden],
// which is "could not test" and never a finding about the server, as is
// [ErrNoWay], for addresses that cannot be reached from this machine.
package reach
