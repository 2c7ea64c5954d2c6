package server_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"waypost/server/web"
)

var visitors = map[string]string{
	"iPhone": safariOnIPhone, "iPad": safariOnIPad, "Mac": safariOnMac, "Facebook on an iPhone": facebookOnIOS, "Firefox on an iPhone": firefoxOnIOS,
	"Android": chromeOnPixel, "Windows": edgeOnWindows, "Linux": firefoxOnLinux, "Chromebook": chromebook, "unknown": nobodyKnows,
}

// languages are all that there are.
func languages() []string {
	var list []string
	for _, l := range web.Languages() {
		list = append(list, l.Tag)
	}
	return list
}

// walk follows every button from the start, and gives each state once.
func walk(t *testing.T, w world, userAgent, language, address string) map[web.Step]screen {
	t.Helper()
	seen := map[web.Step]screen{}
	waiting := []url.Values{{"step": {"start"}}, {"step": {"device"}, "email": {address}}}
	for len(waiting) > 0 {
		form := waiting[0]
		waiting = waiting[1:]
		s := readPage(t, w.send(t, userAgent, language, form))
		if s.status != http.StatusOK {
			t.Fatalf("%v: status %d", form, s.status)
		}
		step := s.code(t).Step
		if _, known := seen[step]; known {
			continue
		}
		seen[step] = s
		waiting = append(waiting, s.press("next")...)
	}
	return seen
}

// walked is where a walk went.
type walked struct {
	visitor, language string
	screens           map[web.Step]screen
}

var (
	walks     []walked
	walksOnce sync.Once
)

// everyWalk gives the walk of each visitor in each language, done once for all
// tests, past servers of which one works and one does not.
func everyWalk(t *testing.T) []walked {
	t.Helper()
	walksOnce.Do(func() {
		o := options(t)
		o.Measured = results{"imap.example.com": {Verdict: "pass", At: o.Now()}, "smtp.example.com": {Verdict: "fail", At: o.Now(), Since: o.Now()}}
		w := newServer(t, o)
		for visitor, userAgent := range visitors {
			for _, language := range languages() {
				screens := walk(t, w, userAgent, language, "ann@example.com")
				screens[web.StepUnknown] = readPage(t, w.send(t, userAgent, language, url.Values{"email": {"ann@unknown.example"}}))
				screens[web.StepProblem] = readPage(t, w.send(t, userAgent, language, url.Values{"email": {"ann"}}))
				screens[web.StepCode] = readPage(t, w.ask(t, http.MethodGet, setupPage+"code?code=x", "", "Accept-Language", language))
				walks = append(walks, walked{visitor, language, screens})
			}
		}
	})
	return walks
}

func TestNoStateOfThePageIsADeadEnd(t *testing.T) {
	reached := map[web.Step]bool{web.StepPhone: true} // by choosing another device
	list := everyWalk(t)
	for visitor, userAgent := range visitors { // and of a provider without profiles
		list = append(list, walked{visitor, "en", walk(t, newWorld(t), userAgent, "en", "ann@outlook.com")})
	}
	for _, w := range list {
		for step, s := range w.screens {
			reached[step] = true
			back, next := 0, 0
			for _, e := range s.elements {
				button := e.name == "button" && e.attributes["name"] == "step"
				switch {
				case button && e.attributes["class"] == "plain", e.name == "a" && e.attributes["href"] == "/":
					back++
				case button, e.name == "button" && step == web.StepCode && e.attributes["name"] == "":
					next++
				}
			}
			if next == 0 || (back == 1) != (step != web.StepStart) {
				t.Errorf("%s, %s, %s: %d ways on, %d back", w.visitor, w.language, step, next, back)
			}
		}
	}
	for _, step := range web.Steps() {
		if !reached[step] {
			t.Errorf("no way leads to %s", step)
		}
	}
}

// TestPageHasItsLandmarksAndLabels is what can be told of accessibility without
// a browser.
func TestPageHasItsLandmarksAndLabels(t *testing.T) {
	for _, w := range everyWalk(t) {
		for step, s := range w.screens {
			for _, fault := range faults(s, w.language) {
				t.Errorf("%s, %s, %s: %s", w.visitor, w.language, step, fault)
			}
		}
	}
}

