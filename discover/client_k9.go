package discover

import "github.com/miekg/dns"

// k9 is feature/autodiscovery of Thunderbird for Android: the domain's own
// addresses and the public database at once, and the first usable document in
// the order of preference. What the exchanger leads to is asked in turn
// (MxLookupAutoconfigDiscovery.kt), and given up when one of the others has
// settings. The address is never sent.
func k9(w *walk) {
	d := w.domain.String()
	read := func(body []byte) ([]Server, error) { return k9Reads(body, w.address) }
	p := autoconfigAt(d, "")
	answers, records := w.together([]request{p.https, p.wellKnown, p.http, p.httpWellKnown, w.public(d)}, []lookup{{d, dns.TypeMX}})
	for _, a := range answers {
		if w.accept(a, read) {
			break
		}
	}
	if !w.found() {
		parents, _ := w.parents(records[0])
		for _, x := range parents {
			if w.inTurn(read, autoconfigAt(x.String(), "").https, w.public(x.String())) {
				break
			}
		}
	}
	sees := "The app asks for the password; then the account is ready."
	if w.found() && w.insecure[w.trace.Result.Servers[0].Step] {
		sees = "The app shows the settings as not trusted and goes on only when the person agrees to them."
	}
	w.finish(sees, ByHand, "The app asks for the servers by hand.")
}
