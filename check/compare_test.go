package check_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"waypost/check"
	"waypost/discover"
	"waypost/dnsrecords"
	"waypost/probe"
	"waypost/providers"
)

// target is ann@example.com at servers in the usual form.
func target(t *testing.T) check.Target {
	t.Helper()
	a, err := providers.ParseAddress("ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	p := &providers.Provider{ID: "example.com", Name: "Example", Setups: []providers.Setup{{
		Domains:  []providers.Domain{a.Domain()},
		Incoming: []providers.Server{server(t, "imaps://mail.example.com")},
		Outgoing: []providers.Server{server(t, "submissions://mail.example.com")},
	}}}
	m, err := providers.NewMatch(p, &p.Setups[0], a.Domain())
	if err != nil {
		t.Fatal(err)
	}
	return check.Target{Account: m.At(a)}
}

func server(t *testing.T, url string) providers.Server {
	t.Helper()
	s, err := providers.ParseServer(url)
	if err != nil {
		t.Fatal(err)
	}
	s.Auth, s.Username = []providers.Auth{providers.PasswordCleartext}, providers.FullAddress
	return s
}

// good is the evidence of a server that works, until change.
func good(s providers.Server, change ...func(*probe.Evidence)) probe.Evidence {
	e := probe.Evidence{
		Server: s, Verdict: probe.Pass, Security: s.Security, TLS: "TLS 1.3", Methods: []string{"PLAIN"},
		Certificate: &probe.Certificate{Serial: "4a", NotAfter: time.Date(2027, 2, 2, 0, 0, 0, 0, time.UTC), DaysLeft: 71, Verified: true},
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

func fails(cause probe.Cause) func(*probe.Evidence) {
	return func(e *probe.Evidence) {
		e.Verdict, e.Cause = probe.Fail, cause
		e.Steps = []probe.Step{{Name: probe.StepTLS, Verdict: probe.Fail, Cause: cause, Seen: "what was seen", Expected: "what was expected"}}
	}
}

// finds is the trace of a client that takes servers from one answer.
func finds(title string, servers ...discover.Server) discover.Trace {
	return discover.Trace{
		Client: discover.Client{Name: strings.ToLower(title), Title: title}, Sees: "The account is ready.", Trusted: true,
		Steps:  []discover.Step{{Method: "GET", Target: "https://autoconfig.example.com/mail/config-v1.1.xml", Verdict: discover.Taken}},
		Result: discover.Result{Outcome: discover.Configured, Servers: servers, Certain: true},
	}
}

func as(s providers.Server, change ...func(*discover.Server)) discover.Server {
	d := discover.Server{Protocol: s.Protocol, Host: s.Host, Port: s.Port, Security: s.Security, Auth: providers.PasswordCleartext, Username: "ann@example.com"}
	for _, c := range change {
		c(&d)
	}
	return d
}

// codesOf gives the codes with their verdicts, as they stand.
func codesOf(findings []check.Finding) (codes []string) {
	for _, f := range findings {
		codes = append(codes, string(f.Verdict)+" "+f.Code+" "+f.About)
	}
	return codes
}

func TestEveryDifferenceIsAFinding(t *testing.T) {
	known := target(t)
	in, out := server(t, "imaps://mail.example.com"), server(t, "submissions://mail.example.com")
	other := server(t, "imaps://old.example.com")
	nobody := target(t)
	nobody.Account.Match = providers.Match{Domain: nobody.Account.Domain}
	published := target(t)
	published.Publication = &dnsrecords.Publication{Match: published.Account.Match}
	partial := target(t)
	partial.Account.Setup.Partial = "nobody says how mail is sent"
	older := func(e *probe.Evidence) {
		e.Certificate = &probe.Certificate{Serial: "3f", NotAfter: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), DaysLeft: -3}
		fails(probe.CertExpired)(e)
	}
	for name, row := range map[string]struct {
		target  check.Target
		clients []discover.Trace
		servers []probe.Evidence
		want    []string
	}{
		"all is well": {
			known,
			[]discover.Trace{finds("Thunderbird", as(in), as(out))},
			[]probe.Evidence{good(in), good(out)},
			[]string{"pass SERVER-PASS imaps://mail.example.com", "pass SERVER-PASS submissions://mail.example.com", "pass CLIENT-PASS Thunderbird"},
		},
		"a client that tries both kinds of TLS": {
			known,
			[]discover.Trace{finds("Delta Chat", as(in, func(s *discover.Server) { s.Security = "" }))},
			[]probe.Evidence{good(in)},
			[]string{"pass SERVER-PASS imaps://mail.example.com", "pass CLIENT-PASS Delta Chat"},
		},
		"another server": {
			known,
			[]discover.Trace{finds("KMail", as(other), as(out))},
			[]probe.Evidence{good(in), good(out), good(other)},
			[]string{
				"fail CLIENT-OTHER-SERVER KMail",
				"pass SERVER-PASS imaps://mail.example.com", "pass SERVER-PASS submissions://mail.example.com", "pass SERVER-PASS imaps://old.example.com",
			},
		},
		"another kind of TLS": {
			known,
			[]discover.Trace{finds("FairEmail", as(out, func(s *discover.Server) { s.Security = providers.STARTTLS }))},
			[]probe.Evidence{good(out)},
			[]string{"fail CLIENT-OTHER-SERVER FairEmail", "pass SERVER-PASS submissions://mail.example.com"},
		},
		"another log-in name": {
			known,
			[]discover.Trace{finds("Geary", as(in, func(s *discover.Server) { s.Username = "ann" }))},
			[]probe.Evidence{good(in)},
			[]string{"fail CLIENT-USERNAME Geary", "pass SERVER-PASS imaps://mail.example.com"},
		},
		"a server that fails": {
			known,
			[]discover.Trace{finds("Thunderbird", as(in))},
			[]probe.Evidence{good(in, fails(probe.CertName))},
			[]string{"fail CERT-NAME imaps://mail.example.com", "untested CLIENT-BROKEN-SERVER Thunderbird"},
		},
		"what else is not right": {
			known, nil,
			[]probe.Evidence{good(in, func(e *probe.Evidence) {
				e.Verdict, e.Cause, e.Also = probe.Warn, probe.IPv6Dead, []probe.Cause{probe.CertSoon}
			})},
			[]string{"warn IPV6-DEAD imaps://mail.example.com", "warn CERT-SOON imaps://mail.example.com"},
		},
		"a certificate that one service has not reloaded": {
			known, nil,
			[]probe.Evidence{good(in, older), good(out)},
			[]string{
				"fail CERT-EXPIRED imaps://mail.example.com", "fail CERT-NOT-RELOADED imaps://mail.example.com",
				"pass SERVER-PASS submissions://mail.example.com",
			},
		},
		"settings over plain HTTP": {
			known,
			[]discover.Trace{func() discover.Trace {
				c := finds("K-9", as(in))
				c.Steps[0].Target = "http://autoconfig.example.com/mail/config-v1.1.xml"
				return c
			}()},
			[]probe.Evidence{good(in)},
			[]string{"warn CLIENT-UNTRUSTED K-9", "pass SERVER-PASS imaps://mail.example.com"},
		},
		"nothing found": {
			known,
			[]discover.Trace{
				{Client: discover.Client{Title: "Evolution"}, Result: discover.Result{Outcome: discover.ByHand, Certain: true}},
				{Client: discover.Client{Title: "Geary"}, Result: discover.Result{Outcome: discover.Guesses}},
				{Client: discover.Client{Title: "Apple Mail"}, Result: discover.Result{Outcome: discover.Elsewhere}, Sees: "It asks the person."},
				{Client: discover.Client{Title: "Outlook"}, Result: discover.Result{Outcome: discover.Password}},
			},
			nil,
			[]string{
				"warn CLIENT-FINDS-NOTHING Evolution", "warn CLIENT-ASKS-PASSWORD Outlook",
				"untested CLIENT-FINDS-NOTHING Geary", "untested CLIENT-ELSEWHERE Apple Mail",
			},
		},
		"a domain that nobody serves": {
			nobody,
			[]discover.Trace{finds("Thunderbird", as(other))},
			[]probe.Evidence{good(other)},
			[]string{"untested NOT-SERVED example.com", "pass SERVER-PASS imaps://old.example.com", "pass CLIENT-WORKS Thunderbird"},
		},
		"a client whose servers nobody measured": {
			known,
			[]discover.Trace{finds("Thunderbird", as(in), as(out))},
			[]probe.Evidence{good(in)},
			[]string{"untested CLIENT-NOT-MEASURED Thunderbird", "pass SERVER-PASS imaps://mail.example.com"},
		},
		"a client whose servers could not be tested": {
			known,
			[]discover.Trace{finds("Thunderbird", as(in))},
			[]probe.Evidence{good(in, func(e *probe.Evidence) { e.Verdict, e.Cause = probe.Untested, probe.AddressForbidden })},
			[]string{"untested ADDRESS-FORBIDDEN imaps://mail.example.com", "untested CLIENT-NOT-MEASURED Thunderbird"},
		},
		"a name that nobody can have, of a domain that nobody serves": {
			nobody,
			[]discover.Trace{finds("Thunderbird", as(other, func(s *discover.Server) { s.Host, s.Port = "<script>", 0 }))},
			nil,
			[]string{"untested NOT-SERVED example.com", "untested CLIENT-NOT-MEASURED Thunderbird"},
		},
		"the host in other letters": {
			known,
			[]discover.Trace{finds("Thunderbird", as(in, func(s *discover.Server) { s.Host = "Mail.Example.COM" }))},
			[]probe.Evidence{good(in)},
			[]string{"pass SERVER-PASS imaps://mail.example.com", "pass CLIENT-PASS Thunderbird"},
		},
		"two certificates that are meant so": {
			known, nil,
			[]probe.Evidence{good(in, func(e *probe.Evidence) {
				e.Certificate = &probe.Certificate{Serial: "3f", Issuer: "another", NotAfter: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), DaysLeft: 39, Verified: true}
			}), good(out)},
			[]string{"pass SERVER-PASS imaps://mail.example.com", "pass SERVER-PASS submissions://mail.example.com"},
		},
		"an instance that does not answer": {
			published,
			[]discover.Trace{{
				Client: discover.Client{Title: "Thunderbird"}, Result: discover.Result{Outcome: discover.Guesses},
				Steps: []discover.Step{{Target: "https://autoconfig.example.com/mail/config-v1.1.xml", Error: "connection refused", Verdict: discover.Lost}},
			}},
			nil,
			[]string{"fail INSTANCE-SILENT https://autoconfig.example.com/", "warn CLIENT-FINDS-NOTHING Thunderbird"},
		},
		"a partial record": {
			partial, nil,
			[]probe.Evidence{good(in)},
			[]string{"untested RECORD-PARTIAL example.com", "pass SERVER-PASS imaps://mail.example.com"},
		},
		"an address that policy forbids": {
			known, nil,
			[]probe.Evidence{good(in, func(e *probe.Evidence) { e.Verdict, e.Cause = probe.Untested, probe.AddressForbidden })},
			[]string{"untested ADDRESS-FORBIDDEN imaps://mail.example.com"},
		},
	} {
		got := check.Compare(row.target, row.clients, row.servers)
		if codes := codesOf(got); !slices.Equal(codes, row.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(codes, "\n"), strings.Join(row.want, "\n"))
		}
		for _, f := range got {
			switch c, ok := check.Explain(f.Code); {
			case !ok:
				t.Errorf("%s: nothing explains %s", name, f.Code)
			case f.Title == "" || f.Title != c.Title:
				t.Errorf("%s: %s has the title %q", name, f.Code, f.Title)
			case f.Verdict == check.Untested && f.Why == "":
				t.Errorf("%s: %s is untested without a reason", name, f.Code)
			case (f.Verdict == check.Fail || f.Verdict == check.Warn) && f.Fix == "":
				t.Errorf("%s: %s has no fix", name, f.Code)
			}
		}
	}
}

