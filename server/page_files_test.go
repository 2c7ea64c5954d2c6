package server_test

import (
	"bytes"
	"html"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"waypost/autodiscover"
	"waypost/providers"
	"waypost/server/web"
)

func TestFilesOfThePageAreWhereItSays(t *testing.T) {
	w := newWorld(t)
	types := map[string]string{
		"/style.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8", "/page.svg": "image/svg+xml",
		"/account.svg": "image/svg+xml", "/classic-outlook.reg": "text/plain; charset=utf-16", "/profile.mobileconfig": aspen,
	}
	asked := map[string]bool{}
	for _, userAgent := range visitors {
		for _, s := range walk(t, w, userAgent, "en", "ann@example.com") {
			for _, e := range s.elements {
				for _, name := range []string{"src", "href"} {
					target := html.UnescapeString(e.attributes[name])
					if !strings.HasPrefix(target, "/") || target == "/" || asked[target] {
						continue
					}
					asked[target] = true
					path, _, _ := strings.Cut(target, "?")
					want(t, w.get(t, "https://setup.example.com"+target), http.StatusOK, types[path])
				}
			}
		}
	}
	if len(asked) != len(types) {
		t.Errorf("the pages lead to %v", asked)
	}
}

func TestRegistryFileIsDownloaded(t *testing.T) {
	r := newWorld(t).get(t, setupPage+"classic-outlook.reg")
	if r.body != string(autodiscover.Registry()) || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("%v", r.header)
	}
}

func TestPageWithoutAnAddressOfItsOwnHasNoCodeToScan(t *testing.T) {
	o := options(t)
	o.URL = nil
	w := newServer(t, o)
	want(t, w.get(t, setupPage+"page.svg"), http.StatusNotFound, textPlain)
	for _, userAgent := range visitors {
		for step, s := range walk(t, w, userAgent, "en", "ann@example.com") {
			if strings.Contains(s.body, "/page.svg") {
				t.Errorf("%s shows a code that leads nowhere", step)
			}
		}
	}
}

func TestColourIsAStylesheet(t *testing.T) {
	w := newWorld(t)
	body := want(t, w.get(t, setupPage+"brand/ffcc00.css"), http.StatusOK, "text/css; charset=utf-8")
	if body != ":root { --button: #ffcc00; --on-button: #000; }\n" {
		t.Error(body)
	}
	for _, path := range []string{"brand/ffcc00", "brand/red.css", "brand/ffcc00;.css", "brand/.css", "brand/"} {
		want(t, w.get(t, setupPage+path), http.StatusNotFound, textPlain)
	}
}

func TestHelpdeskReadsASupportCode(t *testing.T) {
	w := newWorld(t)
	code := web.EncodeCode(web.SupportCode{Device: web.IPhone, Browser: web.Safari, Step: web.StepWorked, Servers: web.Reachable, Minute: 24})
	for _, typed := range []string{code, strings.ToLower(code[:3]) + " " + code[3:]} {
		s := readPage(t, w.get(t, setupPage+"code?code="+url.QueryEscape(typed)))
		for _, text := range []string{"iPhone", "Safari", "after the download", "reachable", "at 24 or 25 minutes past the hour"} {
			if s.status != http.StatusOK || !strings.Contains(s.body, text) {
				t.Errorf("status %d, the page lacks %q:\n%s", s.status, text, s.body)
			}
		}
	}
	for typed, status := range map[string]int{"": http.StatusOK, "x": http.StatusBadRequest, code[:5] + "0": http.StatusBadRequest, strings.Repeat("0", 999): http.StatusBadRequest} {
		if s := readPage(t, w.get(t, setupPage+"code?code="+typed)); s.status != status {
			t.Errorf("%.20q: status %d, want %d", typed, s.status, status)
		}
	}
	// It is a page, so it is only where one is served.
	want(t, w.get(t, "https://evil.example/code"), http.StatusNotFound, textPlain)
	want(t, w.get(t, "https://setup.example.com/code?lang=ar"), http.StatusOK, textHTML)
}

// A brand is colour, logo and where to ask, each checked when it was read.
func TestBrandIsShownAndItsLogoServed(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	logo, err := providers.NewLogo(picture.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	o := options(t)
	records := configured(t).Providers()
	records[0].Brand = providers.Brand{Colour: "#0b57d0", Logo: logo, Help: "https://example.com/ask"}
	if o.Selector.Configured, err = providers.NewMemory(records); err != nil {
		t.Fatal(err)
	}
	w := newServer(t, o)
	body := w.submit(t, "https://setup.example.com/", "ann@example.com").body
	path := "/logo/example.com/" + logo.Name
	for _, text := range []string{`src="` + path + `"`, `href="/brand/0b57d0.css"`, `https://example.com/ask`} {
		if !strings.Contains(body, text) {
			t.Errorf("the page lacks %s:\n%s", text, body)
		}
	}
	if got := want(t, w.get(t, "https://setup.example.com"+path), http.StatusOK, "image/png"); got != picture.String() {
		t.Error("another picture")
	}
	for _, wrong := range []string{"/logo/example.com/other.png", "/logo/other.example/" + logo.Name, "/logo/a_b/" + logo.Name, "/logo/nowhere.example/" + logo.Name} {
		want(t, w.get(t, "https://setup.example.com"+wrong), http.StatusNotFound, textPlain)
	}
}