// faults are those that axe would find too, and what the policy forbids.
func faults(s screen, language string) []string {
	var found []string
	require := func(ok bool, fault string) {
		if !ok {
			found = append(found, fault)
		}
	}
	root := s.elements[0]
	dir := map[bool]string{true: "rtl", false: "ltr"}[language == "ar"]
	require(root.attributes["lang"] == language && root.attributes["dir"] == dir, "lang or dir of the page is wrong")
	for _, landmark := range []string{"h1", "main", "header", "footer", "title"} {
		require(len(s.all(landmark)) == 1, "there is not one "+landmark)
	}
	level, ids, labels := 0, map[string]bool{}, map[string]bool{}
	for _, e := range s.elements {
		if id := e.attributes["id"]; id != "" {
			require(!ids[id], "the id "+id+" stands twice")
			ids[id] = true
		}
		if e.name == "label" {
			labels[e.attributes["for"]] = true
		}
	}
	for _, e := range s.elements {
		if len(e.name) == 2 && e.name[0] == 'h' && e.name[1] >= '1' && e.name[1] <= '6' {
			require(int(e.name[1]-'0') <= level+1, "a heading skips a level: "+e.text)
			level = int(e.name[1] - '0')
			require(strings.TrimSpace(e.text) != "", "a heading is empty")
		}
		if e.name == "input" && e.attributes["type"] != "hidden" || e.name == "select" {
			require(labels[e.attributes["id"]], "a field has no label: "+e.attributes["name"])
		}
		if e.name == "button" || e.name == "a" || e.name == "summary" {
			require(strings.TrimSpace(e.text) != "", "something to press has no words")
		}
		if e.name == "img" {
			_, alt := e.attributes["alt"]
			require(alt && e.attributes["width"] != "" && e.attributes["height"] != "", "a picture has no words or no size")
		}
		for name, value := range e.attributes {
			require(name != "style" && !strings.HasPrefix(name, "on"), "an attribute is a style or a script: "+name)
			if name == "aria-labelledby" || name == "aria-describedby" {
				require(ids[value], "nothing has the id "+value)
			}
			if name == "src" || name == "action" {
				require(strings.HasPrefix(value, "/"), "it loads from elsewhere: "+value)
			}
		}
		require(e.name != "style" && (e.name != "script" || strings.TrimSpace(e.text) == ""), "a style or a script is inside")
	}
	return found
}

func TestEachPageIsSmall(t *testing.T) {
	const most = 60 << 10
	files := packed(t, string(web.Pico)) + packed(t, string(web.Style)) + packed(t, string(web.Script))
	largest := 0
	for _, w := range everyWalk(t) {
		for step, s := range w.screens {
			size := packed(t, s.body) + files
			largest = max(largest, size)
			if size > most {
				t.Errorf("%s in %s: %d bytes, more than %d", step, w.language, size, most)
			}
		}
	}
	t.Log("the largest has", largest, "bytes, of which the stylesheet and the script are", files)
}

func packed(t *testing.T, text string) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func TestEachDeviceGetsItsOwnWay(t *testing.T) {
	w := newWorld(t)
	for userAgent, want := range map[string]web.Step{
		safariOnIPhone: web.StepProfile, safariOnIPad: web.StepProfile, safariOnMac: web.StepMac, facebookOnIOS: web.StepBrowser, firefoxOnIOS: web.StepBrowser,
		chromeOnPixel: web.StepAndroid, edgeOnWindows: web.StepWindows, firefoxOnLinux: web.StepLinux, chromebook: web.StepChromeOS, nobodyKnows: web.StepOther,
	} {
		s := readPage(t, w.send(t, userAgent, "en", url.Values{"email": {"ann@example.com"}, "step": {"device"}}))
		if got := s.code(t).Step; got != want {
			t.Errorf("%s: %s, want %s", userAgent, got, want)
		}
	}
}

func TestAnotherDeviceCanBeChosenOnEveryPage(t *testing.T) {
	w := newWorld(t)
	want := map[web.Device]web.Step{
		web.IPhone: web.StepPhone, web.IPad: web.StepPhone, web.Mac: web.StepPhone, web.Android: web.StepAndroid, web.Windows: web.StepWindows,
		web.Linux: web.StepLinux, web.ChromeOS: web.StepChromeOS, web.OtherDevice: web.StepOther,
	}
	for step, s := range walk(t, w, edgeOnWindows, "en", "ann@example.com") {
		chosen := 0
		for _, form := range s.press("") {
			device := web.Device(form.Get("device"))
			if form.Get("step") != "device" {
				continue
			}
			chosen++
			if got := readPage(t, w.send(t, edgeOnWindows, "en", form)).code(t); got.Step != want[device] || got.Device != device {
				t.Errorf("%s on the page %s leads to %+v", device, step, got)
			}
		}
		if step != web.StepStart && chosen != len(want) {
			t.Errorf("%s offers %d devices", step, chosen)
		}
	}
	// An iPad that calls itself a Mac finds both ways.
	s := readPage(t, w.send(t, safariOnMac, "en", url.Values{"email": {"ann@example.com"}}))
	ways := s.press("note touch")
	if !slices.Contains(steps(s.press("next")), "profile") || len(ways) != 1 || ways[0].Get("device") != "ipad" {
		t.Fatalf("%v", ways)
	}
	if got := readPage(t, w.send(t, safariOnMac, "en", ways[0])).code(t); got.Step != web.StepProfile || got.Device != web.IPad {
		t.Errorf("%+v", got)
	}
}

