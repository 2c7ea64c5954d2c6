package autodiscover_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"waypost/autodiscover"
)

// registryText reads the file as reg.exe does.
func registryText(t *testing.T) string {
	t.Helper()
	b := golden(t, "classic-outlook.golden.reg", autodiscover.Registry())
	if len(b)%2 != 0 || b[0] != 0xFF || b[1] != 0xFE {
		t.Fatalf("%d bytes, which begin with % x", len(b), b[:2])
	}
	var units []uint16
	for pair := range slices.Chunk(b[2:], 2) {
		units = append(units, binary.LittleEndian.Uint16(pair))
	}
	return string(utf16.Decode(units))
}

func TestRegistryFileSetsOneValueAndNothingElse(t *testing.T) {
	text := registryText(t)
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\r\n") {
		t.Error("a line does not end with CRLF")
	}
	var orders []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, ";") {
			orders = append(orders, line)
		}
	}
	want := []string{
		"Windows Registry Editor Version 5.00",
		`[HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\Setup]`,
		`"DisableOffice365SimplifiedAccountCreation"=dword:00000001`,
	}
	if !slices.Equal(orders, want) {
		t.Errorf("%q", orders)
	}
}

func TestRegistryFileExplainsItselfAndHowToUndoIt(t *testing.T) {
	text := strings.ReplaceAll(registryText(t), "\r\n", "\n")
	for line := range strings.Lines(autodiscover.RegistryHelp) {
		if len(line) > 76+len("\n") || !strings.Contains(text, strings.TrimSpace("; "+line)+"\n") {
			t.Errorf("%q", line)
		}
	}
	for _, part := range []string{
		"; Windows Registry Editor Version 5.00\n;\n" +
			`; [HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\Setup]` + "\n" +
			`; "DisableOffice365SimplifiedAccountCreation"=-` + "\n",
		"new Outlook", "Mac", "phones", "Control Panel", "2013",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q", part)
		}
	}
	for _, r := range text {
		if r > '~' {
			t.Errorf("%q is not ASCII", r)
		}
	}
}
