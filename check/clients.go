package check

import (
	"fmt"
	"slices"
	"strings"

	"waypost/discover"
	"waypost/probe"
	"waypost/providers"
)

// client says how a client's search ends, compared with the record and with
// what was measured.
func client(t Target, trace discover.Trace, evidence []probe.Evidence) []Finding {
	about := trace.Client.Title
	switch trace.Result.Outcome {
	case discover.Configured:
	case discover.Elsewhere:
		f := finding("CLIENT-ELSEWHERE", Untested, about)
		f.Why = trace.Sees
		return []Finding{f}
	case discover.Password:
		f := finding("CLIENT-ASKS-PASSWORD", Fail, about)
		f.Seen = trace.Sees
		return []Finding{f}
	default:
		f := finding("CLIENT-FINDS-NOTHING", Warn, about)
		if !trace.Result.Certain {
			f.Verdict = Untested
			f.Why = "a step that could have found settings was not asked or could not be tested: waypost check --client " + trace.Client.Name
		}
		f.Seen = trace.Sees
		return []Finding{f}
	}
	var findings []Finding
	for _, s := range trace.Result.Servers {
		findings = append(findings, found(t, trace, s, evidence)...)
	}
	if step, plain := overHTTP(trace); plain {
		f := finding("CLIENT-UNTRUSTED", Warn, about)
		f.Seen = "settings from " + step
		findings = append(findings, f)
	}
	if len(findings) == 0 {
		f := finding("CLIENT-PASS", Pass, about)
		f.Seen = trace.Sees
		findings = append(findings, f)
	}
	return findings
}

// overHTTP finds the question over plain HTTP that servers are from. SRV cannot
// be trusted either, but nobody at the domain can mend that.
func overHTTP(trace discover.Trace) (target string, plain bool) {
	for _, s := range trace.Result.Servers {
		if s.Step < 0 || s.Step >= len(trace.Steps) {
			continue
		}
		step := trace.Steps[s.Step]
		for _, url := range append([]string{step.Target}, hops(step)...) {
			if strings.HasPrefix(url, "http://") {
				return url, true
			}
		}
	}
	return "", false
}

func hops(s discover.Step) (urls []string) {
	for _, h := range s.Hops {
		urls = append(urls, h.To)
	}
	return urls
}

// found compares one server that a client would configure with the record, and
// with the measurement of it; nothing when all is well.
func found(t Target, trace discover.Trace, s discover.Server, evidence []probe.Evidence) []Finding {
	about := trace.Client.Title
	var findings []Finding
	if e, ok := evidenceOf(s, evidence); ok && e.Verdict == probe.Fail {
		f := finding("CLIENT-BROKEN-SERVER", Fail, about)
		f.Seen = serverWords(s) + ", which fails: " + string(e.Cause)
		f.Expected = "a server that works"
		findings = append(findings, f)
	}
	if t.Account.Provider == nil || t.Account.Setup.Partial != "" {
		return findings
	}
	record := slices.Concat(t.Account.Setup.Incoming, t.Account.Setup.Outgoing)
	i := slices.IndexFunc(record, func(r providers.Server) bool { return sameServer(s, r) })
	if i < 0 {
		f := finding("CLIENT-OTHER-SERVER", Fail, about)
		f.Seen = serverWords(s) + from(trace, s)
		f.Expected = listed(record, s.Protocol)
		return append(findings, f)
	}
	if want := record[i].Username.For(t.Account.Address); record[i].Username != "" && s.Username != "" && s.Username != want {
		f := finding("CLIENT-USERNAME", Fail, about)
		f.Seen = "log-in name " + s.Username + from(trace, s)
		f.Expected = want
		findings = append(findings, f)
	}
	return findings
}

// sameServer compares as far as the client decides: one that leaves the TLS
// mode open tries both.
func sameServer(s discover.Server, r providers.Server) bool {
	if s.URL != "" {
		return s.URL == r.URL()
	}
	return s.Protocol == r.Protocol && s.Host == r.Host && s.Port == r.Port && (s.Security == "" || s.Security == r.Security)
}

func evidenceOf(s discover.Server, evidence []probe.Evidence) (probe.Evidence, bool) {
	i := slices.IndexFunc(evidence, func(e probe.Evidence) bool { return sameServer(s, e.Server) })
	if i < 0 {
		return probe.Evidence{}, false
	}
	return evidence[i], true
}

// from says which of the client's questions a server is from.
func from(trace discover.Trace, s discover.Server) string {
	if s.Step < 0 || s.Step >= len(trace.Steps) {
		return ""
	}
	step := trace.Steps[s.Step]
	return fmt.Sprintf(", from %s %s", step.Method, step.Target)
}

// serverWords names a server as a client would show it.
func serverWords(s discover.Server) string {
	if s.URL != "" {
		return s.URL
	}
	security := s.Security.Words()
	if s.Security == "" {
		security = "TLS or STARTTLS"
	}
	return fmt.Sprintf("%s %s:%d, %s", s.Protocol.Words(), s.Host, s.Port, security)
}

// listed names the record's servers of a direction.
func listed(record []providers.Server, p providers.Protocol) string {
	var list []string
	for _, r := range record {
		if (r.Protocol == providers.Submission) == (p == providers.Submission) {
			list = append(list, r.URL())
		}
	}
	return strings.Join(list, ", or ")
}
