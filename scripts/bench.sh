#!/usr/bin/env bash
# Measures bin/waypost beside other servers; bench/main.go says how.
#
#   scripts/bench.sh [--peer NAME=URL]…
#
# It needs wrk, and nginx for one of the comparisons. Both are installed where
# that is possible, without starting a service.
set -eu
cd "$(dirname "$0")/.."

lacking=()
command -v wrk >/dev/null || lacking+=(wrk)
command -v nginx >/dev/null || lacking+=(nginx-light)
if [ ${#lacking[@]} -gt 0 ]; then
  echo "The measurement needs these Debian packages, which are installed now: ${lacking[*]}" >&2
  { apt-get update -q; DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends "${lacking[@]}"; } >&2 ||
    echo "They could not be installed." >&2
fi
go run ./bench "$@"
