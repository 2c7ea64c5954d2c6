package probe_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/probe"
)

var update = flag.Bool("update", false, "write docs/probe.md anew")

// TestEveryFormIsNamedAtTheFirstTry measures real servers, healthy and broken,
// and holds docs/probe.md to what was found.
func TestEveryFormIsNamedAtTheFirstTry(t *testing.T) {
	groups := []struct {
		title string
		forms []form
	}{
		{"Healthy", healthyForms},
		{"Names, addresses and ports", reachForms},
		{"TLS", modeForms},
		{"Certificates", certificateForms},
		{"Log-in methods", authForms},
	}
	seen := map[string]string{}
	found := make([][]probe.Evidence, len(groups))
	t.Run("measure", func(t *testing.T) {
		for i, g := range groups {
			found[i] = make([]probe.Evidence, len(g.forms))
			for j, f := range g.forms {
				if seen[f.name] != "" {
					t.Errorf("two forms are called %q", f.name)
				}
				seen[f.name] = g.title
				// Postfix takes no comma in the name of a file, which holds the test's.
				t.Run(strings.ReplaceAll(f.name, ",", ""), func(t *testing.T) {
					t.Parallel()
					found[i][j] = f.run(t)
				})
			}
		}
	})
	var doc strings.Builder
	doc.WriteString(intro)
	for i, g := range groups {
		fmt.Fprintf(&doc, "\n## %s\n\n| what stands there | outcome | what was seen |\n| --- | --- | --- |\n", g.title)
		for j, f := range g.forms {
			e := found[i][j]
			if e.Verdict == "" {
				t.Skip("not everything was measured, so the table is not compared")
			}
			outcome := string(e.Verdict)
			if e.Cause != "" {
				outcome += " `" + string(e.Cause) + "`"
			}
			fmt.Fprintf(&doc, "| %s | %s | %s |\n", f.name, outcome, cell(e))
		}
	}
	doc.WriteString("\n## Causes\n\n| cause | outcome | meaning | who feels it | what to do |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range probe.Causes() {
		w := c.Words()
		fmt.Fprintf(&doc, "| `%s` | %s | %s | %s | %s |\n", c, w.Verdict, w.Meaning, w.Who, w.Next)
	}
	file := filepath.Join("..", "docs", "probe.md")
	if *update {
		if err := os.WriteFile(file, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), doc.String()); diff != "" && !t.Failed() {
		t.Errorf("docs/probe.md is not what was measured (-update writes it):\n%s", diff)
	}
}

const intro = `# What a probe finds

` + "`waypost probe`" + ` measures one server and names the one cause that matters. The
tables below are made by its tests (` + "`go test ./probe -run EveryForm -update`" + `): each
row is a server that was started for it, Dovecot and Postfix from Debian where
the row names them, and the outcome is the one of the first measurement. Ports,
dates and serial numbers are left out.
`

var volatile = []struct{ pattern, instead string }{
	{`serial [0-9a-f]+`, "serial …"},
	{`\b(127\.0\.0\.[23]) [0-9a-f]{10,}`, "$1 …"},
	{`\d{4}-\d\d-\d\d`, "DATE"},
	{`connection to (\S+):\d+`, "connection to $1:PORT"},
	{`name server at \S+:\d+`, "name server at RESOLVER"},
	{`127\.0\.0\.[12]:\d+`, "CONTROL"},
	{`127\.0\.0\.1:[0-9]+->[^ ]+`, "…"},
}

// cell shows the step that decided; of a healthy server, what was agreed.
func cell(e probe.Evidence) string {
	text := ""
	if e.Verdict == probe.Pass {
		text = fmt.Sprintf("%s, %s, AUTH %s", e.Security.Words(), e.TLS, strings.Join(e.Methods, " "))
	}
	i := slices.IndexFunc(e.Steps, func(s probe.Step) bool { return e.Cause != "" && s.Cause == e.Cause })
	if i >= 0 {
		text = e.Steps[i].Name + ": " + e.Steps[i].Seen
		if expected := e.Steps[i].Expected; expected != "" {
			text += "; expected was " + expected
		}
	}
	if e.Cause == probe.Reset {
		text = "the connection is cut, now while it is made and now after" // as the network has it
	}
	for _, v := range volatile {
		text = regexp.MustCompile(v.pattern).ReplaceAllString(text, v.instead)
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}
