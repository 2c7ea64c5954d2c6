package discover

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"waypost/autodiscover"
	"waypost/providers"
)

// thunderbird is FindConfig.sys.mjs, FetchConfig.sys.mjs and
// ExchangeAutoDiscover.sys.mjs: the provider, the public database and the
// exchanger's owner at once, in this order of preference, and Autodiscover
// beside them, for when they have nothing.
func thunderbird(w *walk) {
	d := w.domain.String()
	beside := w.beginAutodiscover(w.address)
	query := "?emailaddress=" + formEncoded(w.address.String())
	p := autoconfigAt(d, query)
	answers, records := w.together([]request{p.https, p.wellKnown, p.http, p.httpWellKnown, w.thunderbirdDB(d)}, []lookup{{d, dns.TypeMX}})
	found := w.thunderbirdSource(answers[:4]...) || w.thunderbirdSource(answers[4])
	found = w.thunderbirdMX(records[0], query) || found
	if !w.found() {
		found = false
	}
	w.thunderbirdAutodiscover(beside, w.address, found, 2)
	if w.trace.Result.Outcome == Password {
		return
	}
	sees := "Thunderbird shows these servers and asks for the password; then the account is ready."
	if w.found() && w.insecure[w.trace.Result.Servers[0].Step] {
		sees = "Thunderbird shows these servers and asks for the password, and does not say that the settings came unprotected."
	}
	w.finish(sees, Guesses, "Thunderbird tries usual host names; where none answers, it asks for the servers by hand.",
		"imap."+d, "mail."+d, d, "pop3."+d, "pop."+d, "smtp."+d)
}

func (w *walk) thunderbirdDB(domain string) request {
	r := w.public(domain)
	r.accept, r.wait = "application/xml,text/xml,*/*", 10*time.Second
	return r
}

// thunderbirdSource is promiseFirstSuccessful over the addresses of one source:
// the first answer with a good status counts, whatever it holds; it is read
// only afterwards. Broken XML alone lets the next one count.
func (w *walk) thunderbirdSource(answers ...answer) bool {
	for i, a := range answers {
		if !a.ok {
			continue
		}
		if w.trace.Result.Servers != nil {
			w.lose(a.step, "a source that Thunderbird prefers has settings")
			continue
		}
		taken, again := w.thunderbirdReads(a)
		if again {
			continue
		}
		why := "an answer before it hides it: Thunderbird takes the first good status, and reads only then"
		if taken {
			why = "an address that Thunderbird prefers has the settings"
		}
		for _, later := range answers[i+1:] {
			if later.ok {
				w.lose(later.step, why)
			}
		}
		return taken
	}
	return false
}

// thunderbirdReads takes one answer; again tells that it counts as none.
func (w *walk) thunderbirdReads(a answer) (taken, again bool) {
	if !isXML(a.kind) {
		w.lose(a.step, "the Content-Type is neither text/xml nor application/xml, so Thunderbird does not read it as XML")
		return false, false
	}
	if _, doctype, err := parseXML(a.body); err != nil || doctype != "" && doctype != "DOCTYPE" {
		w.lose(a.step, "the answer is not well-formed XML, so the next address counts")
		return false, true
	}
	servers, err := thunderbirdReads(a.body, w.address)
	if err != nil {
		w.lose(a.step, err.Error())
		return false, false
	}
	w.take(a.step, servers, "the first answer in Thunderbird's order, and it can be used")
	return true, false
}

// isXML is Thunderbird's test of Content-Type, which knows no upper case
// (FetchHTTP.sys.mjs).
func isXML(kind string) bool {
	return strings.HasPrefix(kind, "text/xml") || strings.HasPrefix(kind, "application/xml") || strings.HasPrefix(kind, "text/rdf")
}

// thunderbirdMX asks the owner of the best exchanger, over https alone.
func (w *walk) thunderbirdMX(records []record, query string) bool {
	parents, ok := w.parents(records)
	if !ok {
		return false
	}
	var rs []request
	for _, d := range parents {
		rs = append(rs, autoconfigAt(d.String(), query).https, w.thunderbirdDB(d.String()))
	}
	answers, _ := w.together(rs, nil)
	taken := false
	for _, a := range answers {
		taken = w.thunderbirdSource(a) || taken
	}
	return taken
}

// parents tells where Thunderbird and K-9 ask for the exchanger's owner, and
// gives the MX step its reason.
func (w *walk) parents(records []record) ([]providers.Domain, bool) {
	if len(records) == 0 {
		return nil, false
	}
	mx := exchanger(records)
	switch {
	case mx.IsZero() || mx.Registrable().IsZero():
		w.lose(records[0].step, "the exchanger's name belongs to no domain")
		return nil, false
	case mx.Registrable() == w.domain:
		w.lose(records[0].step, "the exchanger is in the same domain, which was asked already")
		return nil, false
	}
	w.judge(records[0].step, Used, "the best exchanger is of "+mx.Registrable().String())
	return mxParents(mx), true
}

