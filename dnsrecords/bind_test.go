package dnsrecords_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/dnsrecords"
	"waypost/internal/testenv"
	"waypost/providers"
)

// publications draws domains with any servers.
func publications(t *rapid.T) dnsrecords.Publication {
	host := rapid.SampledFrom([]string{"a.example.com", "b.example.com", "mail.other.example", "xn--bcher-kva.example"})
	draw := func(label string, schemes ...string) (list []providers.Server) {
		for _, scheme := range rapid.SliceOfN(rapid.SampledFrom(schemes), 1, 4).Draw(t, label) {
			s := server(t, scheme+"://"+host.Draw(t, "host"))
			s.Port = rapid.IntRange(1, 65535).Draw(t, "port")
			list = append(list, s)
		}
		return list
	}
	path := rapid.StringMatching(`/[a-zA-Z0-9._~!$&'()*+,;=:@/-]{0,300}`)
	setup := &providers.Setup{
		Incoming: draw("incoming", "imaps", "imap", "pop3s", "pop3"),
		Outgoing: draw("outgoing", "submissions", "submission"),
	}
	for _, p := range rapid.SliceOfN(rapid.SampledFrom([]providers.Protocol{providers.CalDAV, providers.CardDAV, providers.JMAP}), 0, 3).Draw(t, "services") {
		setup.Services = append(setup.Services, service(t, p, "https://"+host.Draw(t, "host")+path.Draw(t, "path")))
	}
	return dnsrecords.Publication{
		Match: providers.Match{
			Domain:   providers.MustDomain("example.com"),
			Provider: &providers.Provider{ID: "example.com", Name: rapid.StringMatching(`[a-zA-Zé"\\; ]{1,60}`).Draw(t, "name")},
			Setup:    setup,
		},
		Origin: rapid.SampledFrom([]*url.URL{nil, instance, {Scheme: "https", Host: "192.0.2.1"}, {Scheme: "https", Host: "[2001:db8::1]"}}).Draw(t, "origin"),
	}
}

// BIND reads the zone text as it was meant: the same names, types and data.
func TestBINDReadsTheRecordsThatWereMeant(t *testing.T) {
	checkzone := testenv.Need(t, "named-checkzone")
	file := filepath.Join(t.TempDir(), "zone")
	rapid.Check(t, func(t *rapid.T) {
		meant, gaps, err := publications(t).Records()
		if err != nil {
			t.Fatal(err)
		}
		zone := frame + dnsrecords.Zone(meant, gaps)
		if err := os.WriteFile(file, []byte(zone), 0o600); err != nil {
			t.Fatal(err)
		}
		// -i none: whether hosts exist is not asked of anybody.
		cmd := exec.Command(checkzone, "-i", "none", "-D", "-o", "-", "example.com", file) //nolint:noctx // rapid has no context; it ends by itself
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, &stderr, zone)
		}
		var want, got []string
		for _, r := range meant {
			want = append(want, fmt.Sprintf("%s. %s %s", r.Name, r.Type, r.Data))
		}
		for line := range strings.Lines(string(out)) {
			if f := strings.Fields(line); !slices.Contains([]string{"SOA", "NS"}, f[3]) && !strings.HasPrefix(f[0], "ns.") {
				got = append(got, f[0]+" "+f[3]+" "+canonical(t, f[3], strings.Join(f[4:], " ")))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-meant +read by BIND\n%s", diff)
		}
	})
}

// frame is what makes a zone of the records.
const frame = `$TTL 3600
example.com. IN SOA ns.example.com. hostmaster.example.com. 1 3600 600 86400 3600
example.com. IN NS ns.example.com.
ns.example.com. IN A 192.0.2.53
`

// canonical takes BIND's way of writing text and addresses off.
func canonical(t *rapid.T, kind, data string) string {
	switch kind {
	case "TXT":
		return strings.NewReplacer(`" "`, "", `"`, "", `\;`, ";", `\"`, `"`, `\\`, `\`).Replace(data)
	case "A", "AAAA":
		ip, err := netip.ParseAddr(data)
		if err != nil {
			t.Fatal(err)
		}
		return ip.String()
	}
	return data
}

func TestLongTextIsSplitWhereAStringEnds(t *testing.T) {
	zone := dnsrecords.Zone([]dnsrecords.Record{{Name: "a.example", Type: dnsrecords.TXT, Data: strings.Repeat("x", 300) + `"\` + "é"}}, []string{"said"})
	want := `a.example. 3600 IN TXT "` + strings.Repeat("x", 255) + `" "` + strings.Repeat("x", 45) + `\"\\\195\169"` + "\n; said\n"
	if zone != want {
		t.Errorf("%s", zone)
	}
}
