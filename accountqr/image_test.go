package accountqr_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
	"pgregory.net/rapid"

	"waypost/accountqr"
	"waypost/internal/testenv"
)

// scan finds the codes in a picture as the app does (QrCodeAnalyzer.kt,
// 78f42a5b): ZXing's reader of several codes, UTF-8, trying harder.
func scan(picture image.Image) ([]string, error) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		return nil, err
	}
	found, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
		gozxing.DecodeHintType_TRY_HARDER:    true,
	})
	var texts []string
	for _, f := range found {
		texts = append(texts, f.GetText())
	}
	return texts, err
}

// pictures are the three ways in which a text is drawn, back in pixels.
func pictures(t fataler, text []byte) map[string]image.Image {
	t.Helper()
	vector, errSVG := accountqr.SVG(text)
	raster, errPNG := accountqr.PNG(text)
	blocks, errTerminal := accountqr.Terminal(text)
	pixels, err := png.Decode(bytes.NewReader(raster))
	if err := errors.Join(errSVG, errPNG, errTerminal, err); err != nil {
		t.Fatal(err)
	}
	return map[string]image.Image{"SVG": pathPixels(t, vector), "PNG": pixels, "terminal": blockPixels(t, blocks)}
}

// fataler is a test, or one draw of a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

const scale = 4 // pixels to a module's side in what is drawn from SVG and terminal

// canvas is a grey picture that starts black, so that what is light was drawn.
func canvas(width, height int) (*image.Gray, func(x, y, width, height int, shade color.Gray)) {
	picture := image.NewGray(image.Rect(0, 0, width*scale, height*scale))
	return picture, func(x, y, width, height int, shade color.Gray) {
		for py := y * scale; py < (y+height)*scale; py++ {
			for px := x * scale; px < (x+width)*scale; px++ {
				picture.SetGray(px, py, shade)
			}
		}
	}
}

