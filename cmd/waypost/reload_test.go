package main

import (
	"bytes"
	"context"
	"fmt"
	pixels "image"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// generation is a configuration of which every server tells the number.
func generation(n int) string {
	return fmt.Sprintf(`rate-limit: 0
domains:
  example.com:
    name: Mail %[1]d
    incoming: [imaps://imap-%[1]d.example, pop3s://pop-%[1]d.example]
    outgoing: [submissions://smtp-%[1]d.example]
  example.net: {same-as: example.com}
`, n)
}

// wrong is a generation that must not be served.
func wrong(n int) string {
	return []string{generation(n) + "x: y\n", "", generation(n) + "  \texample.org:\n", generation(n) + generation(n)}[n%4]
}

var numbers = regexp.MustCompile(`(?:imap-|pop-|smtp-|Mail )(\d+)`)

// oneGeneration gives the number that an answer tells; an error when it tells
// none, or several.
func oneGeneration(answer string) (int, error) {
	found := numbers.FindAllStringSubmatch(answer, -1)
	if len(found) < 2 {
		return 0, fmt.Errorf("the answer tells no number:\n%s", answer)
	}
	for _, f := range found {
		if f[1] != found[0][1] {
			return 0, fmt.Errorf("the answer is mixed:\n%s", answer)
		}
	}
	return strconv.Atoi(found[0][1])
}

const outlookPOST = `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>ann@example.net</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`

// load asks without a pause until the context ends, in three ways, and calls
// each with the generation of every answer.
func load(ctx context.Context, t *testing.T, base string, each func(int)) (wait func() int64) {
	var running sync.WaitGroup
	var asked atomic.Int64
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	client := &http.Client{Transport: transport}
	ask := func(method, path, host, body string) error {
		r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), method, base+path, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Host = host
		response, err := client.Do(r)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		answer, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s %s: status %d, %w\n%s", method, path, response.StatusCode, err, answer)
		}
		n, err := oneGeneration(string(answer))
		if err == nil {
			each(n)
		}
		return err
	}
	for _, way := range [][4]string{
		{http.MethodGet, "/mail/config-v1.1.xml", "autoconfig.example.com", ""},
		{http.MethodGet, "/mail/config-v1.1.xml?emailaddress=ann@example.net", "autoconfig.example.com", ""},
		{http.MethodPost, "/autodiscover/autodiscover.xml", "autodiscover.example.net", outlookPOST},
	} {
		running.Go(func() {
			for ctx.Err() == nil {
				if err := ask(way[0], way[1], way[2], way[3]); err != nil {
					t.Error(err)
				}
				asked.Add(1)
			}
		})
	}
	return func() int64 {
		running.Wait()
		transport.CloseIdleConnections()
		return asked.Load()
	}
}

func TestNoRequestFailsDuringReloads(t *testing.T) {
	file := write(t, "waypost.yaml", generation(0))
	s := start(t, quick, "--config", file, "--listen", "127.0.0.1:0", "--state", t.TempDir())
	var newest, bad atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wait := load(ctx, t, s.plain, func(n int) {
		if int64(n) > newest.Load() || n%3 == 2 {
			t.Errorf("generation %d is answered", n)
		}
	})
	for n := 1; n <= 60; n++ {
		refused, served := s.log.count("reload refused"), s.log.count("msg=serving ")
		text := generation(n)
		if isBad := n%3 == 2; isBad {
			text = wrong(n)
			bad.Add(1)
		} else {
			newest.Store(int64(n))
		}
		if n%2 == 0 { // in place, as an editor may
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		} else {
			replace(t, file, []byte(text))
		}
		if n%5 == 0 {
			hangUp(t)
		}
		if n%3 == 2 {
			await(t, "the refusal", func() bool { return s.log.count("reload refused") > refused })
			if h := s.health(t); !strings.Contains(h, "the last reload was refused") {
				t.Errorf("/healthz?verbose does not tell of the refusal:\n%s", h)
			}
			continue
		}
		await(t, "the reload", func() bool { return s.log.count("msg=serving ") > served })
		await(t, "the new answer", func() bool { return s.generation(t) == n })
		if h := s.health(t); strings.Contains(h, "refused") {
			t.Errorf("/healthz?verbose still tells of a refusal:\n%s", h)
		}
	}
	cancel()
	asked := wait()
	t.Logf("%d requests during 60 changes, %d of them bad", asked, bad.Load())
	if asked < 100 {
		t.Errorf("only %d requests were made", asked)
	}
	if log := s.log.String(); !strings.Contains(log, "waypost.yaml:8: the key") || !strings.Contains(log, "the file is empty") {
		t.Errorf("the log does not say what was wrong:\n%s", log)
	}
}

