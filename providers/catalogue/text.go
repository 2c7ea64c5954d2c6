package catalogue

import (
	"fmt"
	"path"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

// Directory is where the records stand in the repository, with slashes.
const Directory = "providers/catalogue/records"

// Text gives the built-in record of an ID as it is written.
func Text(id string) ([]byte, error) {
	return files.ReadFile(path.Join("records", id+".yaml"))
}

// Parse reads a text as a record of this ID, which may cite the sources that
// the built-in records share; file names it in errors.
func Parse(id, file string, text []byte) (providers.Provider, error) {
	data, err := files.ReadFile("sources.yaml")
	if err != nil {
		return providers.Provider{}, err
	}
	shared, err := yamlfile.ParseSources("sources.yaml", data)
	if err != nil {
		return providers.Provider{}, fmt.Errorf("the built-in sources: %w", err)
	}
	return yamlfile.ParseRecord(id, file, text, shared)
}
