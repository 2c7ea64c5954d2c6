package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/providers"
	"waypost/server/web"
)

// account is one at bücher.example with these servers, the first of each kind
// for incoming mail unless it is for sending.
func account(t *testing.T, servers ...string) web.Page {
	t.Helper()
	p := web.Page{Step: web.StepCompare, Device: web.Windows, Address: "ann@xn--bcher-kva.example"}
	for _, text := range servers {
		s, err := providers.ParseServer(text)
		if err != nil {
			t.Fatal(err)
		}
		s.Auth = []providers.Auth{providers.PasswordCleartext}
		one := web.Server{Server: s, Login: "ann@xn--bcher-kva.example"}
		if s.Protocol == providers.Submission {
			p.Outgoing = append(p.Outgoing, one)
		} else {
			p.Incoming = append(p.Incoming, one)
		}
	}
	return p
}

var tags = regexp.MustCompile(`<[^>]*>`)

// result gives the text of what the page says of a form; empty: it says nothing.
// Each piece of advice is a line that begins with its mark.
func result(t *testing.T, p web.Page, form url.Values) string {
	t.Helper()
	p.Typed = web.ReadTyped(form)
	body, err := p.Render()
	if err != nil {
		t.Fatal(err)
	}
	_, said, found := strings.Cut(string(body), `<div role="status">`)
	if !found {
		return ""
	}
	said, _, _ = strings.Cut(said, "</div>")
	said = strings.NewReplacer(`<li class="working">`, "✓ ", `<li class="failing">`, "✗ ", "<br>", " | ").Replace(said)
	return html.UnescapeString(tags.ReplaceAllString(said, ""))
}

