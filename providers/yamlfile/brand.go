package yamlfile

import (
	"io"
	"os"
	"path/filepath"

	"waypost/providers"
)

type brand struct {
	Colour string `yaml:"colour" doc:"of buttons, such as \"#0b57d0\"; default: the page's own"`
	Logo   string `yaml:"logo" doc:"PNG or JPEG file of at most 64 KiB and 1024 pixels a side; default: none"`
	Help   string `yaml:"help" doc:"where people can ask a person: an https page, mailto:help@example.com or tel:+1-555-0100; default: none"`
}

// brand reads what the block says, and the logo's file.
func (r *domainReader) brand(n *named) providers.Brand {
	b := providers.Brand{Colour: n.Brand.Colour, Help: n.Brand.Help}
	if n.Brand.Logo == "" {
		return b
	}
	logo, err := readLogo(filepath.Dir(r.name), n.Brand.Logo)
	if err != nil {
		r.problem(scalar(n.node, n.Brand.Logo).Line, "the logo %s cannot be used: %v", n.Brand.Logo, err)
	}
	b.Logo = logo
	return b
}

// readLogo reads no more than the model would take.
func readLogo(dir, path string) (*providers.Logo, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, err
	}
	return providers.NewLogo(data)
}
