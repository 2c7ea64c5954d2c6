package server

import (
	"fmt"
	"time"

	"waypost/providers"
)

// Measured knows what was last measured of a server, on a schedule that no
// request has a part in. It is safe for concurrent use and does not block.
type Measured interface {
	// Measured tells whether there is a result, and which.
	Measured(s providers.Server) (m Measurement, ok bool)
}

// Measurement is a result in words.
type Measurement struct {
	Verdict string    // pass, warn, fail or untested
	At      time.Time // when it was measured
	Since   time.Time // since when every measurement has found the same
	Words   string    // why it is not a pass: a sentence for people; may be empty
}

// measured tells a person what was measured of a server; empty where nothing
// was, or nothing that says something of the server.
func (s *server) measured(v providers.Server) string {
	if s.Measured == nil {
		return ""
	}
	m, ok := s.Measured.Measured(v)
	if !ok {
		return ""
	}
	at := ago(s.Now().Sub(m.At))
	switch m.Verdict {
	case "pass", "warn":
		return "working " + at
	case "fail":
		return "not working " + at + ", and since " + m.Since.UTC().Format("2006-01-02 15:04 UTC") + ". " + m.Words
	}
	return ""
}

// ago tells a time roughly.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "a minute ago"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
