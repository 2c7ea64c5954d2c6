package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// State is what the last measurements say of an account's servers.
type State string

// The states. An account whose servers differ has the worst of theirs.
const (
	NotMeasured State = "unknown"
	Reachable   State = "working"
	Failing     State = "failing"
)

// states are in the order of the support code.
var states = []State{NotMeasured, Reachable, Failing}

// SupportCode is what a person reads out to a helpdesk: where they are and what
// the server knows, and nothing about who they are.
type SupportCode struct {
	Device  Device // that is set up: the page may be open on another
	Browser Browser
	Step    Step
	Servers State
	Minute  int // of the hour when the page was made, even, 0 to 58
}

// ErrCode says that a text is no support code. The texts that wrap it say what
// to ask for again, and never repeat the input.
var ErrCode = errors.New("not a support code")

// letters are Crockford's base 32: no I, L, O or U.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// The code has a character for each member of SupportCode, in their order, and
// one that checks them.
const codeLength = 6

// EncodeCode gives the six characters, without a space. What is unknown counts
// as the other device, the other browser, the start, and not measured.
func EncodeCode(c SupportCode) string {
	digits := []int{
		position(devices, c.Device, OtherDevice),
		position(browsers, c.Browser, OtherBrowser),
		position(steps, c.Step, StepStart),
		position(states, c.Servers, NotMeasured),
		max(0, c.Minute) % 60 / 2,
	}
	digits = append(digits, check(digits))
	var b strings.Builder
	for _, d := range digits {
		b.WriteByte(letters[d])
	}
	return b.String()
}

func position[T comparable](list []T, v, otherwise T) int {
	if i := slices.Index(list, v); i >= 0 {
		return i
	}
	return slices.Index(list, otherwise)
}

// check sums the characters in the field of 32 elements, each times another
// power of x. So a wrong character changes the sum, and so does a swap.
func check(digits []int) int {
	sum := 0
	for _, d := range digits {
		sum = timesX(sum ^ d)
	}
	return sum
}

// timesX multiplies by x modulo x^5 + x^2 + 1, of which x is a primitive root.
func timesX(a int) int {
	a <<= 1
	if a > 31 {
		a ^= 0b100101
	}
	return a
}

// DecodeCode reads a code as people type it: in any case, with spaces and
// hyphens, I and L for 1, O for 0. Every wrong character and every swap of two
// neighbours is an error, which wraps ErrCode.
func DecodeCode(text string) (SupportCode, error) {
	digits, err := digitsOf(text)
	if err != nil {
		return SupportCode{}, err
	}
	for i, size := range []int{len(devices), len(browsers), len(steps), len(states), 30} {
		if digits[i] >= size {
			return SupportCode{}, wrongGroup(i)
		}
	}
	if check(digits[:codeLength-1]) != digits[codeLength-1] {
		return SupportCode{}, fmt.Errorf("%w: a character is wrong, or two have changed places; ask for both groups of three again", ErrCode)
	}
	return SupportCode{devices[digits[0]], browsers[digits[1]], steps[digits[2]], states[digits[3]], digits[4] * 2}, nil
}

func digitsOf(text string) ([]int, error) {
	var digits []int
	for _, r := range strings.ToUpper(text) {
		switch r {
		case ' ', '-', '\u00a0':
			continue
		case 'I', 'L':
			r = '1'
		case 'O':
			r = '0'
		}
		if len(digits) == codeLength {
			return nil, errLength
		}
		d := strings.IndexRune(letters, r)
		if d < 0 {
			return nil, wrongGroup(len(digits))
		}
		digits = append(digits, d)
	}
	if len(digits) != codeLength {
		return nil, errLength
	}
	return digits, nil
}

var errLength = fmt.Errorf("%w: it has six characters, such as 00D 2H8; ask for both groups of three again", ErrCode)

// wrongGroup says which half holds a character that cannot stand there.
func wrongGroup(i int) error {
	return fmt.Errorf("%w: a character cannot stand where it does; ask for the %s group of three again", ErrCode, []string{"first", "second"}[i/3])
}

// InGroups puts a space into the middle of a code, as it is read out.
func InGroups(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:3] + "\u00a0" + code[3:]
}

// Line is a line of what a support code says.
type Line struct{ Label, Text string }

// Lines gives what a code says, in a language. How long ago the page was opened
// is counted back from now, within an hour: a code has no more than the minute.
func (c SupportCode) Lines(l *Language, now time.Time) ([]Line, error) {
	ago, err := l.Ago(time.Duration((now.UTC().Minute()-c.Minute+60)%60) * time.Minute)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, line := range []struct {
		label, key string
		values     []any
	}{
		{"code.device", "device." + string(c.Device), nil},
		{"code.browser", browserKey(c.Browser), nil},
		{"code.step", "step." + string(c.Step), nil},
		{"code.servers", "servers." + string(c.Servers), nil},
		{"code.opened", "code.minute", []any{"from", fmt.Sprintf("%02d", c.Minute), "to", fmt.Sprintf("%02d", c.Minute+1), "ago", ago}},
	} {
		label, err := l.Text(line.label)
		if err != nil {
			return nil, err
		}
		text, err := l.Text(line.key, line.values...)
		if err != nil {
			return nil, err
		}
		lines = append(lines, Line{label, text})
	}
	return lines, nil
}

// browserKey keeps the browser apart from the step of the same name.
func browserKey(b Browser) string {
	if b == OtherBrowser {
		return "browser.other-kind"
	}
	return "browser." + string(b)
}
