package check

import (
	"waypost/discover"
	"waypost/probe"
)

// VerifyDNS is DNS with authoritative servers at another port, SelfTestWith the
// self-test of another way to measure, and Text gives the bytes of a TXT record.
var (
	VerifyDNS    = verifyDNS
	SelfTestWith = selfTest
	Text         = text
)

// Complete adds what only the options know.
func Complete(o Options, findings []Finding, servers []probe.Evidence) { o.complete(findings, servers) }

// Undecided names what could not be decided.
func Undecided(list []probe.Evidence, o probe.Options) []Finding { return undecided(list, o) }

// Compare puts the record, what clients found and what was measured side by side.
func Compare(t Target, clients []discover.Trace, servers []probe.Evidence) []Finding {
	return compare(t, clients, servers)
}

// Depend makes untested what follows from another failure, and sorts.
func Depend(t Target, clients []discover.Trace, findings []Finding) {
	depend(t, clients, findings)
	Sort(findings)
}
