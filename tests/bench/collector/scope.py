"""How much is measured: all of it, less of everything, or some sections."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

# Last those that leave much behind them: rows, and devices that fall silent.
SECTIONS = ("speed", "latency", "backlog", "rows", "devices")


@dataclass(frozen=True)
class Scope:
    """How much is measured."""

    only: tuple[str, ...] = SECTIONS
    quick: bool = False

    @property
    def name(self) -> str:
        """Give what the file is called: a part of the whole never looks like it."""
        parts = () if self.only == SECTIONS else self.only
        return "-".join(("collector", *parts))

    @property
    def rounds(self) -> int:
        return 3 if self.quick else 7

    @property
    def frames(self) -> int:
        """Frames of one record in a round."""
        return 3_000 if self.quick else 10_000

    @property
    def records(self) -> int:
        """Records in a round of frames of 50."""
        return 30_000 if self.quick else 100_000

    @property
    def backlog(self) -> int:
        return 100_000

    @property
    def devices(self) -> tuple[int, ...]:
        return (1, 100, 1_000) if self.quick else (1, 10, 100, 1_000)

    @property
    def rows(self) -> tuple[int, ...]:
        """Millions of rows stored before."""
        return (1, 2) if self.quick else (1, 10, 50)

    @property
    def seconds(self) -> float:
        """How long latency is looked at, idle and busy each."""
        return 8.0 if self.quick else 60.0


def scope_of(arguments: Sequence[str]) -> Scope:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(prog="make bench PART=collector")
    parser.add_argument(
        "--only", default=",".join(SECTIONS), help=f"some of {','.join(SECTIONS)}"
    )
    parser.add_argument("--quick", action="store_true", help="some minutes")
    options = parser.parse_args(arguments)
    only = options.only.split(",")
    if unknown := set(only) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    return Scope(tuple(one for one in SECTIONS if one in only), options.quick)
