package server_test

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"waypost/server/web"
)

// User agents as browsers send them, in autumn 2026.
const (
	safariOnIPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
	safariOnMac    = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15" // and on an iPad
	safariOnIPad   = "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
	facebookOnIOS  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101]"
	firefoxOnIOS   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15"
	chromeOnPixel  = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
	edgeOnWindows  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
	firefoxOnLinux = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
	chromebook     = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	nobodyKnows    = "curl/8.16"
)

const setupPage = "https://setup.example.com/"

// send posts a form as a browser does.
func (w world) send(t *testing.T, userAgent, language string, form url.Values) answer {
	t.Helper()
	return w.ask(t, http.MethodPost, setupPage, form.Encode(),
		"Content-Type", "application/x-www-form-urlencoded", "User-Agent", userAgent, "Accept-Language", language)
}

// submit sends an address from a browser that nobody knows.
func (w world) submit(t *testing.T, target, address string) answer {
	t.Helper()
	return w.ask(t, http.MethodPost, target, url.Values{"email": {address}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// element is an element of a page, with the text that is directly in it.
type element struct {
	name       string
	attributes map[string]string
	text       string
	parents    []string // names, the outermost first
	form       int      // which form it is in, from 1; 0: none
}

// screen is a page as a browser reads it.
type screen struct {
	answer

	elements []*element
}

// readPage reads a page, which must be well formed but for what HTML leaves out.
func readPage(t *testing.T, r answer) screen {
	t.Helper()
	s := screen{answer: r}
	d := xml.NewDecoder(strings.NewReader(r.body))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var open []*element
	forms, form := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, r.body)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			for _, p := range open {
				e.parents = append(e.parents, p.name)
			}
			if e.name == "form" {
				forms++
				form = forms
			}
			e.form = form
			s.elements = append(s.elements, e)
			open = append(open, e)
		case xml.EndElement:
			if open[len(open)-1].name == "form" {
				form = 0
			}
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.text += string(token)
			}
		}
	}
	return s
}

// all gives the elements of some names.
func (s screen) all(names ...string) []*element {
	var list []*element
	for _, e := range s.elements {
		if slices.Contains(names, e.name) {
			list = append(list, e)
		}
	}
	return list
}

// code reads the support code of the page.
func (s screen) code(t *testing.T) web.SupportCode {
	t.Helper()
	for _, e := range s.all("code") {
		if e.attributes["class"] == "code" {
			c, err := web.DecodeCode(e.text)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	t.Fatalf("there is no support code in\n%s", s.body)
	return web.SupportCode{}
}

// press gives what the browser sends for each button of the forms of a class.
func (s screen) press(class string) []url.Values {
	var sent []url.Values
	for _, f := range s.all("form") {
		if f.attributes["class"] != class {
			continue
		}
		hidden := url.Values{}
		for _, e := range s.elements {
			if e.form == f.form && e.name == "input" && e.attributes["type"] == "hidden" {
				hidden.Set(e.attributes["name"], e.attributes["value"])
			}
		}
		for _, e := range s.elements {
			if e.form == f.form && e.name == "button" {
				form := maps.Clone(hidden)
				form.Set(e.attributes["name"], e.attributes["value"])
				sent = append(sent, form)
			}
		}
	}
	return sent
}

// steps gives where the buttons lead.
func steps(forms []url.Values) []string {
	var names []string
	for _, f := range forms {
		names = append(names, f.Get("step"))
	}
	return names
}
