package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/autoconfig"
	"waypost/internal/reach"
	"waypost/internal/testenv"
	"waypost/localmail"
	"waypost/providers"
)

// A certificate names machines of many people. Only what can be this machine is
// measured, and it is not much.
func TestOnlyNamesOfThisMachineAreMeasured(t *testing.T) {
	resolver := testenv.StartBIND(t, testenv.BINDOptions{Zones: map[string]string{"example.test": `$TTL 60
@ SOA ns a 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
mail A 127.0.0.1
setup A 127.0.0.1
other A 192.0.2.7
`}}).Address
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("customer-%03d.example.org", i))
	}
	for name, c := range map[string]struct {
		domain         string
		names          []string
		hostname       string
		want           []string
		remarks        []string
		url            string
		nobodyAnswered bool
	}{
		"one leads here": {
			"example.test", slices.Concat([]string{"other.example.test", "mail.example.test"}, many), "",
			[]string{"mail.example.test"},
			[]string{"these names are not measured, because they do not lead to this machine: other.example.test, customer-000.example.org, customer-001.example.org, customer-002.example.org, customer-003.example.org and 96 more"},
			"https://setup.example.test", false,
		},
		"the machine calls itself so": {
			"example.test",
			[]string{"other.example.test", "mail.example.test", "server.example.org", "host.example.org"},
			"host.example.org",
			[]string{"mail.example.test", "server.example.org", "host.example.org"},
			[]string{"these names are not measured, because they do not lead to this machine: other.example.test"},
			"https://setup.example.test", false,
		},
		"none leads here, as behind address translation": {
			"example.org", append([]string{"mail.example.org"}, many...), "",
			[]string{"mail.example.org", "customer-000.example.org"},
			[]string{"these names are not measured, because they do not lead to this machine: customer-001.example.org, customer-002.example.org, customer-003.example.org, customer-004.example.org, customer-005.example.org and 94 more"},
			"", false,
		},
		"nobody can tell": {
			"example.test",
			[]string{"other.example.test", "mail.example.test"},
			"",
			[]string{"other.example.test", "mail.example.test"},
			nil, "", true,
		},
	} {
		s := &survey{domain: providers.MustDomain(c.domain), mine: ownAddress(), network: reach.Network{Resolver: resolver, Allow: reach.All}}
		s.machine.Postfix = &localmail.Postfix{Host: "server.example.org"}
		s.hostname, s.answered = c.hostname, !c.nobodyAnswered
		for _, n := range c.names {
			s.addHost(n, "test")
		}
		s.keepOwnNames(t.Context())
		s.proposeURL(t.Context())
		var got []string
		for _, h := range s.hosts {
			got = append(got, h.name)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: names (-want +got):\n%s", name, d)
		}
		if d := cmp.Diff(c.remarks, s.remarks); d != "" {
			t.Errorf("%s: remarks (-want +got):\n%s", name, d)
		}
		if s.url != c.url {
			t.Errorf("%s: url %q, want %q", name, s.url, c.url)
		}
		set := "\nurl: " + c.url + "\n"
		if c.url == "" {
			set = "\n# url: https://setup." + c.domain + "\n"
		}
		if text := (decision{}).document(s); !strings.Contains(text, set) {
			t.Errorf("%s: the file lacks %q:\n%s", name, set, text)
		}
	}
}

// What an instance answers is what an earlier run wrote, or a default.
func TestAWaypostIsNoSourceForUserNames(t *testing.T) {
	file := write(t, "waypost.yaml", "trusted-proxies: [127.0.0.1]\n"+measuredDomain)
	own := startInstance(t, &instance{poll: quick}, "--config", file, "--listen", "127.0.0.1:0", "--state", t.TempDir())
	another := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }))
	defer another.Close()
	for url, want := range map[string]bool{own.plain: true, another.URL: false, "http://127.0.0.1:1": false} {
		if got := isWaypost(t.Context(), http.DefaultClient, url+"/mail/config-v1.1.xml?emailaddress=a@b.example"); got != want {
			t.Errorf("%s is a Waypost: %v, want %v", url, got, want)
		}
	}
	server, err := providers.ParseServer("imaps://mail.example.com")
	must(t, err)
	server.Username = providers.FullAddress
	doc := autoconfig.Document{DisplayName: "Example Mail", Incoming: []providers.Server{server}}
	for waypost, usernames := range map[bool]int{true: 0, false: 1} {
		s := &survey{domain: providers.MustDomain("example.com")}
		s.addDocument(doc, "https://autoconfig.example.com/", waypost)
		if len(s.usernames) != usernames || len(s.candidates) != 1 || s.name != "Example Mail" || (len(s.remarks) == 1) != waypost {
			t.Errorf("of a Waypost: %v: %+v", waypost, s.findings)
		}
	}
}
