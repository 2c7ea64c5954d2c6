package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"waypost/internal/testenv"
	"waypost/providers"
	"waypost/server/web"
)

// hostile are the texts that the server's tests send too, and a long one.
func hostile(t *testing.T) []string {
	t.Helper()
	return append([]string{strings.Repeat("<i>", 1500)}, testenv.Texts(t, "testdata/hostile/texts.txt")...)
}

// outline gives the tags of a page in their order, each with the names of its
// attributes, as a browser's tokenizer finds them. It complains of what may run.
func outline(t rapid.TB, body []byte) []string {
	t.Helper()
	var list []string
	z := html.NewTokenizer(bytes.NewReader(body))
	inside := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return list
		case html.TextToken:
			if inside == "script" && len(bytes.TrimSpace(z.Raw())) > 0 {
				t.Errorf("a script stands in the page: %s", z.Raw())
			}
			continue
		default: // tags, comments and the like
		}
		token := z.Token()
		inside = token.Data
		line := token.Type.String() + " " + token.Data // of a comment, that is all of it
		for _, a := range token.Attr {
			line += " " + a.Key
			if runs(token.Data, a) {
				t.Errorf("<%s %s=%q> runs", token.Data, a.Key, a.Val)
			}
		}
		if slices.Contains([]string{"style", "iframe", "object", "embed", "base"}, token.Data) {
			t.Errorf("there is <%s>", token.Data)
		}
		list = append(list, line)
	}
}

// ignored is what browsers leave out of an address before they look for its
// scheme (URL Standard, the basic URL parser).
var ignored = regexp.MustCompile(`^[\x00-\x20]+|[\t\n\r]`)

func runs(tag string, a html.Attribute) bool {
	switch a.Key {
	case "href", "src", "action", "formaction", "data", "poster", "background", "srcset", "ping":
		scheme, _, found := strings.Cut(ignored.ReplaceAllString(a.Val, ""), ":")
		return found && !strings.ContainsAny(scheme, "/?#") && !slices.Contains([]string{"https", "http", "mailto"}, strings.ToLower(scheme)) ||
			tag == "script" && !strings.HasPrefix(a.Val, "/page.js?")
	case "style", "srcdoc", "http-equiv":
		return true
	}
	return strings.HasPrefix(a.Key, "on")
}

// steering are the types whose values say which page it is: ours alone.
var steering = []reflect.Type{reflect.TypeFor[web.Step](), reflect.TypeFor[web.Device](), reflect.TypeFor[web.Browser](), reflect.TypeFor[web.State](), reflect.TypeFor[providers.AppPasswordNeed]()}

var now = time.Unix(0, 0)

// fill puts a text into every string that can be reached, so that a field that
// a page gets one day is tried too. Lists get two members.
func fill(v reflect.Value, yes bool, text func() string) {
	switch v.Kind() {
	case reflect.String:
		if !slices.Contains(steering, v.Type()) {
			v.SetString(text())
		}
	case reflect.Bool:
		v.SetBool(yes)
	case reflect.Int:
		v.SetInt(993)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), yes, text)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), yes, text)
			}
		}
	default: // the language, and what a page does not show
	}
}

// kind is which page it is.
type kind struct {
	step     web.Step
	device   web.Device
	language *web.Language
	yes      bool // for all that may be so or not
}

// fitting is the kind of a step on a device, or on its own where it is one's way.
func fitting(step web.Step, n int, l *web.Language) kind {
	device := devices[n%len(devices)]
	if way := web.Device(step); way.Known() {
		device = way
	}
	return kind{step, device, l, n%3 > 0}
}

func (k kind) String() string { return fmt.Sprint(k.step, " of ", k.device, " in ", k.language.Tag) }

// page renders a page with a text of its own in every field: none is empty, and
// no two are alike, as the page says other things then.
func (k kind) page(t rapid.TB, text func() string) []byte {
	t.Helper()
	var p web.Page
	n := 0
	fill(reflect.ValueOf(&p).Elem(), k.yes, func() string {
		n++
		return text() + "§" + strconv.Itoa(n)
	})
	p.Step, p.Device, p.Language, p.Now = k.step, k.device, k.language, now
	p.Visitor = web.Visitor{Device: k.device, Browser: web.Chrome, MaybeIPad: k.yes}
	p.Problem, p.Help.AppPassword.Need = "problem.other", providers.AppPasswordAlways
	for _, list := range [][]web.Server{p.Incoming, p.Outgoing} {
		list[0].State = web.Failing
	}
	if slices.Contains([]web.Step{web.StepCode, web.StepUnknown, web.StepProblem}, k.step) {
		p.Incoming = nil // what makes these pages be shown
	}
	body, err := p.Render()
	if err != nil {
		t.Fatalf("%s: %v", k, err)
	}
	return body
}

func same(text string) func() string { return func() string { return text } }

var devices = []web.Device{web.IPhone, web.Mac, web.Windows, web.OtherDevice}

