package discover

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"waypost/pacc"
	"waypost/providers"
)

// himalaya is pimalaya's io-pim-discovery: everything at once; PACC comes
// first, then autoconfig, SRV records and JMAP.
func himalaya(w *walk) {
	d := w.domain.String()
	p := autoconfigAt(d, "?emailaddress="+formEncoded(w.address.String()))
	late := w.begin([]request{w.public(d)}, nil)
	wanted := []service{services[1], services[0], services[5], services[4]}
	last := w.begin([]request{{url: "https://" + d + "/.well-known/jmap"}}, w.serviceLookups(wanted))
	answers, records := w.together(
		[]request{{url: "https://ua-auto-config." + d + paccPath}, p.https, p.wellKnown},
		[]lookup{{"_ua-auto-config." + d, dns.TypeTXT}, {d, dns.TypeTXT}, {d, dns.TypeMX}},
	)
	if len(records[2]) > 0 {
		w.lose(records[2][0].step, "the exchanger is only compared with the providers that are built in")
	}
	w.takePACC(answers[0], records[0])
	read := func(body []byte) ([]Server, error) { return himalayaReads(body, w.address) }
	answers = append(answers[1:], w.mailconf(records[1])...)
	more, _ := w.collect(late)
	for _, a := range append(answers, more...) {
		if len(w.trace.Result.Servers) == 0 {
			w.accept(a, read)
		} else if a.ok {
			w.lose(a.step, "a source that it prefers has settings")
		}
	}
	rest, srv := w.collect(last)
	w.himalayaSRV(wanted, srv)
	w.takeJMAP(rest[0])
	w.finish("The assistant offers these servers and asks for the password.", ByHand, "The assistant asks for the servers by hand.")
}

// mailconf asks the URL that a TXT record of the domain names.
func (w *walk) mailconf(records []record) []answer {
	for _, r := range records {
		if at, ok := strings.CutPrefix(r.text, "mailconf="); ok {
			w.judge(r.step, Used, "it names the URL of a document")
			return []answer{w.get(request{url: at})}
		}
	}
	if len(records) > 0 {
		w.lose(records[0].step, "no text begins with mailconf=")
	}
	return nil
}

// takePACC takes a document of draft -02 whose digest stands in DNS.
func (w *walk) takePACC(a answer, texts []record) {
	if !a.ok {
		for _, r := range texts {
			w.lose(r.step, "there is no document that it could vouch for")
		}
		return
	}
	sum := sha256.Sum256(a.body)
	digest := base64.StdEncoding.EncodeToString(sum[:])
	if !slices.ContainsFunc(texts, func(r record) bool { return paccDigest(r.text) == digest }) {
		w.lose(a.step, "its digest is in no TXT record at _ua-auto-config."+w.domain.String())
		for _, r := range texts {
			w.lose(r.step, "it has another digest than the document")
		}
		return
	}
	w.judge(texts[0].step, Used, "it has the document's digest")
	servers, err := paccReads(a.body, w.address)
	if err != nil {
		w.lose(a.step, err.Error())
		return
	}
	w.take(a.step, servers, "PACC comes first, and the digest in DNS agrees")
}

// paccDigest gives the digest of a record: tags in any order and spacing, of
// which unknown ones do not matter.
func paccDigest(text string) string {
	tags := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			tags[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	if tags["v"] != "UAAC1" || tags["a"] != "sha256" {
		return ""
	}
	return tags["d"]
}

// paccReads reads draft -02, which calls the submission server smtp; of -03,
// which calls it submit, it sees none.
func paccReads(body []byte, a providers.Address) ([]Server, error) {
	d, err := pacc.Decode(body)
	if err != nil {
		return nil, errors.New("the answer is no document of PACC")
	}
	var old struct {
		Protocols struct {
			SMTP *struct{ Host string } `json:"smtp"`
		} `json:"protocols"`
	}
	if json.Unmarshal(body, &old) != nil || old.Protocols.SMTP == nil {
		return nil, errors.New("the document names no server smtp, as draft -02 calls it")
	}
	s := Server{Security: providers.TLS, Username: a.String()}
	if d.Password {
		s.Auth = providers.PasswordCleartext
	} else if d.Issuer != "" {
		s.Auth = providers.OAuth2
	}
	in, out := s, s
	switch {
	case d.IMAP != "":
		in.Protocol, in.Host, in.Port = providers.IMAP, d.IMAP, 993
	case d.POP3 != "":
		in.Protocol, in.Host, in.Port = providers.POP3, d.POP3, 995
	default:
		return nil, errors.New("the document names no IMAP or POP3 server")
	}
	out.Protocol, out.Host, out.Port = providers.Submission, old.Protocols.SMTP.Host, 465
	return []Server{in, out}, nil
}

// himalayaReads takes the first imap and the first smtp, with the registered
// port where none is written.
func himalayaReads(body []byte, a providers.Address) ([]Server, error) {
	p, err := clientConfig(body)
	if err != nil {
		return nil, err
	}
	return pairOf(p, "it", func(n *node) (Server, error) {
		s := plainServer(n, a)
		s.Host = fillAll(s.Host, a)
		if s.Protocol != providers.IMAP && s.Protocol != providers.Submission || s.Host == "" || s.Security == "" {
			return s, errors.New("it is no complete imap or smtp server")
		}
		if s.Port == 0 {
			s.Port = map[providers.Protocol]map[providers.Security]int{
				providers.IMAP:       {providers.TLS: 993, providers.STARTTLS: 143, providers.None: 143},
				providers.Submission: {providers.TLS: 465, providers.STARTTLS: 587, providers.None: 25},
			}[s.Protocol][s.Security]
		}
		for _, word := range n.texts("authentication") {
			if known := authentication(word); known != "" && s.Auth == "" {
				s.Auth = known
			}
		}
		return s, nil
	})
}

// himalayaSRV takes the best record of each direction where nothing else was
// found, implicit TLS before STARTTLS.
func (w *walk) himalayaSRV(wanted []service, records [][]record) {
	have := map[bool]bool{}
	for _, s := range w.trace.Result.Servers {
		have[s.Protocol == providers.Submission] = true
	}
	for _, i := range []int{1, 0, 3, 2} {
		for _, r := range records[i] {
			out := wanted[i].protocol == providers.Submission
			server, ok := wanted[i].server(r, w.address)
			switch {
			case !ok:
				w.lose(r.step, `the target "." says that there is no such service`)
			case have[out]:
				w.lose(r.step, "there is a server already that it prefers")
			default:
				server.Auth = providers.PasswordCleartext
				w.take(r.step, []Server{server}, "nothing that it prefers has a server for this direction")
				have[out] = true
			}
		}
	}
}

// takeJMAP takes a JMAP session where no mail servers were found: the session
// may ask for the password first (RFC 8620, section 2.2).
func (w *walk) takeJMAP(a answer) {
	if !a.ok && a.status != http.StatusUnauthorized {
		return
	}
	if w.found() {
		w.lose(a.step, "there are servers already that it prefers")
		return
	}
	var session struct {
		Capabilities map[string]any `json:"capabilities"`
	}
	if a.status != http.StatusUnauthorized && (json.Unmarshal(a.body, &session) != nil || session.Capabilities == nil) {
		w.lose(a.step, "the answer is no JMAP session")
		return
	}
	w.take(a.step, []Server{{Protocol: providers.JMAP, Port: 443, Security: providers.TLS, Username: w.address.String(), URL: a.last}}, "a JMAP session, where no mail servers were found")
}
