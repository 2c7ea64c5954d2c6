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
		f := finding("CLIENT-ASKS-PASSWORD", Warn, about)
		if t.Publication != nil { // with others, as Exchange, a password is asked for on purpose
			f.Verdict = Fail
		}
		f.Seen = trace.Sees
		return []Finding{f}
	default:
		return []Finding{findsNothing(t, trace)}
	}
	var findings []Finding
	for _, s := range trace.Result.Servers {
		findings = append(findings, found(t, trace, s)...)
	}
	if step, plain := overHTTP(trace); plain {
		f := finding("CLIENT-UNTRUSTED", Warn, about)
		f.Seen = "settings from " + step
		findings = append(findings, f)
	}
	if broken := brokenServers(trace, evidence); len(broken) > 0 {
		return append(findings, behind("CLIENT-BROKEN-SERVER", about, broken...))
	}
	if len(findings) == 0 {
		findings = append(findings, works(t, trace, evidence))
	}
	return findings
}

// findsNothing is certain where every question was asked that could have found
// something. For a domain of our own, what public databases would say is no
// excuse: its own addresses have to answer.
func findsNothing(t Target, trace discover.Trace) Finding {
	f := finding("CLIENT-FINDS-NOTHING", Warn, trace.Client.Title)
	f.Seen = trace.Sees
	reasons := untestedBecause(trace)
	if len(reasons) == 0 && (trace.Result.Certain || t.Publication != nil) {
		return f
	}
	f.Verdict = Untested
	switch len(reasons) {
	case 0:
		f.Why = "a step that could have found settings was not asked: --client NAME shows which"
	case 1:
		f.Why = "a step that could have found settings could not be tested, because " + reasons[0] + ": --client NAME shows which"
	default:
		f.Why = "steps that could have found settings could not be tested: --client NAME shows which, and why"
	}
	return f
}

// untestedBecause gives why steps of a search could not be tested, each reason
// once.
func untestedBecause(trace discover.Trace) (reasons []string) {
	for _, s := range trace.Steps {
		if s.Verdict == discover.Untested && !slices.Contains(reasons, s.Why) {
			reasons = append(reasons, s.Why)
		}
	}
	return reasons
}

// works says that a client's servers were measured, and that they are the
// record's where there is one. What was not measured does not pass.
func works(t Target, trace discover.Trace, evidence []probe.Evidence) Finding {
	about := trace.Client.Title
	for _, s := range trace.Result.Servers {
		e, ok := evidenceOf(s, evidence)
		if ok && (e.Verdict == probe.Pass || e.Verdict == probe.Warn || aboutLogin(e.Cause) || e.Cause == probe.LoginUntested) {
			continue
		}
		f := finding("CLIENT-NOT-MEASURED", Untested, about)
		f.Seen = serverWords(s)
		f.Why = "this server was not measured"
		if ok {
			f.Why = "this server could not be tested: " + string(e.Cause)
		}
		return f
	}
	code := "CLIENT-PASS"
	if t.Account.Provider == nil || t.Account.Setup.Partial != "" {
		code = "CLIENT-WORKS"
	}
	f := finding(code, Pass, about)
	f.Seen = trace.Sees
	return f
}

// silentInstance finds that nobody answers where the domain's clients ask
// first. Then every client finds nothing, and DNS is not to blame.
func silentInstance(t Target, traces []discover.Trace) []Finding {
	if t.Publication == nil {
		return nil
	}
	own := "://autoconfig." + t.Account.Domain.String() + "/"
	asked, answered, first := 0, false, ""
	for _, trace := range traces {
		for _, s := range trace.Steps {
			if !strings.Contains(s.Target, own) || s.Verdict == discover.NotAsked || s.Verdict == discover.Untested {
				continue
			}
			asked++
			answered = answered || s.Status != 0
			if first == "" {
				first = s.Error
			}
		}
	}
	if asked == 0 || answered {
		return nil
	}
	f := finding("INSTANCE-SILENT", Fail, "https"+own)
	f.Seen = first
	return []Finding{f}
}

// overHTTP finds the question over plain HTTP that servers are from. SRV cannot
// be trusted either, but nobody at the domain can mend that.
func overHTTP(trace discover.Trace) (target string, plain bool) {
	for i, step := range trace.Steps {
		from := slices.ContainsFunc(trace.Result.Servers, func(s discover.Server) bool { return s.Step == i })
		if !from && step.Verdict != discover.Used { // what led on counts as well
			continue
		}
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

// brokenServers names the servers that a client would configure and that fail.
// Each has a finding of its own, which says how to mend it.
func brokenServers(trace discover.Trace, evidence []probe.Evidence) (broken []root) {
	for _, s := range trace.Result.Servers {
		if e, ok := evidenceOf(s, evidence); ok && e.Verdict == probe.Fail && !aboutLogin(e.Cause) {
			broken = append(broken, root{e.Server.URL(), string(e.Cause)})
		}
	}
	return broken
}

// found compares one server that a client would configure with the record;
// nothing when they agree.
func found(t Target, trace discover.Trace, s discover.Server) []Finding {
	about := trace.Client.Title
	if t.Account.Provider == nil || t.Account.Setup.Partial != "" {
		return nil
	}
	record := slices.Concat(t.Account.Setup.Incoming, t.Account.Setup.Outgoing)
	i := slices.IndexFunc(record, func(r providers.Server) bool { return sameServer(s, r) })
	if i < 0 {
		f := finding("CLIENT-OTHER-SERVER", Fail, about)
		f.Seen = serverWords(s) + from(trace, s)
		f.Expected = listed(record, s.Protocol)
		return []Finding{f}
	}
	if want := record[i].Username.For(t.Account.Address); record[i].Username != "" && s.Username != "" && s.Username != want {
		f := finding("CLIENT-USERNAME", Fail, about)
		f.Seen = "log-in name " + s.Username + from(trace, s)
		f.Expected = want
		return []Finding{f}
	}
	return nil
}

// aboutLogin tells whether the server works and did not take the password.
func aboutLogin(c probe.Cause) bool {
	return slices.Contains([]probe.Cause{probe.LoginRefused, probe.LoginAppPassword, probe.LoginOtherForm}, c)
}

// sameServer compares as far as the client decides: one that leaves the TLS
// mode open tries both.
func sameServer(s discover.Server, r providers.Server) bool {
	if s.URL != "" {
		return s.URL == r.URL()
	}
	host, err := providers.ParseHost(s.Host) // as it was published, in any letter case
	return err == nil && s.Protocol == r.Protocol && host == r.Host && s.Port == r.Port && (s.Security == "" || s.Security == r.Security)
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
