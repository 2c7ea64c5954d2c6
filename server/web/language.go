package web

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Language is a catalogue of what the page says.
type Language struct {
	Tag  string // BCP 47
	Name string // in the language itself
	Dir  string // ltr or rtl
	// Draft: nobody who speaks the language has read the catalogue over.
	Draft bool

	tag    language.Tag // Tag, parsed
	words  map[string]message
	vendor map[string]vendorWord
}

type vendorWord struct{ text, lang string }

// catalogue is a file of locales/.
type catalogue struct {
	Tag      string                 `yaml:"tag"`
	Name     string                 `yaml:"name"`
	Dir      string                 `yaml:"dir"`
	Status   string                 `yaml:"status"`   // original, draft or reviewed
	Reviewer string                 `yaml:"reviewer"` // of a reviewed one
	Reviewed string                 `yaml:"reviewed"` // 2006-01-02
	Vendor   map[string]vendorWords `yaml:"vendor"`
	Words    map[string]string      `yaml:"words"`
}

// vendorWords are the words of a vendor's menus, and the vendor's page that has
// them so. English ones may do without; those of other languages are left out
// until somebody has read them, and then English stands in the text.
type vendorWords struct {
	Source  string            `yaml:"source"`
	Version string            `yaml:"version"`
	Words   map[string]string `yaml:"words"`
}

//go:embed locales/*.yaml
var locales embed.FS

// Languages gives all catalogues, English first: the words that others lack are
// taken from there, and who asks for none of them gets it. They are read when
// they are first asked for, as most commands never do.
var Languages = sync.OnceValue(func() []*Language {
	list, err := loadLanguages(locales)
	if err != nil {
		panic(err) // the tests have read them all
	}
	return list
})

// English gives the language in which the catalogue is written.
func English() *Language { return Languages()[0] }

// order is that of the buttons.
var order = []string{"en", "de", "fr", "es", "ar"}

func loadLanguages(files fs.FS) ([]*Language, error) {
	list := make([]*Language, len(order))
	for i, tag := range order {
		data, err := fs.ReadFile(files, path.Join("locales", tag+".yaml"))
		if err == nil {
			list[i], err = readLanguage(data, list[0])
		}
		if err == nil && list[i].Tag != tag {
			err = fmt.Errorf("its tag is %s", list[i].Tag)
		}
		if err != nil {
			return nil, fmt.Errorf("locales/%s.yaml: %w", tag, err)
		}
	}
	return list, nil
}

// readLanguage reads a catalogue strictly. english is nil for English itself.
func readLanguage(data []byte, english *Language) (*Language, error) {
	var c catalogue
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithKnownFields())
	if err != nil {
		return nil, err
	}
	if err := loader.Load(&c); err != nil {
		return nil, err
	}
	if err := c.check(english == nil); err != nil {
		return nil, err
	}
	l := &Language{Tag: c.Tag, tag: language.Make(c.Tag), Name: c.Name, Dir: c.Dir, Draft: c.Status == "draft", words: map[string]message{}, vendor: map[string]vendorWord{}}
	if english != nil {
		maps.Copy(l.vendor, english.vendor)
	}
	for group, words := range c.Vendor {
		for name, text := range words.Words {
			name = group + "." + name
			if _, known := l.vendor[name]; !known && english != nil {
				return nil, fmt.Errorf("%s is no word of the English catalogue", name)
			}
			l.vendor[name] = vendorWord{text, c.Tag}
		}
	}
	for key, text := range c.Words {
		m, err := parseMessage(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		for _, p := range m {
			if _, known := l.vendor[p.text]; p.kind == vendor && !known {
				return nil, fmt.Errorf("%s: there is no word %s", key, p.text)
			}
		}
		l.words[key] = m
	}
	return l, nil
}

// check holds a catalogue to saying who has read it, and where a vendor's
// words are from.
func (c *catalogue) check(original bool) error {
	if c.Dir != "ltr" && c.Dir != "rtl" {
		return fmt.Errorf("dir is %q", c.Dir)
	}
	_, err := time.Parse(time.DateOnly, c.Reviewed)
	switch reviewed := c.Reviewer != "" && err == nil; {
	case c.Status == "original" && original, c.Status == "reviewed" && reviewed:
	case c.Status == "draft" && c.Reviewer == "" && c.Reviewed == "":
	default:
		return fmt.Errorf("status %q: a catalogue is a draft, or reviewed, with reviewer and date", c.Status)
	}
	for group, words := range c.Vendor {
		if !original && (!strings.HasPrefix(words.Source, "https://") || words.Version == "") {
			return fmt.Errorf("vendor %s: its page and version are missing", group)
		}
	}
	return nil
}

func (l *Language) message(key string) (message, error) {
	m, ok := l.words[key]
	if !ok {
		return nil, fmt.Errorf("%s: no words for %s", l.Tag, key)
	}
	return m, nil
}

func (l *Language) vendorWord(name string) (vendorWord, error) {
	w, ok := l.vendor[name]
	if !ok {
		return w, fmt.Errorf("%s: no vendor's word %s", l.Tag, name)
	}
	return w, nil
}

// Text gives the words for a key, without markup, with values as names and
// what stands for them.
func (l *Language) Text(key string, values ...any) (string, error) {
	m, err := l.message(key)
	if err != nil {
		return "", err
	}
	return l.text(m, pairs(values))
}

func pairs(list []any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(list); i += 2 {
		m[fmt.Sprint(list[i])] = list[i+1]
	}
	return m
}

// Ago says how long ago something was, in words that end with "ago".
func (l *Language) Ago(d time.Duration) (string, error) {
	switch {
	case d < 2*time.Minute:
		return l.Text("ago.minute")
	case d < 2*time.Hour:
		return l.count("ago.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return l.count("ago.hours", int(d/time.Hour))
	default:
		return l.count("ago.days", int(d/(24*time.Hour)))
	}
}

// pluralForms are the endings of keys that count, by their names in CLDR. The
// key itself has the words for all other numbers.
var pluralForms = map[plural.Form]string{plural.One: ".one", plural.Two: ".two", plural.Few: ".few", plural.Many: ".many"}

// count gives the words of a key for {n} of something.
func (l *Language) count(key string, n int) (string, error) {
	form := pluralForms[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]
	if _, ok := l.words[key+form]; ok {
		key += form
	}
	return l.Text(key, "n", n)
}

// maxAccept is more than any browser sends as its languages, in bytes.
const maxAccept = 512

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, l := range Languages() {
		tags = append(tags, l.tag)
	}
	return language.NewMatcher(tags)
})

// Choose gives the language that a person chose by its tag, else the one that
// fits an Accept-Language header best, else English.
func Choose(tag, accept string) *Language {
	for _, l := range Languages() {
		if l.Tag == tag {
			return l
		}
	}
	if len(accept) > maxAccept {
		return English()
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return English()
	}
	_, i, _ := matcher().Match(wanted...)
	return Languages()[i]
}
