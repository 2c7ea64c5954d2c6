package server_test

import (
	"strings"
	"testing"
	"time"

	"waypost/providers"
	"waypost/server"
)

// results are by the host of a server.
type results map[string]server.Measurement

func (r results) Measured(s providers.Server) (server.Measurement, bool) {
	m, ok := r[s.Host]
	return m, ok
}

func TestPageTellsWhatWasMeasured(t *testing.T) {
	o := options(t)
	now := o.Now()
	const imap, smtp = "imap.example.com", "smtp.example.com"
	for name, c := range map[string]struct {
		known server.Measured
		want  []string // after "Measured"
	}{
		"nobody measures":    {nil, nil},
		"nothing is known":   {results{}, nil},
		"one works":          {results{imap: {Verdict: "pass", At: now.Add(-3 * time.Minute)}}, []string{"working 3 minutes ago (2026-11-23 12:31 UTC)"}},
		"one has a remark":   {results{imap: {Verdict: "warn", At: now.Add(-3 * time.Minute), Words: "The certificate ends soon."}}, []string{"working 3 minutes ago (2026-11-23 12:31 UTC)"}},
		"one was not tested": {results{imap: {Verdict: "untested", At: now, Words: "The address is private."}}, nil},
		"one fails": {
			results{
				imap: {Verdict: "pass", At: now.Add(-5 * time.Hour)},
				smtp: {Verdict: "fail", At: now.Add(-time.Second), Since: now.Add(-72 * time.Hour), Words: "It has <ended>."},
			},
			[]string{"working 5 hours ago (2026-11-23 07:34 UTC)", "not working since 2026-11-20 12:34 UTC, checked a minute ago (2026-11-23 12:34 UTC). It has &lt;ended&gt;."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o.Measured = c.known
			body := newServer(t, o).submit(t, "https://setup.example.com/", "ann@example.com").body
			body = strings.NewReplacer("<bdi>", "", `<bdi class="whole" dir="ltr">`, "", "</bdi>", "", `<span class="paper">`, "", "</span>", "").Replace(body)
			if n := strings.Count(body, "<dt>Measured</dt>"); n != len(c.want) {
				t.Errorf("%d lines, want %d:\n%s", n, len(c.want), body)
			}
			for _, text := range c.want {
				if !strings.Contains(body, "<dt>Measured</dt><dd>"+text+"</dd>") {
					t.Errorf("the page lacks %q:\n%s", text, body)
				}
			}
		})
	}
}
