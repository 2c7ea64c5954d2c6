package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"waypost/config"
	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
)

// printFindings shows what was measured beside what the record says.
func printFindings(w io.Writer, p providers.Provider, findings []measure.Finding) {
	fmt.Fprintf(w, "%s: %s\n", p.ID, p.Name)
	for _, f := range findings {
		place := ""
		if f.Place == measure.Claims {
			place = "claimed: "
		}
		at := ""
		if !f.Domain.IsZero() {
			at = " for " + f.Domain.String()
		}
		fmt.Fprintf(w, "  %s%s%s\n", place, f.Server.URL(), at)
		printMeasured(w, f.Evidence)
		if f.Instead != nil {
			fmt.Fprintf(w, "      with %s: %s\n", f.Instead.Server.Security.Words(), f.Instead.Verdict)
		}
	}
}

// printMeasured says the verdict and why, and what was seen, a line each.
func printMeasured(w io.Writer, e probe.Evidence) {
	switch words := e.Cause.Words(); {
	case e.Cause != "":
		fmt.Fprintln(w, wrap(fmt.Sprintf("%s %s: %s", e.Verdict, e.Cause, words.Meaning), "      ", "      "))
	case e.Verdict == probe.Untested:
		fmt.Fprintln(w, "      untested: there is no domain to put into the host")
	default:
		fmt.Fprintf(w, "      %s\n", e.Verdict)
	}
	if e.Security != "" && e.Security != e.Server.Security {
		fmt.Fprintf(w, "      the record says %s, the port speaks %s\n", e.Server.Security.Words(), e.Security.Words())
	}
	var seen []string
	if e.TLS != "" {
		seen = append(seen, e.TLS)
	}
	if e.Certificate != nil {
		seen = append(seen, "certificate until "+e.Certificate.NotAfter.UTC().Format(time.DateOnly))
	}
	if len(e.Auth) > 0 {
		seen = append(seen, "sign-in: "+authWords(e.Auth))
	}
	if len(seen) > 0 {
		fmt.Fprintln(w, wrap("seen: "+strings.Join(seen, "; "), "      ", "      "))
	}
}

func printProposal(w io.Writer, p measure.Proposal) {
	for _, n := range p.Notes {
		fmt.Fprintf(w, "  By hand: %s\n", n)
	}
	if p.Diff != "" {
		fmt.Fprintf(w, "\nProposed, for review:\n\n%s", p.Diff)
	}
	fmt.Fprintln(w)
}

// lastResult is what the last measurement of a server said; zero: there is none.
type lastResult struct {
	words string
	works bool // all was as declared, or with a warning
}

// lastMeasured gives a function that finds the last measurement of a server in
// the state directory.
func lastMeasured(flag string, c config.Config) func(providers.Server) lastResult {
	dir, err := stateDir(cmp.Or(flag, c.State))
	if err != nil {
		return func(providers.Server) lastResult { return lastResult{} }
	}
	return func(s providers.Server) lastResult { return known(measurementsDir(dir), s) }
}

func known(dir string, s providers.Server) lastResult {
	m, err := measure.Read(dir, s)
	if errors.Is(err, fs.ErrNotExist) {
		return lastResult{}
	}
	if err != nil {
		return lastResult{words: "unknown: the file of the measurement cannot be read"}
	}
	text := string(m.Verdict)
	if m.Cause != "" {
		text += " " + string(m.Cause)
	}
	const minutes = "2006-01-02 15:04 UTC"
	text += ", " + m.At.UTC().Format(minutes)
	if m.Since.Before(m.At) {
		text += ", the same since " + m.Since.UTC().Format(minutes)
	}
	return lastResult{text, m.Verdict == probe.Pass || m.Verdict == probe.Warn}
}
