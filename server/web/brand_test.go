package web_test

import (
	"fmt"
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
