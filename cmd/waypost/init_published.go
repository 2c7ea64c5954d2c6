package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"waypost/autoconfig"
	"waypost/internal/reach"
	"waypost/providers"
)

// Types of DNS records, by their numbers (RFC 1035 section 3.2.2, RFC 2782).
const (
	typeMX  = 15
	typeSRV = 33
)

// mailServices are the services of RFC 6186, RFC 8314 and RFC 5804, which the
// notation of servers calls by the same names.
var mailServices = []string{"imaps", "imap", "pop3s", "pop3", "submissions", "submission", "sieve"}

// maxRecords bounds what one name is believed to have.
const maxRecords = 5

// lookAtPublished asks DNS and the domain's autoconfig. What they say is a
// claim, like everything else here, until it is measured.
func (s *survey) lookAtPublished(ctx context.Context) {
	s.say("Looking at what %s publishes ...", s.domain)
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	mx, err := s.records(ctx, s.domain.String(), typeMX, 2)
	if err != nil {
		s.remark("MX and SRV could not be asked: %v", err)
	} else {
		s.answered = true
		s.addExchangers(ctx, mx)
	}
	s.keepOwnNames(ctx)
	s.addLocalCandidates()
	s.proposeURL(ctx)
	if s.answered {
		for _, service := range mailServices {
			s.addService(ctx, service)
		}
	}
	s.addAutoconfig(ctx)
}

// records gives the data of the records of one type as fields, sorted by the
// preference that MX and SRV begin with.
func (s *survey) records(ctx context.Context, name string, kind uint16, fields int) ([][]string, error) {
	answer, err := s.network.Ask(ctx, name, kind)
	if err != nil {
		return nil, err
	}
	var all [][]string
	for _, rr := range answer.Records {
		// The text of a record is its header and its data (RFC 1035 section 5.1).
		data := strings.Fields(strings.TrimPrefix(rr.String(), rr.Header().String()))
		if len(data) == fields {
			all = append(all, data)
		}
	}
	slices.SortStableFunc(all, func(a, b []string) int {
		x, _ := strconv.Atoi(a[0]) // a number, or the record would not have been read
		y, _ := strconv.Atoi(b[0])
		return cmp.Compare(x, y)
	})
	return all[:min(len(all), maxRecords)], nil
}

// addExchangers keeps the names of the mail exchangers. One that leads to this
// machine is a name of it, and shows that the mail is here.
func (s *survey) addExchangers(ctx context.Context, records [][]string) {
	for _, r := range records {
		d, err := providers.ParseDomain(strings.TrimSuffix(r[1], "."))
		if err != nil {
			continue // among them ".", which says that there is no mail (RFC 7505)
		}
		s.published = append(s.published, d.String())
		s.say("  MX %s", d)
		if s.leadsHere(ctx, d.String()) {
			how := "MX of " + s.domain.String() + ", which leads to this machine"
			s.addHost(d.String(), how)
			s.here = cmp.Or(s.here, "the MX "+d.String()+" leads to this machine")
		}
	}
}

func (s *survey) leadsHere(ctx context.Context, host string) bool {
	addrs, err := s.network.Hosts(ctx, host)
	return err == nil && slices.ContainsFunc(addrs, s.mine)
}

// proposeURL takes the name that is usual for an instance, where it leads to
// this machine already.
func (s *survey) proposeURL(ctx context.Context) {
	if name := "setup." + s.domain.String(); s.answered && s.leadsHere(ctx, name) {
		s.url = "https://" + name
	}
}

func (s *survey) addService(ctx context.Context, service string) {
	name := "_" + service + "._tcp." + s.domain.String()
	records, err := s.records(ctx, name, typeSRV, 4)
	if err != nil {
		s.remark("%s could not be asked: %v", name, err)
	}
	for _, r := range records {
		server, err := providers.ParseServer(service + "://" + strings.TrimSuffix(r[3], ".") + ":" + r[2])
		if err != nil {
			continue // among them ".", which says that it is not offered
		}
		s.say("  SRV %s %s:%d", name, server.Host, server.Port)
		s.add(candidate{server: server, published: true, how: []string{"SRV " + name}})
	}
}

