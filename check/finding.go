package check

import (
	"cmp"
	"slices"

	"waypost/probe"
)

// Verdict is how a test ended.
type Verdict string

// The verdicts, worst last but for Untested, which says nothing of the thing.
const (
	Pass     Verdict = "pass"
	Untested Verdict = "untested"
	Warn     Verdict = "warn"
	Fail     Verdict = "fail"
)

var severity = []Verdict{Pass, Untested, Warn, Fail}

// Finding is what one test says of one thing.
type Finding struct {
	Code     string   `json:"code"` // stable; Explain knows it
	Verdict  Verdict  `json:"verdict"`
	About    string   `json:"about"`              // a server URL, a DNS name, a client
	Title    string   `json:"title"`              // a few words
	Seen     string   `json:"seen,omitempty"`     // evidence; may hold a stranger's words, made visible
	Expected string   `json:"expected,omitempty"` // what would be right
	Who      []string `json:"who,omitempty"`      // clients, and what their people see
	Fix      string   `json:"fix,omitempty"`      // a command, a record, or a sentence
	Why      string   `json:"why,omitempty"`      // of untested: the reason, and what would decide it
	Earlier  string   `json:"earlier,omitempty"`  // what this instance measured before, and since when
}

// heading is the title for people. Of what was not tested it says so: the title
// is what the test would have found, or what was in its way.
func (f Finding) heading() string {
	if f.Verdict == Untested {
		return "Not tested: " + f.Title
	}
	return f.Title
}

// Sort puts findings worst first; among equals, their order stays. A finding
// that others depend on is put before them by whoever adds it first.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Compare(slices.Index(severity, b.Verdict), slices.Index(severity, a.Verdict))
	})
}

// Worst gives the verdict of all together: fail, else warn, else untested
// when nothing passed, else pass. Nothing at all is untested.
func Worst(findings []Finding) Verdict {
	worst := Untested
	for _, f := range findings {
		switch {
		case f.Verdict == Fail, f.Verdict == Warn && worst != Fail, f.Verdict == Pass && worst == Untested:
			worst = f.Verdict
		}
	}
	return worst
}

// Untested servers keep a check from passing; these codes say what else could
// have been tested, and keep nothing.
var remarks = []string{string(probe.LoginUntested), string(probe.Blocked), string(probe.AuthBeforeTLS)}

// ServersUntested tells whether a server could not be measured, so that nothing
// passes as a whole.
func ServersUntested(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		isCause := probe.Cause(f.Code).Words() != probe.Words{}
		return isCause && f.Verdict == Untested && !slices.Contains(remarks, f.Code)
	})
}

// Count tells how many findings have a verdict.
func Count(findings []Finding, v Verdict) int {
	n := 0
	for _, f := range findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}
