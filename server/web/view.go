package web

import (
	"cmp"
	"html"
	"html/template"
	"slices"
	"strings"
	"time"

	"waypost/providers"
)

// view is what the templates see of a page.
type view struct {
	Page

	Shown Step
}

// T gives the words for a key, with values as names and what stands for them.
func (v *view) T(key string, values ...any) (template.HTML, error) {
	m, err := v.Language.message(key)
	if err != nil {
		return "", err
	}
	return v.Language.html(m, pairs(values))
}

// S gives the words without markup, for attributes.
func (v *view) S(key string, values ...any) (string, error) { return v.Language.Text(key, values...) }

// En gives a sentence that there is in English only, on lines of its own where
// the page is in another language.
func (v *view) En(text string) template.HTML {
	if v.Language.Tag == English().Tag {
		return template.HTML(html.EscapeString(text)) //nolint:gosec // it is escaped
	}
	return template.HTML(`<span class="apart"` + v.Language.otherwise("en") + ">" + html.EscapeString(text) + "</span>") //nolint:gosec // it is escaped
}

// Auth gives the words for a way to sign in; those that few people meet are
// technical terms, the same everywhere.
func (v *view) Auth(a providers.Auth) (template.HTML, error) {
	switch a {
	case providers.PasswordCleartext:
		return v.T("auth.password")
	case providers.PasswordEncrypted:
		return v.T("auth.encrypted")
	case providers.OAuth2:
		return v.T("auth.oauth2")
	default:
		return v.Term(a.Words()), nil
	}
}

// Term gives a name or a technical term, which is English in every language.
func (v *view) Term(text string) template.HTML {
	return template.HTML("<bdi" + v.Language.otherwise("en") + ">" + html.EscapeString(text) + "</bdi>") //nolint:gosec // it is escaped
}

// Heading is the one heading of the page.
func (v *view) Heading() (template.HTML, error) {
	device, err := v.DeviceName(v.Device)
	if err != nil {
		return "", err
	}
	return v.T(v.title(), "device", device, "address", v.Person())
}

func (v *view) title() string {
	if v.Shown == StepUnknown && v.Partial {
		return "title.partial"
	}
	return "title." + string(v.Shown)
}

// Person is the address as people write it.
func (v *view) Person() string { return cmp.Or(v.Written, v.Address) }

// Title is the heading for tabs and histories, which no address goes into.
func (v *view) Title() (string, error) {
	device, err := v.DeviceName(v.Device)
	if err != nil {
		return "", err
	}
	return v.S(v.title(), "device", device, "address", "…")
}

// DeviceName names a device.
func (v *view) DeviceName(d Device) (string, error) { return v.S("device." + string(d)) }

// Name is whom the page is of; empty: nobody's in particular.
func (v *view) Name() string { return v.Brand.Name }

// Languages are those to choose from.
func (v *view) Languages() []*Language { return Languages() }

// Devices are those to choose from.
func (v *view) Devices() []Device { return devices }

// Next are the buttons that the flow has for this account and device, but for
// those that the template has in its own place. One at most is the main one.
func (v *view) Next() []button {
	var list []button
	s := flow[v.Shown]
	main := s.main
	for _, e := range s.next {
		switch {
		case e.to == StepDevice, e.when != nil && !e.when(&v.Page):
		case e.own:
			main = true
		default:
			list = append(list, button{e.to, e.key(), !main})
			main = true
		}
	}
	return list
}

type button struct {
	To   Step
	Key  string
	Main bool
}

// Back is where the way back leads; empty at the start. Where the device's way
// begins here, that is the address.
func (v *view) Back() Step {
	back := flow[v.Shown].back
	if back == StepDevice && v.entry() == v.Shown {
		return StepStart
	}
	return back
}

// Bare tells whether the step needs no account.
func (v *view) Bare() bool { return flow[v.Shown].bare }

// OnDevice tells whether the person set up this device.
func (v *view) OnDevice(names ...string) bool { return slices.Contains(names, string(v.Device)) }

// Here tells whether the page is on the device that is set up, as far as is known.
func (v *view) Here() bool { return !v.elsewhere() }

// AppWindow tells whether the page is in the window of another app.
func (v *view) AppWindow() bool { return v.Visitor.Browser == InApp }

// InChrome tells whether the browser is Chrome on an iPhone or iPad.
func (v *view) InChrome() bool {
	return v.Visitor.Device.handheld() && v.Visitor.Browser == Chrome
}

// MissesSafari tells whether an iPhone or iPad shows the page in a browser that
// does not hand profiles over.
func (v *view) MissesSafari() bool {
	return v.Visitor.Device.handheld() && !v.Visitor.Browser.handsOverProfiles()
}