// addAutoconfig fetches the domain's own document, where one answers.
func (s *survey) addAutoconfig(ctx context.Context) {
	client := s.web()
	defer client.CloseIdleConnections()
	for _, from := range []string{
		"https://autoconfig." + s.domain.String() + "/mail/config-v1.1.xml",
		"https://" + s.domain.String() + "/.well-known/autoconfig/mail/config-v1.1.xml",
	} {
		doc, err := fetchAutoconfig(ctx, client, from)
		if errors.Is(err, reach.ErrNoName) || errors.Is(err, reach.ErrNoAnswer) {
			continue // most domains have no such name
		}
		if err != nil {
			s.remark("%s: %v", from, err)
			continue
		}
		s.say("  autoconfig %s", from)
		s.addDocument(doc, from, isWaypost(ctx, client, from))
		return
	}
}

// addDocument keeps what a document says. Of a Waypost's, the form of user names
// is left out: it stands there by default, or because an earlier run wrote it,
// and nobody has measured it. Servers are measured anyway.
func (s *survey) addDocument(doc autoconfig.Document, how string, waypost bool) {
	if waypost {
		s.remark("%s is answered by Waypost, which says what its configuration says: it is no source for the form of user names", how)
	}
	for _, server := range slices.Concat(doc.Incoming, doc.Outgoing, doc.Services) {
		switch server.Protocol {
		case providers.ActiveSync, providers.EWS:
			continue // no client of theirs reads what Waypost would say of them without more
		case providers.IMAP, providers.POP3, providers.Submission:
			if !waypost && server.Username != "" && !slices.ContainsFunc(s.usernames, func(k knownUsername) bool { return k.rule == server.Username }) {
				s.usernames = append(s.usernames, knownUsername{server.Username, how})
			}
		default:
		}
		c := candidate{server: server, published: true, how: []string{how}}
		c.server.Auth, c.server.Username = nil, "" // what is offered is measured
		if server.Security == providers.None {
			c.refused = "it is published without TLS, so passwords would be readable on the way"
		}
		if c.server.URL() != "" && !strings.Contains(c.server.Host, "{") {
			s.add(c)
		}
	}
	if name := personalName(doc.DisplayName); name != "" {
		s.name, s.nameFrom = name, how
	}
}

// web is an HTTP client that connects by the rules of the survey, and stays
// with https.
func (s *survey) web() *http.Client {
	return &http.Client{
		Timeout: s.timeout,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				host, digits, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				port, err := strconv.ParseUint(digits, 10, 16)
				if err != nil {
					return nil, err
				}
				return s.network.DialName(ctx, host, uint16(port))
			},
			TLSClientConfig:        &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Scheme != "https" || len(via) > 3 {
				return errors.New("it redirects too often, or away from https")
			}
			return nil
		},
	}
}

// maxDocument is the most that autoconfig.Decode takes, in bytes.
const maxDocument = 256 << 10

// isWaypost tells whether a Waypost answers at the host of a URL, this machine's
// own among them, by the lines that its health has and no other program's.
func isWaypost(ctx context.Context, client *http.Client, of string) bool {
	u, err := url.Parse(of)
	if err != nil {
		return false
	}
	health := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/healthz", RawQuery: "verbose"}
	body, err := fetchBody(ctx, client, health.String())
	return err == nil && bytes.HasPrefix(body, []byte("ok\n")) && bytes.Contains(body, []byte("\nconfiguration read "))
}

func fetchAutoconfig(ctx context.Context, client *http.Client, from string) (autoconfig.Document, error) {
	body, err := fetchBody(ctx, client, from)
	if err != nil {
		return autoconfig.Document{}, err
	}
	return autoconfig.Decode(body)
}

// fetchBody gives the body of an answer that says 200, and at most one byte more
// than a document may have.
func fetchBody(ctx context.Context, client *http.Client, from string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // without the method and the URL, which the caller names
		}
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %d", answer.StatusCode)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxDocument+1))
}
