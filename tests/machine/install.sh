#!/bin/sh
# Installs what the tests need through apt, on Debian 12 and 13; names what is
# missing where it may not. Quick when nothing is.
#
#   WACHTPOST_TRIXIE   where Debian 12 keeps its Debian 13 root (see trixie.sh)
set -eu

here=$(dirname "$0")
trixie=${WACHTPOST_TRIXIE:-/var/cache/wachtpost/trixie}

say() { printf '%s\n' "$*"; }
die() {
  say "make test: $*" >&2
  exit 1
}

release=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release 2>/dev/null || true)
distribution=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null || true)
# Recommended packages stay out, so what the browser tests need of them is named:
# letters to draw, and a library that Playwright's own Node is linked to. openssl
# makes the certificates of the tests; GStreamer is their network camera; libfaketime
# makes the clock of a process jump, iproute2 a network that is ours to spoil.
wanted="mosquitto openssl iproute2 libfaketime chromium fonts-dejavu-core libatomic1"
wanted="$wanted python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good"
case "$distribution $release" in
"debian 12") wanted="$wanted postgresql-15 debootstrap" ;;
"debian 13") wanted="$wanted postgresql-17 postgresql-17-timescaledb" ;;
*)
  say "make test: installs on Debian 12 and 13 only; this is" \
    "${distribution:-unknown} ${release:-}: the tests use what they find" >&2
  exit 0
  ;;
esac

missing=
for package in $wanted; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
root_missing=
if [ "$release" = 12 ] && [ ! -e "$trixie/.made" ]; then
  root_missing=yes
fi
[ -n "$missing$root_missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  say "make test: this machine lacks what the tests need; as root:" >&2
  [ -z "$missing" ] || say "  apt install --no-install-recommends$missing" >&2
  [ -z "$root_missing" ] || say "  sh tests/machine/trixie.sh" >&2
  exit 1
fi

if [ -n "$missing" ]; then
  say "installing through apt:$missing"
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of packages
  { apt-get -q update && apt-get -q install -y --no-install-recommends $missing; } \
    >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "apt failed; all it said is in $log"
  }
  rm -f "$log"
fi
[ -z "$root_missing" ] || sh "$here/trixie.sh"
