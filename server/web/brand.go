package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Brand is how a provider shows itself on the page. The zero Brand is plain.
type Brand struct {
	Name     string // for people; empty: the provider's own
	Colour   string // of buttons: # and six hexadecimal digits; empty: the page's own
	LogoPath string // of an image on this server; empty: none
	Help     string // where to ask: an https or mailto link; empty: nowhere
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// stylesheetPrefix is where a colour is a stylesheet: with the policy of the
// page, no colour can stand in its HTML.
const stylesheetPrefix = "/brand/"

// Stylesheet gives the path of the stylesheet for the brand's colour; empty
// where it has none.
func (b Brand) Stylesheet() string {
	if !colour.MatchString(b.Colour) {
		return ""
	}
	return stylesheetPrefix + b.Colour[1:] + ".css"
}

// ColourStyle gives the stylesheet for six hexadecimal digits: buttons in that
// colour, with black or white on it, whichever is easier to read. Black or white
// has at least 4.58 to 1 on every colour (WCAG 2.2 section 1.4.3 asks for 4.5).
// ok is false for everything else.
func ColourStyle(digits string) (css []byte, ok bool) {
	if !colour.MatchString("#" + digits) {
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
