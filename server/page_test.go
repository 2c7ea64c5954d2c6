package server_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"waypost/server/web"
)

func TestPageShowsSettingsAndProfile(t *testing.T) {
	w := newWorld(t)
	for name, r := range map[string]answer{
		"form":                 w.submit(t, setupPage, "ann+tag@charter.net"),
		"form with spaces":     w.submit(t, setupPage, " ann+tag@charter.net\n"),
		"link":                 w.get(t, setupPage+"?email=ann%2Btag%40charter.net"),
		"link with a raw plus": w.get(t, setupPage+"?email=ann+tag@charter.net"),
	} {
		t.Run(name, func(t *testing.T) {
			body := html.UnescapeString(want(t, r, http.StatusOK, textHTML))
			for _, text := range []string{
				"Settings for <bdi>ann+tag@charter.net</bdi>", "mobile.charter.net", ">993</code>", ">587</code>", "SSL/TLS",
				"With two-step sign-in, mail programs need an app password.",
				"You will not be asked for a password here",
			} {
				if !strings.Contains(body, text) {
					t.Errorf("the page lacks %q", text)
				}
			}
			for _, claimed := range []string{"imap.charter.net", "smtp.charter.net<", "smtp.charter.net:", `type="password"`, "profile.mobileconfig"} {
				if strings.Contains(body, claimed) {
					t.Errorf("the page holds %q", claimed)
				}
			}
		})
	}
	for _, userAgent := range []string{safariOnIPhone, safariOnIPad} {
		body := w.send(t, userAgent, "en", url.Values{"email": {"ann+tag@charter.net"}}).body
		if !strings.Contains(html.UnescapeString(body), `href="/profile.mobileconfig?email=ann%2Btag%40charter.net"`) {
			t.Errorf("there is no profile:\n%s", body)
		}
	}
}

func TestPageIsNeitherStoredNorReferred(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{setupPage, setupPage + "?email=ann@charter.net", setupPage + "?email=bad", "https://evil.example/", setupPage + "code", setupPage + "code?code=x"} {
		r := w.get(t, target)
		for header, value := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := r.header.Get(header); got != value {
				t.Errorf("%s: %s is %q", target, header, got)
			}
		}
		const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
		if got := r.header.Get("Content-Security-Policy"); got != policy {
			t.Errorf("%s: Content-Security-Policy is %q", target, got)
		}
		if r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", target)
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
		r := w.submit(t, setupPage, address)
		if body := want(t, r, expected.status, textHTML); !strings.Contains(body, expected.text) {
			t.Errorf("%q: got\n%s", address, body)
		}
		noReflection(t, r, "alert(1)", "onerror")
	}
	noReflection(t, w.get(t, setupPage+"?email=ann@unknown.example"), "unknown.example")
	r := w.ask(t, http.MethodPost, setupPage, "email=a@example.com&email=b@example.com")
	want(t, r, http.StatusBadRequest, textHTML)
}

func TestUnknownDomainIsSentToItsProviderForFiveThings(t *testing.T) {
	w := newWorld(t)
	for _, language := range languages() {
		s := readPage(t, w.send(t, safariOnIPhone, language, url.Values{"email": {"ann@unknown.example"}}))
		if s.status != http.StatusNotFound || s.code(t).Step != web.StepUnknown {
			t.Errorf("%s: status %d\n%s", language, s.status, s.body)
		}
		things := 0
		for _, e := range s.all("li") {
			if e.parents[len(e.parents)-1] == "ol" {
				things++
			}
		}
		if things != 5 || strings.Contains(s.body, "mobileconfig") {
			t.Errorf("%s: %d things\n%s", language, things, s.body)
		}
	}
}

func TestPageOfAnOAuth2OnlyProviderOffersNoProfile(t *testing.T) {
	w := newWorld(t)
	for _, userAgent := range []string{nobodyKnows, safariOnIPhone, safariOnMac} {
		for step, s := range walk(t, w, userAgent, "en", "ann@outlook.com") {
			if strings.Contains(s.body, "profile.mobileconfig") {
				t.Errorf("%s offers a profile", step)
			}
		}
		body := want(t, w.send(t, userAgent, "en", url.Values{"email": {"ann@outlook.com"}}), http.StatusOK, textHTML)
		if !strings.Contains(body, "indow of your provider") {
			t.Errorf("got\n%s", body)
		}
	}
}

