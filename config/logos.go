package config

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"waypost/providers/yamlfile"
)

// domains is the section of that name, with the files that it names: they are
// watched as the configuration itself is.
type domains struct {
	yamlfile.Domains

	logos []string // as they are written, each once
}

func (d *domains) UnmarshalYAML(n *yaml.Node) error {
	d.logos = slices.Compact(slices.Sorted(slices.Values(logosIn(n, nil))))
	return d.Domains.UnmarshalYAML(n)
}

// logosIn finds what stands at the key logo, which only brand has. An alias is
// not followed: what it stands for is in the section too.
func logosIn(n *yaml.Node, found []string) []string {
	if n.Kind == yaml.AliasNode {
		return found
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 0 || n.Content[i-1].Value != "logo" {
			found = logosIn(child, found)
			continue
		}
		if child.Kind == yaml.AliasNode {
			child = child.Alias
		}
		if child.Kind == yaml.ScalarNode && child.Value != "" {
			found = append(found, child.Value)
		}
	}
	return found
}
