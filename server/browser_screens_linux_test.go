package server_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"waypost/internal/testenv"
	"waypost/server/web"
)

// screenAt is a page that a link leads to.
type screenAt struct {
	name, userAgent, path string
	status                int64
}

// file is a name for a picture of it, which no other screen has.
func (s screenAt) file() string {
	device := web.Visit(s.userAgent, "").Device
	return strings.ReplaceAll(s.name, " ", "-") + "-" + string(device)
}

// ofApple are states that a Mac shows in other words than an iPhone.
var ofApple = []web.Step{web.StepProfile, web.StepMissing, web.StepCard, web.StepTrust}

// allScreens are all states of the page, each on a device that has it, and those
// that differ by what is known of the provider.
func allScreens(t *testing.T, w world) []screenAt {
	t.Helper()
	var list []screenAt
	seen := map[web.Step]bool{}
	for _, userAgent := range []string{safariOnIPhone, safariOnMac, chromeOnPixel, edgeOnWindows, firefoxOnLinux, chromebook, facebookOnIOS, nobodyKnows} {
		for step := range walk(t, w, userAgent, "en", "ann@example.com") {
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
	files := map[string]bool{}
	for _, s := range list {
		if files[s.file()] {
			t.Errorf("two screens are %s", s.file())
		}
		files[s.file()] = true
	}
	return list
}

// look is a way to look at every screen.
type look struct {
	name, language string
	viewport       viewport
	noScripts      bool
	text           int64
	axe            bool
}

// looks are few enough that each screen is loaded once for all that is asked of
// it. Axe judges text of the usual size, which needs more contrast than large
// text, with scripts and without in English and Arabic, and without in the other
// languages: all that the script adds is a button of two words.
//
// Text twice as large is WCAG 2.2, 1.4.4, and 320 pixels are 1.4.10: it asks for
// one at a time, and a small phone of somebody with tired eyes has both.
func looks() []look {
	var list []look
	for _, language := range languages() {
		list = append(list,
			look{"phone-without-scripts", language, phone, true, 0, true},
			look{"large-text", language, small, false, 32, false},
		)
		if language == "en" || language == "ar" {
			list = append(list,
				look{"phone", language, phone, false, 0, true},
				look{"desktop", language, desktop, false, 0, false},
			)
		}
	}
	return list
}

func (b *browser) nothingMovesIsTooWideOrHasAFault(t *testing.T) {
	script := testenv.Axe(t)
	for _, l := range looks() {
		t.Run(l.name+"-"+l.language, func(t *testing.T) {
			t.Parallel()
			w := b.open(t, person{"", l.language, l.viewport, l.noScripts, l.text})
			for _, s := range b.screens {
				w.uses(s.userAgent, l.language)
				w.visit(s.path, s.status)
				w.looksSound(s, l)
				if l.axe {
					w.axeIsContent(s, l, script)
				}
			}
		})
	}
}

// moved gives what moved without anybody pressing anything, once two frames were
// drawn after the page and its script were there.
const moved = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(
	moved.map(e => e.value + ": " + e.sources.map(s => s.node?.outerHTML?.slice(0, 100)))))))`

// wide gives what reaches beyond the sides of the viewport; the link to skip to
// the content is there until it has the focus.
const wide = `(() => {
	const room = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= room) return [];
	return [room + " pixels of " + document.documentElement.scrollWidth].concat([...document.querySelectorAll("body *")].filter(e => {
		const r = e.getBoundingClientRect();
		return e.hash !== "#main" && e.checkVisibility() && (r.right > room + 0.5 || r.left < -0.5);
	}).map(e => e.outerHTML.slice(0, 120)));
})()`

func (w *tab) looksSound(s screenAt, l look) {
	w.Helper()
	if !l.noScripts { // else nothing that watches runs either
		for _, shift := range evaluate[[]string](w, moved) {
			w.Errorf("%s: it moves by %s", s.name, shift)
		}
	}
	if got := evaluate[float64](w, `parseFloat(getComputedStyle(document.body).fontSize)`); got < float64(l.text) {
		w.Fatalf("%s: the text has %v pixels, which is less than asked for", s.name, got)
	}
	w.openAll()
	for _, element := range evaluate[[]string](w, wide) {
		w.Errorf("%s: too wide: %s", s.name, element)
	}
	if l.text == 0 { // a picture is drawn with text of the usual size
		w.keep(fmt.Sprintf("screen-%s-on-%s-%s.png", s.file(), l.name, l.language))
	}
}

func (w *tab) axeIsContent(s screenAt, l look, script string) {
	w.Helper()
	w.scripts(true) // axe is one
	found := w.axe(script, "")
	if l.language == "en" && !l.noScripts {
		w.colours("dark")
		found = append(found, w.axe("", `runOnly: ["color-contrast"]`)...)
		w.colours("light")
	}
	for _, fault := range found {
		w.Errorf("%s: %s", s.name, fault)
	}
	w.scripts(!l.noScripts)
}

// axe runs axe-core, with some options, on all of the page, and gives what it
// finds. It is not to fetch the stylesheets: the page's policy lets nobody, and of
// its rules only css-orientation-lock reads them.
func (w *tab) axe(script, options string) []string {
	w.Helper()
	w.openAll()
	if script != "" { // else it is there already
		w.do(chromedp.Evaluate[chromedp.Void](script))
	}
	return evaluate[[]string](w, fmt.Sprintf(`axe.run(document, { resultTypes: ["violations"], preload: false, %s }).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + v.help + ": " + n.html)))`, options))
}

// openAll unfolds what is folded away, so that it is looked at too.
func (w *tab) openAll() {
	w.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`))
}

func (w *tab) colours(scheme string) {
	w.Helper()
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// axeHears shows that a fault is found.
func (b *browser) axeHears(t *testing.T) {
	script := testenv.Axe(t)
	w := b.open(t, person{safariOnIPhone, "en", phone, false, 0})
	w.visit("/", 200)
	w.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.lang = ""`))
	if found := w.axe(script, ""); len(found) != 1 || !strings.HasPrefix(found[0], "html-has-lang") {
		t.Errorf("of a page without a language it says %q", found)
	}
}

func (b *browser) axeFindsNoFaultInWhatWasCompared(t *testing.T) {
	script := testenv.Axe(t)
	w := b.open(t, person{edgeOnWindows, "ar", desktop, false, 0})
	w.visit("/?step=compare&email=ann%40charter.net", 200)
	w.do(chromedp.SendKeys(chromedp.CSS("#in-host"), "imap.charter.net"), chromedp.SendKeys(chromedp.CSS("#in-port"), "993"))
	w.press(`form:has(#in-host) button`)
	for _, fault := range w.axe(script, "") {
		t.Error(fault)
	}
	if said := evaluate[string](w, `document.querySelector("[role=status]").innerText`); !strings.Contains(said, "mobile.charter.net") {
		t.Errorf("the page says %q", said)
	}
}
