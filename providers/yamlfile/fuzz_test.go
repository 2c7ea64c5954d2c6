package yamlfile_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"waypost/providers"
	"waypost/providers/yamlfile"
)

// What is read is valid, can be served, and holds nothing that must not reach
// an answer or a terminal; what is refused is refused in words.
func FuzzParseRecord(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	built, err := filepath.Glob("../catalogue/records/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, built...) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	cited := yamlfile.Sources{"page": {Kind: providers.FirstParty, Name: "help page"}, "ISPDB": shared["ISPDB"]}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := yamlfile.ParseRecord("example.com", "f.yaml", data, cited)
		if err != nil {
			checkProblems(t, err, "f.yaml")
			if !cmp.Equal(p, providers.Provider{}) {
				t.Errorf("an error and a record: %+v", p)
			}
			return
		}
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		checkTexts(t, reflect.ValueOf(p))
		again, err := yamlfile.ParseRecord("example.com", "f.yaml", data, cited)
		if d := cmp.Diff(p, again, equalNames); d != "" || err != nil {
			t.Errorf("read twice: %v\n%s", err, d)
		}
		for _, s := range p.Setups {
			checkServers(t, s)
		}
		checkLookups(t, p)
	})
}

// checkTexts finds what no text of a record may hold; notes and the like may
// have several lines.
func checkTexts(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("%s %q", v.Type(), s)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			checkTexts(t, field)
		}
	case reflect.Slice:
		for i := range v.Len() {
			checkTexts(t, v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			checkTexts(t, v.Elem())
		}
	default:
	}
}

func checkServers(t *testing.T, s providers.Setup) {
	all := slices.Concat(s.Incoming, s.Outgoing)
	for _, c := range s.Claims {
		all = append(all, c.Server)
	}
	for _, v := range all {
		read := providers.ParseServer
		if v.Path != "" {
			read = func(text string) (providers.Server, error) { return providers.ParseService(v.Protocol, text) }
		}
		got, err := read(v.URL())
		got.Auth, got.Username, got.Sources = v.Auth, v.Username, v.Sources
		if d := cmp.Diff(v, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", v.URL(), err, d)
		}
	}
}

func checkLookups(t *testing.T, p providers.Provider) {
	m, err := providers.NewMemory([]providers.Provider{p})
	if err != nil {
		return // a domain stands twice
	}
	for _, s := range p.Setups {
		for _, d := range s.Domains {
			match, err := m.Lookup(t.Context(), d)
			if err != nil {
				continue // the hosts make no name for this domain
			}
			for _, v := range slices.Concat(match.Setup.Incoming, match.Setup.Outgoing) {
				if _, err := providers.ParseDomain(v.Host); err != nil {
					t.Errorf("%s is sent to %q", d, v.Host)
				}
			}
		}
	}
}