// What one vantage point, or no log-in, cannot decide says what would.
func TestWhatIsNotDecidedSaysWhatWouldDecideIt(t *testing.T) {
	in := server(t, "imaps://mail.example.com")
	silent := good(in, fails(probe.Silent))
	for name, row := range map[string]struct {
		servers []probe.Evidence
		options probe.Options
		want    []string
	}{
		"no log-in":                  {[]probe.Evidence{good(in)}, probe.Options{}, []string{"untested LOGIN-UNTESTED log-in"}},
		"a log-in":                   {[]probe.Evidence{good(in)}, probe.Options{Login: &probe.Login{}}, nil},
		"nobody to log in to":        {[]probe.Evidence{good(in, fails(probe.Refused))}, probe.Options{}, nil},
		"silent":                     {[]probe.Evidence{silent}, probe.Options{}, []string{"untested BLOCKED imaps://mail.example.com"}},
		"silent, control is reached": {[]probe.Evidence{silent}, probe.Options{Control: "example.com:443"}, nil},
	} {
		got := check.Undecided(row.servers, row.options)
		if codes := codesOf(got); !slices.Equal(codes, row.want) {
			t.Errorf("%s: %q, want %q", name, codes, row.want)
		}
		for _, f := range got {
			if !strings.Contains(f.Why, "add --") {
				t.Errorf("%s: %s", name, f.Why)
			}
		}
	}
}

