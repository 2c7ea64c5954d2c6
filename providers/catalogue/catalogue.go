// Package catalogue is the built-in directory: what is known of providers
// that everybody uses, one file each, compiled into the binary.
//
// A record serves what the provider's own page says, else what a maintained
// catalogue lists; where catalogues differ, the ISPDB's setting is served and
// the others' are kept as claims. What an article or a blog alone says is a
// claim too. Sources that many records cite stand in sources.yaml.
//
// A help page is cited for the servers that it can be about: a page on IMAP is
// not cited for POP3, and where a catalogue's servers differ from those that
// are served and nobody has noted what the page says, it is linked only. A
// record that lacks something is partial and says what: it is shown, so that
// people learn why there is no answer, and it is never served.
package catalogue

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"strings"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

//go:embed sources.yaml records/*.yaml
var files embed.FS

// Load parses the built-in records, in the order of their names. An error
// means that the binary was built from a broken tree.
func Load() (*providers.Memory, error) {
	records, err := load(files)
	if err != nil {
		return nil, err
	}
	return providers.NewMemory(records)
}

func load(tree fs.FS) ([]providers.Provider, error) {
	data, err := fs.ReadFile(tree, "sources.yaml")
	if err != nil {
		return nil, err
	}
	shared, err := yamlfile.ParseSources("sources.yaml", data)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(tree, "records/*.yaml")
	if err != nil {
		return nil, err
	}
	var records []providers.Provider
	var problems []error
	for _, name := range names {
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		id := strings.TrimSuffix(path.Base(name), ".yaml")
		p, err := yamlfile.ParseRecord(id, name, data, shared)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		records = append(records, p)
	}
	return records, errors.Join(problems...)
}
