package providers_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"waypost/providers"
)

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLogoIsASmallPictureWithoutScripts(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 64, 32)), nil); err != nil {
		t.Fatal(err)
	}
	for kind, data := range map[string][]byte{"png": pngOf(t, 64, 32), "jpeg": photo.Bytes()} {
		logo, err := providers.NewLogo(data)
		if err != nil || logo.Type != "image/"+kind || !strings.HasSuffix(logo.Name, "."+kind) || !bytes.Equal(logo.Data, data) {
			t.Errorf("%s: %+v, %v", kind, logo, err)
		}
	}
	// A header that claims more than a machine can hold is not believed.
	bomb := pngOf(t, 1, 1)
	binary.BigEndian.PutUint32(bomb[16:], 1<<30)
	binary.BigEndian.PutUint32(bomb[20:], 1<<30)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	// The test makes image know GIF, as any package of the program may.
	var moving bytes.Buffer
	if err := gif.Encode(&moving, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	whole := pngOf(t, 64, 32)
	for name, data := range map[string][]byte{
		"a whole GIF": moving.Bytes(), "GIF before a script": append(moving.Bytes(), "=1;alert(1)"...),
		"WebP": []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"),
		"ICO":  append([]byte("\x00\x00\x01\x00\x01\x00\x08\x08\x00\x00\x01\x00\x20\x00\x46\x00\x00\x00\x16\x00\x00\x00"), whole...),
		"PDF":  []byte("%PDF-1.7\n"), "HTML": []byte("<!DOCTYPE html><script>alert(1)</script>"), "HTML before a PNG": append([]byte("<script>alert(1)</script>"), whole...),
		"SVG with a script":    []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"SVG with a reference": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="https://evil.example/x.png"/></svg>`),
		"SVG with an event":    []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"the PNG's signature":  whole[:8], "a header alone": whole[:33], "half of a PNG": whole[:len(whole)/2], "a PNG without its end": whole[:len(whole)-12],
		"half of a JPEG": photo.Bytes()[:photo.Len()*3/4], "a PNG with a wrong sum": slices.Concat(whole[:40], []byte{whole[40] ^ 1}, whole[41:]),
		"one byte too many": append(pngOf(t, 1, 1), make([]byte, 64<<10+1-len(pngOf(t, 1, 1)))...),
		"nothing":           nil, "text": []byte("logo"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "GIF": []byte("GIF89a\x01\x00\x01\x00"),
		"wide": pngOf(t, 1025, 1), "high": pngOf(t, 1, 1025), "large": append(pngOf(t, 1, 1), make([]byte, 64<<10)...), "bomb": bomb,
	} {
		if logo, err := providers.NewLogo(data); !errors.Is(err, providers.ErrLogo) || logo != nil {
			t.Errorf("%s: %+v, %v", name, logo, err)
		}
	}
}

func TestHelpLeadsToAPersonByPageMailOrTelephone(t *testing.T) {
	for help, good := range map[string]bool{
		"": true, "https://example.com/help": true, "https://example.com": true,
		"mailto:help@example.com": true, "mailto:help@bücher.example": true, "mailto:help@example.com?subject=My%20account": true,
		"tel:+1-555-0100": true, "tel:110": true, "tel:+49(30)555.0100": true, "tel:+1-555-0100;ext=12": true,
		"help@example.com": false, "http://example.com/help": false, "https:": false, "https://": false, "https://a:b@example.com/": false,
		"https://example.com/a b": false, "https://example.com/\u202e": false, "mailto:": false, "mailto:help": false, "mailto:a@example.com,b@example.com": false,
		"mailto:a%40example.com": false, "mailto:a@example.com?subject=My account": false, "mailto:a@example.com?subject=\r\nBcc:b@example.com": false,
		"mailto:a@example.com?subject=\"": false, "mailto:a@example.com#x": false, "mailto:help@example.com\u00a0": false,
		"tel:": false, "tel:+": false, "tel:+1 555 0100": false, "tel:support": false, "tel:+1-555-0100\n": false, "tel:+1;phone-context=x": false,
		"TEL:110": false, "javascript:alert(1)": false, "data:text/html,x": false, "sms:110": false, "//example.com/": false, " tel:110": false,
	} {
		p := providers.Provider{ID: "example.com", Name: "Example", Brand: providers.Brand{Help: help}, Setups: []providers.Setup{{
			Domains: []providers.Domain{providers.MustDomain("example.com")}, Partial: "nobody says more",
		}}}
		if err := p.Validate(); (err == nil) != good {
			t.Errorf("%q: %v", help, err)
		}
	}
}
