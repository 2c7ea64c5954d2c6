package server_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"waypost/internal/testenv"
	"waypost/server"
)

// TestPageInChromium shows the page to a real browser. The parts share one
// browser; two of their cases run at a time, each in a tab.
func TestPageInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	if os.Getenv("WAYPOST_INSIDE_CLONE") != "" {
		t.Skip("the run around this one drives the browser, and one at a time is enough")
	}
	b := startBrowser(t)
	for name, part := range map[string]func(*testing.T){
		"WatchHears":                             b.watchHears,
		"EachDeviceIsShownItsWay":                b.eachDeviceIsShownItsWay,
		"AxeHears":                               b.axeHears,
		"AxeFindsNoFaultInWhatWasCompared":       b.axeFindsNoFaultInWhatWasCompared,
		"NothingMovesIsTooWideOrHasAFault":       b.nothingMovesIsTooWideOrHasAFault,
		"KeyboardReachesEverything":              b.keyboardReachesEverything,
		"KeyboardSkipsToTheContent":              b.keyboardSkipsToTheContent,
		"KeyboardGoesTheWholeWayInLargeText":     b.keyboardGoesTheWholeWayInLargeText,
		"PaperHoldsAllSettingsAndNothingToPress": b.paperHoldsAllSettingsAndNothingToPress,
		"ScriptCopies":                           b.scriptCopies,
		"ScriptCountsDown":                       b.scriptCountsDown,
		"TouchTellsAnIPadFromAMac":               b.touchTellsAnIPadFromAMac,
		"PicturesForTheREADME":                   b.picturesForTheREADME,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t)
		})
	}
}

// browser is Chromium, and the server that it looks at.
type browser struct {
	ctx     context.Context
	origin  string
	screens []screenAt
	free    chan *window // nil: it is not open yet
	failed  atomic.Int32 // cases
}

// windows is how many cases run at a time: Chromium's processes keep two cores
// busy with two.
const windows = 2

// enough is how many cases may fail before the others are not run: where the
// browser hangs, each would take its time.
const enough = 20

func startBrowser(t *testing.T) *browser {
	t.Helper()
	chromium := testenv.StartChromium(t)
	o := options(t)
	// Of example.com one server works and one does not; of others nothing is known.
	o.Measured = results{
		"imap.example.com": {Verdict: "pass", At: o.Now().Add(-3 * time.Minute)},
		"smtp.example.com": {Verdict: "fail", At: o.Now().Add(-3 * time.Minute), Since: o.Now().Add(-72 * time.Hour), Words: "The certificate has ended."},
	}
	b := &browser{screens: allScreens(t, newServer(t, o)), free: make(chan *window, windows)}
	for range windows {
		b.free <- nil
	}
	o.Log, o.Access = slog.New(slog.DiscardHandler), nil
	s := httptest.NewServer(server.New(o))
	t.Cleanup(s.Close)
	b.origin = s.URL

	ctx, cancel := remote.NewAllocator(context.Background(), chromium.DevTools, remote.NoModifyURL)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(b.ctx); err != nil {
		t.Fatal(err)
	}
	return b
}

// open lends a window of the browser to somebody until the test ends. A test
// has one at most: two that wait for their second would wait for ever.
func (b *browser) open(t testing.TB, p person) *tab {
	t.Helper()
	free := <-b.free
	t.Cleanup(func() {
		if t.Failed() { // the next one is not to suffer from what happened here
			b.failed.Add(1)
			if free != nil {
				free.close()
			}
			free = nil
		}
		b.free <- free
	})
	if b.failed.Load() >= enough {
		t.Skip("enough has failed already")
	}
	if free == nil {
		free = b.newWindow(t)
	}
	w := &tab{t, free}
	t.Cleanup(func() {
		for _, fault := range w.heard() {
			t.Error(fault)
		}
	})
	w.is(p)
	return w
}
