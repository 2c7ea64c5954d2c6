package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"waypost/autodiscover"
	"waypost/providers"
)

// problem is an error that the client is told: a stable code, what was seen,
// and the next step. None of it comes from the request.
type problem struct {
	status           int
	code, seen, next string
}

func (p *problem) Error() string { return p.code + ": " + p.seen + " " + p.next }

var (
	errUnknownDomain = &problem{
		http.StatusNotFound, "DOMAIN-UNKNOWN",
		"No mail settings are known here for this domain.",
		"Check the part after the @; if it is right, ask your mail provider for its settings.",
	}
	errNoAddress = &problem{
		http.StatusNotFound, "ADDRESS-MISSING",
		"The request names no e-mail address, and nothing else says which domain is meant.",
		"Add the address to the request, or ask at autoconfig. or autodiscover. in front of your domain.",
	}
	errBadDomain = &problem{
		http.StatusBadRequest, "DOMAIN-INVALID",
		"What stands after /v1.1/ is not a domain name.",
		"Ask for one domain, such as /v1.1/example.com.",
	}
	errNoService = &problem{
		http.StatusNotFound, "SERVICE-NOT-OFFERED",
		"The domain's mail provider names no such service.",
		"Ask the provider whether there is one.",
	}
	errUnavailable = &problem{
		http.StatusServiceUnavailable, "DIRECTORY-UNAVAILABLE",
		"The directory of domains cannot be read at the moment.",
		"Try again in a minute.",
	}
	errForeignHost = &problem{
		http.StatusNotFound, "HOST-UNKNOWN",
		"Nothing is served under the host name of this request.",
		"Use the address that your mail provider gave you; the administrator of this server can add the domain, or set url.",
	}
	errTooMany = &problem{
		http.StatusTooManyRequests, "TOO-MANY-REQUESTS",
		"Too many requests came from this network in a short time.", "Wait a few seconds and try again.",
	}
	errSlowBody = &problem{
		http.StatusRequestTimeout, "BODY-SLOW",
		"The request body did not arrive in time.", "Send it again.",
	}
	errBrokenBody = &problem{
		http.StatusBadRequest, "BODY-UNREADABLE",
		"The request body ended before its length, or is not encoded as it says.", "Send it again.",
	}
	errNoURL = &problem{
		http.StatusNotFound, "URL-UNKNOWN",
		"This answer needs the public address of this server, which is not configured.",
		"Its administrator can set url in the configuration.",
	}
	errInternal = &problem{
		http.StatusInternalServerError, "INTERNAL",
		"Something went wrong in this server.",
		"Its administrator finds the reason in the log.",
	}
)

func badAddress(reason string) *problem {
	return &problem{
		http.StatusBadRequest, "ADDRESS-INVALID",
		"The e-mail address cannot be used: " + reason + ".",
		"Send one address such as ann@example.com.",
	}
}

// problemOf finds what the client is told for an error of any kind.
func problemOf(err error) *problem {
	var p *problem
	var inexpressible *providers.Inexpressible
	var echoErr *echo.HTTPError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &inexpressible):
		return &problem{http.StatusNotFound, inexpressible.Code, inexpressible.Reason, inexpressible.Next}
	case errors.Is(err, providers.ErrForeignHost):
		return errForeignHost
	case errors.Is(err, providers.ErrNotHere), errors.Is(err, providers.ErrElsewhere):
		return errUnknownDomain
	case errors.Is(err, providers.ErrNoAddress):
		return errNoAddress
	case errors.Is(err, providers.ErrUnavailable):
		return errUnavailable
	case errors.As(err, &tooLarge):
		return &problem{
			http.StatusRequestEntityTooLarge, "BODY-TOO-LARGE",
			"The request body is larger than 64 KiB.", "Send a smaller one.",
		}
	case errors.As(err, &echoErr):
		text := http.StatusText(echoErr.Code)
		return &problem{
			echoErr.Code, strings.ToUpper(strings.ReplaceAll(text, " ", "-")),
			text + ".", "The page for people is at /; mail clients know their own paths.",
		}
	}
	return errInternal
}

// poxError is an error that is told in Autodiscover's own document.
type poxError autodiscover.ErrorCode

func (e poxError) Error() string { return "autodiscover: error " + strconv.Itoa(int(e)) }

const errInvalidRequest = poxError(autodiscover.InvalidRequest)

var (
	errV2Email = &autodiscover.V2Error{
		Code:    autodiscover.MandatoryParameterMissing,
		Message: "A valid value must be provided for the query parameter 'Email'.",
	}
	errV2Protocol = &autodiscover.V2Error{
		Code:    autodiscover.InvalidProtocol,
		Message: "The query parameter 'Protocol' cannot be read.",
	}
)

// inDialect sends the errors that a dialect has a form for.
func (s *server) inDialect(err error, c *exchange) (sent bool) {
	var body []byte
	var failed error
	status, contentType := http.StatusOK, typePOX
	if pox, ok := errors.AsType[poxError](err); ok {
		body, failed = autodiscover.EncodeError(autodiscover.ErrorCode(pox), s.Now())
	} else if v2, ok := errors.AsType[*autodiscover.V2Error](err); ok {
		status, contentType = http.StatusBadRequest, typeJSON
		body, failed = v2.Encode()
	} else {
		return false
	}
	return failed == nil && c.send(status, contentType, cacheNever, body) == nil
}

// fail sends the answer for an error: in the dialect's own form where it has
// one, HTML on the page's own route, plain text everywhere else.
func (s *server) fail(err error, c *exchange) {
	if !c.Response().Committed && s.inDialect(err, c) {
		return
	}
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError {
		s.Log.Error("request failed", "route", c.Path(), "error", err)
	}
	if c.Response().Committed {
		return
	}
	switch p.status {
	case http.StatusServiceUnavailable:
		c.Response().Header().Set("Retry-After", "60")
	case http.StatusTooManyRequests:
		c.Response().Header().Set("Retry-After", "5")
	case http.StatusRequestEntityTooLarge, http.StatusRequestTimeout:
		c.Response().Header().Set("Connection", "close") // the rest of the body is nobody's
	}
	if c.Path() == pathPage && p.status != http.StatusMethodNotAllowed {
		if err := s.sendPage(c, p.status, pageOfProblem(p)); err == nil {
			return
		}
	}
	if err := c.send(p.status, typeText, cacheNever, []byte(p.Error()+"\n")); err != nil {
		s.Log.Debug("answer not sent", "error", err)
	}
}