func TestPageWarnsOfASelfMadeSigner(t *testing.T) {
	o := options(t)
	known := newServer(t, o)
	o.Unverified = true
	selfMade := newServer(t, o)
	for _, language := range languages() {
		for _, step := range []string{"profile", "trust"} {
			form := url.Values{"email": {"ann@example.com"}, "step": {step}}
			const warning = "Not Verified" // Apple's word, in English where nobody has read it in another language
			if body := known.send(t, safariOnIPhone, language, form).body; strings.Contains(body, warning) || !strings.Contains(body, "<bdi>setup.example.com</bdi>") {
				t.Errorf("%s, %s: a signer that devices know is warned of, or not named", language, step)
			}
			if body := selfMade.send(t, safariOnIPhone, language, form).body; !strings.Contains(body, warning) {
				t.Errorf("%s, %s: no warning of a self-made signer", language, step)
			}
		}
	}
}

func TestPageExplainsTheProfileBeforeTheDownload(t *testing.T) {
	body := newWorld(t).send(t, safariOnIPhone, "en", url.Values{"email": {"ann@example.com"}}).body
	explained, _, found := strings.Cut(body, `href="/profile.mobileconfig`)
	if !found {
		t.Fatal("there is no profile")
	}
	for _, text := range []string{"<b>Allow</b>", "<b>Settings</b>", "<b>Profile Downloaded</b>", "<strong>eight minutes</strong>", "<b>Install</b>", "<strong>mail password</strong>", "signed by"} {
		if !strings.Contains(explained, text) {
			t.Errorf("before the download, the page lacks %q", text)
		}
	}
	if !strings.Contains(body, "It holds no password") || strings.Contains(body, "use Safari") {
		t.Errorf("in Safari, the page says\n%s", body)
	}
	anyway := url.Values{"email": {"ann@example.com"}, "step": {"profile"}}
	if body := newWorld(t).send(t, firefoxOnIOS, "en", anyway).body; !strings.Contains(body, "use Safari") {
		t.Errorf("in Firefox, the page says\n%s", body)
	}
}

// What devices will show depends on the day, too.
func TestPageTellsOfTheEndOfTheSignersCertificate(t *testing.T) {
	o := options(t)
	form := url.Values{"email": {"ann@example.com"}, "step": {"profile"}}
	for _, c := range []struct {
		left       time.Duration
		unverified bool
		want, not  string
	}{
		{8 * 24 * time.Hour, false, "<b>Verified</b>", "Not Verified"},
		{6 * 24 * time.Hour, false, "The signature ends on", "in red"},
		{6 * 24 * time.Hour, true, "no public signature yet", "The signature ends on"},
		{-time.Second, false, "ended on", "<b>Verified</b>"},
		{-time.Second, true, "ended on", "<b>Verified</b>"},
	} {
		o.SignerEnds, o.Unverified = o.Now().Add(c.left), c.unverified
		if body := newServer(t, o).send(t, safariOnIPhone, "en", form).body; !strings.Contains(body, c.want) || strings.Contains(body, c.not) {
			t.Errorf("%v before the end, the page says\n%s", c.left, body)
		}
	}
}

func TestSettingsAreComparedWithThoseOfAPerson(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		typed url.Values
		want  []string
		not   []string
	}{
		"nothing yet": {url.Values{}, nil, []string{`role="status"`}},
		"all is right": {
			url.Values{"in-host": {" MOBILE.charter.net "}, "in-port": {"993"}, "in-security": {"on"}, "in-user": {"Ann@Charter.net"}},
			[]string{"What you typed is right. The rest was not compared."},
			[]string{`class="failing"`},
		},
		"an alternative": {
			url.Values{"in-host": {"mobile.charter.net"}, "in-port": {"995"}, "in-security": {"tls"}},
			[]string{"What you typed is right."},
			[]string{`class="failing"`},
		},
		"what others claim": {
			url.Values{"in-host": {"imap.charter.net"}, "in-port": {"993"}},
			[]string{"change <bdi>imap.charter.net</bdi> to <bdi>mobile.charter.net</bdi>", "Other guides name <bdi>imap.charter.net</bdi>. Nobody has confirmed it.", "<bdi>Port</bdi> is right"},
			[]string{"own page"},
		},
		"the other TLS": {
			url.Values{"out-port": {"465"}, "out-security": {"starttls"}, "out-user": {"ann"}},
			[]string{"change <bdi>465</bdi> to <bdi>587</bdi>", "choose <bdi>SSL/TLS</bdi> in place of “<bdi>STARTTLS</bdi>”", "change <bdi>ann</bdi> to <bdi>ann@charter.net</bdi>"},
			nil,
		},
		"SSL is off":    {url.Values{"in-security": {"none"}}, []string{"choose <bdi>SSL/TLS</bdi> in place of “<bdi>none, or SSL: off</bdi>”"}, nil},
		"an empty form": {url.Values{"in-host": {""}, "out-host": {""}}, []string{"Type at least one value."}, nil},
		"nonsense":      {url.Values{"in-security": {"<b>"}, "in-host": {strings.Repeat("x", 300)}}, []string{"Type at least one value."}, []string{"xxx"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.typed.Set("email", "ann@charter.net")
			c.typed.Set("step", "compare")
			body := html.UnescapeString(want(t, w.send(t, nobodyKnows, "en", c.typed), http.StatusOK, textHTML))
			for _, text := range c.want {
				if !strings.Contains(body, text) {
					t.Errorf("the page lacks %q\n%s", text, body)
				}
			}
			for _, text := range c.not {
				if strings.Contains(body, text) {
					t.Errorf("the page holds %q", text)
				}
			}
		})
	}
}

