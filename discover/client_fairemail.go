package discover

import (
	"github.com/miekg/dns"

	"waypost/providers"
)

// fairEmail is EmailProvider.java in the builds of GitHub and F-Droid. Every
// source is asked, and SRV records outweigh a document. Its ports scan comes
// before the exchanger; it is not done here.
func fairEmail(w *walk) { w.fairEmail(true) }

// fairEmailPlay is the build of Google Play, which does not ask the provider.
func fairEmailPlay(w *walk) { w.fairEmail(false) }

func (w *walk) fairEmail(own bool) {
	d := w.domain.String()
	if ns := w.ask(d, dns.TypeNS); len(ns) > 0 {
		w.lose(ns[0].step, "name servers are only compared with the providers that are built in")
	}
	if !w.fairEmailAt(w.domain, own) {
		records := w.ask(d, dns.TypeMX)
		mx := exchanger(records)
		if !mx.IsZero() {
			w.judge(records[0].step, Used, "the best exchanger is asked like a domain, then its name without the first labels")
		}
		for ; !mx.Registrable().IsZero(); mx = mx.Parent() {
			if w.fairEmailAt(mx, own) {
				break
			}
		}
	}
	w.finish("FairEmail shows the provider and asks for the password; then the account is ready.",
		Guesses, "FairEmail tries usual host names and ports; where none answers, it says that it has no settings for the domain.",
		"imap."+d, "imaps."+d, "mail."+d, "mx."+d, d, "smtp."+d, "smtps."+d)
}

// fairEmailAt asks all sources of one domain.
func (w *walk) fairEmailAt(domain providers.Domain, own bool) bool {
	d := domain.String()
	found := w.fairEmailSRV(d)
	read := func(body []byte) ([]Server, error) { return fairEmailReads(body, w.address) }
	readPOX := func(body []byte) ([]Server, error) { return fairEmailReadsPOX(body, w.address) }
	if found {
		read, readPOX = outweighed(read), outweighed(readPOX)
	}
	rs := []request{w.public(d)}
	if own {
		p := autoconfigAt(d, "?emailaddress="+w.address.String()) // raw, a plus sign included
		rs = []request{p.https, p.wellKnown, p.http, p.httpWellKnown, w.public(d)}
	}
	asked := w.inTurn(read, rs...)
	if !asked && own {
		asked = w.inTurn(readPOX, post("https://"+d, w.address), post("https://autodiscover."+d, w.address))
	}
	if found && asked {
		w.judge(len(w.trace.Steps)-1, Lost, "it could be used, but an SRV record outweighs every document")
	}
	return found || asked
}

// outweighed reads as the client does, but takes nothing: an SRV record has
// more weight.
func outweighed(read reader) reader {
	return func(body []byte) ([]Server, error) {
		if _, err := read(body); err != nil {
			return nil, err
		}
		return nil, nil
	}
}

// fairEmailSRV asks for one name of each direction, and for the other only
// where that has nothing. Without an incoming server it stops.
func (w *walk) fairEmailSRV(d string) bool {
	var pair []Server
	var steps []int
	for _, names := range [][]service{{services[0], services[1]}, {services[5], services[4]}} {
		found := false
		for _, s := range names {
			for _, r := range w.ask(s.label+"._tcp."+d, dns.TypeSRV) {
				server, ok := s.server(r, w.address)
				if !ok {
					w.lose(r.step, `the target "." says that there is no such service`)
				} else if !found {
					if s.security == providers.STARTTLS {
						server.Security = portSecurity(server.Port)
					}
					pair, steps, found = append(pair, server), append(steps, r.step), true
				}
			}
			if found {
				break
			}
		}
		if !found {
			for _, step := range steps {
				w.lose(step, "there is no record for the other direction, and FairEmail needs both")
			}
			return false
		}
	}
	for i, s := range pair {
		w.take(steps[i], []Server{s}, "an SRV record outweighs every document")
	}
	return true
}
