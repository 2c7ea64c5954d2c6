//go:build browser

package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"waypost/internal/testenv"
	"waypost/server"
)

// TestPageInChromium shows the page to a real browser. The parts share one
// browser, and each of their cases has a tab of its own.
func TestPageInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	if os.Getenv("WAYPOST_INSIDE_CLONE") != "" {
		t.Skip("the run around this one drives the browser, and one at a time is enough")
	}
	b := startBrowser(t)
	t.Run("WatchHears", b.watchHears)
	t.Run("EachDeviceIsShownItsWay", b.eachDeviceIsShownItsWay)
	t.Run("AxeFindsNoFault", b.axeFindsNoFault)
	t.Run("KeyboardReachesEverything", b.keyboardReachesEverything)
	t.Run("KeyboardSendsTheAddress", b.keyboardSendsTheAddress)
	t.Run("NothingMovesAndNothingIsTooWide", b.nothingMovesAndNothingIsTooWide)
	t.Run("ScriptCopiesAndCountsDown", b.scriptCopiesAndCountsDown)
	t.Run("PicturesForTheREADME", b.picturesForTheREADME)
}

// browser is Chromium, and the server that it looks at.
type browser struct {
	ctx    context.Context
	origin string
	world  world // the same pages without a browser
}

// caseTakes bounds everything that one tab does.
const caseTakes = time.Minute

func startBrowser(t *testing.T) *browser {
	t.Helper()
	chromium := testenv.StartChromium(t)
	o := options(t)
	// Of example.com one server works and one does not; of others nothing is known.
	o.Measured = results{
		"imap.example.com": {Verdict: "pass", At: o.Now().Add(-3 * time.Minute)},
		"smtp.example.com": {Verdict: "fail", At: o.Now().Add(-3 * time.Minute), Since: o.Now().Add(-72 * time.Hour), Words: "The certificate has ended."},
	}
	b := &browser{world: newServer(t, o)}
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

// person is who looks at the page, and how.
type person struct {
	userAgent, language string
	viewport            viewport
	noScripts           bool
	textSize            int64 // in pixels; 0: the usual 16
}

// viewport is in CSS pixels, and of how many a pixel is made.
type viewport struct {
	width, height int64
	scale         float64
	mobile        bool
}

var (
	phone   = viewport{390, 844, 2, true}
	tablet  = viewport{820, 1180, 1, true}
	desktop = viewport{1280, 800, 1, false}
)

// tab is a tab of the browser. Whatever it asks of others, and whatever its
// console says, fails the test.
type tab struct {
	testing.TB

	ctx    context.Context
	origin string

	mu        sync.Mutex
	documents map[network.RequestID]bool
	faults    []string
}

// watch runs in each page before its own script.
const watch = `window.moved = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) window.moved.push(e); }).observe({ type: "layout-shift", buffered: true });`

// open opens a tab, which has a profile of its own, until the test ends.
func (b *browser) open(t testing.TB, p person) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	w := &tab{TB: t, origin: b.origin, documents: map[network.RequestID]bool{}}
	if err := chromedp.Listen(ctx, w.hear); err != nil {
		t.Fatal(err)
	}
	w.ctx, cancel = context.WithTimeout(ctx, caseTakes)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, fault := range w.faults {
			t.Error(fault)
		}
	})
	size := emulation.SetDeviceMetricsOverrideParams{
		Width: p.viewport.width, Height: p.viewport.height, DeviceScaleFactor: p.viewport.scale, Mobile: p.viewport.mobile,
	}
	textSize := max(p.textSize, 16)
	steps := []error{
		call(w, log.Enable, cdp.Empty{}),
		call(w, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: p.userAgent, AcceptLanguage: p.language}),
		call(w, emulation.SetDeviceMetricsOverride, size),
		call(w, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: textSize, Fixed: textSize}}),
		call(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}),
	}
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
	if p.noScripts {
		w.scripts(false)
	}
	return w
}

// hear notes what a page must not do.
func (w *tab) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fault := func(format string, args ...any) { w.faults = append(w.faults, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, w.origin+"/") {
			fault("the page asks elsewhere: %s", e.Request.URL)
		}
		if e.Type == network.ResourceTypeDocument {
			w.documents[e.RequestID] = true
		}
	case *log.EventEntryAdded:
		// That a page is one of an error, its status says, and Chromium with it;
		// and for an icon Chromium asks unasked.
		if !w.documents[e.Entry.NetworkRequestID] && e.Entry.URL != w.origin+"/favicon.ico" {
			fault("the browser says: %s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		fault("the console says: %s", e.Type)
	case *runtime.EventExceptionThrown:
		fault("an exception: %s", e.ExceptionDetails.Text)
	}
}

// scripts turns those of pages on or off; those of the test always run.
func (w *tab) scripts(on bool) {
	w.Helper()
	if err := call(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		w.Fatal(err)
	}
}

// visit goes to a path of the server, and expects a status.
func (w *tab) visit(path string, status int64) {
	w.Helper()
	r, err := chromedp.Run(w.ctx, chromedp.NavigateResponse(w.origin+path))
	if err != nil {
		w.Fatalf("%s: %v", path, err)
	}
	if r == nil || r.Status != status {
		w.Fatalf("%s: got %+v, want status %d", path, r, status)
	}
}

// press clicks on what leads to the next page.
func (w *tab) press(selector string) {
	w.Helper()
	w.next(chromedp.Click(chromedp.CSS(selector)))
}

// next does what leads to the next page, and waits for that.
func (w *tab) next(step chromedp.Action[chromedp.Void]) {
	w.Helper()
	r, err := chromedp.RunResponse(w.ctx, step)
	if err != nil {
		w.Fatal(err)
	}
	if r == nil || r.Status != http.StatusOK {
		w.Fatalf("got %+v", r)
	}
}

// call sends a command of the DevTools protocol that has nothing to answer.
func call[P, R any](w *tab, command cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(w.ctx, command, params)
	return err
}

// do runs steps that lead to no other page.
func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	if err := chromedp.Do(w.ctx, steps...); err != nil {
		w.Fatal(err)
	}
}

// evaluate gives what an expression comes to, or the promise that it gives.
func evaluate[T any](w *tab, expression string) T {
	w.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.Fatalf("%.80s: %v", expression, err)
	}
	return v
}