func TestLanguageIsChosenByTheBrowserAndByHand(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"email": {"ann@example.com"}, "step": {"card"}}
	for accept, want := range map[string]string{
		"": "en", "de-AT,de;q=0.9,en;q=0.5": "de", "fr-CA": "fr", "es-419,en;q=0.1": "es", "ar-EG": "ar", "ja": "en", "ja,de;q=0.5": "de",
		"*": "en", "\xff;q=": "en", strings.Repeat("de-", 4000): "en",
	} {
		s := readPage(t, w.send(t, nobodyKnows, accept, form))
		if got := s.all("html")[0].attributes["lang"]; got != want {
			t.Errorf("%q gives %s, want %s", accept, got, want)
		}
	}
	// By hand, it stays so: each form takes it along.
	for _, chosen := range languages() {
		form.Set("lang", chosen)
		s := readPage(t, w.send(t, nobodyKnows, "de", form))
		for _, next := range append(s.press("next"), s.press("note")...) {
			if got := next.Get("lang"); got != chosen {
				t.Errorf("chosen was %s, and the next page is in %q", chosen, got)
			}
		}
		if got := s.code(t).Step; got != web.StepCard {
			t.Errorf("the language leads to %s", got)
		}
	}
	if got := w.get(t, setupPage+"?lang=ar").body; !strings.Contains(got, `dir="rtl"`) {
		t.Error("a link cannot choose the language")
	}
	form.Set("lang", `"><b>`)
	if got := w.send(t, nobodyKnows, "fr", form).body; !strings.Contains(got, `<html lang="fr"`) {
		t.Error("an unknown language is not passed over")
	}
}

func TestEveryButtonLeadsToAnotherPage(t *testing.T) {
	w := newWorld(t)
	for visitor, userAgent := range visitors {
		for _, address := range []string{"ann@example.com", "ann@outlook.com"} {
			for step, s := range walk(t, w, userAgent, "en", address) {
				for _, form := range s.press("next") {
					if got := readPage(t, w.send(t, userAgent, "en", form)).code(t).Step; got == step {
						t.Errorf("%s, %s: the button %s leads to where it is", visitor, step, form.Get("step"))
					}
				}
			}
		}
	}
}

func TestEightMinutesAreToldFromTheTimeOfTheRequest(t *testing.T) {
	o := options(t)
	now := time.Date(2026, 11, 23, 14, 24, 0, 0, time.FixedZone("CET", 3600))
	o.Now = func() time.Time { return now }
	w := newServer(t, o)
	form := url.Values{"email": {"ann@example.com"}, "step": {"profile"}}
	for _, want := range []string{"until 14:32 CET", "until 14:41 CET"} {
		s := readPage(t, w.send(t, safariOnIPhone, "en", form))
		clock := s.all("time")
		if len(clock) != 1 || clock[0].text != want || clock[0].attributes["datetime"] != now.Add(8*time.Minute).UTC().Format(time.RFC3339) {
			t.Errorf("%+v, want %s", clock, want)
		}
		now = now.Add(9 * time.Minute) // start again
	}
}

func TestEachPageHasASupportCode(t *testing.T) {
	o := options(t)
	imap, smtp := "imap.example.com", "smtp.example.com"
	for state, known := range map[web.State]results{
		web.NotMeasured: {imap: {Verdict: "pass", At: o.Now()}},
		web.Reachable:   {imap: {Verdict: "pass", At: o.Now()}, smtp: {Verdict: "warn", At: o.Now()}},
		web.Failing:     {imap: {Verdict: "pass", At: o.Now()}, smtp: {Verdict: "fail", At: o.Now()}},
	} {
		o.Measured = known
		w := newServer(t, o)
		got := readPage(t, w.send(t, firefoxOnIOS, "en", url.Values{"email": {"ann@example.com"}})).code(t)
		want := web.SupportCode{Device: web.IPhone, Browser: web.Firefox, Step: web.StepBrowser, Servers: state, Minute: 34}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
