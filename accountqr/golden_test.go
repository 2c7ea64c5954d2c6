package accountqr_test

import (
	"bytes"
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waypost/accountqr"
	"waypost/providers"
	"waypost/providers/providertest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// goldens are the accounts whose codes stand in testdata, by file name.
func goldens(t testing.TB) map[string]providers.Account {
	t.Helper()
	return map[string]providers.Account{
		// Implicit TLS on 587.
		"charter.net": account(t, "ann@charter.net"),
		// A password, of which OAuth2 stands before.
		"gmail.com": account(t, "ann@gmail.com"),
		"gmx.net":   account(t, "ann@gmx.net"),
		// OAuth2 and nothing else, which the app knows.
		"outlook.com": account(t, "ann@outlook.com"),
		// POP3 and nothing else.
		"yahoo.co.jp": account(t, "ann@yahoo.co.jp"),
		"starttls": configured(t, "ann@example.com",
			server(t, "imap://imap.example.com"), server(t, "submission://smtp.example.com")),
		"plaintext": configured(t, "ann@example.com",
			server(t, "imap://imap.example.com?security=none"), server(t, "submission://smtp.example.com?security=none")),
		"idn": configured(t, "ann@bücher.example",
			server(t, "imaps://mail.bücher.example"), server(t, "submissions://mail.bücher.example")),
		"json-characters": configured(t, "a&b{c}'d@example.com",
			server(t, "imaps://imap.example.com"), server(t, "submissions://smtp.example.com")),
	}
}

func golden(name, kind string) string { return filepath.Join("testdata", name+".golden."+kind) }

func TestGoldenFilesAreReadBackIntoTheSameCode(t *testing.T) {
	for name, a := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			c := mustNew(t, a)
			text := mustEncode(t, c)
			picture, err := accountqr.SVG(text)
			if err != nil {
				t.Fatal(err)
			}
			providertest.Golden(t, golden(name, "json"), append(bytes.Clone(text), '\n'), *update)
			providertest.Golden(t, golden(name, "svg"), picture, *update)
			back, err := accountqr.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c, back, addresses); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoGoldenFileIsLeftOver(t *testing.T) {
	accounts := goldens(t)
	files, err := filepath.Glob(golden("*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".golden.")
		if _, ok := accounts[name]; !ok {
			t.Errorf("%s is nobody's", file)
		}
	}
}
