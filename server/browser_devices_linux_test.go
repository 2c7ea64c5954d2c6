package server_test

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"waypost/server/web"
)

// device is one that somebody opens the page on, and where its way begins.
type device struct {
	name, userAgent string
	viewport        viewport
	is              web.Device
	step            web.Step
}

var devices = []device{
	{"iphone", safariOnIPhone, phone, web.IPhone, web.StepProfile},
	{"ipad", safariOnIPad, tablet, web.IPad, web.StepProfile},
	{"ipad-as-mac", safariOnMac, tablet, web.Mac, web.StepMac},
	{"mac", safariOnMac, desktop, web.Mac, web.StepMac},
	{"android", chromeOnPixel, phone, web.Android, web.StepAndroid},
	{"android-tablet", strings.Replace(chromeOnPixel, " Mobile", "", 1), tablet, web.Android, web.StepAndroid},
	{"windows", edgeOnWindows, desktop, web.Windows, web.StepWindows},
	{"linux", firefoxOnLinux, desktop, web.Linux, web.StepLinux},
	{"chromebook", chromebook, desktop, web.ChromeOS, web.StepChromeOS},
	{"window-in-an-app", facebookOnIOS, phone, web.IPhone, web.StepBrowser},
	{"firefox-on-iphone", firefoxOnIOS, phone, web.IPhone, web.StepBrowser},
	{"unknown", nobodyKnows, desktop, web.OtherDevice, web.StepOther},
}

// Where people press, whatever it looks like: the field for the address, the
// ways on, and the way back, which the words tell apart.
const (
	addressField = `input[name="email"]:not([type="hidden"])`
	addressSend  = `form:has(` + addressField + `) button`
)

func (b *browser) eachDeviceIsShownItsWay(t *testing.T) {
	for _, d := range devices {
		for _, language := range []string{"en", "ar"} {
			for _, scripts := range []string{"scripts", "no-scripts"} {
				name := fmt.Sprintf("%s-%s-%s", d.name, language, scripts)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w := b.open(t, person{d.userAgent, language, d.viewport, scripts == "no-scripts", 0})
					w.visit("/", 200)
					w.submit("ann@example.com")
					w.keep("way-" + name + ".png")
					l := inLanguage(t, language)
					if got, want := w.heading(), headingOf(t, l, d); got != want {
						t.Errorf("the heading is %q, want %q", got, want)
					}
					w.goesOnAndBack(l)
				})
			}
		}
	}
}

// goesOnAndBack goes back to the address, which can be sent again, takes the
// first way on, and goes back from there.
func (w *tab) goesOnAndBack(l *web.Language) {
	w.Helper()
	here, back := w.heading(), words(w, l, "back")
	on := slices.DeleteFunc(w.ways(), func(way string) bool { return way == back })
	if len(on) == 0 || !slices.Contains(w.ways(), back) {
		w.Fatalf("the ways are %q", w.ways())
	}
	w.take(back)
	w.submit("ann@example.com")
	if got := w.heading(); got != here {
		w.Errorf("the second time, the heading is %q", got)
	}
	w.take(on[0])
	there := w.heading()
	if there == here || there == "" {
		w.Errorf("%q leads to %q", on[0], there)
	}
	w.take(back)
	if got := w.heading(); got == there || got == "" {
		w.Errorf("the way back leads to %q", got)
	}
}

// submit enters an address, over what stands there and at once, as from a
// clipboard, and sends it.
func (w *tab) submit(address string) {
	w.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).select()`, addressField)))
	call(w, input.InsertText, input.InsertTextParams{Text: address})
	w.press(addressSend)
}

// ways are the words of what the page offers to do next.
func (w *tab) ways() []string {
	w.Helper()
	return evaluate[[]string](w, `[...document.querySelectorAll('main button[name="step"]')].filter(b => b.checkVisibility()).map(b => b.innerText)`)
}

// take presses the button with some words.
func (w *tab) take(words string) {
	w.Helper()
	found := evaluate[bool](w, fmt.Sprintf(`(() => {
		const b = [...document.querySelectorAll('main button[name="step"]')].find(b => b.innerText === %q);
		b?.focus();
		return Boolean(b);
	})()`, words))
	if !found {
		w.Fatalf("nothing leads to %q", words)
	}
	w.next(chromedp.KeyEvent(kb.Enter))
}

// heading is the one heading of the page.
func (w *tab) heading() string {
	w.Helper()
	list := evaluate[[]string](w, `[...document.querySelectorAll("h1")].filter(h => h.checkVisibility()).map(h => h.innerText)`)
	if len(list) != 1 {
		w.Fatalf("the headings are %q", list)
	}
	return list[0]
}

func headingOf(t testing.TB, l *web.Language, d device) string {
	t.Helper()
	return words(t, l, "title."+string(d.step), "device", words(t, l, "device."+string(d.is)), "address", "ann@example.com")
}

func words(t testing.TB, l *web.Language, key string, values ...any) string {
	t.Helper()
	text, err := l.Text(key, values...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func inLanguage(t testing.TB, tag string) *web.Language {
	t.Helper()
	l := web.Choose(tag, "")
	if l.Tag != tag {
		t.Fatalf("there is no language %s", tag)
	}
	return l
}

// keep writes a picture of the whole page where pictures are wanted.
func (w *tab) keep(name string) {
	w.Helper()
	if artifacts() == "" {
		return
	}
	picture := run(w, name, chromedp.FullScreenshot(100))
	w.isPicture(picture, name)
	w.write(name, picture)
}

// artifacts is where pictures are wanted, or empty: the environment variable
// WAYPOST_ARTIFACTS names where.
func artifacts() string {
	return os.Getenv("WAYPOST_ARTIFACTS")
}

// write keeps a file where they are wanted.
func (w *tab) write(name string, content []byte) {
	w.Helper()
	dir := artifacts()
	if dir == "" {
		return
	}
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), content, 0o644)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *tab) isPicture(content []byte, name string) {
	w.Helper()
	c, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		w.Fatalf("%s: %v", name, err)
	}
	if c.Width < 300 || c.Height < 300 {
		w.Errorf("%s has %d × %d pixels", name, c.Width, c.Height)
	}
}
