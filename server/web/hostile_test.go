package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"waypost/providers"
	"waypost/server/web"
)

// hostile are texts that do harm wherever they are not escaped for their place.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</title><svg onload=alert(1)>`,
	`javascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `{{.Address}}`, `{ios.settings} *x*`, "\u202e<b>\x00", `--><style>*{}</style>`,
	`</bdi></code></dl></main><form action="https://evil.example">`, `" autofocus onfocus="alert(1)`,
}

// everywhere puts a text into every field of a page that is not ours.
func everywhere(text string) web.Page {
	server := web.Server{
		Server: providers.Server{
			Protocol: providers.Protocol(text), Host: text, Port: 993, Security: providers.Security(text), Auth: []providers.Auth{providers.Auth(text)},
			Sources: []providers.Source{{Name: text, URL: text, Date: text}},
		},
		Login: text, State: web.Failing, Words: text,
	}
	return web.Page{
		Step: web.Step(text), Device: web.Device("iphone"), Now: time.Unix(0, 0), Home: text,
		Brand:   web.Brand{Name: text, Colour: text, LogoPath: text, Help: text},
		Address: text, Incoming: []web.Server{server}, Outgoing: []web.Server{server},
		Claims: []providers.Claim{{Server: server.Server, Note: text}},
		Notes:  []string{text},
		Help: providers.Help{
			Documentation: []providers.Link{{URL: text, Text: text, Lang: text}}, Enable: []providers.Link{{URL: text, Text: text}},
			WebMail: text, Status: text, Password: text, AppPassword: providers.AppPassword{Need: providers.AppPasswordAlways, URL: text},
		},
		NoProfile: text, AccountCode: text, Registry: text, PageCode: text, Signer: text, SelfMade: true,
		ProblemText: text, Code: text,
		Typed: [2]web.Typed{{Host: text, Port: text, Security: text, User: text}, {Host: text}},
	}
}

var (
	tag       = regexp.MustCompile(`<([a-z0-9]+)((?: +[a-z-]+(?:="[^"<>]*")?)*) *>`)
	attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

func TestNothingHostileBecomesMarkup(t *testing.T) {
	for _, step := range web.Steps() {
		for _, device := range []web.Device{web.IPhone, web.Mac, web.Windows, web.OtherDevice} {
			for i, language := range []*web.Language{web.English(), web.Choose("ar", "")} {
				plain := render(t, everywhere("x"), step, device, language)
				for j, text := range hostile {
					if i != j%2 {
						continue
					}
					body := render(t, everywhere(text), step, device, language)
					// As many tags as with a harmless text, and each well formed.
					if got, want := len(tag.FindAllString(body, -1)), len(tag.FindAllString(plain, -1)); strings.Count(body, "<") != strings.Count(plain, "<") || got > want {
						t.Errorf("%q on %s of %s makes markup:\n%s", text, step, device, body)
					}
					for _, a := range attribute.FindAllStringSubmatch(body, -1) {
						link := a[1] == "href" || a[1] == "src" || a[1] == "action"
						if strings.HasPrefix(a[1], "on") || link && (strings.HasPrefix(a[2], "javascript") || strings.HasPrefix(a[2], "data:")) {
							t.Errorf("%q on %s of %s: %s", text, step, device, a[0])
						}
					}
				}
			}
		}
	}
}

func render(t *testing.T, p web.Page, step web.Step, device web.Device, language *web.Language) string {
	t.Helper()
	p.Step, p.Device, p.Language = step, device, language
	if device == web.IPhone || device == web.Mac {
		p.Profile = "/profile.mobileconfig?email=" + p.Address
	}
	if step == web.StepCode || step == web.StepUnknown || step == web.StepProblem {
		p.Incoming = nil // what makes these pages be shown
	}
	body, err := p.Render()
	if err != nil {
		t.Fatalf("%s of %s in %s: %v", step, device, language.Tag, err)
	}
	return string(body)
}
