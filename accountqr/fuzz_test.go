package accountqr_test

import (
	"bytes"
	"errors"
	"testing"

	"waypost/accountqr"
)

// What is read is written, is read as the same, and is read by the app.
func FuzzDecode(f *testing.F) {
	for _, a := range goldens(f) {
		f.Add(mustEncode(f, mustNew(f, a)))
	}
	for _, text := range []string{annText, desktop, desktopOfTwo, specification} {
		f.Add([]byte(text))
	}
	for _, test := range refused() {
		f.Add([]byte(test[0]))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := accountqr.Decode(in)
		if err != nil {
			if c != (accountqr.Code{}) || !errors.Is(err, accountqr.ErrCode) {
				t.Fatalf("error %v with a code: %+v", err, c)
			}
			return
		}
		text, err := c.Encode()
		if err != nil {
			// Escapes can make it longer; nothing else may be wrong.
			if len(in) > 2953/6 {
				return
			}
			t.Fatalf("what was read is not written: %v", err)
		}
		back, err := accountqr.Decode(text)
		if err != nil || back != c {
			t.Fatalf("%+v was read as %+v, %v", c, back, err)
		}
		if again := mustEncode(t, back); !bytes.Equal(text, again) {
			t.Errorf("%s, then %s", text, again)
		}
		if _, err := appReads(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	})
}
