package check

// dnsCodes are what `waypost dns --verify` finds. Who feels it is the record's
// own clients, where a finding is about one record.
var dnsCodes = []Code{
	{
		Code: "DNS-PUBLISHED", Title: "The record is published as it should be",
		Meaning: "The zone's name servers, or the resolver where those could not be asked, give what was expected. Of names that lead to the instance the addresses are compared: an A record does as well as an alias.",
		Fix:     "Nothing is to be done.",
	},
	{
		Code: "DNS-HOST", Title: "The host has addresses",
		Meaning: "Records or settings lead to this host, and the resolver knows its addresses. Whether anything answers there is not DNS's to say: waypost probe tells.",
		Fix:     "Nothing is to be done.",
	},
	{
		Code: "DNS-CAA", Title: "Certificates can be had",
		Meaning: "CAA records (RFC 8659) say which authorities may issue certificates for a name. The one that you use must be among them.",
		Fix:     "Nothing is to be done.",
	},
	{
		Code: "DNS-NO-URL", Title: "Whether clients are led to this instance is not known",
		Meaning: "The names that clients ask for lead to the instance, and the configuration does not say under which name that is reached.",
		Fix:     "Set url in the configuration, such as https://setup.example.com; waypost dns then shows the records that lead to it.",
	},
	{
		Code: "DNS-NO-ANSWER", Title: "No name server answered",
		Meaning: "The resolver gave no answer, or the time was up. Where the zone's own servers answer and the resolver says SERVFAIL, a broken DNSSEC signature is the usual reason.",
		Fix:     "Ask another resolver with --resolver ADDRESS, and give it more time with --timeout.",
	},
	{
		Code: "DNS-SERVER-NO-ANSWER", Title: "A name server of the zone does not answer",
		Meaning: "The server is silent, refuses, does not speak for the zone, has no address, or has one that may not be asked. Where other servers of the zone answer, it is the server's fault; where none does, port 53 may be closed on the way.",
		Who:     []string{"everybody, now and then: names are slow, or not found"},
		Fix:     "Repair the name server, or take its NS record away, here and at the registrar.",
	},
	{
		Code: "DNS-SERVERS-DIFFER", Title: "The zone's name servers do not agree",
		Meaning: "One server of the zone gives another answer than another one does. Shortly after a change that is usual; later it is a server that does not fetch the zone any more.",
		Who:     []string{"some people, and others not"},
		Fix:     "Compare the serial numbers: dig SOA DOMAIN @SERVER; then have the server that is behind fetch the zone again.",
	},
	{
		Code: "DNS-STALE", Title: "The resolver still gives another answer",
		Meaning: "The resolver has kept an older answer, until its time is up; or it gives answers of its own, as inside a company's network.",
		Who:     []string{"people whose resolver asked before the change"},
		Fix:     "Wait until the time is up; if it stays, ask another resolver with --resolver ADDRESS.",
	},
	{
		Code: "DNS-NO-DOMAIN", Title: "The domain does not exist",
		Meaning: "The resolver says that there is no such name at all: it is misspelt, expired, or not delegated yet.",
		Who:     []string{"everybody"},
		Fix:     "Register the domain, or correct its spelling; then look at its name servers at the registrar.",
	},
	{
		Code: "DNS-MISSING", Title: "The record is missing",
		Meaning: "The name does not exist, or has no such record. Nearly every client needs autoconfig and autodiscover; the other records help some.",
		Fix:     "Add the line that waypost dns --verify shows to the zone.",
	},
	{
		Code: "DNS-DOT-MISSING", Title: "Nothing says that this is not offered",
		Meaning: "A target of \".\" tells clients that a service does not exist (RFC 2782, RFC 6186). Without it some of them try and let people wait.",
		Fix:     "Add the line that waypost dns --verify shows to the zone.",
	},
	{
		Code: "DNS-WRONG-TARGET", Title: "The record leads elsewhere",
		Meaning: "The name or service exists, and leads to another machine than the settings say.",
		Fix:     "Put the line that waypost dns --verify shows in the place of what is there.",
	},
	{
		Code: "DNS-OTHER-NAME", Title: "The record has another name of the same machine",
		Meaning: "The target leads to the same addresses as the right one. It works where the server's certificate holds that name too, and fails where it does not.",
		Fix:     "Put the name of the settings into the record.",
	},
	{
		Code: "DNS-WRONG-PORT", Title: "The SRV record has the wrong port",
		Meaning: "The target is right and the port is another one than the settings say. IMAP with TLS is at 993, POP3 with TLS at 995, submission at 465 and 587.",
		Fix:     "Put the line that waypost dns --verify shows in the place of what is there.",
	},
	{
		Code: "DNS-EXTRA-SRV", Title: "Another SRV record stands beside the right one",
		Meaning: "Clients choose among several: the lowest priority, then by weight (RFC 2782). Of several _autodiscover records Thunderbird takes the lowest weight. It is a failure where the other record may win.",
		Fix:     "Remove the record that does not belong there.",
	},
	{
		Code: "DNS-SRV-ORDER", Title: "The priorities say the opposite",
		Meaning: "Clients take the service with the lowest priority. Here one that should come later has a lower one.",
		Fix:     "Publish the priorities that waypost dns shows.",
	},
	{
		Code: "DNS-SRV-ALIAS", Title: "The target of an SRV record is an alias",
		Meaning: "RFC 2782 forbids a CNAME there. Most clients follow it, and some find nothing.",
		Who:     []string{"clients that keep to RFC 2782: they find no server"},
		Fix:     "Give the target A and AAAA records, or put the name that the alias leads to into the settings and the record.",
	},
	{
		Code: "DNS-NO-HOST", Title: "The host does not exist",
		Meaning: "Records or settings lead to a name that is not there.",
		Who:     []string{"all clients: the server is not found"},
		Fix:     "Give the host A and AAAA records, or correct its name in the settings.",
	},
	{
		Code: "DNS-NO-ADDRESS", Title: "The host has no address",
		Meaning: "Records or settings lead to a name that exists and has neither an A nor an AAAA record.",
		Who:     []string{"all clients: the server is not found"},
		Fix:     "Give the host A and AAAA records.",
	},
	{
		Code: "DNS-DENIED", Title: "DNS says that it is not offered, and it is",
		Meaning: "The SRV record has the target \".\", by which clients know that the service does not exist. The settings have it.",
		Fix:     "Put the line that waypost dns --verify shows in the place of what is there.",
	},
	{
		Code: "DNS-NOT-CONFIGURED", Title: "DNS offers what the settings do not have",
		Meaning: "An SRV record leads to a server of which the configuration says nothing. Either the record is left from earlier, or the setting is missing.",
		Fix:     "Add the server to the configuration, or put the line that waypost dns --verify shows in the place of what is there.",
	},
	{
		Code: "DNS-PATH-MISSING", Title: "The path is missing",
		Meaning: "Beside the SRV record stands no TXT record with path= (RFC 6764). Clients then ask /.well-known/caldav or /.well-known/carddav, which must lead on.",
		Fix:     "Add the line that waypost dns --verify shows to the zone.",
	},
	{
		Code: "DNS-PATH-WRONG", Title: "The path is another one",
		Meaning: "The TXT record beside the SRV record (RFC 6764) has another path= than the settings say.",
		Fix:     "Put the line that waypost dns --verify shows in the place of what is there.",
	},
	{
		Code: "DNS-DIGEST-STALE", Title: "The digest is of other bytes",
		Meaning: "The TXT record binds the document that PACC clients fetch. This digest is of none that is served now, nor of the one before: the settings have changed since.",
		Fix:     "Put the line that waypost dns --verify shows in the place of what is there; before the next change, publish what waypost dns --before shows.",
	},
	{
		Code: "DNS-EXTRA-TEXT", Title: "Another text stands beside the right one",
		Meaning: "A second path makes clients take either. A second digest lets PACC clients accept a document of earlier; during a change that is meant, see waypost dns --before.",
		Fix:     "Remove the record that does not belong there.",
	},
	{
		Code: "DNS-WILDCARD", Title: "A wildcard answers for this name",
		Meaning: "The name itself has no record, and *.DOMAIN answers for it, as for a name that was made up to see. Clients ask the machine that it leads to, often a web host, and get its certificate or its pages.",
		Who:     []string{"Outlook: a certificate warning at every start", "Thunderbird and others: wrong or no settings"},
		Fix:     "Give the name its own record, which comes before a wildcard.",
	},
	{
		Code: "DNS-UNDER-HOST", Title: "The record stands under the host, not the domain",
		Meaning: "Clients ask for the domain of the mail address, and never for the mail server's name.",
		Fix:     "Put the record under the domain of the addresses.",
	},
	{
		Code: "DNS-DOUBLED-NAME", Title: "The final dot was forgotten",
		Meaning: "In a zone file, and at some providers, a name without a dot at its end has the zone's name put behind it: autoconfig.example.com becomes autoconfig.example.com.example.com.",
		Fix:     "Write the name with a dot at its end, or the part before the domain alone.",
	},
	{
		Code: "DNS-CDN-PROXY", Title: "The mail host is behind a proxy for the web",
		Meaning: "Every address of the host is one of Cloudflare's. Its proxy forwards the ports of web sites, and no mail. Where its product for other ports (Spectrum) is paid for, waypost probe tells that it works.",
		Who:     []string{"all clients: the server does not respond"},
		Fix:     "Switch the proxy off for this name (\"DNS only\", the grey cloud), or use a name of its own for mail.",
	},
	{
		Code: "DNS-CAA-NONE", Title: "No authority may issue a certificate",
		Meaning: "CAA records (RFC 8659) forbid it to all, or have a critical tag that no authority knows. The certificates that are there last until they end.",
		Who:     []string{"all clients, once the certificate has expired"},
		Fix:     "Add a CAA record with issue and the name of your certificate authority.",
	},
}
