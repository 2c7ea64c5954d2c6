package autodiscover_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"waypost/autodiscover"
)

var errorCodes = map[autodiscover.ErrorCode]int{
	autodiscover.AddressNotFound: 500, autodiscover.BadAddress: 501, autodiscover.InvalidRequest: 600,
	autodiscover.ProviderUnavailable: 601, autodiscover.Misconfigured: 602, autodiscover.InternalError: 603,
}

func TestEveryErrorCodeIsReadAndExplained(t *testing.T) {
	if len(errorCodes) != 6 {
		t.Error(errorCodes)
	}
	explained := map[string]bool{}
	for code, number := range errorCodes {
		_, err := autodiscover.Decode([]byte(`<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response>` +
			`<Error><ErrorCode>` + strconv.Itoa(number) + `</ErrorCode></Error></Response></Autodiscover>`))
		e, ok := errors.AsType[*autodiscover.AnswerError](err)
		if !ok || e.Code != code {
			t.Errorf("%d: %v", number, err)
			continue
		}
		if e.Code.Words() == "" || !strings.Contains(e.Error(), e.Code.Words()) || !strings.Contains(e.Error(), strconv.Itoa(number)) {
			t.Errorf("%d: %v", number, e)
		}
		explained[e.Code.Words()] = true
	}
	if len(explained) != len(errorCodes) {
		t.Error(explained)
	}
	if words := autodiscover.ErrorCode(604).Words(); words != "" {
		t.Error(words)
	}
}

// 500 and its kin would tell which addresses exist.
func TestOnlyErrors600And601AreEverSent(t *testing.T) {
	for code := range errorCodes {
		b, err := autodiscover.EncodeError(code, time.Unix(0, 0))
		if sent := code == 600 || code == 601; (err == nil) != sent || (len(b) > 0) != sent {
			t.Errorf("%d: %v, %s", code, err, b)
		}
	}
}
