// Package web renders the page for people: one field for the address, then
// the settings and the link to the profile. It works without scripts and
// loads nothing from elsewhere.
package web

import (
	"bytes"
	_ "embed"
	"html/template"

	"waypost/providers"
)

// Page is what the page shows. The zero Page is the empty form.
type Page struct {
	Address     string
	Provider    string
	Servers     []Server
	Profile     string // path of the profile; empty when there is none
	NoProfile   string // why there is no profile
	Problem     string // what is wrong, when there is nothing else to show
	AppPassword providers.AppPassword
	Help        providers.Help
	Notes       []string
	Signer      string // the name that the device shows for the signer
	SelfMade    bool
}

// Server is one server with the log-in name of the person.
type Server struct {
	providers.Server

	Title    string
	Login    string
	Measured string // what a measurement found, and when; empty when unknown
}

// Style is the stylesheet of the page.
//
//go:embed style.css
var Style []byte

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// Render gives the HTML of the page.
func (p Page) Render() ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, p)
	return b.Bytes(), err
}
