package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"waypost/providers"
	"waypost/server/web"
)

// visit is what a request to the page says of the person: all that is kept
// between two pages is in the form's fields.
type visit struct {
	language *web.Language
	byHand   bool // the language was chosen
	visitor  web.Visitor
	device   web.Device // that was chosen; empty: the visitor's
	step     web.Step
	typed    [2]web.Typed
	tried    providers.Address // that a person typed; zero when there is none
}

// visitKey is where the exchange keeps the visit for the pages of its errors.
const visitKey = "visit"

// pageForm gives the fields of a posted form, or of a link's query.
func pageForm(c *exchange) (url.Values, error) {
	r := c.Request()
	if r.Method != http.MethodPost {
		return r.URL.Query(), nil
	}
	body, err := readBody(c)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["email"]) > 1 {
		return nil, badAddress("the form cannot be read")
	}
	return form, nil
}

// visitOf reads a form. What the page does not know counts as not said.
func (s *server) visitOf(r *http.Request, form url.Values) visit {
	v := visit{
		visitor: web.Visit(r.UserAgent(), r.Header.Get("Sec-CH-UA-Platform")),
		step:    web.Step(form.Get("step")),
		typed:   web.ReadTyped(form),
	}
	v.language = web.Choose(form.Get("lang"), r.Header.Get("Accept-Language"))
	v.byHand = form.Get("lang") == v.language.Tag
	if d := web.Device(form.Get("device")); d.Known() {
		v.device = d
	}
	if slices.Contains([]web.Step{web.StepCode, web.StepUnknown, web.StepProblem}, v.step) {
		v.step = web.StepStart // no button leads there
	}
	return v
}

// address gives the address of the form or the link; none on the way to the
// start, where the person types one.
func (v visit) address(r *http.Request, form url.Values) (providers.Address, error) {
	if r.Method != http.MethodPost {
		return queryAddress(r, "email")
	}
	text := form.Get("email")
	if strings.TrimSpace(text) == "" {
		if v.step == web.StepStart {
			return providers.Address{}, nil
		}
		return providers.Address{}, badAddress("it is empty")
	}
	return parseAddress(text)
}
