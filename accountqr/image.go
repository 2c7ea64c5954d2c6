package accountqr

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"

	"rsc.io/qr"
)

const (
	quietZone = 4 // modules on each side, ISO/IEC 18004 section 9.1
	pngScale  = 8 // pixels of a module's side
)

// SVG draws a text of at most 2,953 bytes as a picture that scales without
// blur: two paths, no script, no reference, no size. The text is not in it.
// Errors wrap [ErrCode].
func SVG(text []byte) ([]byte, error) {
	g, err := draw(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	side := strconv.Itoa(g.side)
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + side + ` ` + side + `" shape-rendering="crispEdges">` +
		`<path fill="#fff" d="M0 0h` + side + `v` + side + `H0z"/><path fill="#000" d="`)
	for y := range g.side {
		for x := 0; x < g.side; x++ {
			start := x
			for g.dark(x, y) {
				x++
			}
			if x > start {
				run := strconv.Itoa(x - start)
				b.WriteString("M" + strconv.Itoa(start) + " " + strconv.Itoa(y) + "h" + run + "v1h-" + run + "z")
			}
		}
	}
	b.WriteString("\"/></svg>\n")
	return b.Bytes(), nil
}

// PNG draws a text of at most 2,953 bytes, with 8 pixels to a module's side.
// Errors wrap [ErrCode].
func PNG(text []byte) ([]byte, error) {
	g, err := draw(text)
	if err != nil {
		return nil, err
	}
	side := g.side * pngScale
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if g.dark(x/pngScale, y/pngScale) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, picture); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Terminal draws a text of at most 2,953 bytes with half blocks, two modules
// to a character, in lines that end with a line feed. Each line sets black on
// white from the fixed part of the 256 colours and resets it, so that the code
// is dark on light in every theme. Errors wrap [ErrCode].
func Terminal(text []byte) (string, error) {
	g, err := draw(text)
	if err != nil {
		return "", err
	}
	blocks := map[[2]bool]string{{true, true}: "█", {true, false}: "▀", {false, true}: "▄", {false, false}: " "}
	var b strings.Builder
	// The side is odd: below the last line of modules is one more, light line.
	for y := 0; y < g.side; y += 2 {
		b.WriteString("\x1b[38;5;16;48;5;231m")
		for x := range g.side {
			b.WriteString(blocks[[2]bool{g.dark(x, y), g.dark(x, y+1)}])
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String(), nil
}

// grid is a code with its quiet zone.
type grid struct {
	code *qr.Code
	side int // in modules
}

func (g grid) dark(x, y int) bool { return g.code.Black(x-quietZone, y-quietZone) }

// draw takes the strongest error correction of the smallest size.
func draw(text []byte) (grid, error) {
	code, err := qr.Encode(string(text), qr.L)
	if err != nil {
		return grid{}, tooLong()
	}
	for _, level := range []qr.Level{qr.M, qr.Q, qr.H} {
		if better, err := qr.Encode(string(text), level); err == nil && better.Size == code.Size {
			code = better
		}
	}
	return grid{code, code.Size + 2*quietZone}, nil
}
