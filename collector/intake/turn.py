"""Two boxes of one identity, told by their turns: no clock is asked.

A device sends what it wrote in the order of its runs, and has at most MOST_UNDER_WAY
plain frames on their way. So once a run has spoken, no more than so many of an older
one can still come, whatever was lost, late or cut. Where two runs both begin to speak
anew more often than twice that, each after the other did, two boxes live: twice, as a
store that was put back from a copy may send what was on its way in smaller frames.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collector.database import Transaction, jsonb
from collector.intake.found import device_cloned
from collector.intake.ingest import Heard
from collector.intake.row import EventRow
from collector.query import Queries
from sites.frame import MOST_UNDER_WAY

MOST_TURNS = 2 * MOST_UNDER_WAY
_QUERIES = Queries(Path(__file__).parent / "sql")


@dataclass
class Turn:
    """How often a run began to speak; `beside`: others, when it did at first."""

    turns: int = 0
    beside: Mapping[str, int] = field(default_factory=dict)


Turns = dict[str, Turn]


def speak(turns: Turns, run: str) -> None:
    """Note that a run begins to speak, after another or as the first."""
    if run not in turns:
        turns[run] = Turn(beside={name: one.turns for name, one in turns.items()})
    turns[run].turns += 1


def rivals(turns: Turns) -> tuple[str, str] | None:
    """Give two runs that live beside each other; None where there are none such."""
    for newer, one in turns.items():
        for older, before in one.beside.items():
            since = turns[older].turns - before if older in turns else 0
            if min(since, one.turns) > MOST_TURNS:
                return older, newer
    return None


async def take_turns(
    transaction: Transaction,
    heard: Iterable[Heard],
    fresh: frozenset[str],
    speakers: Mapping[str, str | None],
) -> list[EventRow]:
    """Note who begins to speak; give the devices that are found to be two.

    `speakers` are the runs that spoke last. The caller holds the locks of the devices.
    """
    began = _began(heard, fresh, speakers)
    if not began:
        return []
    known: dict[str, Turns] = {device: {} for device in began}
    for row in await transaction.all(_QUERIES["turns"], devices=sorted(began)):
        known[row["device"]][row["run"]] = Turn(row["turns"], row["beside"])
    found = []
    for device, frames in sorted(began.items()):
        for frame in frames:
            speak(known[device], frame.header.run)
        both = rivals(known[device])
        if both is not None and await _mark(transaction, frames[-1], both):
            found.append(device_cloned(frames[-1]))
    await transaction.run(_QUERIES["put_turns"], rows=jsonb(_rows(began, known)))
    return found


def _began(
    heard: Iterable[Heard], fresh: frozenset[str], speakers: Mapping[str, str | None]
) -> dict[str, list[Heard]]:
    """Give the frames with which another run of their device begins to speak."""
    began: dict[str, list[Heard]] = {}
    now = dict(speakers)
    for frame in heard:
        device, run = frame.known.device, frame.header.run
        if frame.header.lane == "up" and frame.digest in fresh and now[device] != run:
            now[device] = run
            began.setdefault(device, []).append(frame)
    return began


async def _mark(transaction: Transaction, frame: Heard, both: Sequence[str]) -> bool:
    known = frame.known
    named = {"device": known.device, "unit": known.unit, "site": known.site}
    return bool(await transaction.run(_QUERIES["put_clone"], **named, runs=list(both)))


def _rows(
    began: Mapping[str, Sequence[Heard]], known: Mapping[str, Turns]
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for device, frames in began.items():
        place = frames[-1].known
        spoke = {frame.header.run for frame in frames}
        rows += [
            {
                "device": device,
                "run": run,
                "unit": place.unit,
                "site": place.site,
                "turns": known[device][run].turns,
                "beside": known[device][run].beside,
                "speaks": run == frames[-1].header.run,
            }
            for run in sorted(spoke)
        ]
    return rows
