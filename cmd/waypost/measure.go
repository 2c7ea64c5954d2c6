package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"waypost/measure"
	"waypost/probe"
	"waypost/providers"
	"waypost/providers/catalogue"
)

func newProvidersMeasure() *cobra.Command {
	c := &cobra.Command{
		Use:   "measure [ID…]",
		Short: "Measure what records say, and propose changes",
		Long: `Measures every server of the records named, or of all: those that are served,
those of partial records, and those that are only claimed. Then it shows, as a
diff for patch -p1, what the measurements say for a change of the record: a
source for what passed, another security where that is what the port speaks, a
comment where a claim passes and what is served fails. It writes nothing:
a person reviews the diff, reads the provider's page, and decides.

The exit code tells of the servers that stand in the records, not of claims.`,
		Example: `  waypost providers measure charter.net
  waypost providers measure charter.net --json
  waypost providers measure --records providers/catalogue/records`,
	}
	f := addReachFlags(c)
	asJSON := c.Flags().Bool("json", false, "as JSON, with all that was seen")
	dir := c.Flags().String("records", "", "directory of YAML records (default: the built-in catalogue)")
	_ = c.MarkFlagDirname("records") // fails only where there is no such flag
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		records, _ := readRecords(*dir) // completion shows what there is
		var ids []string
		for _, r := range records {
			ids = append(ids, r.ID)
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
	c.RunE = func(c *cobra.Command, ids []string) error {
		network, err := f.network()
		if err != nil {
			return err
		}
		roots, err := f.roots()
		if err != nil {
			return err
		}
		records, err := readRecords(*dir)
		if err != nil {
			return err
		}
		if records, err = named(records, ids); err != nil {
			return err
		}
		options := probe.Options{Network: network, Roots: roots, Timeout: f.timeout}
		return measureRecords(c.Context(), c.OutOrStdout(), records, *asJSON, func(ctx context.Context, s providers.Server) probe.Evidence {
			return probe.Server(ctx, s, options)
		})
	}
	return c
}

// writtenRecord is a record with its text.
type writtenRecord struct {
	providers.Provider

	file string // as a diff names it
	text string
}

// readRecords reads the records of a directory; without one, the built-in ones.
func readRecords(dir string) ([]writtenRecord, error) {
	if dir == "" {
		return builtInRecords()
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("there is no record in %s", dir)
	}
	if err != nil {
		return nil, &failure{exitUsage, err, "name a directory with files such as example.com.yaml"}
	}
	var records []writtenRecord
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, &failure{code: exitFailure, err: err}
		}
		p, err := catalogue.Parse(strings.TrimSuffix(filepath.Base(name), ".yaml"), name, text)
		if err != nil {
			return nil, &failure{code: exitFailure, err: err}
		}
		records = append(records, writtenRecord{p, strings.TrimLeft(filepath.ToSlash(filepath.Clean(name)), "/"), string(text)})
	}
	return records, nil
}

func builtInRecords() ([]writtenRecord, error) {
	all, err := builtIn()
	if err != nil {
		return nil, err
	}
	var records []writtenRecord
	for _, p := range all {
		text, err := catalogue.Text(p.ID)
		if err != nil {
			return nil, &failure{code: exitFailure, err: err}
		}
		records = append(records, writtenRecord{p, catalogue.Directory + "/" + p.ID + ".yaml", string(text)})
	}
	return records, nil
}

// named picks the records with these IDs; all where none is given.
func named(records []writtenRecord, ids []string) ([]writtenRecord, error) {
	if len(ids) == 0 {
		return records, nil
	}
	var picked []writtenRecord
	for _, id := range ids {
		i := slices.IndexFunc(records, func(r writtenRecord) bool { return r.ID == id })
		if i < 0 {
			return nil, &failure{exitUsage, fmt.Errorf("no record has the ID %q", id), "waypost providers list names their domains; the first is nearly always the ID"}
		}
		picked = append(picked, records[i])
	}
	return picked, nil
}

// measuredRecord is the JSON of a record that was measured.
type measuredRecord struct {
	ID      string           `json:"id"`
	Servers []measuredServer `json:"servers"`
	Diff    string           `json:"diff,omitempty"`
	Notes   []string         `json:"notes,omitempty"`
}

type measuredServer struct {
	Setup    int             `json:"setup"` // from 0
	Place    measure.Place   `json:"place"`
	URL      string          `json:"url"`
	Domain   string          `json:"domain,omitempty"` // that was put into the host
	Evidence probe.Evidence  `json:"evidence"`
	Instead  *probe.Evidence `json:"instead,omitempty"` // with the security that was measured
}

// recordsAtOnce bounds the measurements that run at the same time.
const recordsAtOnce = 4

func measureRecords(ctx context.Context, w io.Writer, records []writtenRecord, asJSON bool, how func(context.Context, providers.Server) probe.Evidence) error {
	date := time.Now().UTC().Format(time.DateOnly)
	views := []measuredRecord{}
	var verdicts []probe.Verdict
	for _, r := range records {
		findings := measure.Record(ctx, &r.Provider, recordsAtOnce, how)
		if ctx.Err() != nil {
			return &failure{code: exitUntested, err: errors.New("interrupted")}
		}
		p := checkedProposal(r, measure.Propose(r.file, r.text, date, findings))
		for _, f := range findings {
			if f.Place != measure.Claims {
				verdicts = append(verdicts, f.Evidence.Verdict)
			}
		}
		if asJSON {
			views = append(views, viewMeasured(r.ID, findings, p))
			continue
		}
		printFindings(w, r.Provider, findings)
		printProposal(w, p)
	}
	if asJSON {
		err := printJSON(w, struct {
			Schema  string           `json:"schema"`
			Date    string           `json:"date"`
			Records []measuredRecord `json:"records"`
		}{"waypost.providers-measure/1", date, views})
		if err != nil {
			return err
		}
	}
	return measuredOutcome(verdicts)
}

// checkedProposal takes a proposal back that would not be a record any more.
func checkedProposal(r writtenRecord, p measure.Proposal) measure.Proposal {
	if p.Diff == "" {
		return p
	}
	if _, err := catalogue.Parse(r.ID, r.file, []byte(p.Text)); err != nil {
		p.Diff = ""
		p.Notes = append(p.Notes, "the file is not written as others are, so no change is proposed")
	}
	return p
}

func viewMeasured(id string, findings []measure.Finding, p measure.Proposal) measuredRecord {
	v := measuredRecord{ID: id, Servers: []measuredServer{}, Diff: p.Diff, Notes: p.Notes}
	for _, f := range findings {
		v.Servers = append(v.Servers, measuredServer{f.Setup, f.Place, f.Server.URL(), f.Domain.String(), f.Evidence, f.Instead})
	}
	return v
}

// measuredOutcome gives the exit code: a failure counts more than what is
// unknown, which counts more than a warning.
func measuredOutcome(verdicts []probe.Verdict) error {
	n := map[probe.Verdict]int{}
	for _, v := range verdicts {
		n[v]++
	}
	switch probe.Worst(verdicts...) {
	case probe.Fail:
		return &failure{code: exitFailure, err: fmt.Errorf("%s of %d fail", count(n[probe.Fail], "server"), len(verdicts))}
	case probe.Untested:
		return &failure{code: exitUntested, err: fmt.Errorf("%s of %d could not be tested", count(n[probe.Untested], "server"), len(verdicts))}
	case probe.Warn:
		return &failure{code: exitWarning, err: fmt.Errorf("%s of %d with warnings", count(n[probe.Warn], "server"), len(verdicts))}
	case probe.Pass:
	}
	return nil
}
