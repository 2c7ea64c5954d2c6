package localmail_test

import (
	"path/filepath"
	"strings"
	"testing"

	"waypost/localmail"
)

func FuzzParseDovecot(f *testing.F) {
	inputs, err := filepath.Glob("testdata/*.doveconf")
	if err != nil {
		f.Fatal(err)
	}
	for _, input := range inputs {
		f.Add(string(read(f, input)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := localmail.ParseDovecot([]byte(text))
		if err != nil && (len(d.Listeners) > 0 || d.Login.Rule != "") {
			t.Errorf("an error, and %+v", d)
		}
		checkFound(t, d.Listeners, d.Certificates)
		checkComment(t, d.Login.Origin)
	})
}

func FuzzParsePostfix(f *testing.F) {
	inputs, err := filepath.Glob("testdata/*.postconf")
	if err != nil {
		f.Fatal(err)
	}
	for _, input := range inputs {
		f.Add(string(read(f, input)), string(read(f, strings.TrimSuffix(input, "postconf")+"master")))
	}
	f.Fuzz(func(t *testing.T, main, master string) {
		p, err := localmail.ParsePostfix([]byte(main), []byte(master))
		if err != nil {
			return
		}
		checkFound(t, p.Listeners, p.Certificates)
		for _, d := range p.Domains {
			checkComment(t, d.Origin)
		}
	})
}

func checkFound(t *testing.T, listeners []localmail.Listener, certificates []localmail.Certificate) {
	for _, l := range listeners {
		checkComment(t, l.Origin)
		if l.Port < 1 || l.Port > 65535 || l.Protocol == "" || l.Origin.IsZero() {
			t.Errorf("%+v", l)
		}
	}
	for _, c := range certificates {
		checkComment(t, c.Origin)
		if c.File == "" || c.Origin.IsZero() {
			t.Errorf("%+v", c)
		}
	}
}
