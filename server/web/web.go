// Package web renders the page for people: one field for the address, then the
// right way for the device, step by step.
//
// # The flow
//
// A [Step] is a state of the flow. Each has a template and words of its name, and
// an entry in one table, which says where its buttons lead. Nothing is kept
// between two requests: address, device, language and step travel in the fields
// of forms, which are posted, so that the address stays out of histories and
// logs. A step that does not fit the device or the account leads to where the
// device's way begins.
//
// # What a browser needs
//
// HTML, the stylesheet and nothing else. The one script counts down and copies;
// without it, nothing is missing. The page loads nothing from elsewhere and has
// no style or script inside, so that the strictest policy fits it.
//
// # Languages
//
// A catalogue is a file of locales/ with the same keys as all others. A draft
// says on the page that nobody has read it over. The words of a vendor's menus
// stand apart, with the vendor's page that has them so, and stay English where
// no such page was read.
//
// # Support codes
//
// [EncodeCode] gives what a person reads out to a helpdesk: six characters that
// say the device, the browser, the step, and what was measured, and nothing of
// the person.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"sync"
	"time"

	"waypost/providers"
)

// Page is what the page shows. The zero Page is the empty form, in English.
type Page struct {
	Step     Step // as it was asked for; what is shown fits the rest
	Language *Language
	ByHand   bool // the person chose the language
	Visitor  Visitor
	Device   Device // that is set up; empty: the visitor's
	Now      time.Time
	Home     string // URL of the page without an address; empty: unknown
	Brand    Brand

	Address   string
	Written   string   // the address with the domain in its own letters; empty: as Address
	Incoming  []Server // all that work, the one to show first
	Outgoing  []Server
	Claims    []providers.Claim
	Notes     []string // in English
	Help      providers.Help
	Profile   string // path of the profile; empty when there is none
	NoProfile string // why there is none: a sentence in English
	// MoreThanMail: the profile sets up calendars or contacts too.
	MoreThanMail bool
	AccountCode  string    // path of the picture that Thunderbird for Android scans; empty when there is none
	Registry     string    // path of the file for classic Outlook; empty when Outlook is not answered
	PageCode     string    // path of the picture that leads to Home
	Signer       string    // the name that devices show for the signer
	SignerEnds   time.Time // of the signer's certificate; zero: unknown
	Unverified   bool      // devices do not know the signer

	Tried   string // an address that is not served
	Domain  string // its domain, in its own letters
	Meant   string // an address that may have been meant; empty when none is near
	Partial bool   // the domain is known, and not enough of it

	Problem     string   // key of what is wrong
	ProblemText string   // more of it: a sentence in English
	Typed       [2]Typed // what the person has for incoming and outgoing mail
	Code        string   // a support code to read, as it was typed
}

// Server is one server with the log-in name of the person, and what its last
// measurement found.
type Server struct {
	providers.Server

	Login     string
	State     State
	At, Since time.Time // when it was measured, and since when it is so
	Words     string    // why it fails: a sentence in English; may be empty
}

// The files beside the page, which hold nothing of anybody.
var (
	// Pico is https://picocss.com, under its own licence beside it. Style imports it
	// by PicoPath.
	//
	//go:embed pico-2.1.1.classless.min.css
	Pico []byte
	//go:embed style.css
	Style []byte
	//go:embed page.js
	Script []byte
	//go:embed icon.svg
	Icon []byte
)

// PicoPath is where Style looks for Pico.
const PicoPath = "/pico-2.1.1.css"

//go:embed templates/*.html
var templateFiles embed.FS

// templates gives one for each step: the layout with its own main part in it.
var templates = sync.OnceValue(func() map[Step]*template.Template {
	layout := template.Must(template.New("layout").Funcs(template.FuncMap{"version": func(name string) string { return versions()[name] }}).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	all := map[Step]*template.Template{}
	for step := range flow {
		all[step] = template.Must(template.Must(layout.Clone()).ParseFS(templateFiles, "templates/"+string(step)+".html"))
	}
	return all
})

// versions names the files so that a browser takes the new ones after an upgrade.
var versions = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for name, content := range map[string][]byte{"style.css": Style, "page.js": Script, "icon.svg": Icon} {
		sum := sha256.Sum256(content)
		names[name] = "/" + name + "?v=" + hex.EncodeToString(sum[:4])
	}
	return names
})

// Render gives the HTML of the page.
func (p Page) Render() ([]byte, error) {
	if p.Language == nil {
		p.Language = English()
	}
	if p.Visitor.Device == "" {
		p.Visitor = Visitor{Device: OtherDevice, Browser: OtherBrowser}
	}
	if p.Device == "" {
		p.Device = p.Visitor.Device
	}
	v := view{Page: p, Shown: p.settle()}
	var b bytes.Buffer
	err := templates()[v.Shown].ExecuteTemplate(&b, "layout.html", &v)
	return b.Bytes(), err
}

func (p *Page) served() bool { return len(p.Incoming) > 0 && len(p.Outgoing) > 0 }
