// Bench measures Waypost beside a bare handler, nginx and raw signatures, all
// in one run: the programs take turns, round after round, and the median of
// the rounds counts. Ratios within a run mean something on a busy machine;
// absolute numbers do not.
//
//	make bench
//	make bench BENCH='--peer automx=http://127.0.0.1:4243'
//
// It needs wrk, and nginx where that is to be compared; scripts/bench.sh
// installs them. Every load is bounded, and everything listens on loopback.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

// peers are further servers, as name=URL.
type peers []target

func (p *peers) String() string { return fmt.Sprint(len(*p), " peers") }

func (p *peers) Set(s string) error {
	name, url, ok := strings.Cut(s, "=")
	if !ok || !strings.HasPrefix(url, "http://") {
		return fmt.Errorf("write it as name=http://127.0.0.1:PORT")
	}
	*p = append(*p, target{name: name, url: strings.TrimSuffix(url, "/")})
	return nil
}

func main() {
	var others peers
	waypost := flag.String("waypost", "bin/waypost", "the program to measure")
	rounds := flag.Int("rounds", 5, "how often each server has its turn")
	turn := flag.Duration("turn", 2*time.Second, "how long a turn is")
	bare := flag.String("bare", "", "only serve the bytes of two files from a bare handler (used by the bench itself)")
	flag.Var(&others, "peer", "another server to measure, as name=URL; may be repeated")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if *bare != "" {
		err = serveBare(ctx, *bare)
	} else {
		err = run(ctx, *waypost, *rounds, *turn, others)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, waypost string, rounds int, turn time.Duration, others peers) error {
	w, err := startWorld(ctx, waypost)
	if err != nil {
		return err
	}
	defer w.stop()
	fmt.Printf("Median of %d interleaved rounds of %v each; wrk with 2 threads and 32 connections on the same machine.\n\n", rounds, turn)
	if err := w.compareHTTP(ctx, rounds, turn, others); err != nil {
		return err
	}
	if err := compareSignatures(rounds); err != nil {
		return err
	}
	return w.describe(ctx, rounds)
}
