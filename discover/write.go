package discover

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"waypost/providers"
)

// Write gives the trace for people: every question, its answer, how long it
// took and why it won or lost, then what the client would configure. The error
// is the writer's.
func (t Trace) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, for %s\n(%s)\n", t.Client.Title, t.Address, t.Client.Source)
	for i, s := range t.Steps {
		if i == 0 || t.Steps[i-1].Round != s.Round {
			fmt.Fprintf(&b, "\n%s\n", t.round(s.Round))
		}
		s.write(&b, i+1)
	}
	b.WriteString("\n")
	for _, s := range t.Result.Servers {
		fmt.Fprintf(&b, "would configure  %s  (from step %d)\n", s.Words(), s.Step+1)
	}
	if len(t.Result.Servers) > 0 && !t.Trusted {
		b.WriteString("not protected    somebody on the way could have changed these servers\n")
	}
	if len(t.Result.Next) > 0 {
		fmt.Fprintf(&b, "would try next   %s (not tried here)\n", strings.Join(t.Result.Next, ", "))
	}
	if !t.Result.Certain {
		b.WriteString("not certain      a step that could decide otherwise was left out or could not be tested\n")
	}
	fmt.Fprintf(&b, "the person sees  %s\n", t.Sees)
	_, err := io.WriteString(w, b.String())
	return err
}

// round says which steps are sent together.
func (t Trace) round(number int) string {
	n := 0
	for _, s := range t.Steps {
		if s.Round == number {
			n++
		}
	}
	if n == 1 {
		return fmt.Sprintf("round %d", number)
	}
	return fmt.Sprintf("round %d, %d questions at once", number, n)
}

func (s Step) write(b *strings.Builder, number int) {
	fmt.Fprintf(b, "%3d. %-4s %s\n", number, s.Method, s.Target)
	for _, h := range s.Hops {
		fmt.Fprintf(b, "          %d, to %s\n", h.Status, h.To)
	}
	if said := s.Words(); said != "" && said != s.Why {
		fmt.Fprintf(b, "          %s\n", said)
	}
	took := ""
	if s.Verdict != NotAsked {
		took = fmt.Sprintf(" after %d ms", s.Took.Round(time.Millisecond).Milliseconds())
	}
	fmt.Fprintf(b, "          %s%s: %s\n", s.Verdict, took, s.Why)
}

// Words gives the answer of a step in one line; empty where there is none.
func (s Step) Words() string {
	var said []string
	if s.Status != 0 {
		kind := s.ContentType
		if kind == "" {
			kind = "no Content-Type"
		}
		said = append(said, fmt.Sprintf("%d, %s, %d bytes", s.Status, kind, s.Size))
	}
	if len(s.Records) > 0 {
		said = append(said, strings.Join(s.Records, ", "))
	}
	if s.Error != "" {
		said = append(said, s.Error)
	}
	return strings.Join(said, "; ")
}

// Words gives a server in one line, as settings dialogues name its parts.
func (s Server) Words() string {
	if s.URL != "" {
		return fmt.Sprintf("%s %s, as %s", s.Protocol.Words(), s.URL, s.Username)
	}
	security, auth := s.Security.Words(), s.Auth.Words()
	if s.Security == "" {
		security = "SSL/TLS, or else STARTTLS"
	}
	if s.Auth == "" {
		auth = "what the server offers"
	}
	if s.Auth == providers.NTLM {
		auth = "NTLM (SPA)"
	}
	name := s.Username
	if name == "" {
		name = "nobody"
	}
	port := strconv.Itoa(s.Port)
	if s.Port == 0 {
		port = "(no port)"
	}
	return fmt.Sprintf("%s %s:%s, %s, %s, as %s", s.Protocol.Words(), s.Host, port, security, auth, name)
}
