package discover_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"waypost/discover"
	"waypost/internal/reach"
	"waypost/internal/testenv"
	"waypost/providers"
)

// page is what a server answers at a URL without its query.
type page struct {
	status   int // 0: 200
	kind     string
	body     string
	location string
	handler  http.HandlerFunc // instead of the above
}

// world is the part of the internet that clients ask.
type world struct {
	name    string
	records []string // lines of a zone file
	pages   map[string]page
	// hosts lead to the servers beside those of the pages; they answer 404.
	hosts     []string
	wrongName []string // hosts with a certificate for another name
	expired   []string // hosts with a certificate that has expired
	ispdb     bool     // whether the public database is asked
	silent    bool     // something never answers: requests are given up early
}

// everything is the path of a page that is served at every path of its host.
const everything = "/*"

// running is a world whose servers run.
type running struct {
	options discover.Options
	mu      sync.Mutex
	seen    []string // requests as they came, with the host in front of the path
	asked   []string // DNS questions but those for addresses
	headers []sent
}

// sent is what else came with a request.
type sent struct {
	uri    string // of the request line
	header http.Header
	body   string
}

func (r *running) requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

func (r *running) questions() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// certificates are made once for all worlds: they cover every name in use.
type certificates struct {
	roots             *x509.CertPool
	good, other, late tls.Certificate
}

func newCertificates(t testing.TB) certificates {
	t.Helper()
	authority := testenv.NewAuthority(t)
	c := certificates{roots: x509.NewCertPool()}
	c.roots.AddCert(authority.Root)
	load := func(until time.Time, names ...string) tls.Certificate {
		pair, err := tls.LoadX509KeyPair(authority.Issue(t, until, names...))
		if err != nil {
			t.Fatal(err)
		}
		return pair
	}
	c.good = load(time.Time{}, "example.test", "*.example.test", "hoster.test", "*.hoster.test", "autoconfig.mail.hoster.test",
		"live.thunderbird.net", "autoconfig.thunderbird.net")
	c.other = load(time.Time{}, "other.test")
	c.late = load(time.Now().Add(-time.Hour), "*.example.test")
	return c
}

// start runs the servers of a world on loopback until the test ends.
func (w world) start(t testing.TB, c certificates) *running {
	t.Helper()
	r := &running{}
	plain, secure := listen(t), listen(t)
	choose := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if slices.Contains(w.wrongName, hello.ServerName) {
			return &c.other, nil
		}
		if slices.Contains(w.expired, hello.ServerName) {
			return &c.late, nil
		}
		return &c.good, nil
	}
	serve(t, plain, r.handler(w, "http"))
	serve(t, tls.NewListener(secure, &tls.Config{GetCertificate: choose}), r.handler(w, "https"))
	r.options = discover.Options{
		Network: reach.Network{
			Resolver: w.startDNS(t, r),
			Allow:    func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") },
		},
		Roots:   c.roots,
		Timeout: time.Minute,
		ISPDB:   w.ispdb,
		Ports:   map[uint16]uint16{80: port(plain), 443: port(secure)},
	}
	if w.silent {
		r.options.Request = 2 * time.Second
	}
	return r
}

func (r *running) handler(w world, scheme string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
		if err != nil {
			return // the client is gone
		}
		r.mu.Lock()
		r.seen = append(r.seen, q.Method+" "+scheme+"://"+q.Host+q.URL.RequestURI())
		r.headers = append(r.headers, sent{q.RequestURI, q.Header.Clone(), string(body)})
		r.mu.Unlock()
		p, ok := w.pages[scheme+"://"+q.Host+q.URL.Path]
		if !ok {
			if p, ok = w.pages[scheme+"://"+q.Host+everything]; !ok {
				http.NotFound(rw, q)
				return
			}
		}
		if p.handler != nil {
			p.handler(rw, q)
			return
		}
		if p.location != "" {
			rw.Header().Set("Location", p.location)
		}
		rw.Header().Set("Content-Type", p.kind)
		rw.WriteHeader(cmp.Or(p.status, http.StatusOK))
		_, _ = io.WriteString(rw, p.body) // the client may be gone
	})
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func port(l net.Listener) uint16 { return l.Addr().(*net.TCPAddr).AddrPort().Port() }

func serve(t testing.TB, l net.Listener, h http.Handler) {
	t.Helper()
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// startDNS answers for the world's records, and with 127.0.0.1 for the hosts of
// its pages. No other name exists.
func (w world) startDNS(t testing.TB, r *running) string {
	t.Helper()
	zone := map[string][]dns.RR{}
	add := func(line string) {
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		zone[rr.Header().Name] = append(zone[rr.Header().Name], rr)
	}
	hosts := slices.Clone(w.hosts)
	for url := range w.pages {
		_, rest, _ := strings.Cut(url, "://")
		host, _, _ := strings.Cut(rest, "/")
		hosts = append(hosts, host)
	}
	slices.Sort(hosts)
	for _, h := range slices.Compact(hosts) {
		add(h + ". 60 IN A 127.0.0.1")
	}
	for _, line := range w.records {
		add(line)
	}
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	s := &dns.Server{PacketConn: pc, NotifyStartedFunc: func() { close(started) }, Handler: dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) {
		reply := new(dns.Msg).SetReply(q)
		if kind := q.Question[0].Qtype; kind != dns.TypeA && kind != dns.TypeAAAA {
			r.mu.Lock()
			r.asked = append(r.asked, dns.TypeToString[kind]+" "+strings.TrimSuffix(q.Question[0].Name, "."))
			r.mu.Unlock()
		}
		found, exists := zone[strings.ToLower(q.Question[0].Name)]
		if !exists {
			reply.Rcode = dns.RcodeNameError
		}
		for _, rr := range found {
			if rr.Header().Rrtype == q.Question[0].Qtype {
				reply.Answer = append(reply.Answer, rr)
			}
		}
		_ = rw.WriteMsg(reply) // who gets no answer asks again
	})}
	ended := make(chan error, 1)
	go func() { ended <- s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() {
		_ = s.ShutdownContext(context.Background())
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return pc.LocalAddr().String()
}

func address(t testing.TB, s string) providers.Address {
	t.Helper()
	a, err := providers.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func run(t testing.TB, client string, o discover.Options) discover.Trace {
	t.Helper()
	trace, err := discover.Run(t.Context(), client, address(t, "ann+x@example.test"), o)
	if err != nil {
		t.Fatal(err)
	}
	return trace
}