// Dovecot takes passwords before TLS from its own machine, and that is no fault.
func TestWhatWasMeasuredFromTheMachineItselfIsSaidSo(t *testing.T) {
	in := server(t, "imap://mail.example.com")
	warned := good(in, func(e *probe.Evidence) {
		e.Verdict, e.Cause = probe.Warn, probe.AuthBeforeTLS
		e.Addresses = []probe.Address{{Address: netip.MustParseAddr("192.0.2.1"), Reached: true}}
	})
	for own, want := range map[bool]check.Verdict{true: check.Untested, false: check.Warn} {
		findings := check.Compare(target(t), nil, []probe.Evidence{warned})
		check.Complete(check.Options{
			Own:     func(netip.Addr) bool { return own },
			Earlier: func(s providers.Server) string { return "pass of " + s.Host },
		}, findings, []probe.Evidence{warned})
		if f := findings[0]; f.Verdict != want || f.Earlier != "pass of mail.example.com" || (f.Why != "") != own {
			t.Errorf("own %v: %+v", own, f)
		}
	}
}

func TestEveryCodeIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range check.Codes() {
		if seen[c.Code] || c.Title == "" || c.Fix == "" || c.Code != strings.ToUpper(c.Code) || strings.HasSuffix(c.Title, ".") {
			t.Errorf("%+v", c)
		}
		seen[c.Code] = true
	}
	if _, ok := check.Explain(" cert-expired"); ok {
		t.Error("a code with a space")
	}
	if c, ok := check.Explain("cert-expired"); !ok || c.Code != "CERT-EXPIRED" {
		t.Errorf("%+v", c)
	}
	// What symptoms point to is there.
	for _, name := range []string{"Mail server not responding", "Authentication failed", "Cannot connect using SSL", "IMAP/SMTP server unavailable"} {
		for _, s := range check.Symptoms(name) {
			for _, c := range s.Causes {
				for _, code := range c.Codes {
					if !seen[code] {
						t.Errorf("%s: %s is no code", name, code)
					}
				}
			}
		}
	}
}

func TestWorstCountsFailuresFirstAndNothingIsUntested(t *testing.T) {
	f := func(verdicts ...check.Verdict) (findings []check.Finding) {
		for _, v := range verdicts {
			findings = append(findings, check.Finding{Verdict: v})
		}
		return findings
	}
	for _, row := range []struct {
		findings []check.Finding
		want     check.Verdict
	}{
		{nil, check.Untested},
		{f(check.Untested, check.Untested), check.Untested},
		{f(check.Untested, check.Pass), check.Pass},
		{f(check.Pass, check.Warn, check.Untested), check.Warn},
		{f(check.Warn, check.Fail, check.Pass), check.Fail},
		{f(check.Fail, check.Warn), check.Fail},
	} {
		if got := check.Worst(row.findings); got != row.want {
			t.Errorf("%+v: %s, want %s", row.findings, got, row.want)
		}
	}
}
