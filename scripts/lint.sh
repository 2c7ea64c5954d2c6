#!/usr/bin/env bash
# Runs golangci-lint (.golangci.yml) and govulncheck over every package.
#
#   scripts/lint.sh        find faults
#   scripts/lint.sh fmt    only format the code
#
# Both are tools of the module in tools/, so that their dependencies stay out
# of ours. They are kept in .cache/bin.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/.cache/bin

# A linter built with one version of Go may not read the code of the next.
built_from=$(cksum tools/go.mod tools/go.sum && go version)
if [ "$built_from" != "$(cat "$bin/built-from" 2>/dev/null)" ]; then
  echo "Building the linters from tools/go.mod; this takes some minutes, once."
  mkdir -p "$bin"
  CGO_ENABLED=0 go build -C tools -buildvcs=false -o "$bin/" tool
  echo "$built_from" >"$bin/built-from"
fi

if [ "${1:-}" = fmt ]; then
  exec "$bin/golangci-lint" fmt ./...
fi
# A misspelt key would switch a rule off without a word.
"$bin/golangci-lint" config verify
"$bin/golangci-lint" run ./...

# govulncheck asks a database for the known faults of our dependencies.
status=0
report=$("$bin/govulncheck" ./... 2>&1) || status=$?
case $report in
  *"fetching vulnerabilities"*)
    echo "govulncheck was NOT RUN: its database cannot be reached from here." ;;
  *)
    echo "$report"
    exit "$status" ;;
esac
