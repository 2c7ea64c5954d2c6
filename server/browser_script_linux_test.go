package server_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take the pictures of docs/pictures anew")

// touchTellsAnIPadFromAMac: both send the same, and only one has a screen to touch.
func (b *browser) touchTellsAnIPadFromAMac(t *testing.T) {
	w := b.open(t, person{safariOnMac, "en", tablet, true, 0})
	for _, touch := range []bool{true, false} { // as windows are left to the next case
		call(w, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: touch})
		w.visit("/?email=ann%40example.com", 200)
		if asked := evaluate[bool](w, `document.querySelector('button[value="ipad"]:not(footer *)').checkVisibility()`); asked != touch {
			t.Errorf("with touch %v, it is asked whether this is an iPad: %v", touch, asked)
		}
	}
}

// watchHears shows that what every tab is watched for is heard.
func (b *browser) watchHears(t *testing.T) {
	w := b.open(t, person{safariOnIPhone, "en", phone, false, 0})
	w.visit("/", 200)
	evaluate[int](w, `new Promise(done => {
		document.addEventListener("securitypolicyviolation", () => { console.error("here"); requestAnimationFrame(() => done(1)); });
		document.body.append(Object.assign(new Image(), { src: "//elsewhere.example/" }));
	})`)
	heard := strings.Join(w.heard(), "\n")
	for _, fault := range []string{"Content Security Policy", "the console says: error"} {
		if !strings.Contains(heard, fault) {
			t.Errorf("%q was not heard:\n%s", fault, heard)
		}
	}
}

// To copy and to count down is all that the script does.

func (b *browser) scriptCopies(t *testing.T) {
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
}

func (b *browser) scriptCountsDown(t *testing.T) {
	w := b.open(t, person{safariOnIPhone, "en", phone, false, 0})
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
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := b.open(t, p)
			file := filepath.Join("..", "docs", "pictures", name)
			if *update {
				w.visit("/", 200)
				w.submit("ann@example.com")
				picture := run(w, name, chromedp.CaptureScreenshot())
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
		})
	}
}
