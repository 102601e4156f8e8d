"""Which numbers a damaged segment lost: what is named as gone is not withheld."""

from collections.abc import Iterator, Sequence

from edge.entry import Torn, read_spans
from edge.segment import Segment


def lost_numbers(
    segment: Segment, torn: Sequence[Torn], log: Sequence[Segment]
) -> Iterator[list[int]]:
    """Give the numbers that stood in the torn bytes, as far as others stand behind.

    `log` are all segments of the lane, the oldest first. What was torn off at the end
    of a run is not known, and no later number shows that it is missing.
    """
    entries = list(zip(segment.seqs, segment.offsets, strict=True))
    floor, ceiling = _bounds(segment, torn, log)
    confirmed = _confirmed(segment)
    for part in torn:
        before = max((seq for seq, at in entries if at < part.offset), default=floor)
        after = min((seq for seq, at in entries if at > part.offset), default=ceiling)
        lost = [
            number for number in range(before + 1, after) if number not in confirmed
        ]
        if lost:
            confirmed.update(lost)
            yield lost


def _bounds(
    segment: Segment, torn: Sequence[Torn], log: Sequence[Segment]
) -> tuple[int, int]:
    """Give the last number before a segment and the first behind it; 0 for none."""
    run = [one for one in log if one is segment or _places(one, segment)]
    place = run.index(segment)
    ceiling = run[place + 1].first if place + 1 < len(run) else 0
    if torn[0].offset or segment.name.part == 1:  # its header says where it begins
        return (segment.first - 1 if torn[0].offset else 0), ceiling
    older = run[place - 1] if place else segment
    if older.name.part + 1 == segment.name.part:
        return older.last, ceiling
    return (segment.seqs[0] if segment.seqs else ceiling) - 1, ceiling


def _places(other: Segment, segment: Segment) -> bool:
    """Tell whether another segment shows where one stands: not if it lost all."""
    known = other.seqs or other.first > 1 or other.name.part == 1
    return bool(known) and other.name.run == segment.name.run


def _confirmed(segment: Segment) -> set[int]:
    return read_spans(segment.acks.read_bytes()) if segment.acks.exists() else set()
