package measure

import (
	"time"

	"waypost/probe"
)

// tell logs what has changed, once: that a server fails, that it works again,
// that something about it needs care, or that it has never been tested. That a
// server works as it should from the start is not news.
func (s *Schedule) tell(before, after State) {
	log := s.options.Log.With("server", after.Server.URL())
	if after.Cause != "" {
		log = log.With("cause", string(after.Cause), "meaning", after.Cause.Words().Meaning)
	}
	switch {
	case after.Verdict == probe.Untested:
		if after.Known == "" && before.Verdict == "" {
			log.Warn("a server could not be measured")
		}
	case after.Known == before.Known, after.Verdict == probe.Pass && before.Known == "":
	case after.Verdict == probe.Fail:
		if !before.Passed.IsZero() {
			log = log.With("passed_last", before.Passed.UTC().Format(time.RFC3339))
		}
		log.Warn("a server does not work as it is configured")
	case after.Verdict == probe.Warn:
		log.Warn("a server works, and something about it needs care")
	default:
		log.Info("a server works again as it is configured", "after", string(before.Known))
	}
}
