"""What a demo's cameras and meters are given: recorded where found, else made."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.demo.errors import FootageMissingError

ROOT = Path(__file__).resolve().parents[2]
FOOTAGE = ROOT.parent / "shared" / "footage"
MEASUREMENTS = ROOT.parent / "shared" / "data" / "office-occupancy.csv"
MADE = "made"

_MADE_HEAD = "Temperature,Humidity,Light,CO2"
_MADE_ROWS = 24 * 60


@dataclass(frozen=True)
class Material:
    """A folder of films (None: scenes are made), and a file of measurements."""

    footage: Path | None
    measurements: Path | None

    @property
    def ours(self) -> bool:
        """Whether these are the films of the demo, and nobody's own."""
        return self.footage is not None and self.footage == FOOTAGE

    @property
    def word(self) -> str:
        """Say which: the folder's path, or `made`."""
        return str(self.footage) if self.footage else MADE


def find(asked: str | None) -> Material:
    """Find what can be played; `asked` is the folder that FOOTAGE names, or `made`.

    Raises FootageMissingError where a folder was asked for and holds no film.
    """
    if asked == MADE:
        return Material(None, None)
    if asked:
        folder = Path(asked).expanduser().resolve()
        if not any(folder.glob("*.mp4")):
            raise FootageMissingError(folder)
        return Material(folder, _measurements())
    found = FOOTAGE if any(FOOTAGE.glob("*.mp4")) else None
    return Material(found, _measurements())


def sources(wanted: Sequence[str], material: Material) -> dict[str, str]:
    """Give for each camera's `footage:NAME` what there is to see instead.

    A film that the folder lacks is replaced by another of the folder, in order.
    """
    folder = material.footage
    films = sorted(film.name for film in folder.glob("*.mp4")) if folder else []
    found = {}
    for place, source in enumerate(dict.fromkeys(wanted)):
        if not films:
            found[source] = f"made:{place + 1}"
        elif source.removeprefix("footage:") not in films:
            found[source] = f"footage:{films[place % len(films)]}"
        else:
            found[source] = source
    return found


def made_measurements() -> str:
    """Write a made day in an office, a row a minute, comma-separated.

    People come at 8 and go at 18: light, CO2 and warmth follow them.
    """
    lines = [_MADE_HEAD]
    for minute in range(_MADE_ROWS):
        hour = (minute / 60 + 9) % 24
        busy = max(0.0, math.sin(math.pi * (hour - 8) / 10)) if 8 < hour < 18 else 0.0  # noqa: PLR2004 - office hours
        ripple = math.sin(minute / 7)
        lines.append(
            f"{19.5 + 3 * busy + 0.1 * ripple:.2f},"
            f"{42 - 6 * busy + 0.3 * ripple:.2f},"
            f"{20 + 430 * busy:.1f},"
            f"{430 + 520 * busy + 8 * ripple:.1f}"
        )
    return "\n".join(lines) + "\n"


def _measurements() -> Path | None:
    return MEASUREMENTS if MEASUREMENTS.is_file() else None
