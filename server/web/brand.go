package web

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"waypost/providers"
)

// Brand is how a provider shows itself on the page. The zero Brand is plain.
type Brand struct {
	Name     string // for people; empty: the provider's own
	Colour   string // of buttons: # and six hexadecimal digits; empty: the page's own
	LogoPath string // of an image on this server; empty: none
	// LogoSides are what FitLogo gives, so that nothing moves when the logo comes.
	LogoSides [2]int
	Help      string // where to ask: an https, mailto or tel link; empty: nowhere
}

// Contact is Help for a link. html/template knows https and mailto, and makes
// nothing of tel.
func (b Brand) Contact() any {
	if b.Phone() != "" {
		return template.URL(b.Help) //nolint:gosec // providers read it whole
	}
	return b.Help
}

// FitLogo gives the width and height of a logo on the page, in CSS pixels, from
// its own: 40 high, unless it would be more than 192 wide.
func FitLogo(width, height int) [2]int {
	const high, wide = 40, 192
	if width <= 0 || height <= 0 {
		return [2]int{high, high}
	}
	if w := width * high / height; w <= wide {
		return [2]int{max(w, 1), high}
	}
	return [2]int{wide, max(height*wide/width, 1)}
}

// Phone is the number that Help is; empty for any other link.
func (b Brand) Phone() string { return providers.Telephone(b.Help) }

// stylesheetPrefix is where a colour is a stylesheet: with the policy of the
// page, no colour can stand in its HTML.
const stylesheetPrefix = "/brand/"

// Stylesheet gives the path of the stylesheet for the brand's colour; empty
// where it has none.
func (b Brand) Stylesheet() string {
	if !providers.IsColour(b.Colour) {
		return ""
	}
	return stylesheetPrefix + b.Colour[1:] + ".css"
}

// ColourStyle gives the stylesheet for six hexadecimal digits: buttons in that
// colour, with black or white on it, whichever is easier to read. Black or white
// has at least 4.58 to 1 on every colour (WCAG 2.2 section 1.4.3 asks for 4.5).
// ok is false for everything else.
func ColourStyle(digits string) (css []byte, ok bool) {
	if !providers.IsColour("#" + digits) {
		return nil, false
	}
	on := "#fff"
	if luminance(digits) > 0.179 {
		on = "#000"
	}
	return fmt.Appendf(nil, ":root { --button: #%s; --on-button: %s; }\n", digits, on), true
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(digits string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(digits[2*i:2*i+2], 16, 8) // two digits that were checked
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
