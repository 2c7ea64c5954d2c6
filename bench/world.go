package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// target is a server under measurement.
type target struct {
	name string
	url  string // without a path
}

// world is all that runs during a measurement.
type world struct {
	dir       string
	waypost   string
	processes []*exec.Cmd
	quiet     target // Waypost without access log
	logged    target // with it
	bare      target
	nginx     target // without url when nginx is not installed
	pid       int    // of quiet
}

const (
	getPath  = "/mail/config-v1.1.xml"
	postPath = "/autodiscover/autodiscover.xml"
	host     = "autoconfig.example.com"
	request  = `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>ann@example.com</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
)

// configuration has the limiter on, at a rate that a load does not reach. The
// load comes from a trusted proxy's address, so that each request is led to a
// client's budget as in real life.
const configuration = `trusted-proxies: [127.0.0.1]
rate-limit: 65535
access-log: %v
domains:
  example.com:
    name: Example Mail
    incoming: [imaps://imap.example.com]
    outgoing: [submissions://smtp.example.com]
`

func startWorld(ctx context.Context, waypost string) (*world, error) {
	dir, err := os.MkdirTemp("", "waypost-bench-")
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir, waypost: waypost}
	for _, start := range []func(context.Context) error{w.startWaypost, w.startBare, w.startNginx} {
		if err := start(ctx); err != nil {
			w.stop()
			return nil, err
		}
	}
	return w, nil
}

func (w *world) stop() {
	for _, p := range w.processes {
		_ = p.Process.Signal(os.Interrupt)
	}
	for _, p := range w.processes {
		_ = p.Wait()
	}
	_ = os.RemoveAll(w.dir)
}

func (w *world) startWaypost(ctx context.Context) (err error) {
	if w.quiet, err = w.oneWaypost(ctx, "waypost", false); err != nil {
		return err
	}
	w.pid = w.processes[0].Process.Pid
	w.logged, err = w.oneWaypost(ctx, "waypost, access log", true)
	return err
}

func (w *world) oneWaypost(ctx context.Context, name string, access bool) (target, error) {
	file := filepath.Join(w.dir, fmt.Sprintf("access-%v.yaml", access))
	if err := os.WriteFile(file, fmt.Appendf(nil, configuration, access), 0o600); err != nil {
		return target{}, err
	}
	p := exec.CommandContext(ctx, w.waypost, "serve", "--config", file, "--listen", "127.0.0.1:0", "--state", filepath.Join(w.dir, "state"))
	log, err := os.Create(filepath.Join(w.dir, fmt.Sprintf("access-%v.log", access)))
	if err != nil {
		return target{}, err
	}
	p.Stdout = log
	address, err := w.start(p, regexp.MustCompile(`msg=listening address=(\S+)`))
	return target{name, address}, err
}

// startBare starts this program again: a handler of net/http with the same
// timeouts that sends the same bytes.
func (w *world) startBare(ctx context.Context) error {
	for path, ask := range map[string]func() ([]byte, error){
		"get":  func() ([]byte, error) { return fetch(ctx, http.MethodGet, w.quiet.url+getPath, "") },
		"post": func() ([]byte, error) { return fetch(ctx, http.MethodPost, w.quiet.url+postPath, request) },
	} {
		body, err := ask()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(w.dir, path), body, 0o600); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	address, err := w.start(exec.CommandContext(ctx, self, "--bare", w.dir), regexp.MustCompile(`bare at (\S+)`))
	w.bare = target{"bare net/http", address}
	return err
}

// start runs a program until its standard error names its address.
func (w *world) start(p *exec.Cmd, says *regexp.Regexp) (string, error) {
	stderr, err := p.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := p.Start(); err != nil {
		return "", err
	}
	w.processes = append(w.processes, p)
	lines := bufio.NewScanner(stderr)
	var said strings.Builder
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := says.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return m[1], nil
		}
	}
	return "", fmt.Errorf("%s did not start:\n%s", p.Path, said.String())
}

// startNginx serves the same file from nginx, where it is installed.
func (w *world) startNginx(ctx context.Context) error {
	path, missing := exec.LookPath("nginx")
	if missing != nil {
		fmt.Println("nginx is not installed; it is left out.")
		return nil //nolint:nilerr // a measurement without it is one too
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	root := filepath.Join(w.dir, "root")
	if err := os.MkdirAll(filepath.Join(root, "mail"), 0o755); err != nil {
		return err
	}
	body, err := os.ReadFile(filepath.Join(w.dir, "get"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, getPath), body, 0o644); err != nil {
		return err
	}
	if err := os.Chmod(w.dir, 0o755); err != nil { // the workers are another user
		return err
	}
	file := filepath.Join(w.dir, "nginx.conf")
	conf := fmt.Sprintf(`daemon off; worker_processes auto; pid %[1]s/nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  types { text/xml xml; }
  server { listen %[2]s; root %[3]s; add_header Cache-Control "public, max-age=300"; add_header Access-Control-Allow-Origin "*"; }
}
`, w.dir, address, root)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return err
	}
	p := exec.CommandContext(ctx, path, "-c", file)
	if err := p.Start(); err != nil {
		return err
	}
	w.processes = append(w.processes, p)
	w.nginx = target{"nginx, the same file", "http://" + address}
	return ready(ctx, w.nginx.url+getPath)
}

func freeAddress(ctx context.Context) (string, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

func ready(ctx context.Context, url string) error {
	deadline := time.Now().Add(10 * time.Second)
	for {
		_, err := fetch(ctx, http.MethodGet, url, "")
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func fetch(ctx context.Context, method, url, body string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Host = host
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(url + ": " + response.Status)
	}
	return io.ReadAll(response.Body)
}

// serveBare answers from two files of a directory until the context ends.
func serveBare(ctx context.Context, dir string) error {
	get, errGet := os.ReadFile(filepath.Join(dir, "get"))
	post, errPost := os.ReadFile(filepath.Join(dir, "post"))
	if err := errors.Join(errGet, errPost); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+getPath, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/xml; charset=utf-8")
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(get)
	})
	mux.HandleFunc("POST "+postPath, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(io.LimitReader(r.Body, 64<<10)); err != nil {
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/xml; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(post)
	})
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	fmt.Fprintf(os.Stderr, "bare at http://%s\n", ln.Addr())
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
