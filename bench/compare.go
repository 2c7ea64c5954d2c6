package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"waypost/mobileconfig"
	"waypost/providers"
	"waypost/providers/catalogue"
)

// row is one line of a table: a name and its median.
type row struct {
	name   string
	median float64
	reach  string // what is asked for, against the first row; empty: nothing
}

// table prints rows with the ratio of each to the first.
func table(title, unit string, rows []row) {
	fmt.Printf("### %s\n\n| | %s | ratio | to reach |\n| --- | ---: | ---: | ---: |\n", title, unit)
	for _, r := range rows {
		fmt.Printf("| %s | %.0f | %.2f | %s |\n", r.name, r.median, r.median/rows[0].median, r.reach)
	}
	fmt.Println()
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// compareHTTP has the servers take turns.
func (w *world) compareHTTP(ctx context.Context, rounds int, turn time.Duration, others peers) error {
	get := []target{w.bare, w.quiet, w.logged}
	reachGet := []string{"", "≥ 0.85", "≥ 0.78"}
	for _, p := range others {
		get, reachGet = append(get, target{"peer " + p.name, p.url}), append(reachGet, "behind Waypost")
	}
	rows, err := w.turns(ctx, rounds, turn, get, reachGet, getPath, "")
	if err != nil {
		return err
	}
	table("Autoconfig GET, limiter and metrics on, against a bare handler that sends the same bytes", "requests/s", rows)
	if w.nginx.url != "" {
		rows, err = w.turns(ctx, rounds, turn, []target{w.nginx, w.quiet, w.bare}, []string{"", "≥ 0.75", ""}, getPath, "")
		if err != nil {
			return err
		}
		table("Autoconfig GET against nginx, access logs off on both", "requests/s", rows)
	}
	reachPost := append([]string{"", "≥ 0.60", ""}, reachGet[3:]...)
	rows, err = w.turns(ctx, rounds, turn, get, reachPost, postPath, request)
	if err != nil {
		return err
	}
	table("Outlook POST, limiter and metrics on, against a bare handler that reads the body", "requests/s", rows)
	return nil
}

func (w *world) turns(ctx context.Context, rounds int, turn time.Duration, targets []target, reach []string, path, body string) ([]row, error) {
	rates := make([][]float64, len(targets))
	for range rounds {
		for i, t := range targets {
			rate, err := w.load(ctx, t.url+path, body, turn)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			rates[i] = append(rates[i], rate)
		}
	}
	rows := make([]row, len(targets))
	for i, t := range targets {
		rows[i] = row{t.name, median(rates[i]), reach[i]}
	}
	return rows, nil
}

var (
	requestsPerSecond = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	loadErrors        = regexp.MustCompile(`(?m)^\s+(Non-2xx.*|Socket errors: .*)$`)
)

// load runs wrk for one turn.
func (w *world) load(ctx context.Context, url, body string, turn time.Duration) (float64, error) {
	script := filepath.Join(w.dir, "load.lua")
	lua := "wrk.headers['Host'] = '" + host + "'\nwrk.headers['X-Forwarded-For'] = '203.0.113.7'\n"
	if body != "" {
		lua += "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'text/xml'\nwrk.body = [==[" + body + "]==]\n"
	}
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, "wrk", "-t2", "-c32", "-d"+turn.String(), "-s", script, url).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	if m := loadErrors.FindSubmatch(out); m != nil {
		return 0, fmt.Errorf("wrk: %s", m[1])
	}
	m := requestsPerSecond.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("wrk said\n%s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// compareSignatures makes profiles from the record to the signed bytes, beside
// the signature alone.
func compareSignatures(rounds int) error {
	directory, err := catalogue.Load()
	if err != nil {
		return err
	}
	m, err := directory.Lookup(context.Background(), providers.MustDomain("charter.net"))
	if err != nil {
		return err
	}
	address, err := providers.ParseAddress("ann@charter.net")
	if err != nil {
		return err
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	for _, k := range []struct {
		name, reach string
		key         crypto.Signer
	}{{"RSA-2048", "≥ 0.85", rsaKey}, {"P-256", "≥ 0.25", ecKey}} {
		signer, err := newSigner(k.key)
		if err != nil {
			return err
		}
		digest := sha256.Sum256([]byte("profile"))
		raw := func() error {
			_, err := k.key.Sign(rand.Reader, digest[:], crypto.SHA256)
			return err
		}
		whole := func() error {
			p, err := mobileconfig.New(m.At(address))
			if err != nil {
				return err
			}
			plist, err := p.Encode()
			if err != nil {
				return err
			}
			_, err = signer.Sign(plist)
			return err
		}
		var rawRates, wholeRates []float64
		for range rounds {
			for _, t := range []struct {
				do    func() error
				rates *[]float64
			}{{raw, &rawRates}, {whole, &wholeRates}} {
				rate, err := perSecond(t.do)
				if err != nil {
					return err
				}
				*t.rates = append(*t.rates, rate)
			}
		}
		table("Signed profile, a fresh signature each, "+k.name, "per second, one core", []row{
			{"raw signature in a loop", median(rawRates), ""},
			{"profile from record to signed bytes", median(wholeRates), k.reach},
		})
	}
	return nil
}

// perSecond runs do for half a second.
func perSecond(do func() error) (float64, error) {
	began, n := time.Now(), 0
	for time.Since(began) < 500*time.Millisecond {
		if err := do(); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// newSigner makes a certificate under a root, as a real signer has one.
func newSigner(key crypto.Signer) (mobileconfig.Signer, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return mobileconfig.Signer{}, err
	}
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return mobileconfig.Signer{}, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "signer"}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
	if err != nil {
		return mobileconfig.Signer{}, err
	}
	s := mobileconfig.Signer{Key: key}
	if s.Certificate, err = x509.ParseCertificate(leafDER); err != nil {
		return s, err
	}
	parsed, err := x509.ParseCertificate(rootDER)
	s.Chain = []*x509.Certificate{parsed}
	return s, err
}
