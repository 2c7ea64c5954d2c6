package providers_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
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
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("logo"), "SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "GIF": []byte("GIF89a\x01\x00\x01\x00"),
		"wide": pngOf(t, 1025, 1), "high": pngOf(t, 1, 1025), "large": append(pngOf(t, 1, 1), make([]byte, 64<<10)...), "bomb": bomb,
	} {
		if logo, err := providers.NewLogo(data); !errors.Is(err, providers.ErrLogo) || logo != nil {
			t.Errorf("%s: %+v, %v", name, logo, err)
		}
	}
}