func form(pairs ...string) url.Values {
	f := url.Values{"in-host": {""}, "out-host": {""}}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func TestRightValuesAreRightInEverySpelling(t *testing.T) {
	p := account(t, "imaps://imap.bücher.example", "submission://smtp.bücher.example")
	for _, f := range []url.Values{
		form("in-host", "imap.bücher.example"),
		form("in-host", "imap.xn--bcher-kva.example"),
		form("in-host", "  IMAP.BÜCHER.Example. "),
		form("in-host", "imap. bücher .example"),
		form("in-host", "imap.bu\u0308cher.example"),
		form("in-host", "imap.bücher.example:993"),
		form("in-host", "imap.bücher.example.:993", "in-port", "993"),
		form("in-host", "imaps://imap.bücher.example"),
		form("in-host", "https://imap.bücher.example/"),
		form("in-host", "HTTPS://imap.bücher.example:993/mail?x#y"),
		form("in-port", " 993 "),
		form("in-port", "٩٩٣"),
		form("in-port", "۹۹۳"),
		form("in-security", "on"),
		form("in-user", "Ann@Bücher.example"),
		form("in-user", " ann@XN--BCHER-KVA.example. "),
		form("out-host", "smtp://smtp.bücher.example:587"),
	} {
		if got := result(t, p, f); !strings.Contains(got, "✓") || strings.Contains(got, "✗") {
			t.Errorf("%v is right, and the page says %s", f, got)
		}
	}
	for _, f := range []url.Values{
		form("in-host", "imap.bücher.example.evil"),
		form("in-host", "imap.bücher.example:143"),
		form("in-host", "bücher.example"),
		form("in-host", "https://"),
		form("in-host", "imap.bücher.example:993", "in-port", "143"),
		form("in-user", "ann"),
		form("in-user", "ann@bucher.example"),
		form("in-user", "bücher.example"),
		form("out-security", "none"),
	} {
		if got := result(t, p, f); !strings.Contains(got, "✗") {
			t.Errorf("%v is wrong, and the page says %s", f, got)
		}
	}
}

func TestPortBesideTheServersNameIsCompared(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	got := result(t, p, form("in-host", "imap.example.com:143"))
	if !strings.Contains(got, "✓ Server is right: imap.example.com") || !strings.Contains(got, "✗ Port: change 143 to 993") {
		t.Error(got)
	}
}

func TestTypeOfAnAccountIsNotChanged(t *testing.T) {
	const (
		imap, pop  = "imaps://imap.example.com", "pop3s://pop.example.com"
		sent       = "submission://smtp.example.com"
		anewAsIMAP = "✗ Your account is POP3. Here, mail is IMAP. Add the account anew, as IMAP."
		anewAsPOP3 = "✗ Your account is IMAP. Here, mail is POP3. Add the account anew, as POP3."
	)
	for name, c := range map[string]struct {
		servers []string
		typed   url.Values
		want    string // empty: the account stays as it is
	}{
		"POP3 by its port":               {[]string{imap}, form("in-host", "mail.example.com", "in-port", "995"), anewAsIMAP},
		"POP3 by its older port":         {[]string{imap}, form("in-port", "110"), anewAsIMAP},
		"POP3 by its port in the host":   {[]string{imap}, form("in-host", "imap.example.com:995"), anewAsIMAP},
		"POP3 by its name":               {[]string{imap}, form("in-host", "Pop.example.com"), anewAsIMAP},
		"POP3 by its other name":         {[]string{imap}, form("in-host", "pop3.example.com", "in-user", "ann"), anewAsIMAP},
		"IMAP by its port":               {[]string{pop}, form("in-port", "993"), anewAsPOP3},
		"IMAP by its name":               {[]string{pop}, form("in-host", "imap.example.com"), anewAsPOP3},
		"both are served":                {[]string{imap, pop}, form("in-host", "pop3.example.com"), ""},
		"the name is right":              {[]string{"imaps://pop.example.com"}, form("in-host", "pop.example.com"), ""},
		"the port is right":              {[]string{"imaps://imap.example.com:995"}, form("in-host", "pop.example.com", "in-port", "995"), ""},
		"a name that only begins so":     {[]string{imap}, form("in-host", "poplar.example.com"), ""},
		"a port of mail that is sent":    {[]string{imap}, form("out-port", "995"), ""},
		"the port says more than a name": {[]string{imap}, form("in-host", "pop.example.com", "in-port", "993"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := result(t, account(t, append(c.servers, sent)...), c.typed)
			if c.want == "" && strings.Contains(got, "anew") || !strings.Contains(got, c.want) {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
			if c.want != "" && strings.Count(got, "✗")+strings.Count(got, "✓") != 1 {
				t.Errorf("more is said of fields that are not to be changed: %s", got)
			}
		})
	}
}

func TestServerOfTheSameTypeIsTheOneToChangeTo(t *testing.T) {
	p := account(t, "imaps://mail.example.com", "pop3s://mail.example.com", "submission://smtp.example.com")
	if got := result(t, p, form("in-host", "pop3.example.com", "in-security", "starttls")); !strings.Contains(got, "change pop3.example.com to mail.example.com") || !strings.Contains(got, "must be 995") {
		t.Error(got)
	}
}

func TestPortAndSecurityAreChangedTogether(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	for _, c := range []struct {
		typed url.Values
		want  string
	}{
		{form("out-port", "587", "out-security", "tls"), "✗ Port is right: 587 | Security: choose STARTTLS in place of “SSL/TLS”"},
		{form("out-port", "465", "out-security", "starttls"), "✗ Port: change 465 to 587 | Security is right: STARTTLS"},
		{form("out-port", "465"), "✗ Port: change 465 to 587 | Security: must be STARTTLS"},
		{form("out-security", "tls"), "✗ Port: must be 587 | Security: choose STARTTLS in place of “SSL/TLS”"},
		{form("out-port", "587"), "✓ Port is right: 587\n"},
		{form("out-security", "on"), "✓ Security is right: SSL: on\n"},
	} {
		if got := result(t, p, c.typed); !strings.Contains(got+"\n", c.want) {
			t.Errorf("%v: got %s\nwant %s", c.typed, got, c.want)
		}
	}
	got := result(t, p, form("out-host", "a.example", "out-port", "465", "out-security", "tls", "out-user", "ann"))
	order := regexp.MustCompile(`(?s)Server:.*Port:.*Security:.*User name:`)
	if !order.MatchString(got) || strings.Count(got, "✗") != 3 {
		t.Errorf("the order is another: %s", got)
	}
}

func TestSecurityIsNamedAsInTheForm(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	for _, l := range web.Languages() {
		p.Language = l
		none, err := l.Text("security.none")
		if err != nil {
			t.Fatal(err)
		}
		if got := result(t, p, form("in-security", "none")); !strings.Contains(got, none) || strings.Contains(got, "NOT ENCRYPTED") {
			t.Errorf("%s: %s", l.Tag, got)
		}
	}
}

func TestOnlyWhatWasTypedIsCalledRight(t *testing.T) {
	password := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	oauth2 := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	oauth2.Incoming[0].Auth, oauth2.Outgoing[0].Auth = []providers.Auth{providers.OAuth2}, []providers.Auth{providers.OAuth2}
	all := []string{
		"in-host", "imap.example.com:993", "in-security", "tls", "in-user", "ann@bücher.example",
		"out-host", "smtp.example.com", "out-port", "587", "out-security", "starttls", "out-user", "ann@bücher.example",
	}
	const (
		right, rest  = "All that you typed is right.", "What you typed is right. The rest was not compared."
		cause, added = "So the password, the network or the server is the cause.", "A password alone does not work here:"
	)
	for name, c := range map[string]struct {
		page  web.Page
		typed url.Values
		want  []string // of these four; empty: none
	}{
		"everything":             {password, form(all...), []string{right, cause}},
		"everything, OAuth2":     {oauth2, form(all...), []string{right, added}},
		"all but one":            {password, form(all[:len(all)-2]...), []string{rest}},
		"all but one, OAuth2":    {oauth2, form(all[:len(all)-2]...), []string{rest, added}},
		"incoming mail":          {password, form(all[:6]...), []string{rest}},
		"something wrong":        {oauth2, form("in-port", "1"), nil},
		"everything, Apple's on": {password, form(append(all, "in-security", "on", "out-security", "on")...), []string{right, cause}},
	} {
		t.Run(name, func(t *testing.T) {
			got := result(t, c.page, c.typed)
			for _, text := range []string{right, rest, cause, added} {
				wanted := false
				for _, w := range c.want {
					wanted = wanted || w == text
				}
				if strings.Contains(got, text) != wanted {
					t.Errorf("%q: wanted is %v in %s", text, wanted, got)
				}
			}
		})
	}
}

func TestEmptyFormIsAskedForAValue(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	if got := result(t, p, nil); got != "" {
		t.Errorf("before the form was sent, the page says %s", got)
	}
	for _, f := range []url.Values{form(), form("in-host", " "), form("in-host", strings.Repeat("x", 255), "in-security", "rot13")} {
		if got := result(t, p, f); !strings.Contains(got, "Type at least one value.") {
			t.Errorf("%.80v: %s", f, got)
		}
	}
}

func TestWhatOtherGuidesNameIsToldInTheLanguageOfThePage(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	claim, err := providers.ParseServer("imaps://old.example.com")
	if err != nil {
		t.Fatal(err)
	}
	p.Claims = []providers.Claim{{Server: claim, Note: "Their own page says otherwise."}}
	for tag, want := range map[string]string{
		"en": "(Other guides name old.example.com. Nobody has confirmed it.)",
		"de": "(Andere Anleitungen nennen old.example.com. Bestätigt hat es niemand.)",
	} {
		p.Language = web.Choose(tag, "")
		got := result(t, p, form("in-host", "Old.example.com."))
		if !strings.Contains(strings.ReplaceAll(got, "Old.example.com.", "old.example.com"), want) || strings.Contains(got, "own page") {
			t.Errorf("%s: %s", tag, got)
		}
	}
	if got := result(t, p, form("in-host", "other.example.com")); strings.Contains(got, "Anleitungen") {
		t.Errorf("no guide names it: %s", got)
	}
}

func TestFieldsOfAProfileCannotBeChanged(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "submission://smtp.example.com")
	for _, d := range append([]web.Device{web.IPad, web.Android}, devices...) {
		for _, profile := range []string{"", "/profile.mobileconfig"} {
			p.Device, p.Profile = d, profile
			body, err := p.Render()
			if err != nil {
				t.Fatal(err)
			}
			ofApple := d == web.IPhone || d == web.IPad || d == web.Mac
			if told := strings.Contains(string(body), "Did a profile set up the account?"); told != (ofApple && profile != "") {
				t.Errorf("%s, profile %q: told is %v", d, profile, told)
			}
		}
	}
}

func TestAnythingMayBeTyped(t *testing.T) {
	p := account(t, "imaps://imap.example.com", "pop3s://pop.example.com", "submission://smtp.example.com")
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(https?|imaps?)?(://)?[/:.@{} a-zü0-9]{0,20}`), rapid.SampledFrom([]string{"", "tls", "on", "993"}))
	rapid.Check(t, func(t *rapid.T) {
		f := url.Values{}
		for _, way := range []string{"in-", "out-"} {
			for _, field := range []string{"host", "port", "security", "user"} {
				f.Set(way+field, text.Draw(t, way+field))
			}
		}
		p.Typed = web.ReadTyped(f)
		if _, err := p.Render(); err != nil {
			t.Fatal(err)
		}
	})
}
