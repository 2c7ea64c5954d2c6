package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"waypost/mobileconfig"
	"waypost/providers"
)

// printCard writes the settings for people, with the source of each, and what
// is claimed elsewhere and not served. measured gives what is known of a server
// from its last measurement.
func printCard(w io.Writer, a providers.Account, measured func(providers.Server) lastResult) {
	title := a.Domain.Unicode()
	if !a.Address.IsZero() {
		title = a.Address.String()
	}
	fmt.Fprintf(w, "%s: %s\n", title, a.Provider.Name)
	incoming, outgoing, err := a.Pair()
	if err != nil {
		fmt.Fprintf(w, "\nNot served. %s\n", providers.Sentence(err))
		printKnown(w, a.Setup)
	} else {
		printServer(w, "Incoming mail", incoming, a.Address, measured)
		printServer(w, "Outgoing mail", outgoing, a.Address, measured)
		printAlternatives(w, a, incoming, outgoing, measured)
		printServicesOf(w, a.Setup.Services, measured)
		printProfile(w, a)
	}
	printNotes(w, a)
	printClaims(w, "", a.Setup.Claims)
}

func printServer(w io.Writer, title string, s providers.Server, a providers.Address, measured func(providers.Server) lastResult) {
	fmt.Fprintf(w, "\n%s (%s)\n", title, s.Protocol.Words())
	fmt.Fprintf(w, "  Server     %s\n", s.Host)
	fmt.Fprintf(w, "  Port       %d\n", s.Port)
	fmt.Fprintf(w, "  Security   %s\n", s.Security.Words())
	fmt.Fprintf(w, "  User name  %s\n", loginWords(s, a))
	fmt.Fprintf(w, "  Sign-in    %s\n", authWords(s.Auth))
	if text := measured(s).words; text != "" {
		fmt.Fprintf(w, "  Measured   %s\n", text)
	}
	label := "Sources"
	for _, src := range s.Sources {
		fmt.Fprintf(w, "  %-9s  %s\n", label, sourceWords(src))
		label = ""
	}
}

func loginWords(s providers.Server, a providers.Address) string {
	if !a.IsZero() {
		return s.Username.For(a)
	}
	switch s.Username {
	case providers.FullAddress:
		return "the full e-mail address"
	case providers.LocalPart:
		return "the part of the address before the @"
	case "":
		return "unknown"
	}
	return string(s.Username)
}

func authWords(methods []providers.Auth) string {
	if len(methods) == 0 {
		return "unknown"
	}
	words := make([]string, len(methods))
	for i, m := range methods {
		words[i] = m.Words()
	}
	return strings.Join(words, ", or ")
}

func sourceWords(s providers.Source) string {
	var details []string
	for _, d := range []string{string(s.Kind), s.Date} {
		if d != "" {
			details = append(details, d)
		}
	}
	text := s.Name + " (" + strings.Join(details, ", ") + ")"
	if s.URL != "" {
		text += " " + s.URL
	}
	return text
}

// printAlternatives lists the other mail servers of the Setup, in the notation:
// those that were measured and work, and those of which it is not known or which
// do not.
func printAlternatives(w io.Writer, a providers.Account, incoming, outgoing providers.Server, measured func(providers.Server) lastResult) {
	var working, others []string
	for _, s := range slices.Concat(a.Setup.Incoming, a.Setup.Outgoing) {
		if s.URL() == incoming.URL() || s.URL() == outgoing.URL() {
			continue
		}
		last := measured(s)
		if last.works {
			working = append(working, serverLines(s, last))
		} else {
			others = append(others, serverLines(s, last))
		}
	}
	printList(w, "Also working", working)
	printList(w, "Alternatives", others)
}

// printServicesOf lists what is not mail: nothing of it stands in for a server
// above.
func printServicesOf(w io.Writer, services []providers.Server, measured func(providers.Server) lastResult) {
	var dav, others []string
	for _, s := range services {
		switch s.Protocol {
		case providers.CalDAV, providers.CardDAV, providers.WebDAV:
			dav = append(dav, serverLines(s, measured(s)))
		default:
			others = append(others, serverLines(s, measured(s)))
		}
	}
	printList(w, "Calendar, contacts and files", dav)
	printList(w, "Other services", others)
}

func serverLines(s providers.Server, last lastResult) string {
	lines := fmt.Sprintf("  %s  %s, port %d, %s\n", s.URL(), s.Protocol.Words(), s.Port, s.Security.Words())
	if last.words != "" {
		lines += fmt.Sprintf("      measured: %s\n", last.words)
	}
	return lines
}

func printList(w io.Writer, title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n%s\n%s", title, strings.Join(lines, ""))
	}
}

func printProfile(w io.Writer, a providers.Account) {
	fmt.Fprint(w, "\niPhone, iPad and Mac\n")
	_, err := mobileconfig.New(a)
	switch {
	case err != nil:
		fmt.Fprintf(w, "  No profile. %s\n", providers.Sentence(err))
	case a.Address.IsZero():
		fmt.Fprint(w, "  A profile can be made for an address: waypost profile ADDRESS -o mail.mobileconfig\n")
	default:
		fmt.Fprintf(w, "  waypost profile %s -o %s.mobileconfig\n", a.Address, a.Domain)
	}
}

// printKnown lists what is known of a record that is not served.
func printKnown(w io.Writer, s *providers.Setup) {
	servers := slices.Concat(s.Incoming, s.Outgoing, s.Services)
	if len(servers) == 0 {
		return
	}
	fmt.Fprint(w, "\nKnown so far\n")
	for _, v := range servers {
		printBrief(w, v)
	}
}

func printNotes(w io.Writer, a providers.Account) {
	notes := append(helpWords(a.Provider.Help), a.Setup.Notes...)
	if len(notes) == 0 {
		return
	}
	fmt.Fprint(w, "\nGood to know\n")
	for _, n := range notes {
		fmt.Fprintf(w, "  - %s\n", n)
	}
}

// helpWords says where a person reads on, a line each.
func helpWords(h providers.Help) []string {
	var lines []string
	if words := h.AppPassword.Words(); words != "" {
		if h.AppPassword.URL != "" {
			words += " Make one at " + h.AppPassword.URL
		}
		lines = append(lines, words)
	}
	for _, l := range h.Enable {
		lines = append(lines, strings.TrimSpace("Access for mail programs: "+l.URL+" "+l.Text))
	}
	for _, l := range h.Documentation {
		lines = append(lines, "The provider's page: "+l.URL)
	}
	for _, l := range []struct{ what, url string }{
		{"Web mail", h.WebMail},
		{"Outages", h.Status},
		{"Password reset", h.Password},
	} {
		if l.url != "" {
			lines = append(lines, l.what+": "+l.url)
		}
	}
	return lines
}

func printClaims(w io.Writer, indent string, claims []providers.Claim) {
	if len(claims) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%sClaimed elsewhere, not served\n", indent)
	for _, c := range claims {
		names := make([]string, len(c.Server.Sources))
		for i, s := range c.Server.Sources {
			names[i] = s.Name
		}
		fmt.Fprintf(w, "%s  %s\n%s      by %s\n", indent, c.Server.URL(), indent, strings.Join(names, "; "))
		if c.Note != "" {
			fmt.Fprintf(w, "%s      but %s\n", indent, c.Note)
		}
	}
}
