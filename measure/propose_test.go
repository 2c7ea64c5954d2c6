package measure_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"waypost/internal/testenv"
	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
	"waypost/providers/catalogue"
)

const (
	day  = "2026-11-23"
	path = "providers/catalogue/records/example.com.yaml"
)

const record = `# A record as others are.
name: Example Mail
sources:
  page: {kind: first-party, name: help page, url: "https://example.com/help", date: 2026-03-12}
  blog: {kind: article, name: a blog}
setups:
  - domains: [example.com]
    username: "{address}"
    auth: [password-cleartext]
    incoming:
      - {server: imaps://imap.example.com, sources: [page, ISPDB]}
      - {server: pop3s://imap.example.com, sources: [page]}
    outgoing:
      - {server: submission://smtp.example.com, sources: [page]}
    claims:
      - {server: imaps://mail.example.com, sources: [blog], note: only a blog says so}
      - {server: "submissions://mail.example.com:587", sources: [blog], note: only a blog says so}

  # Another family.
  - domains: [example.net]
    partial: no source says how people sign in
    incoming:
      - {server: imaps://imap.example.com, sources: [page]}
    outgoing:
      - {server: "submissions://smtp.{domain}", sources: [page]}
`

// found measures a record with what each server has, by its notation; others
// pass.
func found(t *testing.T, text string, has map[string]probe.Evidence) ([]measure.Finding, []string) {
	t.Helper()
	p, err := catalogue.Parse("example.com", path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []string
	findings := measure.Record(t.Context(), &p, 4, func(_ context.Context, s providers.Server) probe.Evidence {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, s.URL())
		e, ok := has[s.URL()]
		if !ok {
			e = probe.Evidence{Verdict: probe.Pass, Security: s.Security, Auth: []providers.Auth{providers.PasswordCleartext}}
		}
		e.Server = s
		return e
	})
	slices.Sort(asked)
	return findings, asked
}

func propose(t *testing.T, text string, has map[string]probe.Evidence) measure.Proposal {
	t.Helper()
	findings, _ := found(t, text, has)
	p := measure.Propose(path, text, day, findings)
	if _, err := catalogue.Parse("example.com", path, []byte(p.Text)); err != nil {
		t.Errorf("what is proposed is no record: %v\n%s", err, p.Text)
	}
	return p
}

// changes gives the lines that a diff takes away and adds.
func changes(diff string) (lines []string) {
	for line := range strings.Lines(diff) {
		if !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "+++") && strings.ContainsAny(line[:1], "+-") {
			lines = append(lines, line[:1]+" "+strings.TrimSpace(line[1:]))
		}
	}
	return lines
}

func refused(s probe.Cause) probe.Evidence { return probe.Evidence{Verdict: probe.Fail, Cause: s} }

