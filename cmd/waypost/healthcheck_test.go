package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waypost/config"
)

func TestHealthcheckAsksWhereServeListens(t *testing.T) {
	for _, c := range []struct{ listen, tls, want string }{
		{"", "", "http://127.0.0.1:8080/healthz"},
		{"0.0.0.0:8080", "", "http://127.0.0.1:8080/healthz"},
		{"[::]:8080", ":443", "http://127.0.0.1:8080/healthz"},
		{":9090", "", "http://127.0.0.1:9090/healthz"},
		{"[::1]:9090", "", "http://[::1]:9090/healthz"},
		{"192.0.2.1:80", "", "http://192.0.2.1:80/healthz"},
		{"", ":443", "https://127.0.0.1:443/healthz"},
		{"", "mail.example:8443", "https://mail.example:8443/healthz"},
	} {
		conf := config.Config{Listen: c.listen}
		conf.TLS.Listen = c.tls
		serveFlags{}.over(&conf)
		if u, err := healthURL(conf); err != nil || u.String() != c.want {
			t.Errorf("listen %q, tls.listen %q: got %v, %v; want %s", c.listen, c.tls, u, err, c.want)
		}
	}
	if u, err := healthURL(config.Config{Listen: "8080"}); err == nil {
		t.Errorf("8080 gives %s", u)
	}
}

func TestHealthcheckBelievesA200Alone(t *testing.T) {
	mux := http.NewServeMux()
	server, secure := httptest.NewServer(mux), httptest.NewTLSServer(mux)
	defer server.Close()
	defer secure.Close()
	status := http.StatusOK
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	})
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	plain := config.Config{Listen: server.Listener.Addr().String()}
	var https config.Config
	https.TLS.Listen = secure.Listener.Addr().String()
	for _, status = range []int{200, 302, 404, 429, 503} {
		for _, conf := range []config.Config{plain, https} {
			if err := healthcheck(t.Context(), conf); (err == nil) != (status == http.StatusOK) {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
}

// TestHealthcheckIsBoundedInTime asks something that accepts and never
// answers.
func TestHealthcheckIsBoundedInTime(t *testing.T) {
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = healthcheck(ctx, config.Config{Listen: silent.Addr().String()})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// TestHealthcheckWithListenReadsNoConfiguration: a reload refuses a bad file
// and keeps serving, so the file must not make the server look ill.
func TestHealthcheckWithListenReadsNoConfiguration(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	var out, log strings.Builder
	args := []string{"healthcheck", "--config", "not-there.yaml"}
	if code := run(t.Context(), args, nil, &out, &log); code != exitFailure || !strings.Contains(log.String(), "not-there.yaml") {
		t.Errorf("code %d: %s", code, &log)
	}
	if code := run(t.Context(), append(args, "--listen", server.Listener.Addr().String()), nil, &out, &log); code != exitPass {
		t.Errorf("code %d: %s", code, &log)
	}
}

// TestHealthcheckFindsAnInstanceThatSpeaksHTTPSAlone: its certificate is for
// another name than the one that is asked here.
func TestHealthcheckFindsAnInstanceThatSpeaksHTTPSAlone(t *testing.T) {
	dir := t.TempDir()
	id := newIdentity(t, "setup.example.com")
	certificate, key := filepath.Join(dir, "tls.pem"), filepath.Join(dir, "tls.key")
	replace(t, certificate, id.certificate)
	replace(t, key, id.key)
	listen := "127.0.0.1:" + freePort(t)
	file := filepath.Join(dir, "waypost.yaml")
	replace(t, file, []byte("catalogue: true\ntls: {listen: \""+listen+"\", certificate: tls.pem, key: tls.key}\n"))
	if s := start(t, quick, "--config", file, "--state", t.TempDir()); s.plain != "" {
		t.Fatalf("it listens at %s too", s.plain)
	}
	command(t, exitPass, "healthcheck", "--config", file)
	command(t, exitPass, "healthcheck", "--config", "not-there.yaml", "--tls-listen", listen)
	command(t, exitFailure, "healthcheck", "--config", file, "--listen", listen) // https is no plain HTTP
	command(t, exitFailure, "healthcheck", "--tls-listen", "127.0.0.1:"+freePort(t))
}
