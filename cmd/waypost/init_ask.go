package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"waypost/providers"
)

// asker asks the person at the terminal. A nil asker asks nobody, and each of
// its answers is what holds without one.
type asker struct {
	ctx   context.Context //nolint:containedctx // it lives as long as one command
	lines chan string
	out   io.Writer
}

// newAsker gives an asker where the input is a terminal, else nil.
func newAsker(ctx context.Context, in io.Reader, out io.Writer) *asker {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	a := &asker{ctx: ctx, lines: make(chan string), out: out}
	go func() { // a read cannot be interrupted; the program ends without it
		defer close(a.lines)
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1024)
		for s.Scan() {
			a.lines <- s.Text()
		}
	}()
	return a
}

// line asks one question. It says false where no answer comes any more.
func (a *asker) line(question string) (string, bool) {
	fmt.Fprintf(a.out, "%s ", question)
	select {
	case text, ok := <-a.lines:
		return strings.TrimSpace(text), ok
	case <-a.ctx.Done():
		return "", false
	}
}

// yes asks what can be denied; no answer denies it.
func (a *asker) yes(question string) bool {
	if a == nil {
		return false
	}
	text, _ := a.line(question + " [y/N]")
	return strings.HasPrefix(strings.ToLower(text), "y")
}

// choose asks for one of several; the first where there is no answer, and the
// empty text where there are none.
func (a *asker) choose(question string, among []string) string {
	switch {
	case len(among) == 0:
		return ""
	case a == nil, len(among) == 1:
		return among[0]
	}
	fmt.Fprintln(a.out, question)
	for i, text := range among {
		fmt.Fprintf(a.out, "  %d) %s\n", i+1, text)
	}
	for range 3 {
		text, ok := a.line("[1]:")
		n, err := strconv.Atoi(text)
		switch {
		case !ok, text == "":
			return among[0]
		case err == nil && n >= 1 && n <= len(among):
			return among[n-1]
		}
		fmt.Fprintf(a.out, "A number from 1 to %d, please.\n", len(among))
	}
	return among[0]
}

// forUsername asks for the form of user names; empty where there is no answer.
func (a *asker) forUsername(known []string) providers.Username {
	if a == nil {
		return ""
	}
	fmt.Fprintln(a.out, "With which name do people log in?")
	for _, k := range known {
		fmt.Fprintf(a.out, "  (%s)\n", comment(k))
	}
	fmt.Fprintln(a.out, "  1) their address, ann@example.com\n  2) the part before the @, ann\n  or a rule, such as {local}.example")
	for range 3 {
		text, ok := a.line("[leave open]:")
		switch {
		case !ok, text == "":
			return ""
		case text == "1":
			return providers.FullAddress
		case text == "2":
			return providers.LocalPart
		}
		rule, err := providers.ParseUsername(text)
		if err == nil {
			return rule
		}
		fmt.Fprintf(a.out, "That is %v.\n", err)
	}
	return ""
}

// forName asks for the provider's name where none is known.
func (a *asker) forName(d providers.Domain, known string) (string, bool) {
	if a == nil || known != "" {
		return "", false
	}
	for range 3 {
		text, ok := a.line("What do people call this mail service? [" + d.String() + "]:")
		if !ok || text == "" {
			return "", false
		}
		if name := personalName(text); name != "" {
			return name, true
		}
		fmt.Fprintln(a.out, "At most 60 characters, please.")
	}
	return "", false
}

// personalName gives a name as the configuration takes it; empty for others.
func personalName(s string) string {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 60 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return s
}
