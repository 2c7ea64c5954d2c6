package testenv

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// Texts reads a file of texts, one a line, quoted as in Go. Empty lines and those
// that begin with a number sign are left out.
func Texts(t testing.TB, file string) (list []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		text, err := strconv.Unquote(line)
		if err != nil {
			t.Fatalf("%s: %s: %v", file, line, err)
		}
		list = append(list, text)
	}
	return list
}
