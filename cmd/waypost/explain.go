package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"waypost/check"
)

func newExplain() *cobra.Command {
	c := &cobra.Command{
		Use:   "explain [CODE|\"ERROR TEXT\"]",
		Short: "Explain a finding's code, or what a client's error message can mean",
		Long: `Explains the code of a finding: what is the case, how it was told, who feels it
and what to do. Or starts from the words that a mail client shows, in English, and
lists what they can mean, most common first, each with the evidence that decides
it. Without an argument, lists the codes.`,
		Example: `  waypost explain CERT-EXPIRED
  waypost explain "Cannot Connect Using SSL"`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, code := range check.Codes() {
				names = append(names, code.Code+"\t"+code.Title)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	asJSON := c.Flags().Bool("json", false, "as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return listCodes(c.OutOrStdout(), *asJSON)
		}
		return explain(c.OutOrStdout(), args[0], *asJSON)
	}
	return c
}

func listCodes(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, struct {
			Schema string       `json:"schema"`
			Codes  []check.Code `json:"codes"`
		}{"waypost.explain/1", check.Codes()})
	}
	for _, code := range check.Codes() {
		fmt.Fprintf(w, "%-24s  %s\n", code.Code, code.Title)
	}
	return nil
}

func explain(w io.Writer, text string, asJSON bool) error {
	code, isCode := check.Explain(strings.TrimSpace(text))
	symptoms := check.Symptoms(text)
	if !isCode && len(symptoms) == 0 {
		return &failure{
			exitUsage, errors.New("neither a code nor a message that is known"),
			"waypost explain lists the codes; messages are known in English only: type the words of the client's English version",
		}
	}
	if asJSON {
		out := struct {
			Schema   string          `json:"schema"`
			Code     *check.Code     `json:"code,omitempty"`
			Symptoms []check.Symptom `json:"symptoms,omitempty"`
		}{Schema: "waypost.explain/1"}
		if isCode {
			out.Code = &code
		} else {
			out.Symptoms = symptoms
		}
		return printJSON(w, out)
	}
	if isCode {
		printCode(w, code)
		return nil
	}
	for i, s := range symptoms {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printSymptom(w, s)
	}
	return nil
}

func printCode(w io.Writer, c check.Code) {
	fmt.Fprintf(w, "%s  %s\n\n", c.Code, c.Title)
	if c.Meaning != "" {
		printField(w, "", c.Meaning)
	}
	for _, who := range c.Who {
		printField(w, "who", who)
	}
	printField(w, "fix", c.Fix)
}

func printSymptom(w io.Writer, s check.Symptom) {
	fmt.Fprintf(w, "%s\n\nWhat it can mean, most common first:\n", s.Name)
	for i, c := range s.Causes {
		fmt.Fprintf(w, "\n%d. %s\n", i+1, c.What)
		printField(w, "tell", c.Tell)
		printField(w, "fix", c.Fix)
		printField(w, "codes", strings.Join(c.Codes, ", "))
	}
	fmt.Fprintf(w, "\nTo decide: waypost check ADDRESS\n")
	fmt.Fprintln(w, wrap(s.Never, "", ""))
}

// printField prints a name and a text that may take several lines.
func printField(w io.Writer, name, text string) {
	fmt.Fprintln(w, wrap(text, fmt.Sprintf("   %-6s ", name), strings.Repeat(" ", 10)))
}

// wrap breaks a text into lines of at most 80 characters, where words allow.
func wrap(text, first, next string) string {
	const width = 80
	var b strings.Builder
	line := first
	empty := true
	for word := range strings.FieldsSeq(text) {
		switch {
		case empty:
			line += word
		case len([]rune(line))+1+len([]rune(word)) > width:
			b.WriteString(line + "\n")
			line = next + word
		default:
			line += " " + word
		}
		empty = false
	}
	return b.String() + line
}
