package discover_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/discover"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestEachClientAsksAndTakesWhatItsSourceSays holds every client against every
// world: the requests, the verdicts and the result are in one file a client.
func TestEachClientAsksAndTakesWhatItsSourceSays(t *testing.T) {
	t.Parallel()
	c, all, clients := newCertificates(t), worlds(), discover.Clients()
	said := make([][]string, len(clients))
	who := address(t, "ann+x@example.test")
	var wait sync.WaitGroup
	for i, client := range clients {
		said[i] = make([]string, len(all))
		for j, w := range all {
			r := w.start(t, c)
			one := func() {
				trace, err := discover.Run(t.Context(), client.Name, who, r.options)
				if err != nil {
					t.Error(err)
				}
				said[i][j] = "## " + w.name + "\n\n" + brief(trace)
				compareRequests(t, w, trace, r.requests())
				compareQuestions(t, w, trace, r.questions())
			}
			if w.silent {
				wait.Go(one) // it takes its time
			} else {
				one()
			}
		}
	}
	wait.Wait()
	for i, client := range clients {
		golden(t, client.Name+".golden.txt", fmt.Sprintf("# %s\n\n%s", client.Title, strings.Join(said[i], "\n")))
	}
}

// brief is a trace without times, one line a step.
func brief(trace discover.Trace) string {
	var b strings.Builder
	for _, s := range trace.Steps {
		fmt.Fprintf(&b, "%d %s %s", s.Round, s.Method, s.Target)
		for _, h := range s.Hops {
			fmt.Fprintf(&b, " -> %d %s", h.Status, h.To)
		}
		switch {
		case s.Status != 0:
			fmt.Fprintf(&b, " = %d", s.Status)
		case len(s.Records) > 0:
			fmt.Fprintf(&b, " = %s", strings.Join(s.Records, ", "))
		}
		fmt.Fprintf(&b, "\n    %s: %s\n", s.Verdict, s.Why)
	}
	b.WriteString(string(trace.Result.Outcome))
	if !trace.Result.Certain {
		b.WriteString(" uncertain")
	}
	if trace.Trusted {
		b.WriteString(" trusted")
	}
	b.WriteString("\n")
	for _, s := range trace.Result.Servers {
		fmt.Fprintf(&b, "  %s\n", s.Words())
	}
	if len(trace.Result.Next) > 0 {
		fmt.Fprintf(&b, "  next: %s\n", strings.Join(trace.Result.Next, " "))
	}
	fmt.Fprintf(&b, "  %s\n", trace.Sees)
	return b.String()
}

// compareRequests holds what the trace tells against what the servers saw, in
// the order of the rounds and, where a round has one request alone, exactly.
func compareRequests(t *testing.T, w world, trace discover.Trace, seen []string) {
	t.Helper()
	told := map[int][]string{}
	var rounds []int
	for _, s := range trace.Steps {
		if !isHTTP(s) || s.Status == 0 && !strings.Contains(s.Error, "no complete answer") {
			continue // never sent, or not understood there
		}
		if !slices.Contains(rounds, s.Round) {
			rounds = append(rounds, s.Round)
		}
		method := s.Method
		told[s.Round] = append(told[s.Round], method+" "+s.Target)
		for _, h := range s.Hops {
			if strings.Contains(s.Error, "redirect") || isStay(s) {
				continue // not followed
			}
			if h.Status < 307 && trace.Client.Name != "outlook" {
				method = http.MethodGet
			}
			told[s.Round] = append(told[s.Round], method+" "+h.To)
		}
	}
	slices.Sort(rounds)
	var expected []string
	for _, round := range rounds {
		expected = append(expected, told[round]...)
	}
	sortedSeen, sortedExpected := slices.Sorted(slices.Values(seen)), slices.Sorted(slices.Values(expected))
	if diff := cmp.Diff(sortedExpected, sortedSeen); diff != "" {
		t.Errorf("%s, %s: told and not seen (-), seen and not told (+)\n%s", trace.Client.Name, w.name, diff)
	}
	sequential := !slices.ContainsFunc(rounds, func(r int) bool { return len(told[r]) > 1 && hasTwoSteps(trace, r) })
	if sequential && !slices.Equal(seen, expected) {
		t.Errorf("%s, %s: the order is\n%s\nand not\n%s", trace.Client.Name, w.name, strings.Join(seen, "\n"), strings.Join(expected, "\n"))
	}
}

// compareQuestions holds the DNS questions that the trace tells against what the
// name server saw, but for those for addresses.
func compareQuestions(t *testing.T, w world, trace discover.Trace, asked []string) {
	t.Helper()
	var told []string
	for _, s := range trace.Steps {
		if !isHTTP(s) {
			told = append(told, s.Method+" "+s.Target)
		}
	}
	slices.Sort(told)
	slices.Sort(asked)
	if diff := cmp.Diff(told, asked); diff != "" {
		t.Errorf("%s, %s: asked of DNS, told (-), seen (+)\n%s", trace.Client.Name, w.name, diff)
	}
}

// isStay tells Outlook's question over http, whose redirect is another step.
func isStay(s discover.Step) bool { return strings.HasPrefix(s.Why, "Outlook asks the person") }

func isHTTP(s discover.Step) bool { return s.Method == http.MethodGet || s.Method == http.MethodPost }

func hasTwoSteps(trace discover.Trace, round int) bool {
	n := 0
	for _, s := range trace.Steps {
		if s.Round == round && isHTTP(s) {
			n++
		}
	}
	return n > 1
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); -update writes it anew\n%s", file, diff)
	}
}

func TestUnknownClientIsAnError(t *testing.T) {
	t.Parallel()
	_, err := discover.Run(context.Background(), "no-such-client", address(t, "ann@example.test"), discover.Options{})
	if !errors.Is(err, discover.ErrClient) {
		t.Errorf("the error is %v", err)
	}
}

func TestTraceForPeopleNamesEveryStep(t *testing.T) {
	t.Parallel()
	w := worlds()[slices.IndexFunc(worlds(), func(w world) bool { return w.name == "the wrong certificate" })]
	trace := run(t, "thunderbird", w.start(t, newCertificates(t)).options)
	for i := range trace.Steps {
		trace.Steps[i].Took = 0
	}
	var b bytes.Buffer
	if err := trace.Write(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "write.golden.txt", b.String())
}

func TestTraceIsStableJSON(t *testing.T) {
	t.Parallel()
	w := worlds()[slices.IndexFunc(worlds(), func(w world) bool { return w.name == "Autodiscover by SRV records" })]
	trace := run(t, "outlook", w.start(t, newCertificates(t)).options)
	for i := range trace.Steps {
		trace.Steps[i].At, trace.Steps[i].Took = 0, 0
	}
	data, err := json.MarshalIndent(trace, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "trace.golden.json", string(data)+"\n")
}
