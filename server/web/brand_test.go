package web_test

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/server/web"
)

var style = regexp.MustCompile(`^:root \{ --button: #[0-9a-fA-F]{6}; --on-button: #(fff|000); \}\n$`)

func TestOnlySixDigitsAreAColour(t *testing.T) {
	for _, digits := range []string{"", "fff", "0b57d", "0b57d00", "0b57dg", "0b57d0;}", "#0b57d", "０b57d0", "0b57d0\n"} {
		if css, ok := web.ColourStyle(digits); ok {
			t.Errorf("%q gives %s", digits, css)
		}
		if path := (web.Brand{Colour: "#" + digits}).Stylesheet(); path != "" {
			t.Errorf("%q leads to %s", digits, path)
		}
	}
}

func TestWordsOnEveryColourCanBeRead(t *testing.T) {
	linear := func(part int) float64 { // WCAG 2.2, relative luminance
		c := float64(part) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	rapid.Check(t, func(t *rapid.T) {
		var c [3]int
		for i := range c {
			c[i] = rapid.IntRange(0, 255).Draw(t, "part")
		}
		css, ok := web.ColourStyle(fmt.Sprintf("%02x%02x%02x", c[0], c[1], c[2]))
		if !ok || !style.Match(css) {
			t.Fatalf("%s", css)
		}
		back := 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
		contrast := 1.05 / (back + 0.05)
		if strings.Contains(string(css), "--on-button: #000") {
			contrast = (back + 0.05) / 0.05
		}
		if contrast < 4.5 {
			t.Fatalf("%s: %.2f to 1", css, contrast)
		}
	})
}

// A telephone number is a link; whatever else is no page stays what
// html/template makes of it.
func TestATelephoneIsALink(t *testing.T) {
	page := template.Must(template.New("").Parse(`<a href="{{.Contact}}">`))
	for help, want := range map[string]string{
		"tel:+1-555-0100":             `<a href="tel:&#43;1-555-0100">`,
		"tel:110;ext=12":              `<a href="tel:110;ext=12">`,
		"mailto:help@example.com":     `<a href="mailto:help@example.com">`,
		"https://example.com/help":    `<a href="https://example.com/help">`,
		"javascript:alert(1)":         `<a href="#ZgotmplZ">`,
		"tel:110\"onclick=\"alert(1)": `<a href="#ZgotmplZ">`,
		"tel:1\njavascript:alert(1)":  `<a href="#ZgotmplZ">`,
		"tel:javascript:alert(1)":     `<a href="#ZgotmplZ">`,
	} {
		var b strings.Builder
		if err := page.Execute(&b, web.Brand{Help: help}); err != nil || b.String() != want {
			t.Errorf("%q: %s, %v; want %s", help, &b, err, want)
		}
	}
}

func TestLogoKeepsItsShape(t *testing.T) {
	for own, want := range map[[2]int][2]int{
		{400, 80}: {192, 38}, {80, 80}: {40, 40}, {20, 20}: {40, 40}, {100, 200}: {20, 40}, {1024, 1}: {192, 1}, {1, 1024}: {1, 40}, {}: {40, 40},
	} {
		if got := web.FitLogo(own[0], own[1]); got != want {
			t.Errorf("%v becomes %v, want %v", own, got, want)
		}
	}
}
