"""The command `wachtpost clip`: is a clip what a device filmed, and which device's?"""

import argparse
import hashlib
import sys
from pathlib import Path

from edge.clip.statement import Sidecar, is_signed, read
from sites.errors import SitesError
from sites.keys import verify_key


def main(arguments: list[str]) -> int:
    """Run one subcommand; gives the exit code: 1 where something does not fit."""
    options = _parser().parse_args(arguments)
    film: Path = options.file
    sidecar: Path = options.statement or film.with_suffix(".json")
    try:
        with film.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        told = read(sidecar.read_bytes())
        problems = problems_of(found, film.stat().st_size, told, options.key)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)  # noqa: T201  # a CLI prints
        return 2
    except SitesError as error:
        print(error, file=sys.stderr)  # noqa: T201  # as above
        return 2
    for problem in problems:
        print(f"{film.name}: {problem}")  # noqa: T201  # as above
    if problems or told is None:
        return 1
    print(sentence(told))  # noqa: T201  # as above
    return 0


def problems_of(found: str, size: int, told: Sidecar | None, key: str) -> list[str]:
    """Name what does not fit, a sentence each.

    Args:
        found: the SHA-256 of the file, hexadecimal.
        size: its bytes.
        told: what lies beside it, None where that is no statement.
        key: public key of the device that is said to have filmed it, hexadecimal;
            raises KeyTextError where it is none.
    """
    public = verify_key(key, "--key")
    if told is None:
        return ["the file beside it is no statement of a device"]
    statement, problems = told.statement, []
    if statement.clip != found:
        problems.append(
            f"the film is not the one that was signed: it has the SHA-256 {found},"
            f" the statement says {statement.clip}"
        )
    elif statement.size != size:
        problems.append(f"it has {size} bytes, the statement says {statement.size}")
    if not is_signed(told, public):
        other = "" if told.key == key.lower() else f", but names the key {told.key}"
        problems.append(f"the statement is not signed with this device's key{other}")
    return problems


def sentence(told: Sidecar) -> str:
    """Say what a statement that holds says."""
    one = told.statement
    begins = one.begins.isoformat(timespec="milliseconds")
    return (
        f"the film is unchanged since device {one.device} signed it:"
        f" camera {one.camera}, from {begins} for {one.seconds:.1f} s"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wachtpost clip", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check a clip against its statement")
    verify.add_argument("file", type=Path, help="the film, <SHA-256>.mp4")
    verify.add_argument(
        "--key", required=True, help="public key of the device, 64 hexadecimal digits"
    )
    verify.add_argument(
        "--statement", type=Path, help="if not the .json beside the film"
    )
    return parser
