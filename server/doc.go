// Package server answers HTTP requests: which route, for whom, in which
// dialect, with which headers. It is the only package that knows Echo.
//
// # Rules
//
// A request's Host and address lead to a Match through providers.Selector,
// and the Match to bytes through a dialect; no step goes back. Nothing is
// guessed, no answer holds a name taken from the request, nothing asks for a
// password, nothing answers 401, and only the page at / answers HTML.
//
// # Errors
//
// Every error is in the dialect of its route: error 600 and 601 documents
// for Autodiscover's POST, JSON for its V2, HTML for the page, and otherwise
// one line of plain text that starts with a stable code. Internals go to the
// log.
//
// # What is logged
//
// One line a request: route, method, status, duration, bytes, and the domain
// when it is one that is served. Never an address, a query or a body.
package server