// Servers are the two that the page names: for incoming and for outgoing mail.
func (v *view) Servers() []Server {
	if !v.served() {
		return nil
	}
	return []Server{v.Incoming[0], v.Outgoing[0]}
}

// POP3Alone tells whether incoming mail is there by POP3 and by nothing else.
func (v *view) POP3Alone() bool {
	return v.served() && !slices.ContainsFunc(v.Incoming, func(s Server) bool { return s.Protocol != providers.POP3 })
}

// Measured tells whether anything is known of one of the servers.
func (v *view) Measured() bool {
	return slices.ContainsFunc(v.Servers(), func(s Server) bool { return s.State != NotMeasured })
}

// State is the worst of what was measured; not measured unless both were.
func (v *view) State() State {
	worst := Reachable
	for _, s := range v.Servers() {
		if s.State == Failing {
			return Failing
		}
		if s.State != Reachable {
			worst = NotMeasured
		}
	}
	if !v.served() {
		return NotMeasured
	}
	return worst
}

// Ago says how long ago a server was measured, and on paper when.
func (v *view) Ago(s Server) (template.HTML, error) {
	words, err := v.Language.Ago(v.Now.Sub(s.At))
	return template.HTML(html.EscapeString(words)) + `<span class="paper"> (` + v.moment(s.At) + ")</span>", err //nolint:gosec // it is escaped
}

// Way names what one of the two servers is for, by its place among them.
func (v *view) Way(i int) (template.HTML, error) {
	return v.T([]string{"card.incoming", "card.outgoing"}[i])
}

// Status says what the last measurement of a server found.
func (v *view) Status(s Server) (template.HTML, error) {
	ago, err := v.Ago(s)
	switch {
	case err != nil:
		return "", err
	case s.State == Reachable:
		return v.T("status.working", "ago", ago)
	case s.State == Failing:
		return v.T("status.failing", "ago", ago, "since", v.Since(s))
	default:
		return v.T("status.unknown")
	}
}

// Since says since when a server is as it is. It is in universal time, as what a
// provider is told must be.
func (v *view) Since(s Server) template.HTML { return v.moment(s.Since) }

func (v *view) moment(t time.Time) template.HTML {
	return v.Date(t.UTC().Format("2006-01-02 15:04 UTC"))
}

// Date gives a date that does not break at the end of a line.
func (v *view) Date(text string) template.HTML {
	return template.HTML(`<bdi class="whole" dir="ltr">` + html.EscapeString(text) + "</bdi>") //nolint:gosec // it is escaped
}

// profileWaits is how long a downloaded profile waits in Settings (Apple support
// HT209435, for iOS 12.2 and later).
const profileWaits = 8 * time.Minute

// Until is the end of the eight minutes, were the profile downloaded now. Where
// the person's clock stands nobody knows; the script puts their time in its place.
func (v *view) Until() time.Time { return v.Now.Add(profileWaits) }

// Signature says what devices show for the signer: "verified", or why not.
func (v *view) Signature() string {
	switch {
	case !v.SignerEnds.IsZero() && v.Now.After(v.SignerEnds):
		return "expired"
	case v.Unverified:
		return "not-verified"
	default:
		return "verified"
	}
}

// signerWarns is how long before its end the page tells of the certificate's.
const signerWarns = 7 * 24 * time.Hour

// SignerEnd is the day on which the signer's certificate ends, if that is soon or
// past; else empty.
func (v *view) SignerEnd() template.HTML {
	if v.SignerEnds.IsZero() || v.SignerEnds.Sub(v.Now) > signerWarns {
		return ""
	}
	return v.Date(v.SignerEnds.UTC().Format(time.DateOnly))
}

// Families are the messages that clients show, by what they mean.
func (v *view) Families() []family { return families }

// TypedCode is what a typed support code says, or why it says nothing.
func (v *view) TypedCode() (lines []Line, err error) {
	c, wrong := DecodeCode(v.Code)
	if wrong != nil {
		return nil, nil //nolint:nilerr // the page says so in its own words
	}
	return c.Lines(v.Language, v.Now)
}

// WrongCode says in English what is wrong with a typed support code; empty when
// nothing is, or nothing was typed.
func (v *view) WrongCode() string {
	if v.Code == "" {
		return ""
	}
	if _, err := DecodeCode(v.Code); err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ")
		return reason + "."
	}
	return ""
}

// Support is the code that stands on this page.
func (v *view) Support() string {
	return InGroups(EncodeCode(SupportCode{v.Device, v.Visitor.Browser, v.Shown, v.State(), v.Now.UTC().Minute()}))
}

// AppPassword is the key of who needs an app password; empty when unknown.
func (v *view) AppPassword() string {
	switch v.Help.AppPassword.Need {
	case providers.AppPasswordAlways:
		return "app-password.always"
	case providers.AppPasswordTwoStep:
		return "app-password.two-step"
	}
	return ""
}
