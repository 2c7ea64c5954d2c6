package check

// VerifyDNS is DNS with authoritative servers at another port, and Text gives
// the bytes of a TXT record.
var (
	VerifyDNS = verifyDNS
	Text      = text
)
