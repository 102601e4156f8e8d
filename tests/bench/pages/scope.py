"""How much is measured: all of it, less of everything, or some sections."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

SECTIONS = ("screen", "fan-out", "times", "plans")  # last what leaves rows behind


@dataclass(frozen=True)
class Scope:
    """How much is measured."""

    only: tuple[str, ...] = SECTIONS
    quick: bool = False

    @property
    def name(self) -> str:
        """Give what the file is called: a part of the whole never looks like it."""
        parts = () if self.only == SECTIONS else self.only
        return "-".join(("pages", *parts))

    @property
    def millions(self) -> tuple[float, ...]:
        """Millions of rows of events stored before."""
        return (0.1, 1) if self.quick else (1, 10)

    @property
    def incidents(self) -> int:
        """How many incidents there were in the last year."""
        return 1_000 if self.quick else 10_000

    @property
    def looks(self) -> int:
        """How often each page is asked for."""
        return 10 if self.quick else 40

    @property
    def presses(self) -> int:
        """How many calls for help are watched on a screen."""
        return 10 if self.quick else 50

    @property
    def screens(self) -> tuple[int, ...]:
        """How many pages are open at once."""
        return (20,) if self.quick else (50, 200)


def scope_of(arguments: Sequence[str]) -> Scope:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(prog="make bench PART=pages")
    parser.add_argument(
        "--only", default=",".join(SECTIONS), help=f"some of {','.join(SECTIONS)}"
    )
    parser.add_argument("--quick", action="store_true", help="some minutes")
    options = parser.parse_args(arguments)
    only = options.only.split(",")
    if unknown := set(only) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    return Scope(tuple(one for one in SECTIONS if one in only), options.quick)
