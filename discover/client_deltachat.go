package discover

import "strings"

// deltaChat is configure.rs: one after the other, over https alone. What is
// well-formed XML ends the search, even without a server.
func deltaChat(w *walk) {
	d := w.domain.String()
	read := func(body []byte) ([]Server, error) { return deltaReads(body, w.address) }
	ended := w.deltaTurn(autoconfigAt(d, "?emailaddress="+percentEncoded(w.address.String(), ".")).https, read) ||
		w.deltaTurn(autoconfigAt(d, "").wellKnown, read) ||
		w.deltaPOX("https://"+d+autodiscoverPath) ||
		w.deltaPOX("https://autodiscover."+d+autodiscoverPath)
	if !ended {
		w.deltaTurn(w.public(d), read)
	}
	w.finish("Delta Chat tries these servers with the password; when one of each kind takes it, the account is ready.",
		Guesses, "Delta Chat tries usual host names; where none takes the password, it says so and asks for the servers.",
		"imap."+d, "mail."+d, d, "smtp."+d)
}

// deltaTurn asks one address; true ends the search.
func (w *walk) deltaTurn(r request, read reader) bool {
	a := w.get(r)
	if !a.ok {
		return false
	}
	servers, err := read(a.body)
	if err != nil {
		w.lose(a.step, err.Error())
		return false
	}
	w.deltaEnd(a.step, servers)
	return true
}

func (w *walk) deltaEnd(step int, servers []Server) {
	if len(servers) == 0 {
		w.lose(step, "it is well-formed XML without a usable server, and that ends Delta Chat's search")
		return
	}
	w.take(step, servers, "the first answer that is well-formed; all its servers are tried")
}

// deltaPOX asks Autodiscover with a GET, and follows RedirectUrl.
func (w *walk) deltaPOX(at string) bool {
	for range 10 {
		a := w.get(request{url: at})
		if !a.ok {
			return false
		}
		servers, redirect, err := deltaReadsPOX(a.body, w.address)
		if err != nil {
			w.lose(a.step, err.Error())
			return false
		}
		if redirect == "" {
			w.deltaEnd(a.step, servers)
			return true
		}
		if !strings.HasPrefix(redirect, "https://") {
			w.lose(a.step, "its RedirectUrl is not https")
			return false
		}
		w.judge(a.step, Used, "its RedirectUrl is asked next")
		at = redirect
	}
	return false
}
