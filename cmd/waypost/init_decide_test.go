package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/localmail"
	"waypost/probe"
	"waypost/providers"
)

// answers is a terminal at which these lines are typed.
func answers(t *testing.T, lines ...string) *asker {
	t.Helper()
	a := &asker{ctx: t.Context(), lines: make(chan string, len(lines)), out: io.Discard}
	for _, l := range lines {
		a.lines <- l
	}
	close(a.lines)
	return a
}

// measured is a candidate after its measurement. The words are of here,
// published, and works.
func measured(t *testing.T, url, words string) *candidate {
	t.Helper()
	s, err := providers.ParseServer(url)
	must(t, err)
	c := &candidate{server: s, here: strings.Contains(words, "here"), published: strings.Contains(words, "published")}
	c.evidence.Verdict = probe.Fail
	if strings.Contains(words, "works") {
		c.evidence.Verdict = probe.Pass
	}
	return c
}

func urls(lists ...[]*candidate) (all []string) {
	for _, c := range slices.Concat(lists...) {
		all = append(all, c.server.URL())
	}
	return all
}

func TestServersAreTakenFromOnePlaceAndOneName(t *testing.T) {
	const here, there = "mail.example.com", "mail.provider.example"
	both := func(t *testing.T, host, words string) []*candidate {
		return []*candidate{measured(t, "imaps://"+host, words), measured(t, "submissions://"+host, words)}
	}
	atHere := []string{"imaps://" + here, "submissions://" + here}
	atThere := []string{"imaps://" + there, "submissions://" + there}
	for name, c := range map[string]struct {
		candidates []*candidate
		known      string // what says that the mail is here
		ask        *asker
		want       []string
	}{
		"nothing":                     {nil, "", nil, nil},
		"here alone":                  {both(t, here, "here works"), "", nil, atHere},
		"published alone":             {both(t, there, "published works"), "", nil, atThere},
		"here works":                  {slices.Concat(both(t, here, "here works"), both(t, there, "published")), "", nil, atHere},
		"published works":             {slices.Concat(both(t, here, "here"), both(t, there, "published works")), "", nil, atThere},
		"both, and it is here":        {slices.Concat(both(t, here, "here works"), both(t, there, "published works")), "MX", nil, atHere},
		"both, and nobody says where": {slices.Concat(both(t, here, "here works"), both(t, there, "published works")), "", nil, atThere},
		"both, and the answer is yes": {slices.Concat(both(t, here, "here works"), both(t, there, "published works")), "", answers(t, "y"), atHere},
		"both, and the answer is no":  {slices.Concat(both(t, here, "here works"), both(t, there, "published works")), "", answers(t, "n"), atThere},
		"both name the same":          {slices.Concat(both(t, here, "here published works"), both(t, there, "published works")), "", nil, atHere},
		"two names":                   {slices.Concat(both(t, "b.example.com", "here works"), both(t, here, "here works")), "", nil, atHere},
		"two names, and the second": {
			slices.Concat(both(t, "b.example.com", "here works"), both(t, here, "here works")), "", answers(t, "9", "2"),
			[]string{"imaps://b.example.com", "submissions://b.example.com"},
		},
		"a name for each direction": {
			[]*candidate{measured(t, "imaps://"+here, "here works"), measured(t, "submissions://b.example.com", "here works")},
			"", nil,
			[]string{"imaps://" + here, "submissions://b.example.com"},
		},
		"one name serves both": {
			[]*candidate{measured(t, "imaps://"+here, "here works"), measured(t, "imaps://b.example.com", "here works"), measured(t, "submissions://b.example.com", "here works")},
			"", nil,
			[]string{"imaps://b.example.com", "submissions://b.example.com"},
		},
		"IMAP and implicit TLS come first": {
			[]*candidate{measured(t, "pop3s://"+here, "here works"), measured(t, "imap://"+here, "here works"), measured(t, "imaps://"+here+":1993", "here works"), measured(t, "imaps://"+here, "here works")},
			"", nil,
			[]string{"imaps://" + here, "imaps://" + here + ":1993", "imap://" + here, "pop3s://" + here},
		},
	} {
		s := &survey{domain: providers.MustDomain("example.com"), ask: c.ask}
		s.candidates, s.here = c.candidates, c.known
		s.hosts = []knownHost{{here, ""}, {"b.example.com", ""}}
		d := s.decide(t.Context())
		if diff := cmp.Diff(c.want, urls(d.incoming, d.outgoing)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheFormOfUserNamesIsTakenWhereAllAgree(t *testing.T) {
	login := func(rule providers.Username) localmail.Found {
		return localmail.Found{Dovecot: &localmail.Dovecot{Login: localmail.LoginName{Rule: rule, Why: "why"}}}
	}
	published := func(rules ...providers.Username) (all []knownUsername) {
		for _, r := range rules {
			all = append(all, knownUsername{r, "published"})
		}
		return all
	}
	for name, c := range map[string]struct {
		machine   localmail.Found
		published []knownUsername
		ask       *asker
		want      providers.Username
	}{
		"nobody says":                   {localmail.Found{}, nil, nil, ""},
		"Dovecot does not say":          {login(""), nil, nil, ""},
		"Dovecot says":                  {login("{local}"), nil, nil, "{local}"},
		"the domain says":               {login(""), published("{address}"), nil, "{address}"},
		"both say the same":             {login("{address}"), published("{address}"), nil, "{address}"},
		"they disagree":                 {login("{local}"), published("{address}"), nil, ""},
		"the domain disagrees with it":  {login(""), published("{address}", "{local}"), nil, ""},
		"they disagree, and one answer": {login("{local}"), published("{address}"), answers(t, "2"), "{local}"},
		"no answer":                     {login(""), nil, answers(t), ""},
		"three wrong answers":           {login(""), nil, answers(t, "ann", "3", "{domain}"), ""},
		"a rule for an answer":          {login(""), nil, answers(t, "{local}@mail.{domain}"), "{local}@mail.{domain}"},
	} {
		s := &survey{domain: providers.MustDomain("example.com"), ask: c.ask}
		s.machine, s.usernames = c.machine, c.published
		d := s.decide(t.Context())
		if d.username != c.want || len(d.usernameHow) == 0 || slices.Contains(d.gaps, "username") != (c.want == "") {
			t.Errorf("%s: %q because of %q, gaps %q", name, d.username, d.usernameHow, d.gaps)
		}
	}
}

func TestNamesOfTheDomainComeFirst(t *testing.T) {
	s := &survey{domain: providers.MustDomain("example.com")}
	s.machine.Postfix = &localmail.Postfix{
		Host: "server.example.org", Listeners: []localmail.Listener{{Protocol: providers.Submission, Port: 465, Security: providers.TLS}},
	}
	for _, name := range []string{"www.example.com", "example.com", "other.example.net", "server.example.org", "autoconfig.example.com", "mail.example.com", "*.example.com", "localhost", "192.0.2.1", "a b.example.com", "MAIL.example.com", "last.example.net"} {
		s.addHost(name, "test")
	}
	s.addLocalCandidates()
	want := []string{"mail.example.com", "server.example.org", "other.example.net", "last.example.net"}
	var got []string
	for _, c := range s.candidates {
		got = append(got, c.server.Host)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"these names are not measured, because 4 come before them: www.example.com, example.com, autoconfig.example.com"}, s.remarks); d != "" {
		t.Errorf("remarks (-want +got):\n%s", d)
	}
}

func TestOnlyMethodsThatWereOfferedAreWritten(t *testing.T) {
	for _, c := range []struct{ offered, want []providers.Auth }{
		{nil, nil},
		{[]providers.Auth{providers.PasswordEncrypted, providers.PasswordCleartext}, nil},
		{[]providers.Auth{providers.OAuth2, providers.NoAuth, providers.PasswordEncrypted}, []providers.Auth{providers.PasswordEncrypted, providers.OAuth2}},
		{[]providers.Auth{providers.OAuth2}, []providers.Auth{providers.OAuth2}},
	} {
		got := authOf(probe.Evidence{Auth: c.offered})
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.offered, d)
		}
	}
}
