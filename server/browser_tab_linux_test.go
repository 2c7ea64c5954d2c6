package server_test

import (
	"context"
	"fmt"
	"net/http"
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
)

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
	small   = viewport{320, 640, 1, true}
	tablet  = viewport{820, 1180, 1, true}
	desktop = viewport{1280, 800, 1, false}
)

// window is one of the browser with a profile of its own, which tests use one
// after another.
type window struct {
	ctx    context.Context
	close  context.CancelFunc
	origin string

	mu        sync.Mutex
	documents map[network.RequestID]bool
	faults    []string
}

// tab is a window for as long as a test has it. Whatever it asks of others, and
// whatever its console says, fails the test.
type tab struct {
	testing.TB
	*window
}

// stepTakes bounds each thing that a tab is told to do; a sound run needs a
// fraction of it.
const stepTakes = time.Minute

// watch runs in each page before its own script.
const watch = `window.moved = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) window.moved.push(e); }).observe({ type: "layout-shift", buffered: true });`

func (b *browser) newWindow(t testing.TB) *window {
	t.Helper()
	// Each has its own browser context, since the tabs of one context share a
	// window, and those behind the first draw nothing.
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	w := &window{ctx: ctx, close: cancel, origin: b.origin, documents: map[network.RequestID]bool{}}
	tooLong := time.AfterFunc(stepTakes, cancel) // a deadline would end the tab too
	defer tooLong.Stop()
	err := chromedp.Do(ctx)
	if err == nil {
		err = chromedp.Listen(ctx, w.hear)
	}
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	first := &tab{t, w}
	call(first, log.Enable, cdp.Empty{})
	// Everybody is here for the first time: what is cached would hide what moves.
	call(first, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	call(first, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
	return w
}

// hear notes what a page must not do.
func (w *window) hear(event any) {
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
		// That a page is one of an error, its status says, and Chromium with it.
		if !w.documents[e.Entry.NetworkRequestID] {
			fault("the browser says: %s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		fault("the console says: %s", e.Type)
	case *runtime.EventExceptionThrown:
		fault("an exception: %s", e.ExceptionDetails.Text)
	}
}

// heard gives what was noted, and forgets it.
func (w *window) heard() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.faults
	w.faults = nil
	return list
}

// is makes somebody look at the pages that come.
func (w *tab) is(p person) {
	w.Helper()
	textSize := max(p.textSize, 16)
	w.uses(p.userAgent, p.language)
	call(w, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: p.viewport.width, Height: p.viewport.height, DeviceScaleFactor: p.viewport.scale, Mobile: p.viewport.mobile,
	})
	call(w, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: textSize, Fixed: textSize}})
	call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{})
	w.scripts(!p.noScripts)
}

// uses is what a person says of device and language.
func (w *tab) uses(userAgent, language string) {
	w.Helper()
	call(w, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: userAgent, AcceptLanguage: language})
}

// scripts turns those of pages on or off; those of the test always run.
func (w *tab) scripts(on bool) {
	w.Helper()
	call(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// visit goes to a path of the server, and expects a status.
func (w *tab) visit(path string, status int64) {
	w.Helper()
	r := run(w, path, chromedp.NavigateResponse(w.origin+path))
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
	ctx, cancel := context.WithTimeout(w.ctx, stepTakes)
	defer cancel()
	r, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		w.Fatal(err)
	}
	if r == nil || r.Status != http.StatusOK {
		w.Fatalf("got %+v", r)
	}
}

// call sends a command of the DevTools protocol whose answer nobody needs.
func call[P, R any](w *tab, command cdp.Command[P, R], params P) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepTakes)
	defer cancel()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		w.Fatal(err)
	}
}

// do runs steps that lead to no other page.
func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.Helper()
	for _, step := range steps {
		run(w, "a step", step)
	}
}

// run gives what a step comes to.
func run[T any](w *tab, name string, step chromedp.Action[T]) T {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepTakes)
	defer cancel()
	v, err := chromedp.Run(ctx, step)
	if err != nil {
		w.Fatalf("%.80s: %v", name, err)
	}
	return v
}

// evaluate gives what an expression comes to, or the promise that it gives.
func evaluate[T any](w *tab, expression string) T {
	w.Helper()
	return run(w, expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}
