package discover

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"waypost/autodiscover"
	"waypost/providers"
)

// mostPOXRedirects is how many redirects of Autodiscover itself Outlook follows
// (MS-OXDISCO).
const mostPOXRedirects = 10

// outlook is MS-OXDISCO without the directory of a company's own network: the
// domain, then its autodiscover host, then a redirect over http, then the SRV
// record, whose port Outlook does not look at.
func outlook(w *walk) {
	more := mostPOXRedirects
	w.outlookAt(w.address, &more)
	if !w.found() && w.outlookChallenged() {
		w.trace.Result.Outcome = Password
		w.trace.Sees = "Outlook asks for the password, sends it to the server that asked for it, and goes on with what it answers then. No password was sent here."
		return
	}
	w.finish("Outlook asks for the password; then the account is ready.", ByHand, "Outlook says that it could not set the account up, and asks for the servers by hand.")
}

func (w *walk) outlookChallenged() bool {
	return slices.ContainsFunc(w.trace.Steps, func(s Step) bool { return s.Status == http.StatusUnauthorized })
}

// outlookAt asks for one address; more is how many redirects are followed yet,
// in the whole search. It tells whether that has ended.
func (w *walk) outlookAt(a providers.Address, more *int) bool {
	d := a.Domain().String()
	if w.outlookAsk(post("https://"+d, a), a, more) || w.outlookAsk(post("https://autodiscover."+d, a), a, more) {
		return true
	}
	got := w.get(request{url: "http://autodiscover." + d + autodiscoverPath, stay: true})
	switch {
	case strings.HasPrefix(got.to, "https://") && got.status == http.StatusFound:
		w.judge(got.step, Used, "Outlook asks the person whether this website may configure the account, and goes on there")
		w.consent(got.to)
		w.led = true
		if w.outlookAsk(request{method: http.MethodPost, url: got.to, body: poxRequest(a)}, a, more) {
			return true
		}
		w.led = false
	case got.status != 0:
		w.judge(got.step, Lost, "only a 302 to https counts here")
	}
	srv := w.ask("_autodiscover._tcp."+d, dns.TypeSRV)
	slices.SortStableFunc(srv, func(x, y record) int { return cmp.Compare(x.priority, y.priority) })
	for _, r := range srv[:min(len(srv), 1)] {
		if r.target == "" {
			w.lose(r.step, `the target "." says that there is no such service`)
			continue
		}
		why := "the target is asked on port 443, whatever the record says"
		if !strings.HasSuffix("."+r.target, "."+d) {
			why += "; it is outside the domain, so Outlook asks the person first"
			w.consent("https://" + r.target)
		}
		w.judge(r.step, Used, why)
		return w.outlookAsk(post("https://"+r.target, a), a, more)
	}
	return false
}

// outlookAsk asks one address of Autodiscover and follows what it says.
func (w *walk) outlookAsk(r request, a providers.Address, more *int) bool {
	got := w.get(r)
	if got.status == http.StatusUnauthorized {
		w.judge(got.step, Lost, "it asks for a password: Outlook would send one, and nothing is sent here")
	}
	if !got.ok {
		return false
	}
	to, err := autodiscover.Decode(got.body)
	led := err == nil && (to.RedirectURL != "" || to.RedirectAddress != "")
	if !led {
		return w.accept(got, func(body []byte) ([]Server, error) { return outlookReads(body, a) })
	}
	if *more == 0 {
		w.lose(got.step, fmt.Sprintf("more than %d redirects", mostPOXRedirects))
		return false
	}
	*more--
	if to.RedirectURL != "" {
		if !strings.HasPrefix(to.RedirectURL, "https://") {
			w.lose(got.step, "its RedirectUrl is not https")
			return false
		}
		w.judge(got.step, Used, "its RedirectUrl is asked next")
		return w.outlookAsk(request{method: http.MethodPost, url: to.RedirectURL, body: poxRequest(a)}, a, more)
	}
	next, err := providers.ParseAddress(to.RedirectAddress)
	if err != nil {
		w.lose(got.step, "the redirect leads to no address")
		return false
	}
	w.judge(got.step, Used, "it leads to another address, at "+next.Domain().String())
	return w.outlookAt(next, more)
}

// outlookCloud are the Outlooks that ask Microsoft.
func outlookCloud(w *walk) {
	w.finish("", Elsewhere, "This Outlook asks a service of Microsoft for the settings and nobody at the domain; IMAP mail is fetched by way of Microsoft's servers. Where Microsoft does not know the domain, it asks for the servers by hand.")
}

// appleMail asks nobody at the domain.
func appleMail(w *walk) {
	w.finish("", Elsewhere, "Apple Mail asks nobody at the domain for a mail account, and no DNS record either: it asks the person for the servers. A configuration profile sets the account up.")
}
