"""What earlier runs left in the outbox: their segments, their last numbers, a tally.

The tally says how many records were numbered by all runs up to one, so that counting
does not need the segments, which are deleted when all of them is confirmed.
"""

from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import msgspec

from edge.disk import DRAFT, Disk, replace_file
from edge.entry import Torn, parse_name
from edge.loss import lost_numbers
from edge.segment import Segment, Written, load
from sites.frame import encode_record
from sites.health import RecordsDropped
from sites.record import Lane

_TALLY = "tally.json"
_ASIDE = "damaged"
_MOST_ASIDE = 100  # files; older ones make room


class Tally(msgspec.Struct, frozen=True):
    """`written` records were numbered by all runs up to number `through`.

    `run` is the one after that: the one that wrote the tally.
    """

    through: int = 0
    written: int = 0
    run: str | None = None


@dataclass
class Past:
    """What was found on disk before this run.

    `run` is the run before this one, `last` how far its lanes had come, `order` its
    place in the row of runs. `torn` are the bytes that are no whole entry, by segment.
    `joined` are segments that stand within the one after them too.
    """

    segments: dict[Lane, list[Segment]]
    tally: Tally
    order: int = 0
    run: str | None = None
    last: dict[Lane, int] = field(default_factory=lambda: {"al": 0, "up": 0})
    torn: dict[Path, list[Torn]] = field(default_factory=dict)
    joined: list[Segment] = field(default_factory=list)
    written: int = 0

    @property
    def lost_bytes(self) -> int:
        """How many bytes are torn."""
        return sum(len(part.data) for parts in self.torn.values() for part in parts)


def look_back(folder: Path, disk: Disk) -> Past:
    """Read all that is there; changes nothing but runs that never wrote anything."""
    past = Past({"al": [], "up": []}, _read_tally(folder))
    loaded: list[Segment] = []
    for path in sorted(folder.glob("*.seg")):
        name = parse_name(path.name)
        if name is None:
            continue
        segment, torn = load(path, name, disk)
        loaded.append(segment)
        if torn:
            past.torn[path] = torn
    past.order = past.tally.through
    if past.tally.run is not None:
        past.order, past.run = past.tally.through + 1, past.tally.run
    past.written = past.tally.written
    for (order, run), group in groupby(loaded, key=_run_of):
        _add_run(past, order, run, list(group))
    for log in past.segments.values():
        log.sort(key=attrgetter("name.order", "name.part"))
        past.joined += _joined(log, past.torn)
    for segment in past.joined:
        past.segments[segment.name.lane].remove(segment)
        past.torn.pop(segment.path, None)  # nothing is lost with it
    return past


def clear_drafts(folder: Path) -> None:
    """Delete what a death left half written in the place of a segment."""
    for draft in folder.glob(f"*.seg{DRAFT}"):
        with suppress(OSError):
            draft.unlink()


def save_tally(folder: Path, past: Past, run: str) -> None:
    """Write how many records all runs before `run` numbered; raises OSError."""
    tally = Tally(through=past.order, written=past.written, run=run)
    replace_file(folder / _TALLY, msgspec.json.encode(tally))


def repair(folder: Path, past: Past, at: datetime) -> None:
    """Cut the damage out of the segments, and keep it aside; raises OSError.

    The records that are gone with it are named, at a time `at`. What a newer segment
    holds too goes.
    """
    for path, parts in past.torn.items():
        _keep_aside(folder / _ASIDE, path, parts)
        (log,) = (
            log
            for log in past.segments.values()
            if any(segment.path == path for segment in log)
        )
        (segment,) = (segment for segment in log if segment.path == path)
        whole, _ = segment.standing()
        gone = [
            Written(span[-1], encode_record(_dropped(span, at)))
            for span in lost_numbers(segment, parts, log)
        ]
        first = min([segment.first, *(one.seq for one in gone)])
        segment.rewrite(first, sorted([*whole, *gone]))
    for segment in past.joined:
        segment.remove()


def _dropped(span: list[int], at: datetime) -> RecordsDropped:
    return RecordsDropped(seq=span[-1], at=at, first=span[0], last=span[-1])


def count_written(folder: Path) -> int:
    """Count the records that this outbox ever numbered, while it is used or after."""
    while True:
        tally = _read_tally(folder)
        past = _look_again(folder)
        if past is not None and tally == _read_tally(folder):
            return past.written


def _look_again(folder: Path) -> Past | None:
    with suppress(FileNotFoundError):  # a segment was confirmed meanwhile
        return look_back(folder, Disk())
    return None


def _joined(log: list[Segment], torn: Container[Path]) -> Iterator[Segment]:
    """Find segments that were written into a later one, and not deleted any more.

    A power cut may bring back what was deleted, damaged or not.
    """
    newer: Segment | None = None
    for older in reversed(log):
        if newer is not None and _holds(newer, older) and newer.path not in torn:
            yield older
        else:
            newer = older


def _holds(newer: Segment, older: Segment) -> bool:
    ours = older.name.run == newer.name.run
    return ours and bool(newer.seqs) and newer.first <= older.first


def _run_of(segment: Segment) -> tuple[int, str]:
    return segment.name.order, segment.name.run


def _add_run(past: Past, order: int, run: str, own: list[Segment]) -> None:
    last: dict[Lane, int] = {"al": 0, "up": 0}
    newest = order >= past.order
    past.order = max(past.order, order)
    for segment in own:
        lane = segment.name.lane
        last[lane] = max(last[lane], segment.last)
        past.segments[lane].append(segment)
    numbered = last["al"] + last["up"]
    if order > past.tally.through:
        past.written += numbered
    if newest and numbered:
        past.run, past.last = run, last


def _read_tally(folder: Path) -> Tally:
    try:
        return msgspec.json.decode((folder / _TALLY).read_bytes(), type=Tally)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Tally()


def _keep_aside(folder: Path, path: Path, parts: list[Torn]) -> None:
    folder.mkdir(exist_ok=True, mode=0o700)
    kept = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)
    for old in kept[: max(0, len(kept) + len(parts) - _MOST_ASIDE)]:
        old.unlink()
    for part in parts:
        (folder / f"{path.stem}.{part.offset}").write_bytes(part.data)
