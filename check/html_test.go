package check_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"waypost/check"
	"waypost/discover"
)

// What strangers say comes through every output as text.
func TestHTMLReportEscapesWhatStrangersSay(t *testing.T) {
	const evil = `<script>alert(1)</script>`
	in := server(t, "imaps://mail.example.com")
	trace := finds("Thunderbird", as(in))
	trace.Sees = evil
	trace.Steps[0].ContentType = evil
	r := check.Report{
		Domain: "example.com", Began: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		Findings: []check.Finding{{Code: "CERT-NAME", Verdict: check.Fail, About: evil, Title: evil, Seen: evil, Expected: evil, Who: []string{evil}, Fix: evil, Why: evil}},
		Clients:  []discover.Trace{trace},
	}
	var page bytes.Buffer
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "http://", "src=", "@import", "javascript:"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if n := strings.Count(page.String(), "&lt;script&gt;"); n < 8 {
		t.Errorf("escaped %d times:\n%s", n, &page)
	}
	if err := r.HTML(brokenWriter{}); err == nil {
		t.Error("a page that could not be written")
	}
}

func TestHTMLReportHasOneTroubleOfSeveralServersOnce(t *testing.T) {
	trouble := check.Finding{Code: "CERT-EXPIRED", Verdict: check.Fail, Title: "It has expired", Seen: "ended yesterday", Fix: "renew it"}
	var findings []check.Finding
	for _, url := range []string{"imaps://mail.example.com", "submissions://mail.example.com"} {
		trouble.About, trouble.Earlier = url, "pass of "+url
		findings = append(findings, trouble)
	}
	var page strings.Builder
	if err := (check.Report{Findings: findings}).HTML(&page); err != nil {
		t.Fatal(err)
	}
	for text, n := range map[string]int{
		"<article": 1, "ended yesterday": 1, "<dt>about</dt>": 2, "submissions://mail.example.com: pass of submissions://mail.example.com": 1, "2 failed": 1,
	} {
		if got := strings.Count(page.String(), text); got != n {
			t.Errorf("%q stands there %d times, want %d:\n%s", text, got, n, &page)
		}
	}
}

func TestHTMLReportSaysWhatWasNotTested(t *testing.T) {
	var page strings.Builder
	r := check.Report{Findings: []check.Finding{{Code: "CLIENT-FINDS-NOTHING", Verdict: check.Untested, Title: "Finds nothing"}}}
	if err := r.HTML(&page); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), "<h3>not tested: Finds nothing</h3>") {
		t.Errorf("the heading is another one:\n%s", &page)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
