package providers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	_ "image/jpeg" // what NewLogo knows
	_ "image/png"
	"regexp"
	"strings"
)

// Brand is how a provider shows itself on the page for people. The zero Brand
// is plain.
type Brand struct {
	Colour string // of buttons: # and six hexadecimal digits; empty: the page's own
	Logo   *Logo  // nil: none
	Help   string // where to ask a person: an https, mailto or tel address; empty: nowhere
}

// Logo is a picture that was checked. It must not be changed.
type Logo struct {
	Name string // of the content: a hash, with the extension
	Type string // image/png or image/jpeg
	Data []byte

	Width, Height int // in pixels
}

// ErrLogo says that the bytes cannot be a logo. The texts that wrap it say what
// to give instead.
var ErrLogo = errors.New("not a logo")

// The largest logo, in bytes and in pixels of a side: a page is small.
const (
	maxLogo     = 64 << 10
	maxLogoSide = 1024
)

// NewLogo takes a PNG or JPEG of at most 64 KiB and 1024 pixels in each
// direction, which is read to the end. SVG is refused, because it can hold
// scripts. What stands in a picture beside its pixels stays in it: serve it with
// its Type, and forbid browsers to guess another. Errors wrap [ErrLogo].
func NewLogo(data []byte) (*Logo, error) {
	if len(data) > maxLogo {
		return nil, &reasonError{ErrLogo, "it is larger than 64 KiB"}
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil, format != "png" && format != "jpeg": // image knows what any package of the program made it know
		return nil, &reasonError{ErrLogo, "it is neither a PNG nor a JPEG picture"}
	case config.Width > maxLogoSide || config.Height > maxLogoSide:
		return nil, &reasonError{ErrLogo, "it has more than 1024 pixels in one direction"}
	}
	// After the limits: a pixel has up to eight bytes.
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return nil, &reasonError{ErrLogo, "the picture is damaged, or its end is missing"}
	}
	sum := sha256.Sum256(data)
	return &Logo{Name: hex.EncodeToString(sum[:8]) + "." + format, Type: "image/" + format, Data: data, Width: config.Width, Height: config.Height}, nil
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// IsColour tells whether a text is a colour as a Brand has it: # and six
// hexadecimal digits.
func IsColour(text string) bool { return colour.MatchString(text) }

func (b Brand) problem() (about string, err error) {
	switch {
	case b.Colour != "" && !IsColour(b.Colour):
		return b.Colour, errors.New("brand: a colour is # and six hexadecimal digits, such as \"#0b57d0\"")
	case b.Help != "" && !contact(b.Help):
		return b.Help, errors.New("brand: help is an address without spaces, such as https://example.com/help, mailto:help@example.com or tel:+1-555-0100")
	}
	return "", nil
}

// phone is a number of RFC 3966 section 3, whose only parameter may be an
// extension.
var phone = regexp.MustCompile(`^\+?[0-9][0-9.()-]{0,30}(;ext=[0-9.()-]{1,15})?$`)

// Telephone gives the number of a tel address without its extension; empty for
// whatever is none.
func Telephone(address string) string {
	rest, isTel := strings.CutPrefix(address, "tel:")
	if !isTel || !phone.MatchString(rest) {
		return ""
	}
	number, _, _ := strings.Cut(rest, ";")
	return number
}

// contact tells whether an address leads to a person: a page, a mailbox or a
// telephone. Of a mailto address, which goes to one mailbox,
// subject and body may follow (RFC 6068).
func contact(address string) bool {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "https":
		return webPage(address)
	case "mailto":
		mailbox, query, _ := strings.Cut(rest, "?")
		_, err := ParseAddress(mailbox)
		return err == nil && !strings.ContainsAny(mailbox, "%&#") && !strings.ContainsFunc(query, notQuery)
	case "tel":
		return Telephone(address) != ""
	}
	return false
}

// notQuery finds what a query cannot hold (RFC 3986 section 3.4).
func notQuery(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"#<>[\\]^`{|}", r)
}
