#!/bin/sh
# Makes a Debian 13 root with PostgreSQL 17 and TimescaleDB, once, and keeps it.
#
# Debian 12 has no TimescaleDB. The tests start the server of this root from a
# chroot. The mirror is the one that this machine's own apt reads.
#
#   WACHTPOST_TRIXIE   where the root is kept (default /var/cache/wachtpost/trixie)
set -eu

here=$(dirname "$0")
root=${WACHTPOST_TRIXIE:-/var/cache/wachtpost/trixie}
made=$root/.made # written last: a root that was cut off is made again

[ -e "$made" ] && exit 0

say() { printf '%s\n' "$*"; }

[ "$(id -u)" = 0 ] || {
  say "a Debian 13 root can only be made by root: sudo sh $0" >&2
  exit 1
}

mirror=$(python3 "$here/mirror.py")
apt_settings=$(mktemp)
trap 'rm -f "$apt_settings"' EXIT
# The machine's own way to its mirror (proxy, clock) serves the root as well.
apt-config dump | grep -E '^Acquire::(http|https|Check-)' >"$apt_settings" || true

say "making a Debian 13 root in $root (once, one or two minutes)"
rm -rf "$root"
mkdir -p "$root"
chmod 755 "$root"
debootstrap --variant=minbase trixie "$root" "$mirror" >"$root.log" 2>&1 || {
  tail -n 20 "$root.log" >&2
  say "debootstrap failed; all it said is in $root.log" >&2
  exit 1
}

# Nothing in the root starts by itself: the tests start what they need.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mkdir -p "$root/etc/postgresql-common"
say 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
cp "$apt_settings" "$root/etc/apt/apt.conf.d/90machine"
for file in resolv.conf hosts; do
  cp "/etc/$file" "$root/etc/$file" 2>/dev/null || true
done
# A machine behind an inspecting proxy trusts a certificate of its own.
mkdir -p "$root/etc/ssl/certs"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true

say "installing PostgreSQL 17 with TimescaleDB in it"
{
  chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get -q update &&
    chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
      apt-get -q install -y --no-install-recommends \
      postgresql-17 postgresql-17-timescaledb &&
    chroot "$root" apt-get clean
} >>"$root.log" 2>&1 || {
  tail -n 20 "$root.log" >&2
  say "apt failed in the root; all it said is in $root.log" >&2
  exit 1
}
rm -rf "$root"/var/lib/apt/lists/*
: >"$made"
say "the Debian 13 root stands"