func TestRecordIsMeasuredWithClaimsAndPartialSetupsEachServerOnce(t *testing.T) {
	_, asked := found(t, record, nil)
	want := []string{
		"imaps://imap.example.com", "imaps://imap.example.com", // with a method declared, and without
		"imaps://mail.example.com", "pop3s://imap.example.com", "submission://smtp.example.com",
		"submissions://mail.example.com:587", "submissions://smtp.example.net",
	}
	if d := cmp.Diff(want, asked); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestProposalSaysWhatTheEvidenceSays(t *testing.T) {
	const (
		declared = "+ measured: {kind: measurement, name: Waypost, date: 2026-11-23}"
		imap     = "- {server: imaps://imap.example.com, sources: [page, ISPDB]}"
	)
	everything := map[string]probe.Evidence{}
	for _, url := range []string{"imaps://imap.example.com", "pop3s://imap.example.com", "submission://smtp.example.com", "submissions://smtp.example.net"} {
		everything[url] = refused(probe.Refused)
	}
	unknown := map[string]probe.Evidence{}
	for url := range everything {
		unknown[url] = probe.Evidence{Verdict: probe.Untested, Cause: probe.NoRoute}
	}
	earlier := strings.Replace(record, "setups:", "  measured: {kind: measurement, name: Waypost, date: 2026-05-01}\nsetups:", 1)
	earlier = strings.Replace(earlier, "[page, ISPDB]", "[page, ISPDB, measured]", 1)
	for name, c := range map[string]struct {
		text  string
		has   map[string]probe.Evidence
		want  []string
		notes int
	}{
		"all pass": {record, nil, []string{
			declared,
			"- " + imap, "+ " + strings.Replace(imap, "ISPDB", "ISPDB, measured", 1),
			"- - {server: pop3s://imap.example.com, sources: [page]}", "+ - {server: pop3s://imap.example.com, sources: [page, measured]}",
			"- - {server: submission://smtp.example.com, sources: [page]}", "+ - {server: submission://smtp.example.com, sources: [page, measured]}",
			"+ # Measured 2026-11-23: imaps://imap.example.com takes password-cleartext; the record does not say so.",
			"- - {server: imaps://imap.example.com, sources: [page]}", "+ - {server: imaps://imap.example.com, sources: [page, measured]}",
			"+ # Measured 2026-11-23: submissions://smtp.{domain} takes password-cleartext; the record does not say so.",
			`- - {server: "submissions://smtp.{domain}", sources: [page]}`, `+ - {server: "submissions://smtp.{domain}", sources: [page, measured]}`,
		}, 0},
		"all are unknown": {record, unknown, nil, 0},
		"what is served fails and the claims pass": {record, everything, []string{
			"+ # Measured 2026-11-23: this passes, and imaps://imap.example.com fails (REFUSED). Read the provider's page again.",
			"+ # Measured 2026-11-23: this passes, and submission://smtp.example.com fails (REFUSED). Read the provider's page again.",
		}, 0},
		"another security is spoken": {record, with(everything, map[string]probe.Evidence{
			"submission://smtp.example.com":      {Verdict: probe.Fail, Cause: probe.PlainExpectedTLSSeen, Security: providers.TLS},
			"submissions://smtp.example.com:587": {Verdict: probe.Pass, Security: providers.TLS},
			"imaps://mail.example.com":           refused(probe.Refused),
		}), []string{
			declared,
			"- - {server: submission://smtp.example.com, sources: [page]}",
			`+ - {server: "submissions://smtp.example.com:587", sources: [page, measured]}`,
		}, 0},
		"another security is spoken, and its certificate has expired": {record, with(everything, map[string]probe.Evidence{
			"submission://smtp.example.com":      {Verdict: probe.Fail, Cause: probe.PlainExpectedTLSSeen, Security: providers.TLS},
			"submissions://smtp.example.com:587": refused(probe.CertExpired),
			"submissions://mail.example.com:587": refused(probe.Refused),
			"imaps://mail.example.com":           refused(probe.Refused),
		}), nil, 0},
		"plaintext is never proposed": {record, with(everything, map[string]probe.Evidence{
			"submission://smtp.example.com":               {Verdict: probe.Fail, Cause: probe.StartTLSMissing, Security: providers.None},
			"submission://smtp.example.com?security=none": {Verdict: probe.Pass},
			"submissions://mail.example.com:587":          refused(probe.Refused),
			"imaps://mail.example.com":                    refused(probe.Refused),
		}), nil, 0},
		"an earlier measurement fails now": {earlier, with(everything, map[string]probe.Evidence{
			"submissions://mail.example.com:587": refused(probe.Refused),
			"imaps://mail.example.com":           refused(probe.Refused),
		}), []string{
			"- - {server: imaps://imap.example.com, sources: [page, ISPDB, measured]}", "+ " + imap,
		}, 0},
		"an earlier measurement gets the new date": {earlier, with(unknown, map[string]probe.Evidence{"imaps://imap.example.com": {Verdict: probe.Pass}}), []string{
			"- measured: {kind: measurement, name: Waypost, date: 2026-05-01}", declared,
			"- - {server: imaps://imap.example.com, sources: [page]}", "+ - {server: imaps://imap.example.com, sources: [page, measured]}",
		}, 0},
		"an earlier measurement is not known now": {earlier, with(unknown, map[string]probe.Evidence{"pop3s://imap.example.com": {Verdict: probe.Pass}}), []string{
			"+ measured-2026-11-23: {kind: measurement, name: Waypost, date: 2026-11-23}",
			"- - {server: pop3s://imap.example.com, sources: [page]}", "+ - {server: pop3s://imap.example.com, sources: [page, measured-2026-11-23]}",
		}, 0},
		"a server stands over several lines": {
			strings.Replace(record, "      - {server: pop3s://imap.example.com, sources: [page]}", "      - server: pop3s://imap.example.com\n        sources: [page]", 1),
			with(unknown, map[string]probe.Evidence{"pop3s://imap.example.com": {Verdict: probe.Pass}}), nil, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := propose(t, c.text, c.has)
			if d := cmp.Diff(c.want, changes(p.Diff)); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, p.Diff)
			}
			if len(p.Notes) != c.notes {
				t.Errorf("notes: %q", p.Notes)
			}
			if again := propose(t, p.Text, c.has); again.Text != p.Text && c.notes == 0 && name != "another security is spoken" {
				t.Errorf("a second run proposes more:\n%s", again.Diff)
			}
		})
	}
}

