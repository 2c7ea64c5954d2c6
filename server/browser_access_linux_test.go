//go:build browser

package server_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"waypost/internal/testenv"
	"waypost/server/web"
)

// screenAt is a page that a link leads to.
type screenAt struct {
	name, userAgent, path string
	status                int64
}

// file is a name for a picture of it.
func (s screenAt) file() string {
	device := web.Visit(s.userAgent, "").Device
	return strings.ReplaceAll(s.name, " ", "-") + "-" + string(device)
}

// ofApple are states that a Mac shows in other words than an iPhone.
var ofApple = []web.Step{web.StepProfile, web.StepMissing, web.StepCard, web.StepTrust}

// screens are all states of the page, each on a device that has it, and those
// that differ by what is known of the provider.
func (b *browser) screens(t *testing.T) []screenAt {
	t.Helper()
	var list []screenAt
	seen := map[web.Step]bool{}
	for _, userAgent := range []string{safariOnIPhone, safariOnMac, chromeOnPixel, edgeOnWindows, firefoxOnLinux, chromebook, facebookOnIOS, nobodyKnows} {
		for step := range walk(t, b.world, userAgent, "en", "ann@example.com") {
			again := userAgent == safariOnMac && slices.Contains(ofApple, step)
			if seen[step] && !again {
				continue
			}
			seen[step] = true
			email := "&email=ann%40example.com"
			if step == web.StepStart {
				email = ""
			}
			list = append(list, screenAt{string(step), userAgent, "/?step=" + string(step) + email, 200})
		}
	}
	code := web.EncodeCode(web.SupportCode{Device: web.IPhone, Browser: web.Safari, Step: web.StepCard, Servers: web.Failing, Minute: 34})
	list = append(list,
		screenAt{"phone", edgeOnWindows, "/?email=ann%40example.com&device=iphone", 200},
		screenAt{"unknown", safariOnIPhone, "/?email=ann%40unknown.example", 404},
		screenAt{"problem", safariOnIPhone, "/?email=ann", 400},
		screenAt{"code", edgeOnWindows, "/code?code=" + url.QueryEscape(code), 200},
		screenAt{"wrong code", edgeOnWindows, "/code?code=x", 400},
		screenAt{"OAuth2 alone", safariOnIPhone, "/?email=ann%40outlook.com", 200},
		screenAt{"claims and notes", safariOnIPhone, "/?step=card&email=ann%40charter.net", 200},
		screenAt{"notes", edgeOnWindows, "/?email=ann%40charter.net", 200},
		screenAt{"nothing measured", chromeOnPixel, "/?step=password&email=ann%40charter.net", 200},
	)
	slices.SortFunc(list, func(a, b screenAt) int { return strings.Compare(a.path, b.path) })
	return list
}

// axe runs axe-core, with its options, on all of the page, and gives what it
// finds.
func (w *tab) axe(script, options string) []string {
	w.Helper()
	w.openAll()
	if script != "" { // else it is there already
		w.do(chromedp.Evaluate[chromedp.Void](script))
	}
	return evaluate[[]string](w, fmt.Sprintf(`axe.run(document, %s).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + v.help + ": " + n.html)))`, options))
}

