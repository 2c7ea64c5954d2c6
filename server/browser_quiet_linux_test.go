//go:build browser

package server_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take the pictures of docs/pictures anew")

// watchHears shows that what every tab is watched for is heard.
func (b *browser) watchHears(t *testing.T) {
	w := b.open(t, person{safariOnIPhone, "en", phone, false, 0})
	w.visit("/", 200)
	evaluate[int](w, `new Promise(done => {
		document.addEventListener("securitypolicyviolation", () => { console.error("here"); requestAnimationFrame(() => done(1)); });
		document.body.append(Object.assign(new Image(), { src: "//elsewhere.example/" }));
	})`)
	w.mu.Lock()
	defer w.mu.Unlock()
	heard := strings.Join(w.faults, "\n")
	w.faults = nil
	for _, fault := range []string{"Content Security Policy", "the console says: error"} {
		if !strings.Contains(heard, fault) {
			t.Errorf("%q was not heard:\n%s", fault, heard)
		}
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

// Text twice as large is WCAG 2.2, 1.4.4, and 320 pixels are 1.4.10: it asks for
// one at a time, and a small phone of somebody with tired eyes has both.
func (b *browser) nothingMovesAndNothingIsTooWide(t *testing.T) {
	small := viewport{320, 640, 1, true}
	kept, keep := artifacts(t)
	screens := b.screens(t)
	for _, c := range []struct {
		name, language string
		viewport       viewport
		text           int64
	}{
		{"phone", "en", phone, 0},
		{"phone", "ar", phone, 0},
		{"desktop", "en", desktop, 0},
		{"desktop", "ar", desktop, 0},
		{"large-text", "en", small, 32},
		{"large-text", "de", viewport{640, 640, 1, true}, 32},
		{"large-text", "fr", small, 32},
		{"large-text", "es", small, 32},
		{"large-text", "ar", small, 32},
	} {
		t.Run(c.name+", "+c.language, func(t *testing.T) {
			for userAgent, list := range byUserAgent(screens) {
				w := b.open(t, person{userAgent, c.language, c.viewport, false, c.text})
				for _, s := range list {
					w.visit(s.path, s.status)
					for _, shift := range evaluate[[]string](w, moved) {
						t.Errorf("%s: it moves by %s", s.name, shift)
					}
					if got := evaluate[float64](w, `parseFloat(getComputedStyle(document.body).fontSize)`); got < float64(c.text) {
						t.Fatalf("%s: the text has %v pixels, which is less than asked for", s.name, got)
					}
					w.openAll()
					for _, element := range evaluate[[]string](w, wide) {
						t.Errorf("%s: too wide: %s", s.name, element)
					}
					if keep && c.text == 0 { // a picture is drawn with text of the usual size
						w.keep(filepath.Join(kept, fmt.Sprintf("%s-%s-%s.png", c.name, c.language, s.file())))
					}
				}
			}
		})
	}
}

// scriptCopiesAndCountsDown is all that the script does.
func (b *browser) scriptCopiesAndCountsDown(t *testing.T) {
	w := b.open(t, person{safariOnIPhone, "en", phone, false, 0})
	w.visit("/?email=ann%40example.com&step=card", 200)
	copied := evaluate[[]string](w, `(async () => {
		const texts = [];
		navigator.clipboard.writeText = async text => { texts.push(text); };
		for (const b of document.querySelectorAll("main dd button")) b.click();
		await null;
		return texts;
	})()`)
	if len(copied) < 6 || copied[0] != "imap.example.com" || copied[1] != "993" || copied[2] != "ann@example.com" {
		t.Errorf("copied %q", copied)
	}
	w.visit("/?email=ann%40example.com&step=profile", 200)
	left := evaluate[string](w, `(() => {
		const link = document.querySelector('main a[href*="mobileconfig"]');
		link.addEventListener("click", e => e.preventDefault()); // nothing is to be downloaded
		link.click();
		return document.querySelector("main [role=timer]").innerText;
	})()`)
	if !regexp.MustCompile(`^(8:00|7:5\d)$`).MatchString(left) {
		t.Errorf("of eight minutes %q are left", left)
	}
}

// picturesForTheREADME takes them with -update. Bytes are not compared: each
// version of Chromium and of the fonts draws its own.
func (b *browser) picturesForTheREADME(t *testing.T) {
	for name, p := range map[string]person{
		"phone.png":   {safariOnIPhone, "en", phone, true, 0}, // a script would tell the time of day
		"desktop.png": {edgeOnWindows, "en", viewport{1280, 960, 1, false}, true, 0},
	} {
		w := b.open(t, p)
		file := filepath.Join("..", "docs", "pictures", name)
		if *update {
			w.visit("/", 200)
			w.submit("ann@example.com")
			picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w.isPicture(content, file)
	}
}
