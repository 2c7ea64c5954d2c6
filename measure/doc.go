// Package measure says which servers are measured and when, and keeps the
// results. What a measurement is stands in package probe.
//
// # What
//
// The servers of the configured domains, each once, however many domains name
// it: see [Targets]. Claims are not among them.
//
// # When
//
// A [Schedule] measures every server once in an interval, at a time within it
// that depends on the server alone, so that the work is spread evenly and a
// restart changes nothing. A server that has no result yet is measured within a
// minute. At most a few are measured at once, never two on one host, and never
// more in an hour than the budget has; with more servers than that, the interval
// stretches. Nothing else starts a measurement, a request least of all.
//
// # Results
//
// A [Store] keeps one file for each server, with all that was seen last, and
// since when it is so. Results flag and never change what is answered.
package measure
