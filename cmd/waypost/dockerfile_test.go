//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// image is what the Dockerfile makes, built without a Docker engine:
// directories stand for the file systems of its two stages.
type image struct {
	build, final            string
	uid, gid                uint32
	entrypoint, cmd, health []string
	exposed                 string
}

// outside are the files that a stage has from the image it starts from.
var outside = []string{"/etc/ssl/certs/ca-certificates.crt"}

// TestImage carries out the Dockerfile and runs what it makes as a container
// would: in its own file system, without environment and without privileges.
func TestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	i := buildImage(ctx, t, buildContext(ctx, t), "v9.8.7-test")
	if i.uid == 0 || i.gid == 0 {
		t.Error("the container runs as root")
	}
	static(t, filepath.Join(i.final, i.entrypoint[0]))
	if out, err := i.command(ctx, i.entrypoint[0], "version").Output(); err != nil || !strings.HasPrefix(string(out), "waypost v9.8.7-test (") {
		t.Errorf("version: %v, %s", err, out)
	}
	address := "0.0.0.0:" + i.exposed
	if !slices.Contains(i.cmd, address) || !slices.Contains(i.health, address) {
		t.Fatalf("%s is exposed, %q listens and %q asks", i.exposed, i.cmd, i.health)
	}
	// The port may be taken here, so the system chooses one.
	server := i.command(ctx, swap(slices.Concat(i.entrypoint, i.cmd), address, "0.0.0.0:0")...)
	log, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines, port, said := bufio.NewScanner(log), "", ""
	for port == "" && lines.Scan() {
		said += lines.Text() + "\n"
		if m := regexp.MustCompile(`msg=listening address=\S+:(\d+)`).FindStringSubmatch(lines.Text()); m != nil {
			port = m[1]
		}
	}
	if port == "" {
		t.Fatalf("the server does not listen:\n%s", said)
	}
	go func() { _, _ = io.Copy(io.Discard, log) }()
	ask := swap(i.health, address, "0.0.0.0:"+port)
	for try := 1; ; try++ { // what listens need not answer yet; docker asks again too
		if out, err := i.command(ctx, ask...).CombinedOutput(); err == nil {
			break
		} else if try == 20 {
			t.Fatalf("%q: %v\n%s", ask, err, out)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, err := os.Stat(filepath.Join(i.final, "state", "signing.pem")); err != nil {
		t.Error("the signing identity is not kept in the volume:", err)
	}
	if err := errors.Join(server.Process.Signal(syscall.SIGTERM), server.Wait()); err != nil {
		t.Error("docker stop:", err)
	}
	down := i.command(ctx, ask...)
	if out, err := down.CombinedOutput(); err == nil || down.ProcessState.ExitCode() != exitFailure || !bytes.HasPrefix(out, []byte("waypost: no answer: ")) {
		t.Errorf("health of a stopped server: %v\n%s", err, out)
	}
}

// buildImage carries out the instructions. RUN runs as it is written; only
// /out lies elsewhere.
func buildImage(ctx context.Context, t *testing.T, source, version string) image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "Dockerfile"))
	must(t, err)
	i := image{build: t.TempDir(), final: t.TempDir()}
	work, env, from := "", []string(nil), 0
	plain := regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(string(text), "")
	for line := range strings.Lines(strings.ReplaceAll(plain, "\\\n", "")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch args := strings.Fields(rest); word {
		case "", "VOLUME":
		case "FROM":
			if from++; from == 2 && rest != "scratch" {
				t.Errorf("the image starts from %s", rest)
			}
		case "WORKDIR":
			work = filepath.Join(i.build, rest)
			must(t, os.MkdirAll(work, 0o755))
		case "ARG":
			env = append(env, args[0]+"="+version)
		case "RUN":
			sh(ctx, t, work, env, strings.ReplaceAll(rest, "/out/", i.build+"/out/"))
		case "COPY":
			if from == 1 {
				sh(ctx, t, source, nil, "cp -R "+rest[:strings.LastIndex(rest, " ")]+" "+work)
				continue
			}
			i.take(ctx, t, args)
		case "USER":
			_, err = fmt.Sscanf(rest, "%d:%d", &i.uid, &i.gid) // by number: there is no /etc/passwd
			must(t, err)
		case "EXPOSE":
			i.exposed = rest
		case "ENTRYPOINT":
			must(t, json.Unmarshal([]byte(rest), &i.entrypoint))
		case "CMD":
			must(t, json.Unmarshal([]byte(rest), &i.cmd))
		case "HEALTHCHECK":
			_, list, _ := strings.Cut(rest, " CMD ")
			must(t, json.Unmarshal([]byte(list), &i.health))
		default:
			t.Fatalf("%s is not known here", word)
		}
	}
	return i
}

// take carries out a COPY of the final stage, from the first one.
func (i image) take(ctx context.Context, t *testing.T, args []string) {
	t.Helper()
	owner := "0:0"
	for ; strings.HasPrefix(args[0], "--"); args = args[1:] {
		_, _ = fmt.Sscanf(args[0], "--chown=%s", &owner)
	}
	from, to := filepath.Join(i.build, args[0]), i.final+args[1]
	if slices.Contains(outside, args[0]) {
		from = args[0]
	}
	sh(ctx, t, "", nil, "install", "-d", filepath.Dir(to))
	sh(ctx, t, "", nil, "cp", "-RL", from, to)
	if os.Getuid() == 0 {
		sh(ctx, t, "", nil, "chown", "-R", owner, to)
	}
}

// command is a command inside the image. Root can change into it, as a
// container engine does; anybody else runs it where it lies.
func (i image) command(ctx context.Context, args ...string) *exec.Cmd {
	inside := os.Getuid() == 0
	args = slices.Clone(args)
	for n, a := range args {
		if !inside && strings.HasPrefix(a, "/") {
			args[n] = filepath.Join(i.final, a)
		}
	}
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env, c.Dir = []string{"PATH=/"}, i.final
	if inside {
		c.Dir = "/"
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: i.final, Credential: &syscall.Credential{Uid: i.uid, Gid: i.gid}}
	}
	return c
}

func static(t *testing.T, file string) {
	t.Helper()
	f, err := elf.Open(file)
	must(t, err)
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program is not static: it has %v", p.Type)
		}
	}
}

func swap(list []string, old, other string) []string {
	list = slices.Clone(list)
	list[slices.Index(list, old)] = other
	return list
}

// sh runs a script, or a program with arguments, and gives its output.
func sh(ctx context.Context, t *testing.T, dir string, env []string, command ...string) string {
	t.Helper()
	if len(command) == 1 {
		command = append([]string{"sh", "-c"}, command...)
	}
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", command, err, out)
	}
	return string(out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
