package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"waypost/internal/testenv"
)

// The name server stands at port 53 of an address of its own, as in the world.
func TestTheZoneThatDNSShowsIsVerifiedAndAMistakeIsNot(t *testing.T) {
	if !testenv.OwnNetwork(t) {
		return
	}
	const address = "127.0.0.53"
	ip := testenv.Need(t, "ip") // BIND listens at addresses that an interface has
	if out, err := exec.CommandContext(t.Context(), ip, "address", "add", address+"/8", "dev", "lo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := filepath.Join(t.TempDir(), "waypost.yaml")
	const domains = "url: https://setup.example.com\ndomains:\n  example.com: {incoming: [imaps://mail.example.com], outgoing: [submissions://mail.example.com]}\n" +
		"  broken.example: {incoming: [imaps://mail.example.com], outgoing: [submissions://mail.example.com]}\n"
	if err := os.WriteFile(config, []byte(domains), 0o600); err != nil {
		t.Fatal(err)
	}
	waypost := func(args ...string) (code int, stdout string) {
		var out, errors bytes.Buffer
		code = run(t.Context(), append(args, "--config", config), strings.NewReader(""), &out, &errors)
		return code, out.String()
	}
	zone := func(domain string) string {
		code, records := waypost("dns", domain, "--format", "zone")
		if code != exitPass {
			t.Fatalf("waypost dns: exit code %d", code)
		}
		return "$TTL 3600\n" + domain + ". IN SOA ns.example.com. a.example.com. 1 3600 600 86400 3600\n" + domain + ". IN NS ns.example.com.\n" + records
	}
	good := zone("example.com") + "ns.example.com. IN A " + address + "\nmail.example.com. IN A 192.0.2.25\nsetup.example.com. IN A 192.0.2.80\n"
	broken := regexp.MustCompile(`(_imaps.* 0 0) 993`).ReplaceAllString(zone("broken.example"), "$1 995")
	empty := func(name string) string {
		return "$TTL 3600\n" + name + ". IN SOA ns.example.com. a.example.com. 1 3600 600 86400 3600\n" + name + ". IN NS ns.example.com.\n"
	}
	testenv.StartBIND(t, testenv.BINDOptions{Address: address, Port: 53, Zones: map[string]string{
		"example.com": good, "broken.example": broken, "com": empty("com") + "example.com. IN NS ns.example.com.\nns.example.com. IN A " + address + "\n",
		"example": empty("example") + "broken.example. IN NS ns.example.com.\n",
	}})
	resolver := net.JoinHostPort(address, "53")
	code, out := waypost("dns", "example.com", "--verify", "--allow-private", "--resolver", resolver)
	if code != exitPass || !strings.Contains(out, "0 warnings, 0 fail, 0 not tested.") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	code, out = waypost("dns", "broken.example", "--verify", "--allow-private", "--resolver", address)
	const want = `Fix this first
✗ DNS-WRONG-PORT  The SRV record has the wrong port
    about     _imaps._tcp.broken.example SRV
    seen      0 0 995 mail.example.com.
    expected  0 0 993 mail.example.com.
    who       Evolution, FairEmail, Himalaya
    fix       ; instead of _imaps._tcp.broken.example. SRV 0 0 995 mail.example.com.
              _imaps._tcp.broken.example. 3600 IN SRV 0 0 993 mail.example.com.
`
	if code != exitFailure || !strings.Contains(out, want) || !strings.Contains(out, "0 warnings, 1 fail, 0 not tested.") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	// A name server at an address of this kind is not asked unless that is allowed.
	code, out = waypost("dns", "example.com", "--verify", "--resolver", resolver)
	if code != exitPass || !strings.Contains(out, "DNS-SERVER-NO-ANSWER") || !strings.Contains(out, "1 not tested.") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if testing.Verbose() {
		t.Log(out)
	}
}