// outlines keeps those of harmless pages, which the hostile ones must have too.
type outlines map[kind][]string

// harmless gives the outline of a page with "x" everywhere.
func (o outlines) harmless(t rapid.TB, k kind) []string {
	t.Helper()
	if o[k] == nil {
		o[k] = outline(t, k.page(t, same("x")))
	}
	return o[k]
}

func TestNothingHostileBecomesMarkup(t *testing.T) {
	plain := outlines{}
	for i, text := range hostile(t) {
		for j, step := range web.Steps() {
			if i%3 != j%3 { // neighbours are much alike
				continue
			}
			k := fitting(step, i+j, []*web.Language{web.English(), web.Choose("ar", "")}[j%2])
			body := k.page(t, same(text))
			if diff := cmp.Diff(plain.harmless(t, k), outline(t, body)); diff != "" {
				t.Errorf("%q makes markup on %s:\n%s", text, k, diff)
			}
			if len(text) > 2 && strings.ContainsAny(text, `<>"'&`) && bytes.Contains(body, []byte(text)) {
				t.Errorf("%q stands on %s as it is", text, k)
			}
		}
	}
}

func TestNoTextOfAnyFieldBecomesMarkup(t *testing.T) {
	texts, known := hostile(t), outlines{}
	rapid.Check(t, func(t *rapid.T) {
		k := kind{
			rapid.SampledFrom(web.Steps()).Draw(t, "step"),
			rapid.SampledFrom(append([]web.Device{web.Android, web.IPad, web.Linux, web.ChromeOS}, devices...)).Draw(t, "device"),
			rapid.SampledFrom(web.Languages()).Draw(t, "language"),
			rapid.Bool().Draw(t, "yes"),
		}
		text := rapid.Map(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(texts), rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("<>\"'`&;:/\\=!-\x00\n{}*")))), 0, 3),
			func(parts []string) string { return strings.Join(parts, "") })
		if diff := cmp.Diff(known.harmless(t, k), outline(t, k.page(t, func() string { return text.Draw(t, "text") }))); diff != "" {
			t.Fatalf("%s:\n%s", k, diff)
		}
	})
}

var placeholder = regexp.MustCompile(`\{[a-z.-]+\}`)

// english is the catalogue, for tests to change.
func english(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("locales/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := yaml.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	c["status"] = "draft"
	return c
}

func readCatalogue(t *testing.T, c map[string]any, english *web.Language) *web.Language {
	t.Helper()
	data, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := web.ReadLanguage(data, english)
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return l
}

// translation is a catalogue of other texts, one after the other, beside the
// values and the vendor's words. What is syntax in a message is not in its text.
func translation(t *testing.T, tag, dir string, text func() string) *web.Language {
	t.Helper()
	c := english(t)
	c["tag"], c["name"], c["dir"] = tag, text(), dir
	vendor := c["vendor"].(map[string]any)
	for _, group := range slices.Sorted(maps.Keys(vendor)) {
		words := vendor[group].(map[string]any)["words"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(words)) {
			words[name] = text()
		}
	}
	words := c["words"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(words)) {
		said := strings.NewReplacer("*", "", "{", "", "}", "").Replace(text()) + "…" // a message is not empty
		words[key] = said + "*" + said + "*" + strings.Join(placeholder.FindAllString(words[key].(string), -1), said) + said
	}
	return readCatalogue(t, c, nil)
}

// borrowing is a catalogue that has a vendor's words from another.
func borrowing(t *testing.T, from *web.Language) *web.Language {
	t.Helper()
	c := english(t)
	c["tag"], c["dir"] = "xx", "rtl"
	delete(c, "vendor")
	return readCatalogue(t, c, from)
}

func TestNoTranslationBecomesMarkup(t *testing.T) {
	texts := hostile(t)
	known := outlines{}
	type way func(tag string, text func() string) *web.Language
	for name, catalogue := range map[string]way{
		"ltr": func(tag string, text func() string) *web.Language { return translation(t, tag, "ltr", text) },
		"rtl": func(tag string, text func() string) *web.Language { return translation(t, tag, "rtl", text) },
		"borrowed": func(tag string, text func() string) *web.Language {
			return borrowing(t, translation(t, tag, "ltr", text))
		},
	} {
		harmless := catalogue("x", same("x"))
		for first := range 5 { // so that each message has five texts, and each text many messages
			n := first * len(texts) / 5
			l := catalogue(`x" onclick="y"><b>`, func() string {
				n++
				return strings.ToValidUTF8(texts[n%len(texts)], "\ufffd") // as YAML has to be
			})
			for i, step := range web.Steps() {
				k := fitting(step, i+first, l)
				body := k.page(t, same("x"))
				k.language = harmless
				if diff := cmp.Diff(known.harmless(t, k), outline(t, body)); diff != "" {
					t.Errorf("a translation, %s, makes markup on %s:\n%s", name, step, diff)
				}
			}
		}
	}
}
