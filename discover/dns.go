package discover

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"waypost/providers"
)

// lookup is a question of DNS.
type lookup struct {
	name string
	kind uint16 // dns.TypeMX, dns.TypeSRV or dns.TypeTXT
}

// record is one MX, SRV or TXT record.
type record struct {
	priority, weight uint16
	port             uint16
	target           string // a name without the final dot; empty: "."
	text             string // of TXT, its strings joined
	step             int
}

// lookup asks one question. The records stand by priority, then by weight, the
// heaviest first, then by name, whatever order they came in.
func (w *walk) lookup(l lookup) (step Step, records []record) {
	step = Step{Method: dns.TypeToString[l.kind], Target: clean(l.name), At: time.Since(w.started)}
	defer func() { step.Took = time.Since(w.started) - step.At }()
	ctx, cancel := context.WithTimeout(w.ctx, w.patience(0))
	defer cancel()
	found, err := w.options.Network.Ask(ctx, l.name, l.kind)
	if err != nil {
		step.Error = inWords(err)
		step.Verdict, step.Why = Untested, step.Error
		return step, nil
	}
	for _, rr := range found.Records {
		switch rr := rr.(type) {
		case *dns.MX:
			records = append(records, record{priority: rr.Preference, target: undotted(rr.Mx)})
		case *dns.SRV:
			records = append(records, record{priority: rr.Priority, weight: rr.Weight, port: rr.Port, target: undotted(rr.Target)})
		case *dns.NS:
			records = append(records, record{target: undotted(rr.Ns)})
		case *dns.TXT:
			records = append(records, record{text: strings.Join(rr.Txt, "")})
		}
	}
	slices.SortStableFunc(records, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(b.weight, a.weight), cmp.Compare(a.target, b.target), cmp.Compare(a.text, b.text))
	})
	for _, r := range records[:min(len(records), 20)] {
		step.Records = append(step.Records, clean(r.words(l.kind)))
	}
	if len(records) == 0 {
		step.Verdict, step.Why = Lost, "there is no such record"
	}
	return step, records
}

func undotted(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func (r record) words(kind uint16) string {
	switch kind {
	case dns.TypeMX:
		return fmt.Sprintf("%d %s.", r.priority, r.target)
	case dns.TypeSRV:
		return fmt.Sprintf("%d %d %d %s.", r.priority, r.weight, r.port, r.target)
	case dns.TypeNS:
		return r.target + "."
	}
	return r.text
}

// ask asks one question in a round of its own.
func (w *walk) ask(name string, kind uint16) []record {
	_, records := w.together(nil, []lookup{{name, kind}})
	return records[0]
}

// exchanger gives the domain of the best mail exchanger; zero where there is
// none that has a usable name.
func exchanger(records []record) providers.Domain {
	if len(records) == 0 {
		return providers.Domain{}
	}
	d, err := providers.ParseDomain(records[0].target)
	if err != nil {
		return providers.Domain{}
	}
	return d
}

// mxParents gives the names under which Thunderbird and K-9 look for the
// autoconfig of an exchanger's owner: without its first label, if that is
// longer than the registrable domain, and the registrable domain.
func mxParents(mx providers.Domain) []providers.Domain {
	var parents []providers.Domain
	for _, d := range providers.MXNames(mx) {
		if d != mx || d == mx.Registrable() {
			parents = append(parents, d)
		}
	}
	return parents
}

// service is one SRV name of RFC 6186 or RFC 8314, and what it stands for.
type service struct {
	label    string
	protocol providers.Protocol
	security providers.Security
}

var services = []service{
	{"_imaps", providers.IMAP, providers.TLS},
	{"_imap", providers.IMAP, providers.STARTTLS},
	{"_pop3s", providers.POP3, providers.TLS},
	{"_pop3", providers.POP3, providers.STARTTLS},
	{"_submissions", providers.Submission, providers.TLS},
	{"_submission", providers.Submission, providers.STARTTLS},
}

// serviceLookups are the questions for services, in their order.
func (w *walk) serviceLookups(all []service) []lookup {
	var ls []lookup
	for _, s := range all {
		ls = append(ls, lookup{s.label + "._tcp." + w.domain.String(), dns.TypeSRV})
	}
	return ls
}

// server makes a server of an SRV record; false for the target ".", with which
// a domain says that there is no such service (RFC 6186, section 3.4).
func (s service) server(r record, a providers.Address) (Server, bool) {
	if r.target == "" || r.port == 0 {
		return Server{}, false
	}
	return Server{Protocol: s.protocol, Host: r.target, Port: int(r.port), Security: s.security, Username: a.String()}, true
}