var (
	background = regexp.MustCompile(`^M0 0h(\d+)v(\d+)H0z$`)
	runs       = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

// pathPixels draws an SVG of two paths.
func pathPixels(t fataler, vector []byte) image.Image {
	t.Helper()
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			Fill string `xml:"fill,attr"`
			D    string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(vector, &svg); err != nil {
		t.Fatal(err)
	}
	if len(svg.Paths) != 2 || svg.Paths[0].Fill != "#fff" || svg.Paths[1].Fill != "#000" || runs.ReplaceAllString(svg.Paths[1].D, "") != "" {
		t.Fatalf("not two paths of rectangles: %s", vector)
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	ground := background.FindStringSubmatch(svg.Paths[0].D)
	if ground == nil || ground[1] != ground[2] || svg.ViewBox != "0 0 "+ground[1]+" "+ground[1] {
		t.Fatalf("no white ground below all of it: %s", vector)
	}
	side := number(ground[1])
	picture, fill := canvas(side, side)
	fill(0, 0, side, side, color.Gray{Y: 255})
	for _, r := range runs.FindAllStringSubmatch(svg.Paths[1].D, -1) {
		if r[3] != r[4] {
			t.Fatalf("a path that does not close: %s", r[0])
		}
		fill(number(r[1]), number(r[2]), number(r[3]), 1, color.Gray{})
	}
	return picture
}

// blockPixels draws what a terminal shows.
func blockPixels(t fataler, blocks string) image.Image {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(blocks, "\n"), "\n")
	var picture *image.Gray
	var fill func(x, y, width, height int, shade color.Gray)
	for i, line := range lines {
		line, before := strings.CutPrefix(line, "\x1b[38;5;16;48;5;231m")
		line, after := strings.CutSuffix(line, "\x1b[0m")
		modules := []rune(line)
		if i == 0 {
			picture, fill = canvas(len(modules), 2*len(lines))
		}
		if !before || !after || len(modules)*scale != picture.Rect.Dx() {
			t.Fatalf("line %d does not set and reset its colours, or is of another length: %q", i, line)
		}
		for x, r := range modules {
			upper, lower := strings.ContainsRune(" ▄", r), strings.ContainsRune(" ▀", r)
			if !strings.ContainsRune(" ▀▄█", r) {
				t.Fatalf("unexpected %q", r)
			}
			if upper {
				fill(x, 2*i, 1, 1, color.Gray{Y: 255})
			}
			if lower {
				fill(x, 2*i+1, 1, 1, color.Gray{Y: 255})
			}
		}
	}
	return picture
}

func TestZXingReadsEveryPictureLikeTheApp(t *testing.T) {
	for name, a := range goldens(t) {
		text := mustEncode(t, mustNew(t, a))
		for kind, picture := range pictures(t, text) {
			t.Run(name+" "+kind, func(t *testing.T) {
				got, err := scan(picture)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{string(text)}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestZXingReadsTheSVGOfEveryCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, err := codes().Draw(t, "code").Encode()
		if err != nil {
			t.Fatal(err)
		}
		vector, err := accountqr.SVG(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scan(pathPixels(t, vector))
		if err != nil || len(got) != 1 || got[0] != string(text) {
			t.Errorf("%q was read as %q, %v", text, got, err)
		}
	})
}

func TestZbarReadsThePNG(t *testing.T) {
	zbarimg := testenv.Need(t, "zbarimg")
	codes := map[string]accountqr.Code{"a name beyond ASCII": ann(t)}
	for name, a := range goldens(t) {
		codes[name] = mustNew(t, a)
	}
	for name, c := range codes {
		t.Run(name, func(t *testing.T) {
			text := mustEncode(t, c)
			raster, err := accountqr.PNG(text)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "code.png")
			if err := os.WriteFile(file, raster, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := exec.CommandContext(t.Context(), zbarimg, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(text)+"\n", string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheQuietZoneIsFourLightModules(t *testing.T) {
	for kind, picture := range pictures(t, []byte(annText)) {
		light := func(x, y int) bool {
			r, _, _, _ := picture.At(x, y).RGBA()
			return r == 0xffff
		}
		module := scale
		if kind == "PNG" {
			module = 8
		}
		width := picture.Bounds().Dx()
		for i := range width {
			for depth := range 4 * module {
				if !light(i, depth) || !light(depth, i) || !light(width-1-depth, i) || !light(i, width-1-depth) {
					t.Fatalf("%s: dark in the quiet zone at %d, %d", kind, i, depth)
				}
			}
		}
		if light(4*module, 4*module) {
			t.Errorf("%s: the code does not begin after four modules", kind)
		}
	}
}

func TestTheSVGHasNothingButPaths(t *testing.T) {
	for name, a := range goldens(t) {
		vector, err := accountqr.SVG(mustEncode(t, mustNew(t, a)))
		if err != nil {
			t.Fatal(err)
		}
		form := regexp.MustCompile(`^<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 \d+ \d+" shape-rendering="crispEdges">` +
			`<path fill="#fff" d="[MhvHz0-9 -]+"/><path fill="#000" d="[Mhvz0-9 -]+"/></svg>\n$`)
		if !form.Match(vector) {
			t.Errorf("%s: %s", name, vector)
		}
	}
}

func TestTextsUpToTheLargestCodeAreDrawn(t *testing.T) {
	draw := func(size int) error {
		text := bytes.Repeat([]byte{'a'}, size)
		_, errSVG := accountqr.SVG(text)
		_, errPNG := accountqr.PNG(text)
		_, errTerminal := accountqr.Terminal(text)
		for _, err := range []error{errSVG, errPNG, errTerminal} {
			if err != nil && !errors.Is(err, accountqr.ErrCode) {
				t.Errorf("%d bytes: %v is no ErrCode", size, err)
			}
		}
		return errors.Join(errSVG, errPNG, errTerminal)
	}
	for _, size := range []int{0, 1, 17, 18, 106, 134, 230, 271, 1000, 2953} {
		if err := draw(size); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if draw(2954) == nil {
		t.Error("2954 bytes were drawn")
	}
}

// A code of version 9 or less fits a terminal of 80 columns, and a camera.
func TestACodeStaysSmall(t *testing.T) {
	for name, a := range goldens(t) {
		blocks, err := accountqr.Terminal(mustEncode(t, mustNew(t, a)))
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(blocks, "\n")
		if width := len([]rune(line)) - len("\x1b[38;5;16;48;5;231m\x1b[0m"); width > 4*9+17+8 {
			t.Errorf("%s: %d columns", name, width)
		}
	}
}
