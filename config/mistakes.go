package config

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"waypost/providers/yamlfile"
)

// mistakes are what is wrong with a file, of all parts of the reading.
type mistakes []error

// add takes an error apart that joins several.
func (m *mistakes) add(err error) {
	switch many, ok := err.(interface{ Unwrap() []error }); {
	case err == nil:
	case ok:
		for _, one := range many.Unwrap() {
			m.add(one)
		}
	default:
		*m = append(*m, err)
	}
}

// join gives them in the order of the lines; what is about the file as a whole
// comes last.
func (m mistakes) join() error {
	slices.SortStableFunc(m, func(a, b error) int { return cmp.Compare(line(a), line(b)) })
	return errors.Join(m...)
}

func line(err error) int {
	if p, ok := errors.AsType[*yamlfile.Problem](err); ok && p.Line > 0 {
		return p.Line
	}
	return math.MaxInt
}
