package check

import (
	"slices"
	"strings"
)

// Code is the long form of a finding, for people.
type Code struct {
	Code    string   `json:"code"`
	Title   string   `json:"title"`         // a few words, without a full stop
	Meaning string   `json:"meaning"`       // what is the case, and how it was told
	Who     []string `json:"who,omitempty"` // clients, and what their people see
	Fix     string   `json:"fix"`           // what to do, with the command where there is one
}

// codes are all that findings can have, part by part.
var codes = slices.Concat(checkCodes, causeCodes(), dnsCodes)

// Explain finds a code, in any letter case.
func Explain(code string) (Code, bool) {
	i := slices.IndexFunc(codes, func(c Code) bool { return strings.EqualFold(c.Code, code) })
	if i < 0 {
		return Code{}, false
	}
	return codes[i], true
}

// finding begins a finding with what its code says for everybody.
func finding(code string, v Verdict, about string) Finding {
	c, ok := Explain(code)
	if !ok { // a test asks every code
		c.Code = code
	}
	return Finding{Code: c.Code, Verdict: v, About: about, Title: c.Title, Who: c.Who, Fix: c.Fix}
}

// Codes gives all codes, in the order in which a check would find them.
func Codes() []Code { return slices.Clone(codes) }
