package main

import (
	"fmt"
	"io"
	"strings"

	"waypost/mobileconfig"
	"waypost/providers"
)

// printCard writes the settings for people, with the source of each, and what
// is claimed elsewhere and not served.
func printCard(w io.Writer, a providers.Account) {
	title := a.Domain.Unicode()
	if !a.Address.IsZero() {
		title = a.Address.String()
	}
	fmt.Fprintf(w, "%s: %s\n", title, a.Provider.Name)
	incoming, outgoing, err := a.Pair()
	if err != nil {
		fmt.Fprintf(w, "\nNot served. %s\n", providers.Sentence(err))
		printAlternatives(w, "Known so far", a, providers.Server{}, providers.Server{})
	} else {
		printServer(w, "Incoming mail", incoming, a.Address)
		printServer(w, "Outgoing mail", outgoing, a.Address)
		printAlternatives(w, "Also working", a, incoming, outgoing)
		printProfile(w, a)
	}
	printNotes(w, a)
	printClaims(w, a.Setup.Claims)
}

func printServer(w io.Writer, title string, s providers.Server, a providers.Address) {
	fmt.Fprintf(w, "\n%s (%s)\n", title, s.Protocol.Words())
	fmt.Fprintf(w, "  Server     %s\n", s.Host)
	fmt.Fprintf(w, "  Port       %d\n", s.Port)
	fmt.Fprintf(w, "  Security   %s\n", s.Security.Words())
	fmt.Fprintf(w, "  User name  %s\n", loginWords(s, a))
	fmt.Fprintf(w, "  Sign-in    %s\n", authWords(s.Auth))
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

// printAlternatives lists the other servers of the Setup, in the notation.
func printAlternatives(w io.Writer, title string, a providers.Account, incoming, outgoing providers.Server) {
	for _, list := range [][]providers.Server{a.Setup.Incoming, a.Setup.Outgoing, a.Setup.Services} {
		for _, s := range list {
			if s.URL() == incoming.URL() || s.URL() == outgoing.URL() {
				continue
			}
			if title != "" {
				fmt.Fprintf(w, "\n%s\n", title)
				title = ""
			}
			fmt.Fprintf(w, "  %s  %s, port %d, %s\n", s.URL(), s.Protocol.Words(), s.Port, s.Security.Words())
		}
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

func printNotes(w io.Writer, a providers.Account) {
	notes := a.Setup.Notes
	if words := a.Provider.Help.AppPassword.Words(); words != "" {
		if url := a.Provider.Help.AppPassword.URL; url != "" {
			words += " Make one at " + url
		}
		notes = append([]string{words}, notes...)
	}
	for _, l := range a.Provider.Help.Documentation {
		notes = append(notes, "The provider's page: "+l.URL)
	}
	if len(notes) == 0 {
		return
	}
	fmt.Fprint(w, "\nGood to know\n")
	for _, n := range notes {
		fmt.Fprintf(w, "  - %s\n", n)
	}
}

func printClaims(w io.Writer, claims []providers.Claim) {
	if len(claims) == 0 {
		return
	}
	fmt.Fprint(w, "\nClaimed elsewhere, not served\n")
	for _, c := range claims {
		names := make([]string, len(c.Server.Sources))
		for i, s := range c.Server.Sources {
			names[i] = s.Name
		}
		fmt.Fprintf(w, "  %s\n      by %s\n", c.Server.URL(), strings.Join(names, "; "))
		if c.Note != "" {
			fmt.Fprintf(w, "      but %s\n", c.Note)
		}
	}
}
