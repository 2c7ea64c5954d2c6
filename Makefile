# The commands of this repository; `make` alone lists them.

FUZZTIME ?= 10s
# What `waypost version` tells; empty where there is no git.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help test lint fmt fuzz golden build bench

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

test: ## run the tests; says which Debian packages it installs first
	@scripts/test.sh

lint: ## run the linters; the first run builds them
	@scripts/lint.sh

fmt: ## format the Go code
	@scripts/lint.sh fmt

# Minimizing is cut short: without it large inputs take all of the time.
fuzz: ## run every fuzz target for FUZZTIME (10s)
	@set -e; listed=$$(go test -list '^Fuzz' ./...); \
	echo "$$listed" | awk '/^Fuzz/ { name[n++] = $$1 } \
	    /^ok/ { for (i = 0; i < n; i++) print $$2, name[i]; n = 0 }' | \
	{ failed=; while read -r pkg name; do \
	    echo "== $$name in $$pkg"; \
	    go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$pkg" </dev/null || \
	        failed="$$failed $$pkg.$$name"; \
	done; [ -z "$$failed" ] || { echo "FAILED:$$failed"; exit 1; }; }

golden: ## write the golden files anew; read the diff before you commit it
	@set -e; dirs=$$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -r -n1 dirname | sort -u); \
	test -n "$$dirs" || { echo "No package has golden files."; exit 0; }; \
	go test $$dirs -update

bench: build ## measure beside a bare handler, nginx and raw signatures; BENCH='--peer name=URL' adds servers
	@scripts/bench.sh $(BENCH)

build: ## build the static program bin/waypost
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/waypost ./cmd/waypost
