package testenv

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// Chromium is a running browser without a window.
type Chromium struct {
	// DevTools is the URL of the socket that the DevTools protocol is spoken on.
	DevTools string
}

// devTools is what Chromium writes once it listens.
var devTools = regexp.MustCompile(`DevTools listening on (ws://\S+)\s`)

// StartChromium runs Debian's Chromium, with a profile of its own, until the test
// ends: chromium-headless-shell, which draws the same and does without the rest
// of a browser, or else chromium, which takes half as long again. The test is
// skipped where both are missing, and fails where the browser does not start.
func StartChromium(t testing.TB) *Chromium {
	t.Helper()
	program, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		program = Need(t, "chromium")
	}
	running := start(t, "DevTools listening on ", program,
		"--headless", "--no-sandbox", // tests run as root, where the sandbox does not
		"--remote-debugging-port=0", "--user-data-dir="+room(t),
		"--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
		// chromium keeps processes for pages that may come and pages for ways back,
		// which costs a third of a page's time (156, 2026-11-23).
		"--disable-features=SpareRendererForSitePerProcess,BackForwardCache",
		// No window is in front of another, whichever was used last.
		"--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows", "--disable-background-timer-throttling",
		// It is to ask the tests' servers and nobody else.
		"--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--log-level=3", "--disable-breakpad", "--disable-crash-reporter",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"about:blank")
	said := devTools.FindStringSubmatch(running.output.String() + "\n")
	if said == nil {
		t.Fatal("testenv: Chromium names no socket for DevTools")
	}
	return &Chromium{DevTools: said[1]}
}

// Axe gives axe-core, the script that finds faults of accessibility in a page it
// runs in (window.axe). The environment variable WAYPOST_AXE names its file; the
// test is skipped where it is missing.
func Axe(t testing.TB) string {
	t.Helper()
	name := os.Getenv("WAYPOST_AXE")
	if name == "" {
		lack(t, "axe-core", errors.New("WAYPOST_AXE names no file; scripts/test.sh sets it"))
	}
	script, err := os.ReadFile(name)
	if err != nil {
		lack(t, "axe-core", err)
	}
	return string(script)
}