func (b *browser) axeFindsNoFault(t *testing.T) {
	script := testenv.Axe(t)
	t.Run("it is there", func(t *testing.T) {
		w := b.open(t, person{safariOnIPhone, "en", phone, false, 0})
		w.visit("/", 200)
		w.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.lang = ""`))
		if found := w.axe(script, "{}"); len(found) != 1 || !strings.HasPrefix(found[0], "html-has-lang") {
			t.Errorf("of a page without a language it says %q", found)
		}
	})
	t.Run("what was compared", func(t *testing.T) {
		w := b.open(t, person{edgeOnWindows, "ar", desktop, false, 0})
		w.visit("/?step=compare&email=ann%40charter.net", 200)
		w.do(chromedp.SendKeys(chromedp.CSS("#in-host"), "imap.charter.net"), chromedp.SendKeys(chromedp.CSS("#in-port"), "993"))
		w.press(`form:has(#in-host) button`)
		for _, fault := range w.axe(script, "{}") {
			t.Error(fault)
		}
		if said := evaluate[string](w, `document.querySelector("[role=status]").innerText`); !strings.Contains(said, "mobile.charter.net") {
			t.Errorf("the page says %q", said)
		}
	})
	screens := b.screens(t)
	for _, language := range languages() {
		for _, scripts := range []string{"scripts", "no scripts"} {
			if scripts == "scripts" && language != "en" && language != "ar" {
				continue // all that the script adds is a button of two words
			}
			t.Run(language+", "+scripts, func(t *testing.T) {
				for userAgent, list := range byUserAgent(screens) {
					w := b.open(t, person{userAgent, language, phone, scripts == "no scripts", 0})
					for _, s := range list {
						w.visit(s.path, s.status)
						w.scripts(true)
						found := w.axe(script, "{}")
						if language == "en" && scripts == "scripts" {
							w.colours("dark")
							found = append(found, w.axe("", `{runOnly: ["color-contrast"]}`)...)
							w.colours("light")
						}
						for _, fault := range found {
							t.Errorf("%s: %s", s.name, fault)
						}
						w.scripts(scripts == "scripts")
					}
				}
			})
		}
	}
}

func byUserAgent(screens []screenAt) map[string][]screenAt {
	m := map[string][]screenAt{}
	for _, s := range screens {
		m[s.userAgent] = append(m[s.userAgent], s)
	}
	return m
}

// openAll unfolds what is folded away, so that it is looked at too.
func (w *tab) openAll() {
	w.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`))
}

func (w *tab) colours(scheme string) {
	w.Helper()
	err := call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		w.Fatal(err)
	}
}

// focusable are the controls of a page, in the order of the document.
const focusable = `window.controls = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, textarea")]
	.filter(e => e.checkVisibility() && !e.disabled); controls.length`

// focused tells which control has the focus, and what is wrong with how it looks.
const focused = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
	const seen = r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight;
	const ring = e.matches(":focus-visible") && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
	return { At: controls.indexOf(e), HTML: e.outerHTML.slice(0, 120), Seen: seen, Ring: ring };
})()`

func (b *browser) keyboardReachesEverything(t *testing.T) {
	screens := b.screens(t)
	for userAgent, list := range byUserAgent(screens) {
		w := b.open(t, person{userAgent, "en", phone, false, 0})
		for _, s := range list {
			w.visit(s.path, s.status)
			count := evaluate[int](w, focusable)
			for i := range count {
				w.do(chromedp.KeyEvent(kb.Tab))
				at := evaluate[struct {
					At         int
					HTML       string
					Seen, Ring bool
				}](w, focused)
				if at.At != i {
					t.Errorf("%s: Tab %d leads to control %d, %s", s.name, i, at.At, at.HTML)
					break
				}
				if !at.Seen || !at.Ring {
					t.Errorf("%s: the focus on it cannot be seen: %s", s.name, at.HTML)
				}
			}
		}
	}
}

// keyboardSendsTheAddress skips to the content, types, and sends with Enter.
func (b *browser) keyboardSendsTheAddress(t *testing.T) {
	w := b.open(t, person{safariOnIPhone, "en", phone, true, 0})
	w.visit("/", 200)
	w.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	if got := evaluate[string](w, `document.activeElement.tagName`); got != "MAIN" {
		t.Errorf("the first control leads to %s, not to the content", got)
	}
	w.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("ann@example.com"))
	w.next(chromedp.KeyEvent(kb.Enter))
	if got, want := w.heading(), headingOf(t, inLanguage(t, "en"), devices[0]); got != want {
		t.Errorf("the heading is %q, want %q", got, want)
	}
}