func with(a, b map[string]probe.Evidence) map[string]probe.Evidence {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// Every built-in record is written so that a measurement finds its place, with
// the line breaks of Windows too.
func TestEveryBuiltInRecordCanBeProposedFor(t *testing.T) {
	builtIn, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range builtIn.Providers() {
		data, err := catalogue.Text(p.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(data), strings.ReplaceAll(string(data), "\n", "\r\n")} {
			findings := measure.Record(t.Context(), &p, 4, func(_ context.Context, s providers.Server) probe.Evidence {
				return probe.Evidence{Server: s, Verdict: probe.Pass, Auth: []providers.Auth{providers.PasswordCleartext}}
			})
			proposal := measure.Propose(catalogue.Directory+"/"+p.ID+".yaml", text, day, findings)
			changed, err := catalogue.Parse(p.ID, p.ID, []byte(proposal.Text))
			if err != nil || len(proposal.Notes) > 0 {
				t.Errorf("%s: %v, %q", p.ID, err, proposal.Notes)
				continue
			}
			want := 0
			for _, f := range findings {
				if f.Place != measure.Claims {
					want++
				}
			}
			if got := cites(changed); got != want {
				t.Errorf("%s: %d servers cite the measurement, want %d:\n%s", p.ID, got, want, proposal.Diff)
			}
			if strings.Contains(text, "\r") != strings.Contains(proposal.Diff, "\r") && want > 0 {
				t.Errorf("%s: the line breaks are others", p.ID)
			}
		}
	}
}

func cites(p providers.Provider) (n int) {
	for _, s := range p.Setups {
		for _, v := range slices.Concat(s.Incoming, s.Outgoing, s.Services) {
			if slices.Contains(v.Sources, providers.Source{Kind: providers.Measurement, Name: "Waypost", Date: day}) {
				n++
			}
		}
	}
	return n
}

// Whatever the verdicts are, patch(1) makes of the file what is proposed.
func TestDiffAppliesWithPatch(t *testing.T) {
	program := testenv.Need(t, "patch")
	_, urls := found(t, record, nil)
	urls = append(slices.Compact(urls), "submissions://smtp.example.com:587")
	rapid.Check(t, func(r *rapid.T) {
		has := map[string]probe.Evidence{}
		for _, url := range urls {
			has[url] = probe.Evidence{
				Verdict:  rapid.SampledFrom([]probe.Verdict{probe.Pass, probe.Warn, probe.Fail, probe.Untested}).Draw(r, url),
				Security: rapid.SampledFrom([]providers.Security{"", providers.TLS, providers.STARTTLS, providers.None}).Draw(r, "security of "+url),
			}
		}
		text := strings.TrimSuffix(record, rapid.SampledFrom([]string{"", "\n"}).Draw(r, "without"))
		p := propose(t, text, has)
		dir, err := os.MkdirTemp("", "waypost") //nolint:usetesting // one for each draw
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if p.Diff != "" {
			c := exec.CommandContext(t.Context(), program, "-p1", "-F0", "--posix", "-d", dir)
			c.Stdin = strings.NewReader(p.Diff)
			if out, err := c.CombinedOutput(); err != nil {
				r.Fatalf("%v: %s\n%s", err, out, p.Diff)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, []byte(p.Text)) {
			r.Errorf("(-want +got):\n%s", cmp.Diff(p.Text, string(got)))
		}
	})
}
