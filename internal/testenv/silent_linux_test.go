package testenv_test

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"waypost/internal/testenv"
)

func TestASilentPortGivesNoAnswer(t *testing.T) {
	port := testenv.SilentPort(t)
	c, err := (&net.Dialer{Timeout: 200 * time.Millisecond}).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if e, ok := errors.AsType[net.Error](err); !ok || !e.Timeout() {
		t.Errorf("%v, %v", c, err)
	}
}
