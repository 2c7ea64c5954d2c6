package discover

import (
	"crypto/md5" //nolint:gosec // the client sends this sum; it protects nothing
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/miekg/dns"

	"waypost/providers"
)

// evolution is e-mail-autoconfig.c and, beside it, the SRV records of
// e-mail-config-lookup. Its WebDAV probe of the domain's web server is for
// calendars and left out.
func evolution(w *walk) {
	beside := w.begin(nil, append(w.serviceLookups(services), w.serviceLookups(evolutionOther)...))
	name, found := w.domain, false
	if found = w.evolutionAt(name.String()); !found && w.evolutionGoesOn() {
		records := w.ask(w.domain.String(), dns.TypeMX)
		if name = exchanger(records); !name.IsZero() {
			w.judge(records[0].step, Used, "the best exchanger is asked, then its name without the first labels")
		}
		for ; !found && !name.Registrable().IsZero(); name = name.Parent() {
			found = w.evolutionAt(name.String())
			if !found && !w.evolutionGoesOn() {
				break
			}
		}
	}
	_, records := w.collect(beside)
	w.evolutionSRV(records)
	w.finish("Evolution fills in these servers; the person looks them over, and is asked for the password later.",
		ByHand, "Evolution shows empty fields for the servers.")
}

// evolutionOther are asked for calendars, contacts and directories.
var evolutionOther = []service{{label: "_caldavs"}, {label: "_caldav"}, {label: "_carddavs"}, {label: "_carddav"}, {label: "_ldaps"}, {label: "_ldap"}}

// evolutionAt asks the addresses of one domain in turn. The address is sent
// with another local part, and as a sum.
func (w *walk) evolutionAt(domain string) bool {
	sum := md5.Sum([]byte(strings.ToLower(w.address.String()))) //nolint:gosec // as above
	query := "?emailaddress=" + url.QueryEscape(evolutionUser+"@"+w.domain.String()) + "&emailmd5=" + hex.EncodeToString(sum[:])
	p := autoconfigAt(domain, query)
	return w.inTurn(func(body []byte) ([]Server, error) { return evolutionReads(body, w.address) },
		p.https, p.http, p.wellKnown, p.httpWellKnown, w.public(domain))
}

// evolutionGoesOn tells whether the database, which was asked last, does not
// know the domain: only then the next name is asked.
func (w *walk) evolutionGoesOn() bool {
	last := w.trace.Steps[len(w.trace.Steps)-1]
	return last.Verdict == NotAsked || last.Status == http.StatusNotFound
}

// evolutionSRV takes what autoconfig left open from SRV records.
func (w *walk) evolutionSRV(records [][]record) {
	var in, out bool
	for _, s := range w.trace.Result.Servers {
		in, out = in || s.Protocol != providers.Submission, out || s.Protocol == providers.Submission
	}
	for i, s := range services {
		have := &in
		if s.protocol == providers.Submission {
			have = &out
		}
		for _, r := range records[i] {
			server, ok := s.server(r, w.address)
			switch {
			case !ok:
				w.lose(r.step, `the target "." says that there is no such service`)
			case *have:
				w.lose(r.step, "there is a server already that Evolution prefers")
			default:
				w.take(r.step, []Server{server}, "autoconfig has no server for this direction")
				*have = true
			}
		}
	}
	for _, rs := range records[len(services):] {
		for _, r := range rs {
			w.lose(r.step, "it is for calendars, contacts or directories, not for mail")
		}
	}
}
