package mobileconfig_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/internal/testenv"
	"waypost/mobileconfig"
	"waypost/providers"
)

// python reads property lists, one a line in base64, with the reader of
// Python's standard library, and says of each value of which type it is.
const python = `
import base64, json, plistlib, sys

def typed(value):
    if isinstance(value, dict):
        return {key: typed(value[key]) for key in value}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return type(value).__name__ + " " + str(value)

for line in sys.stdin:
    print(json.dumps(typed(plistlib.loads(base64.b64decode(line), fmt=plistlib.FMT_XML))))
`

// A reader that has nothing to do with ours finds what was meant, and each
// value of the type that Apple names, in profiles of all sorts of accounts.
func TestPythonReadsWhatWasMeant(t *testing.T) {
	python3 := testenv.Need(t, "python3")
	var meant []any
	var in bytes.Buffer
	add := func(p mobileconfig.Profile) {
		meant = append(meant, typed(p))
		fmt.Fprintln(&in, base64.StdEncoding.EncodeToString(mustEncode(t, p)))
	}
	for _, a := range goldens(t) {
		add(mustNew(t, a))
	}
	for i := range 200 {
		if p, err := mobileconfig.New(accounts().Example(i)); err == nil {
			add(p)
		}
	}
	add(everything(t))
	c := exec.CommandContext(t.Context(), python3, "-c", python)
	c.Stdin = &in
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.Bytes())
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(meant) || len(meant) < 100 {
		t.Fatalf("%d of %d profiles were read, want all, and 100 or more", len(lines), len(meant))
	}
	for i, line := range lines {
		var read any
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(meant[i], read); diff != "" {
			t.Fatalf("profile %d (-meant +read):\n%s", i, diff)
		}
	}
}

// typed gives what Python is to find in a profile, written down anew from
// Apple's tables of keys.
func typed(p mobileconfig.Profile) any {
	type dict = map[string]any
	text := func(s string) string { return "str " + s }
	number := func(n int) string { return "int " + strconv.Itoa(n) }
	flag := func(b bool) string { return map[bool]string{true: "bool True", false: "bool False"}[b] }
	head := func(kind, identifier, uuid, name string) dict {
		return dict{
			"PayloadType": text(kind), "PayloadVersion": number(1),
			"PayloadIdentifier": text(identifier), "PayloadUUID": text(uuid), "PayloadDisplayName": text(name),
		}
	}
	content := []any{}
	for _, m := range p.Mail {
		d := head("com.apple.mail.managed", m.Identifier, m.UUID, m.DisplayName)
		d["EmailAccountType"] = text(map[providers.Protocol]string{providers.IMAP: "EmailTypeIMAP", providers.POP3: "EmailTypePOP"}[m.Incoming.Protocol])
		d["EmailAccountDescription"], d["EmailAccountName"], d["EmailAddress"] = text(m.AccountDescription), text(m.AccountName), text(m.Address)
		d["OutgoingPasswordSameAsIncomingPassword"] = flag(m.SamePassword)
		for prefix, s := range map[string]mobileconfig.Server{"IncomingMailServer": m.Incoming, "OutgoingMailServer": m.Outgoing} {
			d[prefix+"HostName"], d[prefix+"PortNumber"] = text(s.Host), number(s.Port)
			d[prefix+"UseSSL"], d[prefix+"Authentication"] = flag(s.UseSSL), text(string(s.Authentication))
			if s.Authentication != "EmailAuthNone" {
				d[prefix+"Username"] = text(s.Username)
			}
		}
		content = append(content, d)
	}
	for _, kind := range []struct {
		prefix string
		list   []mobileconfig.DAV
	}{{"CalDAV", p.CalDAV}, {"CardDAV", p.CardDAV}} {
		for _, v := range kind.list {
			d := head("com.apple."+strings.ToLower(kind.prefix)+".account", v.Identifier, v.UUID, v.DisplayName)
			d[kind.prefix+"AccountDescription"], d[kind.prefix+"Username"] = text(v.AccountDescription), text(v.Username)
			d[kind.prefix+"HostName"], d[kind.prefix+"Port"] = text(v.Host), number(v.Port)
			d[kind.prefix+"UseSSL"] = flag(v.UseSSL)
			content = append(content, d)
		}
	}
	for _, v := range p.ActiveSync {
		d := head("com.apple.eas.account", v.Identifier, v.UUID, v.DisplayName)
		d["EmailAddress"], d["Host"], d["UserName"], d["SSL"] = text(v.Address), text(v.Host), text(v.Username), flag(v.UseSSL)
		d["EnableMail"], d["EnableContacts"], d["EnableCalendars"] = flag(v.Mail), flag(v.Contacts), flag(v.Calendars)
		d["EnableReminders"], d["EnableNotes"] = flag(v.Reminders), flag(v.Notes)
		content = append(content, d)
	}
	d := head("Configuration", p.Identifier, p.UUID, p.DisplayName)
	d["PayloadDescription"], d["PayloadOrganization"] = text(p.Description), text(p.Organization)
	d["PayloadContent"] = content
	return d
}
