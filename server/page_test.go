package server_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func (w world) submit(t *testing.T, target, address string) answer {
	t.Helper()
	return w.ask(t, http.MethodPost, target, url.Values{"email": {address}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestPageShowsSettingsAndProfile(t *testing.T) {
	w := newWorld(t)
	for name, r := range map[string]answer{
		"form":                 w.submit(t, "https://setup.example.com/", "ann+tag@charter.net"),
		"form with spaces":     w.submit(t, "https://setup.example.com/", " ann+tag@charter.net\n"),
		"link":                 w.get(t, "https://setup.example.com/?email=ann%2Btag%40charter.net"),
		"link with a raw plus": w.get(t, "https://setup.example.com/?email=ann+tag@charter.net"),
	} {
		t.Run(name, func(t *testing.T) {
			body := html.UnescapeString(want(t, r, http.StatusOK, textHTML))
			for _, text := range []string{
				"Settings for ann+tag@charter.net", "mobile.charter.net", "<code>993</code>", "<code>587</code>", "SSL/TLS",
				"/profile.mobileconfig?email=ann%2Btag%40charter.net",
				"With two-step sign-in, mail programs need an app password.",
				"never your password",
			} {
				if !strings.Contains(body, text) {
					t.Errorf("the page lacks %q", text)
				}
			}
			for _, claimed := range []string{"imap.charter.net", "smtp.charter.net:", `type="password"`, "<script"} {
				if strings.Contains(body, claimed) {
					t.Errorf("the page holds %q", claimed)
				}
			}
		})
	}
}

func TestPageIsNeitherStoredNorReferred(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{"https://setup.example.com/", "https://setup.example.com/?email=ann@charter.net", "https://setup.example.com/?email=bad", "https://evil.example/"} {
		r := w.get(t, target)
		for header, value := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := r.header.Get(header); got != value {
				t.Errorf("%s: %s is %q", target, header, got)
			}
		}
		csp := r.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy is %q", target, csp)
		}
	}
}

func TestPageSaysWhatIsWrongWithAnAddress(t *testing.T) {
	w := newWorld(t)
	for address, expected := range map[string]struct {
		status int
		text   string
	}{
		"":                             {http.StatusBadRequest, "it is empty"},
		"ann":                          {http.StatusBadRequest, "it has no @"},
		"ann@unknown.example":          {http.StatusNotFound, "No mail settings are known here"},
		"<script>alert(1)</script>@x":  {http.StatusBadRequest, "a character that an address cannot have"},
		`"><img src=x onerror=1>@x.de`: {http.StatusBadRequest, "quoted local parts"},
	} {
		r := w.submit(t, "https://setup.example.com/", address)
		if body := want(t, r, expected.status, textHTML); !strings.Contains(body, expected.text) {
			t.Errorf("%q: got\n%s", address, body)
		}
		noReflection(t, r, "alert(1)", "onerror", "unknown.example")
	}
	r := w.ask(t, http.MethodPost, "https://setup.example.com/", "email=a@example.com&email=b@example.com")
	want(t, r, http.StatusBadRequest, textHTML)
}

func TestPageEscapesWhatAnAddressMayHold(t *testing.T) {
	w := newWorld(t)
	body := want(t, w.submit(t, "https://setup.example.com/", "a&b'c`{}@xn--bcher-kva.example"), http.StatusOK, textHTML)
	if strings.Contains(body, "a&b'c") {
		t.Errorf("the address is not escaped:\n%s", body)
	}
	if !strings.Contains(body, "Bücher &amp; Mail") {
		t.Errorf("the provider's name is not escaped:\n%s", body)
	}
}

func TestPageOfAnOAuth2OnlyProviderOffersNoProfile(t *testing.T) {
	w := newWorld(t)
	body := want(t, w.submit(t, "https://setup.example.com/", "ann@outlook.com"), http.StatusOK, textHTML)
	if strings.Contains(body, "profile.mobileconfig") || !strings.Contains(body, "takes only OAuth2 sign-in") {
		t.Errorf("got\n%s", body)
	}
}

func TestPageWarnsOfASelfMadeSigner(t *testing.T) {
	o := options(t)
	const warning = "Not Verified"
	if body := newServer(t, o).submit(t, "https://setup.example.com/", "ann@example.com").body; strings.Contains(body, warning) {
		t.Error("the page warns of a signer that devices know")
	}
	o.SelfMade = true
	if body := newServer(t, o).submit(t, "https://setup.example.com/", "ann@example.com").body; !strings.Contains(body, warning) {
		t.Error("the page does not warn of a self-made signer")
	}
}

func TestPageExplainsTheProfileBeforeTheDownload(t *testing.T) {
	body := newWorld(t).submit(t, "https://setup.example.com/", "ann@example.com").body
	for _, text := range []string{"within eight minutes", "Profile Downloaded", "use Safari", "It holds no password"} {
		if !strings.Contains(body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}
