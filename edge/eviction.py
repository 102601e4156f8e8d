"""Makes room in the outbox: the oldest measurements go first, then plain events.

What goes leaves one RecordsDropped in its segment. What somebody has read, to send it,
stays. A segment changes whole or not at all.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from edge.lane import LaneLog
from edge.segment import Segment, Written
from sites.frame import encode_record, kind_prefix
from sites.health import RecordsDropped

_DROPPED = kind_prefix(RecordsDropped)
_WORTH = 16  # measurements: for fewer no segment is written anew to hold another one


def drop_oldest(log: LaneLog, at: datetime, *, events: bool) -> bool:
    """Drop the measurements of the oldest segment that has some.

    Where none has, all `events` of the oldest segment go, if they may. Tells whether
    anything went; raises OSError, then nothing did.
    """
    least = 1 if events else _WORTH
    for segment in list(log.segments):
        if segment.measurements >= least and _thin(log, segment, at, events=False):
            return True
    return events and any(
        _thin(log, segment, at, events=True) for segment in list(log.segments)
    )


@dataclass(frozen=True)
class _Sieve:
    """What stays of a segment, what goes, and what had gone before."""

    kept: list[Written]
    gone: list[int]
    before: list[RecordsDropped]

    def all(self, at: datetime) -> list[Written]:
        """Give what stays, with one record in the place of what goes and had gone."""
        counts = [one.count for one in self.before if one.count is not None]
        known = len(counts) == len(self.before)
        mark = RecordsDropped(
            seq=max([*self.gone, *(one.seq for one in self.before)]),
            at=at,
            first=min([*self.gone, *(one.first for one in self.before)]),
            last=max([*self.gone, *(one.last for one in self.before)]),
            count=len(self.gone) + sum(counts) if known else None,
        )
        return sorted([*self.kept, Written(mark.seq, encode_record(mark))])


def _thin(log: LaneLog, segment: Segment, at: datetime, *, events: bool) -> bool:
    taken = log.taken(segment)
    sieve, first = _sift(segment, taken, events=events), segment.first
    if not sieve.gone:
        segment.measurements = 0
        return False
    if segment is log.active:
        log.rotate(segment.last + 1)
    older = None if taken else _small_neighbour(log, segment)
    if older is not None:
        sieve, first = _joined(older, sieve), older.first
    log.rewrite(segment, first, sieve.all(at))
    segment.measurements = 0
    if older is not None:
        log.remove(older)
    return True


def _sift(segment: Segment, taken: int, *, events: bool) -> _Sieve:
    kept, bad = segment.standing()
    sieve = _Sieve([], [seq for seq in bad if seq > taken], [])
    for one in kept:
        if one.seq <= taken or one.seq in segment.confirmed:
            sieve.kept.append(one)
        elif one.payload.startswith(_DROPPED):
            sieve.before.append(msgspec.json.decode(one.payload, type=RecordsDropped))
        elif events or one.is_measurement:
            sieve.gone.append(one.seq)
        else:
            sieve.kept.append(one)
    return sieve


def _small_neighbour(log: LaneLog, segment: Segment) -> Segment | None:
    """Give the segment before it, if nobody reads that and one can hold both."""
    index = log.segments.index(segment)
    older = log.segments[index - 1] if index else segment
    ours = older is not segment and older.name.run == segment.name.run
    fits = older.size <= log.segment_bytes // 2
    return older if ours and fits and not log.taken(older) else None


def _joined(older: Segment, newer: _Sieve) -> _Sieve:
    one = _sift(older, 0, events=False)
    waiting = [kept for kept in one.kept if kept.seq not in older.confirmed]
    return _Sieve(
        [*waiting, *newer.kept],
        [*one.gone, *newer.gone],
        [*one.before, *newer.before],
    )
