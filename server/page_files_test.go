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

	"waypost/accountqr"
	"waypost/autodiscover"
	"waypost/providers"
	"waypost/server/web"
)

func TestFilesOfThePageAreWhereItSays(t *testing.T) {
	w := newWorld(t)
	types := map[string]string{
		"/style.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8", "/page.svg": "image/svg+xml", "/icon.svg": "image/svg+xml",
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

// The stylesheet leads to one that stands before it, with its licence.
func TestStylesheetImportsWhatIsServed(t *testing.T) {
	w := newWorld(t)
	if !strings.HasPrefix(string(web.Style), `@import url("`+web.PicoPath+`")`) {
		t.Errorf("it begins with %.60s", web.Style)
	}
	if got := want(t, w.get(t, "https://setup.example.com"+web.PicoPath), http.StatusOK, "text/css; charset=utf-8"); !strings.Contains(got, "Licensed under MIT") {
		t.Error("it does not name its licence")
	}
	if strings.Contains(string(web.Style)+string(web.Pico), "orientation") {
		t.Error("axe is not asked about css-orientation-lock; see the tests in Chromium")
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
	const byNumber = "https://127.0.0.1/" // a name of nobody's
	want(t, w.get(t, byNumber+"page.svg"), http.StatusNotFound, textPlain)
	for visitor, userAgent := range visitors {
		for _, device := range []string{"", "iphone", "windows"} {
			form := url.Values{"email": {"ann@example.com"}, "device": {device}}.Encode()
			body := w.ask(t, http.MethodPost, byNumber, form, "Content-Type", "application/x-www-form-urlencoded", "User-Agent", userAgent).body
			if !strings.Contains(body, "ann@example.com") || strings.Contains(body, "/page.svg") || strings.Contains(body, byNumber) {
				t.Errorf("%s, %s: the page has a code that leads nowhere:\n%s", visitor, device, body)
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
		for _, text := range []string{"iPhone", "Safari", "after the download", "reachable", "at 24 or 25 minutes past the hour: about 10 minutes ago"} {
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

// The window of the browser and the page must not tell of two addresses: people
// are asked to compare them.
func TestPageNamesTheAddressAtWhichItIs(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]string{
		"https://setup.example.com/":           "https://setup.example.com/",
		"https://setup.example.net/":           "https://setup.example.net/",
		"https://AUTOCONFIG.example.net/":      "https://autoconfig.example.net/",
		"https://other.example/":               "https://other.example/",
		"https://setup.xn--bcher-kva.example/": "https://setup.xn--bcher-kva.example/",
		"http://setup.example.net/":            "https://setup.example.com/", // nobody vouches for the name
		"https://setup.example.net:8443/":      "https://setup.example.com/", // what the port is outside, nobody knows
		"https://mx1.mail.hoster.example/":     "https://setup.example.com/",
		"https://127.0.0.1/":                   "https://setup.example.com/",
		"https://autoconfig.outlook.com/":      "",
		"https://setup.setup.example.net/":     "",
		"https://evil.example.com.evil.test":   "",
	} {
		address := "ann@example.com"
		if strings.Contains(target, "other") {
			address = "ann@other.example"
		} else if strings.Contains(target, "cher") {
			address = "ann@xn--bcher-kva.example"
		}
		form := url.Values{"email": {address}, "device": {"iphone"}, "step": {"device"}}
		r := w.ask(t, http.MethodPost, target, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "User-Agent", edgeOnWindows)
		if want == "" {
			if r.status != http.StatusNotFound {
				t.Errorf("%s: status %d", target, r.status)
			}
			continue
		}
		if !strings.Contains(r.body, `data-copyable="">`+want+`<`) {
			t.Errorf("%s: it does not name %s:\n%s", target, want, r.body)
		}
		picture, err := accountqr.SVG([]byte(want))
		if err != nil {
			t.Fatal(err)
		}
		if got := w.get(t, strings.TrimSuffix(target, "/")+"/page.svg").body; got != string(picture) {
			t.Errorf("%s: the picture does not lead to %s", target, want)
		}
	}
}
