package server

import (
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
