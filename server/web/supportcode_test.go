package web_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"waypost/server/web"
)

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func drawCode(t *rapid.T) web.SupportCode {
	return web.SupportCode{
		Device:  rapid.SampledFrom([]web.Device{web.IPhone, web.IPad, web.Mac, web.Android, web.Windows, web.Linux, web.ChromeOS, web.OtherDevice}).Draw(t, "device"),
		Browser: rapid.SampledFrom([]web.Browser{web.Safari, web.Chrome, web.Firefox, web.Edge, web.Samsung, web.DuckDuckGo, web.InApp, web.OtherBrowser}).Draw(t, "browser"),
		Step:    rapid.SampledFrom(web.Steps()).Draw(t, "step"),
		Servers: rapid.SampledFrom([]web.State{web.NotMeasured, web.Reachable, web.Failing}).Draw(t, "servers"),
		Minute:  rapid.IntRange(0, 29).Draw(t, "minute") * 2,
	}
}

func TestSupportCodeSurvivesBeingReadOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCode(t)
		code := web.EncodeCode(c)
		if len(code) != 6 || strings.Trim(code, letters) != "" {
			t.Fatalf("%q", code)
		}
		typed := strings.NewReplacer("1", rapid.SampledFrom([]string{"1", "l", "I", "i"}).Draw(t, "one"), "0", rapid.SampledFrom([]string{"0", "O", "o"}).Draw(t, "zero")).Replace(code)
		for _, s := range []string{code, strings.ToLower(code), typed, " " + code[:3] + " - " + code[3:] + " ", web.InGroups(code)} {
			got, err := web.DecodeCode(s)
			if err != nil || got != c {
				t.Fatalf("%q: %+v, %v; want %+v", s, got, err, c)
			}
		}
	})
}

func TestEveryWrongCharacterOfASupportCodeIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := web.EncodeCode(drawCode(t))
		for i := range code {
			for _, letter := range letters {
				wrong := code[:i] + string(letter) + code[i+1:]
				if _, err := web.DecodeCode(wrong); (err == nil) != (wrong == code) {
					t.Fatalf("%s, typed as %s: %v", code, wrong, err)
				}
			}
		}
	})
}

func TestEverySwapOfNeighboursInASupportCodeIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := web.EncodeCode(drawCode(t))
		for i := range len(code) - 1 {
			b := []byte(code)
			b[i], b[i+1] = b[i+1], b[i]
			if _, err := web.DecodeCode(string(b)); (err == nil) != (string(b) == code) {
				t.Fatalf("%s, typed as %s: %v", code, b, err)
			}
		}
	})
}

func TestWrongSupportCodeSaysWhatToAskForAgain(t *testing.T) {
	code := web.EncodeCode(web.SupportCode{Device: web.IPhone, Browser: web.Safari, Step: web.StepWorked, Servers: web.Reachable, Minute: 24})
	for text, want := range map[string]string{
		"":                         "ask for both",
		code[:5]:                   "ask for both",
		code + "0":                 "ask for both",
		"U" + code[1:]:             "the first group",
		"Z" + code[1:]:             "the first group",
		code[:2] + "Z" + code[3:]:  "the first group",
		code[:3] + "Z" + code[4:]:  "the second group",
		code[:4] + "*" + code[5:]:  "the second group",
		code[:3] + "\x00\xff":      "the second group",
		code[:1] + "4" + code[2:]:  "both groups",
		strings.Repeat("0", 1<<16): "ask for both",
	} {
		_, err := web.DecodeCode(text)
		if !errors.Is(err, web.ErrCode) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
}

func TestSupportCodeOfWhatIsUnknownIsACodeToo(t *testing.T) {
	got, err := web.DecodeCode(web.EncodeCode(web.SupportCode{Device: "toaster", Browser: "lynx", Step: "nowhere", Servers: "gone", Minute: -7}))
	want := web.SupportCode{Device: web.OtherDevice, Browser: web.OtherBrowser, Step: web.StepStart, Servers: web.NotMeasured}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestSupportCodesStayWhatTheyAre: a helpdesk's waypost may be older or newer
// than the one that made the page.
func TestSupportCodesStayWhatTheyAre(t *testing.T) {
	for code, want := range map[string]web.SupportCode{
		"00812A": {Device: web.IPhone, Browser: web.Safari, Step: web.StepWorked, Servers: web.Reachable, Minute: 4},
		"73D2TG": {Device: web.OtherDevice, Browser: web.Edge, Step: web.StepCard, Servers: web.Failing, Minute: 52},
	} {
		if got := web.EncodeCode(want); got != code {
			t.Errorf("%+v is %s, and was %s", want, got, code)
		}
	}
}

// A code has no hour, so what it says is counted back from now.
func TestSupportCodeSaysRoughlyHowLongAgoThePageWasOpened(t *testing.T) {
	for _, c := range []struct {
		language, now string
		minute        int
		want          string
	}{
		{"en", "12:37", 34, "at 34 or 35 minutes past the hour: about 3 minutes ago, if within the last hour"},
		{"en", "12:34", 34, "at 34 or 35 minutes past the hour: about a minute ago, if within the last hour"},
		{"en", "13:01", 58, "at 58 or 59 minutes past the hour: about 3 minutes ago, if within the last hour"},
		{"en", "12:01", 2, "at 02 or 03 minutes past the hour: about 59 minutes ago, if within the last hour"},
		{"de", "12:37", 34, "34 oder 35 Minuten nach der vollen Stunde: etwa vor 3 Minuten, wenn es in der letzten Stunde war"},
		{"ar", "12:36", 34, "في الدقيقة 34 أو 35 من الساعة: قبل دقيقتين تقريبًا، إن كان ذلك خلال الساعة الأخيرة"},
	} {
		now, err := time.Parse("15:04", c.now)
		if err != nil {
			t.Fatal(err)
		}
		// A code is of the minute in universal time, wherever it is read.
		now = now.In(time.FixedZone("Kathmandu", (5*60+45)*60))
		lines, err := web.SupportCode{Device: web.IPhone, Browser: web.Safari, Step: web.StepCard, Servers: web.Reachable, Minute: c.minute}.Lines(web.Choose(c.language, ""), now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lines[len(lines)-1].Text; got != c.want {
			t.Errorf("at %s it says %q, want %q", c.now, got, c.want)
		}
	}
}

func FuzzSupportCode(f *testing.F) {
	f.Add("00812A")
	f.Add("k7q 2mx")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := web.DecodeCode(text)
		if err != nil {
			return
		}
		if again, err := web.DecodeCode(web.EncodeCode(c)); err != nil || again != c {
			t.Errorf("%q: %+v, then %+v, %v", text, c, again, err)
		}
	})
}