func TestNoMessageIsAnsweredWithoutTLS(t *testing.T) {
	o := options(t)
	imap, smtp := "imap.example.com", "smtp.example.com"
	form := url.Values{"email": {"ann@example.com"}, "step": {"error"}}
	for state, c := range map[string]struct {
		known  results
		advice string
	}{
		"working": {results{imap: {Verdict: "pass", At: o.Now()}, smtp: {Verdict: "pass", At: o.Now()}}, "certificate is fine"},
		"failing": {results{imap: {Verdict: "fail", At: o.Now(), Words: "It has <ended>."}}, "it is probably not you"},
		"unknown": {nil, "Nobody has checked"},
	} {
		o.Measured = c.known
		body := newServer(t, o).send(t, nobodyKnows, "en", form).body
		for _, text := range []string{c.advice, "Never turn SSL or TLS off", "Cannot Connect Using SSL", "0x800CCC0E", "The IMAP server is unavailable", "0x800CCC92"} {
			if !strings.Contains(body, text) {
				t.Errorf("%s: the page lacks %q", state, text)
			}
		}
		if strings.Contains(body, "<ended>") {
			t.Errorf("%s: a measurement is not escaped", state)
		}
	}
}

func TestPageEscapesWhatAnAddressMayHold(t *testing.T) {
	w := newWorld(t)
	const address = "a&b'c`{}@xn--bcher-kva.example"
	for name, userAgent := range visitors {
		for _, language := range []string{"en", "ar"} {
			for step, s := range walk(t, w, userAgent, language, address) {
				if strings.Contains(s.body, "a&b'c") || strings.Contains(s.body, "Bücher & Mail") {
					t.Errorf("%s, %s: address or name is not escaped:\n%s", name, step, s.body)
				}
				if !strings.Contains(s.body, "Bücher &amp; Mail") && step != web.StepStart {
					t.Errorf("%s, %s: the provider has no name", name, step)
				}
			}
		}
	}
}

// What a browser sends beside the address is looked up, or escaped.
func TestPageRepeatsNothingThatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "alert(1)\r\nSet-Cookie: a=b", `{{alert(1)}}`} {
		form := url.Values{"email": {"ann@example.com"}}
		for _, name := range []string{"step", "device", "lang", "code", "in-security", "out-security", text} {
			form.Set(name, text)
		}
		noReflection(t, w.ask(t, http.MethodPost, setupPage, form.Encode(), "User-Agent", text, "Accept-Language", text, "Sec-CH-UA-Platform", text, "Referer", text), "alert(1)")
		query := url.Values{"email": {"ann@example.com"}, "step": {text}, "device": {text}, "lang": {text}}.Encode()
		noReflection(t, w.ask(t, http.MethodGet, setupPage+"?"+query, "", "User-Agent", text), "alert(1)")
		form = url.Values{"email": {"ann@example.com"}, "step": {"compare"}, "in-host": {text}, "in-port": {text}, "in-user": {text}}
		body := w.send(t, nobodyKnows, "en", form).body
		body += w.get(t, setupPage+"code?code="+url.QueryEscape(text)).body
		if strings.Contains(body, text) && strings.ContainsAny(text, `<>"`) {
			t.Errorf("what was typed is not escaped:\n%s", body)
		}
	}
}