// beginAutodiscover sends what Thunderbird sends to Exchange's addresses,
// without a password.
func (w *walk) beginAutodiscover(a providers.Address) *batch {
	d := a.Domain().String()
	return w.begin(
		[]request{post("https://autodiscover."+d, a), post("https://"+d, a), post("http://autodiscover."+d, a)},
		[]lookup{{"_autodiscover._tcp." + d, dns.TypeSRV}},
	)
}

// thunderbirdAutodiscover reads Autodiscover's answers; deep is how many
// RedirectAddr are followed yet.
func (w *walk) thunderbirdAutodiscover(b *batch, a providers.Address, found bool, deep int) {
	answers, records := w.collect(b)
	if last := answers[2]; last.status >= http.StatusBadRequest && strings.HasPrefix(last.last, "https://") {
		answers[2] = w.get(request{method: http.MethodPost, url: last.last, body: poxRequest(a)})
	}
	// The lowest weight, whatever the priority and the port (toSorted in
	// ExchangeAutoDiscover.sys.mjs).
	if srv := records[0]; len(srv) > 0 {
		slices.SortStableFunc(srv, func(x, y record) int { return cmp.Compare(x.weight, y.weight) })
		if srv[0].target != "" {
			w.judge(srv[0].step, Used, "Thunderbird asks the target with the lowest weight, on port 443 whatever the record says")
			answers = append(answers, w.get(post("https://"+srv[0].target, a)))
		} else {
			w.lose(srv[0].step, `the target "." says that there is no such service`)
		}
	}
	for i, got := range answers {
		if !got.ok {
			continue
		}
		if found {
			w.lose(got.step, exchangeWords(got.body))
			continue
		}
		if w.thunderbirdPOX(got, a, deep) {
			w.confirmForeign(got, i >= 2)
		}
		for _, later := range answers[i+1:] {
			w.lose(later.step, "an answer before it hides it")
		}
		return
	}
	if !found && slices.ContainsFunc(answers, func(g answer) bool { return g.status == http.StatusUnauthorized }) {
		w.trace.Result.Outcome = Password
		w.trace.Sees = "Thunderbird asks for the password, sends it to the addresses of Autodiscover over https, and goes on with what they answer then. No password was sent here."
	}
}

// exchangeWords says what becomes of Autodiscover beside autoconfig.
func exchangeWords(body []byte) string {
	protocols, _ := autodiscover.DecodeWords(body) // an error is no Exchange server
	for _, p := range protocols {
		if slices.Contains([]string{"WEB", "EXHTTP", "EXCH", "EXPR"}, p["Type"]) {
			return "the settings of autoconfig come first; the Exchange server that it names is offered as an alternative"
		}
	}
	return "the settings of autoconfig come first; only an Exchange server would be added, and it names none"
}

// thunderbirdPOX takes one answer of Autodiscover, or follows its redirect.
func (w *walk) thunderbirdPOX(got answer, a providers.Address, deep int) bool {
	if !isXML(got.kind) {
		w.lose(got.step, "the Content-Type is neither text/xml nor application/xml, so Thunderbird does not read it as XML")
		return false
	}
	if redirect, err := autodiscover.Decode(got.body); err == nil && redirect.RedirectAddress != "" {
		to, err := providers.ParseAddress(redirect.RedirectAddress)
		switch {
		case err != nil:
			w.lose(got.step, "the redirect leads to no address")
		case deep == 0:
			w.lose(got.step, "more than 2 redirects to another address")
		default:
			w.judge(got.step, Used, "it leads to another address, at "+to.Domain().String())
			w.thunderbirdAutodiscover(w.beginAutodiscover(to), to, false, deep-1)
		}
		return false
	}
	servers, err := thunderbirdReadsPOX(got.body, a)
	if err != nil {
		w.lose(got.step, err.Error())
		return false
	}
	w.take(got.step, servers, "autoconfig has nothing, and this is Autodiscover's first answer; TLS is taken from the port")
	return true
}

// confirmForeign notes that Thunderbird asks before it takes Autodiscover's
// settings from another domain, where it went by a redirect or an SRV record.
func (w *walk) confirmForeign(got answer, led bool) {
	at, err := url.Parse(got.last)
	if err != nil || !led {
		return
	}
	host, err := providers.ParseDomain(at.Hostname())
	own := host.Registrable() == w.domain.Registrable()
	known := host.Registrable().String() == "office365.com" || host.Registrable().String() == "outlook.com"
	if err == nil && !own && !known {
		w.consent(got.last)
	}
}

// consent notes that a client asks the person whether to trust the host of a
// URL.
func (w *walk) consent(at string) {
	if u, err := url.Parse(at); err == nil {
		w.consents = append(w.consents, clean(u.Hostname()))
	}
}
