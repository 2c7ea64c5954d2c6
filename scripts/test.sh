#!/usr/bin/env bash
# Runs the tests, and first installs what they need beside Go.
#
#   scripts/test.sh [PACKAGE…]    the default is every package
#
# Debian packages are installed where that is possible, as root with apt-get.
# Elsewhere the tests that need a missing part are skipped, and the part is
# named at the end. With WAYPOST_REQUIRE=all a missing part is a failure.
set -eu
cd "$(dirname "$0")/.."

# have tells whether what a Debian package gives is there, whoever gave it.
have() {
  case $1 in
    ca-certificates) test -e /etc/ssl/certs/ca-certificates.crt ;;
    libc6-dev) echo '#include <stdlib.h>' | gcc -E - ;;
    nginx-light) command -v nginx ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

PATH=$PATH:/usr/sbin # where Debian puts nginx; not everybody's has it

# openssl reads what we sign; curl, nginx and Caddy do what the README says; gcc
# and libc6-dev link the race detector; Go fetches modules with git and
# ca-certificates.
lacking=()
for package in openssl curl nginx-light caddy gcc libc6-dev git ca-certificates; do
  have "$package" || lacking+=("$package")
done

if [ ${#lacking[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "The tests need these Debian packages, which are installed now: ${lacking[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # The tests run the programs themselves: no service is to start (invoke-rc.d(8)).
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"; fi
    { apt-get update -q || true; apt-get install -q -y --no-install-recommends "${lacking[@]}"; } ||
      echo "They could not be installed."
    [ -z "$policy" ] || rm -f "$policy"
  else
    echo "The tests need these Debian packages: ${lacking[*]}"
    echo "They are not installed: that takes root and apt-get."
  fi
fi

# Package internal/testenv writes each part that a test lacks to this file.
WAYPOST_MISSING=$(mktemp)
export WAYPOST_MISSING
trap 'rm -f "$WAYPOST_MISSING"' EXIT

race=
if have gcc && have libc6-dev; then
  race=-race
  export CGO_ENABLED=1
else
  echo "gcc and libc6-dev (no race detector)" >>"$WAYPOST_MISSING"
fi

status=0
go test ${race:+"$race"} -shuffle=on -timeout 10m "${@:-./...}" || status=$?

echo
if [ -s "$WAYPOST_MISSING" ]; then
  parts=$(sort -u "$WAYPOST_MISSING" | paste -s -d , - | sed 's/,/, /g')
  if [ "${WAYPOST_REQUIRE:-}" = all ]; then
    echo "Missing parts: $parts; WAYPOST_REQUIRE=all makes that a failure."
    [ "$status" != 0 ] || status=1
  else
    echo "Missing parts: $parts; the tests that need them were skipped."
  fi
fi
if [ "$status" = 0 ]; then echo "The tests passed."; else echo "The tests FAILED."; fi
exit "$status"
