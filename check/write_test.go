package check_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/check"
)

func TestTheWorstComesFirstAndWhatPassedIsShort(t *testing.T) {
	findings := []check.Finding{
		{Code: "GOOD", Verdict: check.Pass, About: "a.example", Title: "It is good", Seen: "one"},
		{Code: "UNKNOWN", Verdict: check.Untested, About: "b.example", Title: "It is not known", Why: "Nobody answered."},
		{Code: "ODD", Verdict: check.Warn, About: "c.example", Title: "It is odd", Seen: "\x1b[2Jodd\r\n", Expected: "even"},
		{Code: "BAD", Verdict: check.Fail, About: "d.example", Title: "It is bad", Seen: "<b>\u202ebad", Who: []string{"Ann: nothing works", "Bob"}, Fix: "first line\nsecond line"},
		{Code: "GOOD", Verdict: check.Pass, About: "e.example", Title: "It is good", Seen: "two"},
		{Code: "UNKNOWN", Verdict: check.Untested, About: "f.example", Title: "It is not known", Why: "Nobody answered."},
	}
	want := `Fix this first
✗ BAD  It is bad
    about     d.example
    seen      <b>\u202ebad
    who       Ann: nothing works; Bob
    fix       first line
              second line
Then
! ODD  It is odd
    about     c.example
    seen      \x1b[2Jodd\r\n
    expected  even
– UNKNOWN  Not tested: It is not known
    about     b.example, f.example
    why       Nobody answered.
✓ GOOD  It is good
    about     a.example, e.example
Result: 2 pass, 1 warning, 1 fail, 2 not tested.
`
	var b strings.Builder
	if err := check.Write(&b, findings); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("-want +written\n%s", d)
	}
	if findings[0].Code != "GOOD" || findings[5].About != "f.example" {
		t.Error("the findings were changed")
	}
}

func TestOneTroubleOfSeveralServersIsOneFinding(t *testing.T) {
	trouble := func(about, seen, expected, earlier string) check.Finding {
		return check.Finding{
			Code: "CERT-EXPIRED", Verdict: check.Fail, About: about, Title: "It has expired", Seen: seen, Expected: expected,
			Who: []string{"Everybody"}, Fix: "renew it", Earlier: earlier,
		}
	}
	const seen = "expired 3 days ago"
	findings := []check.Finding{
		trouble("imaps://mail.example.com", seen, "another at mail.example.com", ""),
		trouble("pop3s://mail.example.com:1995", seen, "another at mail.example.com", ""),
		{Code: "ODD", Verdict: check.Fail, About: "a.example", Title: "It is odd"},
		trouble("submissions://smtp.example.com", seen, "another at smtp.example.com", ""),
		trouble("sieve://mail.example.com", "expired 4 days ago", "another at mail.example.com", ""),
		{Code: "SILENT", Verdict: check.Fail, About: "imaps://mail.example.com", Title: "It is silent", Earlier: "pass, today"},
		{Code: "SILENT", Verdict: check.Fail, About: "imap://mail.example.com", Title: "It is silent", Earlier: "pass, yesterday"},
		{Code: "SILENT", Verdict: check.Warn, About: "pop3://mail.example.com", Title: "It is silent"},
	}
	want := `Fix this first
✗ CERT-EXPIRED  It has expired
    about     imaps://mail.example.com, pop3s://mail.example.com:1995,
              submissions://smtp.example.com
    seen      expired 3 days ago
    expected  another at mail.example.com; another at smtp.example.com
    who       Everybody
    fix       renew it
Then
✗ ODD  It is odd
    about     a.example
✗ CERT-EXPIRED  It has expired
    about     sieve://mail.example.com
    seen      expired 4 days ago
    expected  another at mail.example.com
    who       Everybody
    fix       renew it
✗ SILENT  It is silent
    about     imaps://mail.example.com, imap://mail.example.com
    earlier   imaps://mail.example.com: pass, today
              imap://mail.example.com: pass, yesterday
! SILENT  It is silent
    about     pop3://mail.example.com
Result: 0 pass, 1 warning, 7 fail, 0 not tested.
`
	var b strings.Builder
	if err := check.Write(&b, findings); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("-want +written\n%s", d)
	}
}

// Whatever a stranger says, it is printed as characters that can be seen, and
// never begins a line.
func TestNothingUnseenIsPrinted(t *testing.T) {
	verdicts := []check.Verdict{check.Pass, check.Untested, check.Warn, check.Fail}
	rapid.Check(t, func(t *rapid.T) {
		anything := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		said := anything.Draw(t, "said")
		f := check.Finding{Code: "A", Title: "b", Verdict: rapid.SampledFrom(verdicts).Draw(t, "verdict"), About: said, Seen: said, Expected: said, Why: said}
		var b strings.Builder
		if err := check.Write(&b, []check.Finding{f}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q", line)
			}
			if !strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "Fix this") && !strings.HasPrefix(line, "Result: ") && !strings.HasSuffix(line, " A  b") && line != "– A  Not tested: b" {
				t.Fatalf("a line of a stranger's: %q", line)
			}
		}
	})
}
