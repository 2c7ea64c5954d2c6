package check

import (
	_ "embed"
	"html/template"
	"io"
	"time"

	"waypost/discover"
)

//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"count": Count,
	"short": func(d time.Duration) string { return d.Round(time.Millisecond).String() },
	"trace": traceText,
	"each": func(g together, what string) []string {
		if what == "expected" {
			return g.distinct(func(f Finding) string { return f.Expected })
		}
		return g.distinct(func(f Finding) string { return f.Seen })
	},
}).Parse(reportPage))

// HTML writes the report as one page without scripts and without anything from
// elsewhere, to be sent to somebody. Findings that say the same of several things
// are one. What strangers said is escaped.
func (r Report) HTML(w io.Writer) error {
	return reportTemplate.Execute(w, struct {
		Report

		Groups                     []together
		Pass, Untested, Warn, Fail Verdict
	}{r, gather(r.Findings, sameTrouble), Pass, Untested, Warn, Fail})
}

// traceText is a client's search as check --client shows it.
func traceText(t discover.Trace) (string, error) {
	var b textBuffer
	err := t.Write(&b)
	return string(b), err
}

type textBuffer []byte

func (b *textBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
