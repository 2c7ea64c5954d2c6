package web

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestEveryCatalogueHasTheSameKeysAndPlaceholders(t *testing.T) {
	keys := slices.Sorted(maps.Keys(English().words))
	if len(keys) < 200 {
		t.Fatalf("only %d keys were read", len(keys))
	}
	for _, l := range Languages() {
		for key := range l.words {
			if counts(key) {
				continue
			}
			if _, known := English().words[key]; !known {
				t.Errorf("%s: %s is in no other catalogue", l.Tag, key)
			}
		}
		for _, key := range keys {
			m, there := l.words[key]
			if !there {
				t.Errorf("%s: %s is missing", l.Tag, key)
				continue
			}
			want, got := English().words[key].names(), m.names()
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s has %q, want %q", l.Tag, key, got, want)
			}
			if len(m) == 0 {
				t.Errorf("%s: %s is empty", l.Tag, key)
			}
		}
	}
}

// counts tells whether a key is one of a language that has more than one plural.
func counts(key string) bool {
	for _, ending := range pluralForms {
		if base, ok := strings.CutSuffix(key, ending); ok && English().words[base] != nil {
			return true
		}
	}
	return false
}

// TestEveryKeyIsAsked finds words that no page says, and words that a page asks
// for and no catalogue has.
func TestEveryKeyIsAsked(t *testing.T) {
	asked := map[string]bool{}
	for _, pattern := range []string{"templates/*.html", "*.go", "../*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"([a-z][a-z0-9.-]*)"`).FindAllStringSubmatch(string(text), -1) {
				asked[m[1]] = true
			}
		}
	}
	for step, s := range flow {
		asked["title."+string(step)], asked["step."+string(step)] = true, true
		for _, e := range s.next {
			asked[e.key()] = e.to != StepDevice
		}
	}
	for _, d := range devices {
		asked["device."+string(d)] = true
	}
	for _, b := range browsers {
		asked[browserKey(b)] = true
	}
	for _, s := range states {
		asked["servers."+string(s)] = true
		for _, f := range families {
			asked[f.Key(s)], asked["error."+f.Name+".title"] = true, true
		}
	}
	for _, s := range typedSecurity {
		asked[new(view).SecurityKey(s)] = true
	}
	for key := range English().words {
		if !asked[key] {
			t.Errorf("nothing says %s", key)
		}
	}
}

func TestOnlyEnglishIsNotADraftYet(t *testing.T) {
	for _, l := range Languages() {
		if l.Draft != (l != English()) {
			t.Errorf("%s: draft is %v", l.Tag, l.Draft)
		}
	}
}

func TestTimeIsToldRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour:                       "a minute ago", // clocks differ
		0:                                "a minute ago",
		2*time.Minute + time.Second:      "2 minutes ago",
		119 * time.Minute:                "119 minutes ago",
		2 * time.Hour:                    "2 hours ago",
		47*time.Hour + 59*time.Minute:    "47 hours ago",
		48 * time.Hour:                   "2 days ago",
		100*24*time.Hour + 3*time.Minute: "100 days ago",
	} {
		if got, err := English().Ago(d); got != want || err != nil {
			t.Errorf("%v is %q, want %q; %v", d, got, want, err)
		}
	}
}

func TestCatalogueIsReadStrictly(t *testing.T) {
	const head = "tag: en\nname: English\ndir: ltr\nstatus: original\n"
	for name, c := range map[string]struct{ text, want string }{
		"an unknown member":    {head + "extra: 1\n", "extra"},
		"a key that is twice":  {head + "words:\n  a: b\n  a: c\n", "a"},
		"no direction":         {"tag: en\nname: English\nstatus: original\n", "dir"},
		"no status":            {"tag: en\nname: English\ndir: ltr\n", "status"},
		"reviewed by nobody":   {"tag: en\nname: English\ndir: ltr\nstatus: reviewed\nreviewed: 2026-11-23\n", "status"},
		"reviewed at no time":  {"tag: en\nname: English\ndir: ltr\nstatus: reviewed\nreviewer: Ann\n", "status"},
		"a reviewed draft":     {"tag: en\nname: English\ndir: ltr\nstatus: draft\nreviewer: Ann\n", "status"},
		"an open brace":        {head + "words:\n  a: \"b {c\"\n", "brace"},
		"an open star":         {head + "words:\n  a: \"b *c\"\n", "star"},
		"a closing brace":      {head + "words:\n  a: \"b }c\"\n", "brace"},
		"nested":               {head + "words:\n  a: \"*b {c} d*\"\n", "nest"},
		"nothing in braces":    {head + "words:\n  a: \"b {}\"\n", "brace"},
		"a word of no vendor":  {head + "words:\n  a: \"b {ios.c}\"\n", "ios.c"},
		"another language":     {strings.Replace(head, "en", "de", 1), "tag is de"},
		"not YAML":             {"[", ""},
		"a list for the words": {head + "words: [a]\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadLanguages(fstest.MapFS{"locales/en.yaml": {Data: []byte(c.text)}})
			if err == nil || !strings.HasPrefix(err.Error(), "locales/en.yaml: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	_, err := readLanguage([]byte("tag: de\nname: Deutsch\ndir: ltr\nstatus: draft\nvendor:\n  ios:\n    words: {settings: Einstellungen}\n"), English())
	if err == nil || !strings.Contains(err.Error(), "page and version") {
		t.Errorf("a vendor's words without the vendor's page: %v", err)
	}
}

func TestNumbersAreInTheirPlural(t *testing.T) {
	arabic := Choose("ar", "")
	for d, want := range map[time.Duration]string{
		2 * time.Minute: "قبل دقيقتين", 3 * time.Minute: "قبل 3 دقائق", 11 * time.Minute: "قبل 11 دقيقة", 103 * time.Minute: "قبل 103 دقائق",
		2 * time.Hour: "قبل ساعتين", 10 * time.Hour: "قبل 10 ساعات", 47 * time.Hour: "قبل 47 ساعة",
		48 * time.Hour: "قبل يومين", 9 * 24 * time.Hour: "قبل 9 أيام", 11 * 24 * time.Hour: "قبل 11 يومًا", 100 * 24 * time.Hour: "قبل 100 يوم",
	} {
		if got, err := arabic.Ago(d); got != want || err != nil {
			t.Errorf("%v is %q, want %q; %v", d, got, want, err)
		}
	}
}

// Nothing in a catalogue can become markup, be it a slip or malice.
func TestMarkupInACatalogueStaysText(t *testing.T) {
	m, err := parseMessage(`<script>1</script> *<img src=x onerror=1>* {name}"'&`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := English().html(m, map[string]any{"name": `</bdi><script>2</script>`})
	if err != nil {
		t.Fatal(err)
	}
	const want = `&lt;script&gt;1&lt;/script&gt; <strong>&lt;img src=x onerror=1&gt;</strong> <bdi>&lt;/bdi&gt;&lt;script&gt;2&lt;/script&gt;</bdi>&#34;&#39;&amp;`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, err := English().html(m, nil); err == nil {
		t.Error("a missing value is not noticed")
	}
}
