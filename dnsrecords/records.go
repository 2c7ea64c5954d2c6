package dnsrecords

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"waypost/pacc"
	"waypost/providers"
)

// Type is a record type.
type Type string

// The types that are published.
const (
	A     Type = "A"
	AAAA  Type = "AAAA"
	CNAME Type = "CNAME"
	SRV   Type = "SRV"
	TXT   Type = "TXT"
)

// TTL is how long the records may be kept, in seconds: short enough for a
// change within an hour.
const TTL = 3600

// Record is one record. Data is its text in a zone file, with names that end
// in a dot; of TXT it is the text itself, without quotes.
type Record struct {
	Name string // without the dot at the end
	Type Type
	Data string
	For  string // who asks for it, for people
}

// Publication is what decides which records a domain should publish.
type Publication struct {
	Match  providers.Match
	Before *providers.Match // what clients still see while a change is under way; nil when none is
	Origin *url.URL         // of the instance; nil: unknown, and nothing leads to it
}

// notOffered is the SRV data of a service that does not exist (RFC 2782).
const notOffered = "0 0 0 ."

// Records gives the records, and a sentence for each that there would be and
// is not. The error is a [*providers.Inexpressible] when the record is partial,
// and the domain not served at all.
func (p Publication) Records() (records []Record, gaps []string, err error) {
	if p.Match.Setup.Partial != "" {
		_, _, err := p.Match.Pair()
		return nil, nil, err
	}
	hosts, gaps := p.hosts()
	digests, more := p.digests()
	gaps = append(gaps, more...)
	records = slices.Concat(hosts, p.mail(), p.services(), digests)
	return records, gaps, nil
}

// name puts labels before the domain.
func (p Publication) name(labels string) string { return labels + "." + p.Match.Domain.String() }

// hosts lead to the instance.
func (p Publication) hosts() (records []Record, gaps []string) {
	if p.Origin == nil {
		return nil, []string{"The records that lead to this instance are missing: its address is not known. Set url in the configuration."}
	}
	host := p.Origin.Hostname()
	kind, data := CNAME, host+"."
	if ip, err := netip.ParseAddr(host); err == nil {
		if kind, data = A, ip.String(); ip.Is6() {
			kind = AAAA
		}
	}
	for _, r := range []struct{ label, clients string }{
		{"autoconfig", "Thunderbird, K-9, Evolution, FairEmail, Delta Chat and others"},
		{"autodiscover", "Outlook; Delta Chat and FairEmail after autoconfig"},
		{"setup", "people with a link"},
		{"ua-auto-config", "PACC clients"},
	} {
		name := p.name(r.label)
		if r.label == "ua-auto-config" && p.noPACC() != nil {
			continue
		}
		if name == host {
			gaps = append(gaps, host+" is the instance's own name: it needs the address records of its machine.")
			continue
		}
		records = append(records, Record{name, kind, data, r.clients})
	}
	switch port := p.Origin.Port(); {
	case kind != CNAME: // SRV leads to a name
	case p.Origin.Scheme != "https" || port != "" && port != "443":
		gaps = append(gaps, "_autodiscover._tcp is missing: Outlook and Thunderbird ignore its port and ask at 443, where this instance's url is not.")
	default:
		records = append(records, Record{p.name("_autodiscover._tcp"), SRV, "0 0 443 " + data, "Outlook and Thunderbird, after the other ways"})
	}
	return records, gaps
}

// mailServices are in the order of preference; each step of ten leaves room.
var mailServices = []struct {
	name     string
	protocol providers.Protocol
	security providers.Security
	priority int
}{
	{"_imaps", providers.IMAP, providers.TLS, 0},
	{"_imap", providers.IMAP, providers.STARTTLS, 10},
	{"_pop3s", providers.POP3, providers.TLS, 20},
	{"_pop3", providers.POP3, providers.STARTTLS, 30},
	{"_submissions", providers.Submission, providers.TLS, 0},
	{"_submission", providers.Submission, providers.STARTTLS, 10},
}

func (p Publication) mail() (records []Record) {
	const clients = "Evolution, FairEmail, Himalaya"
	for _, k := range mailServices {
		name := p.name(k.name + "._tcp")
		priority := k.priority
		for _, s := range slices.Concat(p.Match.Setup.Incoming, p.Match.Setup.Outgoing) {
			if s.Protocol == k.protocol && s.Security == k.security {
				records = append(records, srv(name, priority, s, clients))
				priority++
			}
		}
		if priority == k.priority {
			records = append(records, Record{name, SRV, notOffered, clients + ": not offered here"})
		}
	}
	return records
}

func srv(name string, priority int, s providers.Server, clients string) Record {
	return Record{name, SRV, strconv.Itoa(priority) + " 0 " + strconv.Itoa(s.Port) + " " + s.Host + ".", clients}
}

// services are those over https, and ManageSieve. Only the first of each kind
// is said: TXT records with different paths at one name would be mixed up.
func (p Publication) services() (records []Record) {
	for _, k := range []struct {
		name     string
		protocol providers.Protocol
		dav      bool // RFC 6764: with a path, and a name for what is not encrypted
		clients  string
	}{
		{"caldav", providers.CalDAV, true, "Apple Calendar, Thunderbird, Evolution"},
		{"carddav", providers.CardDAV, true, "Apple Contacts, Thunderbird, Evolution"},
		{"jmap", providers.JMAP, false, "JMAP clients"},
		{"sieve", providers.ManageSieve, false, "clients that edit filters"},
	} {
		name := p.name("_" + k.name + "._tcp")
		secure := name
		if k.dav {
			secure = p.name("_" + k.name + "s._tcp")
		}
		offered := slices.Concat(p.Match.Setup.Services, p.Match.Setup.Incoming)
		i := slices.IndexFunc(offered, func(s providers.Server) bool { return s.Protocol == k.protocol && s.Encrypted() })
		switch {
		case i < 0 && k.dav:
			records = append(records, Record{secure, SRV, notOffered, k.clients + ": not offered here"})
		case i >= 0:
			records = append(records, srv(secure, 0, offered[i], k.clients))
			if k.dav {
				records = append(records, Record{secure, TXT, "path=" + offered[i].Path, k.clients})
			}
		}
		if k.dav {
			records = append(records, Record{name, SRV, notOffered, k.clients + ": not without TLS"})
		}
	}
	return records
}

// noPACC tells why PACC cannot describe the domain; nil when it can.
func (p Publication) noPACC() error {
	_, err := pacc.New(p.Match)
	return err
}

// digests bind what PACC clients may see: the document of the Match, and the
// one before it.
func (p Publication) digests() (records []Record, gaps []string) {
	if err := p.noPACC(); err != nil {
		gaps = append(gaps, "PACC is left out. "+providers.Sentence(err))
	}
	matches := []providers.Match{p.Match}
	if p.Before != nil {
		matches = append(matches, *p.Before)
	}
	for _, m := range matches {
		d, err := pacc.New(m)
		if err != nil {
			continue
		}
		body, err := d.Encode()
		if err != nil {
			continue
		}
		records = append(records, Record{p.name("_ua-auto-config"), TXT, pacc.Digest(body), "PACC clients"})
	}
	return slices.CompactFunc(records, func(a, b Record) bool { return a == b }), gaps
}
