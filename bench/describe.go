package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// describe prints what the program weighs: its size, its start, its memory,
// and the allocations of a request.
func (w *world) describe(ctx context.Context, rounds int) error {
	info, err := os.Stat(w.waypost)
	if err != nil {
		return err
	}
	memory, err := residentKiB(w.pid)
	if err != nil {
		return err
	}
	var starts []float64
	for range rounds {
		took, err := w.startOnce(ctx)
		if err != nil {
			return err
		}
		starts = append(starts, took.Seconds()*1000)
	}
	fmt.Print("### The program\n\n| | |\n| --- | ---: |\n")
	fmt.Printf("| binary, static and stripped | %.1f MB |\n", float64(info.Size())/1e6)
	fmt.Printf("| from exec to the first answer, built-in catalogue | %.0f ms |\n", median(starts))
	fmt.Printf("| resident memory after the load above | %.1f MiB |\n", float64(memory)/1024)
	fmt.Print("\nAllocations for an autoconfig GET behind net/http, Echo included, are held at 8 by `TestAutoconfigGETAllocatesLittle`.\n")
	return nil
}

var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func residentKiB(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	m := resident.FindSubmatch(status)
	if m == nil {
		return 0, fmt.Errorf("no VmRSS for %d", pid)
	}
	return strconv.Atoi(string(m[1]))
}

// startOnce starts the program with its built-in catalogue and waits for the
// first answer.
func (w *world) startOnce(ctx context.Context) (time.Duration, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return 0, err
	}
	p := exec.CommandContext(ctx, w.waypost, "serve", "--listen", address, "--state", filepath.Join(w.dir, "state"))
	p.Dir = w.dir // where no waypost.yaml stands
	if p.Path, err = filepath.Abs(w.waypost); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := p.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = p.Process.Signal(os.Interrupt)
		_ = p.Wait()
	}()
	for time.Since(began) < 10*time.Second {
		if _, err := fetch(ctx, http.MethodGet, "http://"+address+"/healthz", ""); err == nil {
			return time.Since(began), nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, fmt.Errorf("%s did not answer", w.waypost)
}
