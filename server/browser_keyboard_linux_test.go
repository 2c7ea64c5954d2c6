package server_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"waypost/server/web"
)

// focusable are the controls of a page, in the order of the document.
const focusable = `window.controls = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, textarea")]
	.filter(e => e.checkVisibility() && !e.disabled); controls.length`

// focus is what the keyboard speaks to.
type focus struct {
	At         int    // which of the controls, where they were counted
	HTML       string // of the first characters
	There      bool   // it is the one that was looked for
	Seen, Ring bool   // it is in sight, and marked
}

// focused tells what has the focus, and whether a selector finds it.
func (w *tab) focused(selector string) focus {
	w.Helper()
	return evaluate[focus](w, fmt.Sprintf(`(() => {
		const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
		const seen = r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight;
		const ring = e.matches(":focus-visible") && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
		const at = window.controls?.indexOf(e) ?? -1;
		return { At: at, HTML: e.outerHTML.slice(0, 120), There: e.matches(%q), Seen: seen, Ring: ring };
	})()`, selector))
}

func (b *browser) keyboardReachesEverything(t *testing.T) {
	w := b.open(t, person{"", "en", phone, false, 0})
	for _, s := range b.screens {
		w.uses(s.userAgent, "en")
		w.visit(s.path, s.status)
		count := evaluate[int](w, focusable)
		if count < 5 {
			t.Errorf("%s: %d controls", s.name, count)
		}
		for i := range count {
			w.do(chromedp.KeyEvent(kb.Tab))
			at := w.focused("*")
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

func (b *browser) keyboardSkipsToTheContent(t *testing.T) {
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

// keyboardGoesTheWholeWayInLargeText takes somebody with tired eyes and no mouse
// from the address to the end.
func (b *browser) keyboardGoesTheWholeWayInLargeText(t *testing.T) {
	l := inLanguage(t, "ar")
	w := b.open(t, person{safariOnIPhone, l.Tag, small, true, 32})
	w.visit("/", 200)
	if got, want := w.heading(), words(t, l, "title.start"); got != want {
		t.Fatalf("the heading is %q, want %q", got, want)
	}
	w.tabTo(addressField)
	w.do(chromedp.KeyEvent("ann@example.com"))
	for _, step := range []web.Step{web.StepProfile, web.StepWorked, web.StepDone} {
		if step != web.StepProfile { // to which the address leads
			w.tabTo(fmt.Sprintf(`main button[name="step"][value=%q]`, step))
		}
		w.next(chromedp.KeyEvent(kb.Enter))
		want := words(t, l, "title."+string(step), "device", words(t, l, "device.iphone"), "address", "ann@example.com")
		if got := w.heading(); got != want {
			t.Fatalf("%s: the heading is %q, want %q", step, got, want)
		}
	}
}

// tabTo presses Tab until the focus is on what a selector finds. On the way it
// can be seen where the focus is.
func (w *tab) tabTo(selector string) {
	w.Helper()
	for range 50 {
		w.do(chromedp.KeyEvent(kb.Tab))
		at := w.focused(selector)
		if !at.Seen || !at.Ring {
			w.Errorf("the focus on it cannot be seen: %s", at.HTML)
		}
		if at.There {
			return
		}
	}
	w.Fatalf("no Tab leads to %s", selector)
}
