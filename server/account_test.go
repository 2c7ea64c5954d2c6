package server_test

import (
	"net/http"
	"strings"
	"testing"

	"waypost/accountqr"
	"waypost/providers"
)

func TestAccountCodeIsThePictureOfTheAccount(t *testing.T) {
	w := newWorld(t)
	r := w.get(t, "https://setup.example.com/account.svg?email=ann@example.com")
	body := want(t, r, http.StatusOK, "image/svg+xml")
	if got := r.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	a, err := providers.ParseAddress("ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	m, err := configured(t).Lookup(t.Context(), a.Domain())
	if err != nil {
		t.Fatal(err)
	}
	code, err := accountqr.New(m.At(a))
	if err != nil {
		t.Fatal(err)
	}
	text, err := code.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if picture, err := accountqr.SVG(text); err != nil || string(picture) != body {
		t.Errorf("%v; the picture is another one: %s", err, body)
	}
}

func TestAccountCodeIsRefusedWithAReason(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]struct {
		status int
		code   string
	}{
		"":                            {http.StatusBadRequest, "ADDRESS-INVALID"},
		"?email=ann":                  {http.StatusBadRequest, "ADDRESS-INVALID"},
		"?email=ann@nowhere.example":  {http.StatusNotFound, "DOMAIN-UNKNOWN"},
		"?email=ann@optonline.net":    {http.StatusNotFound, "PARTIAL"},
		"?email=%C3%A4nn@example.com": {http.StatusNotFound, accountqr.CodeNotASCII},
	} {
		r := w.get(t, "https://setup.example.com/account.svg"+query)
		if r.status != want.status || !strings.HasPrefix(r.body, want.code+":") {
			t.Errorf("%s: %d %s, want %d %s", query, r.status, r.body, want.status, want.code)
		}
	}
}
