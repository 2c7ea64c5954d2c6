#!/usr/bin/env bash
# Runs the tests, and first installs what they need beside Go.
#
#   scripts/test.sh [PACKAGE…]    the default is every package
#
# Debian packages are installed where that is possible, as root with apt-get; npm
# packages (scripts/npm) wherever npm is, into .cache/npm. Tests that need a part
# which is still missing are skipped, and the part is named at the end. With
# WAYPOST_REQUIRE=all a missing part is a failure.
set -eu
cd "$(dirname "$0")/.."

# have tells whether what a Debian package gives is there, whoever gave it.
have() {
  case $1 in
    ca-certificates) test -e /etc/ssl/certs/ca-certificates.crt ;;
    libc6-dev) echo '#include <stdlib.h>' | gcc -E - ;;
    nginx-light) command -v nginx ;;
    dovecot-imapd) command -v dovecot && ls /usr/lib*/dovecot/imap ;;
    dovecot-pop3d) ls /usr/lib*/dovecot/pop3 ;;
    dovecot-managesieved) ls /usr/lib*/dovecot/managesieve-login ;;
    iproute2) command -v ip ;;
    bind9) command -v named ;;
    bind9-utils) command -v named-checkzone ;;
    libxml2-utils) command -v xmllint ;;
    zbar-tools) command -v zbarimg ;;
    chromium-headless-shell) command -v chromium-headless-shell || command -v chromium ;;
    fonts-noto-core) ls /usr/share/fonts/truetype/noto/NotoSans-Bold.ttf /usr/share/fonts/truetype/noto/NotoSansArabic-Bold.ttf ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

PATH=$PATH:/usr/sbin # where Debian puts servers; not everybody's has it

# openssl, xmllint, zbarimg, python3 and named-checkzone read what we write; curl,
# nginx and Caddy do what the README says; Dovecot and Postfix are mail servers
# for clients and probes, ip makes networks for them, npm fetches the clients;
# Chromium shows the page for people, in Latin and Arabic letters; gcc and
# libc6-dev link the race detector; Go fetches modules with git and
# ca-certificates.
lacking=()
for package in openssl libxml2-utils zbar-tools python3 bind9 bind9-utils curl nginx-light caddy \
  dovecot-imapd dovecot-pop3d dovecot-managesieved postfix iproute2 npm chromium-headless-shell \
  fonts-noto-core gcc libc6-dev git ca-certificates; do
  have "$package" || lacking+=("$package")
done

if [ ${#lacking[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "The tests need these Debian packages, which are installed now: ${lacking[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # The tests run the programs themselves: no service is to start (invoke-rc.d(8)).
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"; fi
    # Postfix is to come without a configuration of the machine's own mail, and
    # --no-remove keeps the mail server that a machine has.
    ! command -v debconf-set-selections >/dev/null || have postfix ||
      echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    { apt-get update -q || true; apt-get install -q -y --no-install-recommends --no-remove "${lacking[@]}"; } ||
      echo "They could not be installed."
    [ -z "$policy" ] || rm -f "$policy"
  else
    echo "The tests need these Debian packages: ${lacking[*]}"
    echo "They are not installed: that takes root and apt-get."
  fi
fi

# Of the clients, npm installs the one that this machine can run; axe-core is a
# script for browsers. The lock file is copied once they are there.
npm=$PWD/.cache/npm
client() { ls -d "$npm"/node_modules/@deltachat/stdio-rpc-server-linux-*; }
export WAYPOST_AXE=$npm/node_modules/axe-core/axe.min.js
if ! cmp -s scripts/npm/package-lock.json "$npm/installed.json"; then
  echo "The tests need npm packages, which are installed now: see scripts/npm/package.json"
  mkdir -p "$npm"
  cp scripts/npm/package.json scripts/npm/package-lock.json "$npm"
  if npm ci --prefix "$npm" --ignore-scripts --no-audit --no-fund --loglevel=error && client >/dev/null && test -e "$WAYPOST_AXE"; then
    cp scripts/npm/package-lock.json "$npm/installed.json"
  else
    echo "They could not be installed."
  fi
fi
if found=$(client 2>/dev/null); then PATH=$found:$PATH; fi

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
go test ${race:+"$race"} -shuffle=on -timeout 30m "${@:-./...}" || status=$?

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
