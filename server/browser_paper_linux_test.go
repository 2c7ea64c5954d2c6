package server_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// paper is what of a page is drawn, on paper or on a screen.
type paper struct {
	Pressed []string // what could be pressed
	Folded  []string // what is folded away
	Text    string   // of the content
}

const onPaper = `(() => {
	const drawn = e => e.checkVisibility() && e.getBoundingClientRect().height > 0;
	const html = list => list.map(e => e.outerHTML.slice(0, 120));
	return {
		Pressed: html([...document.querySelectorAll("form, button, input:not([type=hidden]), select, textarea, a.button, a.skip")].filter(drawn)),
		Folded: html([...document.querySelectorAll("details > :not(summary)")].filter(e => !drawn(e))),
		Text: document.querySelector("main").innerText,
	};
})()`

// paperHoldsAllSettingsAndNothingToPress prints the settings, as people do who
// keep them in a folder or hand them to somebody, with everything folded away.
func (b *browser) paperHoldsAllSettingsAndNothingToPress(t *testing.T) {
	for _, c := range []struct {
		name, userAgent string
		viewport        viewport
		security        string // in the words of the device's mail program
	}{
		{"iphone", safariOnIPhone, phone, "Use SSL"},
		{"windows", edgeOnWindows, desktop, "SSL/TLS"},
	} {
		for _, language := range []string{"en", "ar"} {
			t.Run(c.name+"-"+language, func(t *testing.T) {
				t.Parallel()
				w := b.open(t, person{c.userAgent, language, c.viewport, false, 0})
				w.visit("/?step=card&email=ann%40example.com", 200)
				w.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = false`))
				if screen := evaluate[paper](w, onPaper); len(screen.Pressed) == 0 || len(screen.Folded) == 0 {
					t.Fatalf("a screen with all folded has nothing that paper lacks: %+v", screen)
				}
				call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
				printed := evaluate[paper](w, onPaper)
				for _, element := range printed.Pressed {
					t.Errorf("paper cannot be pressed: %s", element)
				}
				for _, element := range printed.Folded {
					t.Errorf("paper cannot be unfolded: %s", element)
				}
				for _, setting := range []string{"imap.example.com", "993", "smtp.example.com", "465", c.security, "ann@example.com"} {
					if !strings.Contains(printed.Text, setting) {
						t.Errorf("the paper lacks %s:\n%s", setting, printed.Text)
					}
				}
				name := "print-card-" + c.name + "-" + language
				w.keep(name + ".png")
				pdf := run(w, "print", chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
				if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
					t.Errorf("the PDF begins with %.20q", pdf)
				}
				w.write(name+".pdf", pdf)
			})
		}
	}
}
