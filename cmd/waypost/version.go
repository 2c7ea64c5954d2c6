package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// version is set by -ldflags "-X main.version=v1.2.3" where a binary is built
// without the repository, as images are.
var version string

func newVersion() *cobra.Command {
	c := &cobra.Command{
		Use:     "version",
		Short:   "Show the version of this binary",
		Example: "  waypost version --json",
		Args:    cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "as JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		v := struct {
			Schema   string `json:"schema"`
			Version  string `json:"version"`
			Revision string `json:"revision,omitempty"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{Schema: "waypost.version/1", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
		v.Version, v.Revision = builtFrom()
		if *asJSON {
			return printJSON(c.OutOrStdout(), v)
		}
		_, err := fmt.Fprintf(c.OutOrStdout(), "%s (%s, %s)\n", strings.Join(strings.Fields("waypost "+v.Version+" "+v.Revision), " "), v.Go, v.Platform)
		return err
	}
	return c
}

// builtFrom gives the version of this binary, and the revision where the build
// knew the repository.
func builtFrom() (name, revision string) {
	name = "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		name = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	if version != "" {
		name = version
	}
	return name, revision
}
