//go:build linux

package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// buildContext copies what docker would send to a build, and checks that it is
// all that the program is built of and holds no secret.
func buildContext(ctx context.Context, t *testing.T) string {
	t.Helper()
	root, dir := filepath.Join("..", ".."), t.TempDir()
	ignored := dockerignore(t, filepath.Join(root, ".dockerignore"))
	for _, secret := range []string{
		".git/config", ".env", ".cache/a.go", "waypost.yaml", "signing.key", "signing.pem", "state/signing.pem", "waypost", "bin/waypost",
		"cmd/waypost/waypost.yaml", "server/web/tls.key", "providers/catalogue/own.yaml", "providers/catalogue/records/tls.pem",
	} {
		if !ignored(secret) {
			t.Errorf("%s would be sent to a build", secret)
		}
	}
	send := []string{"cp", "--parents", "--target-directory", dir}
	must(t, fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !ignored(path) {
			send = append(send, path)
		}
		return err
	}))
	sh(ctx, t, root, nil, send...)
	list := `CGO_ENABLED=0 go list -deps -f '{{if not .Standard}}{{.ImportPath}} {{.GoFiles}} {{.EmbedFiles}}{{end}}' ./cmd/waypost`
	if want, got := sh(ctx, t, root, nil, list), sh(ctx, t, dir, nil, list); got != want {
		t.Fatalf(".dockerignore leaves out what the program is built of.\nHere:\n%s\nThere:\n%s", want, got)
	}
	return dir
}

// dockerignore gives the rules of a file: the last pattern that fits a path
// or a directory above it decides.
func dockerignore(t *testing.T, file string) func(string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	words := strings.NewReplacer(`\*\*/`, `(.*/)?`, `\*\*`, `.*`, `\*`, `[^/]*`)
	return func(path string) (out bool) {
		for line := range strings.Lines(string(text)) {
			pattern, back := strings.CutPrefix(strings.TrimSpace(line), "!")
			if pattern == "" || strings.HasPrefix(pattern, "#") {
				continue
			}
			if regexp.MustCompile("^" + words.Replace(regexp.QuoteMeta(pattern)) + "(/.*)?$").MatchString(path) {
				out = !back
			}
		}
		return out
	}
}