func (s *started) generation(t *testing.T) int {
	t.Helper()
	n, err := oneGeneration(string(fetch(t, http.MethodGet, s.plain+"/mail/config-v1.1.xml?emailaddress=ann@example.com", "", "text/xml; charset=utf-8")))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Some programs take the old file away before they write the new one. Without
// a file an instance would serve the catalogue, and none of its own domains.
func TestConfigurationThatGoesAwayIsKept(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("waypost.yaml", []byte(generation(1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, quick, "--listen", "127.0.0.1:0", "--state", "state")
	if err := os.Remove("waypost.yaml"); err != nil {
		t.Fatal(err)
	}
	await(t, "the refusal", func() bool { return s.log.count("there is no configuration at waypost.yaml") > 0 })
	if n := s.generation(t); n != 1 {
		t.Errorf("generation %d is answered", n)
	}
	if err := os.WriteFile("waypost.yaml", []byte(generation(2)), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, "the new answer", func() bool { return s.generation(t) == 2 })
}

func TestConfigurationThatAppearsIsRead(t *testing.T) {
	t.Chdir(t.TempDir())
	s := start(t, quick, "--listen", "127.0.0.1:0", "--state", "state")
	if err := os.WriteFile("waypost.yaml", []byte(generation(1)), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, "the configuration", func() bool { return s.log.count("source=waypost.yaml") > 0 })
	if n := s.generation(t); n != 1 {
		t.Errorf("generation %d is answered", n)
	}
}

// A part of a configuration can be a whole one, of part of the domains.
func TestFileIsReadWhenItRests(t *testing.T) {
	file := write(t, "waypost.yaml", generation(1))
	i := &instance{flags: serveFlags{config: file, state: t.TempDir()}}
	if _, err := i.read(); err != nil {
		t.Fatal(err)
	}
	var got []bool
	for _, text := range []string{"", "part", "more of it", generation(2), "", "", generation(33), "", ""} {
		if text != "" {
			replace(t, file, []byte(text))
		}
		got = append(got, i.changed())
		if got[len(got)-1] {
			if _, err := i.read(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if d := cmp.Diff([]bool{false, false, false, false, true, false, false, true, false}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A bad logo keeps what runs, and may be mended where it is.
func TestReplacedLogoIsRead(t *testing.T) {
	file := write(t, "waypost.yaml", strings.Replace(generation(1), "    name:", "    brand: {logo: logo.png}\n    name:", 1))
	logo := filepath.Join(filepath.Dir(file), "logo.png")
	picture := func(width int) []byte {
		var b bytes.Buffer
		must(t, png.Encode(&b, pixels.NewGray(pixels.Rect(0, 0, width, 8))))
		return b.Bytes()
	}
	replace(t, logo, picture(8))
	i := &instance{flags: serveFlags{config: file, state: t.TempDir()}}
	next, err := i.read()
	must(t, err)
	i.now.Store(next)
	for _, step := range []struct {
		content []byte
		good    bool
	}{{picture(16), true}, {[]byte("no picture"), false}, {picture(32), true}, {picture(64), true}} {
		replace(t, logo, step.content)
		if i.changed() || !i.changed() {
			t.Fatal("a change is not seen when it rests, or before")
		}
		next, err := i.read()
		if (err == nil) != step.good {
			t.Fatal(err)
		}
		if step.good {
			if d := cmp.Diff(step.content, next.config.Domains[0].Brand.Logo.Data); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			i.now.Store(next)
		}
	}
}

func TestChangedListenersNeedARestart(t *testing.T) {
	file := write(t, "waypost.yaml", "listen: 127.0.0.1:0\n"+generation(1))
	s := start(t, quick, "--config", file, "--state", t.TempDir())
	replace(t, file, []byte("listen: 127.0.0.1:1\n"+generation(2)))
	await(t, "the warning", func() bool { return s.log.count("a change of listen") == 1 })
	if n := s.generation(t); n != 2 {
		t.Errorf("generation %d is answered", n)
	}
}
