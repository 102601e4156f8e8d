"""From what came over the wire to records that can be believed, or a reason why not.

Pure: it opens, checks and sorts, and touches neither clock nor store. It takes about
0.2 ms of CPU a frame, so it is called in a thread.
"""

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from nacl.public import PrivateKey

from collector.fleet.directory import Directory, Known
from collector.intake.line import Lines, lines_of
from collector.intake.number import Run, runs_of
from collector.intake.row import EventRow
from collector.intake.source import Message
from sites.blob import Part, unseal_part, verify_part
from sites.errors import FrameError, Refusal, TopicError
from sites.event import AlarmRaised, kind_of, may_leave
from sites.frame import Frame, Header, UnknownRecord, digest, unseal, verify
from sites.record import Record
from sites.topic import Path, parse_topic

UNKNOWN_KIND = "unknown"
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)

_PLACED = frozenset({"kind", "seq", "at", "sensor", "zone"})
_KIND_WORD = re.compile(r"[a-z][a-z_.]{0,39}")


@dataclass(frozen=True)
class SetAside:
    """A frame that is kept as it came; `known` is the device it came from, if any."""

    message: Message
    digest: str
    path: Path | None
    known: Known | None
    refusal: Refusal
    detail: str


@dataclass(frozen=True)
class Heard:
    """A frame that can be believed: its rows, and what is wrong with some of them.

    `doubt` says why the frame is set aside as well, though what could be read is kept;
    `refusal` is what that is called. `numbers` are those of all of its records, also of
    those that are in no row. What may not leave a home is in no row, and its message is
    kept without content. `lines` are the rows as they are stored.
    """

    message: Message
    digest: str
    path: Path
    known: Known
    header: Header
    rows: tuple[EventRow, ...]
    lines: Lines
    numbers: tuple[Run, ...]
    doubt: str | None
    refusal: Refusal = "bad_body"


@dataclass(frozen=True)
class HeardPart:
    """A piece of a picture that can be believed."""

    message: Message
    digest: str
    path: Path
    known: Known
    part: Part


@dataclass(frozen=True)
class Gone:
    """The broker says that a connection is lost; `connection` is its own id."""

    message: Message
    path: Path
    known: Known
    connection: str


Finding = Heard | HeardPart | Gone | SetAside


def examine(
    message: Message,
    key: PrivateKey,
    directory: Directory,
    judge: Callable[[Path, datetime], Refusal | None] = lambda *_: None,
) -> Finding:
    """Decide what a message is; never raises for anything that came from outside.

    `judge` says why a path may not speak; then nothing is opened.
    """
    name = digest(message.payload)
    path: Path | None = None
    known: Known | None = None
    channel = ""
    try:
        path, channel = parse_topic(message.topic)
        known = _known(path, directory)
        if channel == "gone":
            return Gone(message, path, known, _connection(message.payload))
        _let_in(judge(path, message.received))
        if channel == "bl":
            return HeardPart(message, name, path, known, _part(message, key, known))
        frame = _frame(message, key, known, channel)
    except TopicError as error:
        return SetAside(message, name, None, None, "unknown_device", str(error))
    except FrameError as error:
        if _is_strayed(message.payload, key, channel, error.refusal):
            error = FrameError("other_lane", f"it does not belong on {channel}")
        if known is not None and known.home and channel == "bl":
            message = _emptied(message)
        return SetAside(message, name, path, known, error.refusal, error.detail)
    return _heard(message, name, path, known, frame)


def is_possible(at: datetime, received: datetime) -> bool:
    """Tell whether a record that says `at` can have come at `received`."""
    if at.tzinfo is None:
        return False
    return EARLIEST <= at <= received + AHEAD


def _known(path: Path, directory: Directory) -> Known:
    known = directory.get(path.device)
    if known is None:
        raise FrameError("unknown_device", "the inventory has no such device")
    return known


def _let_in(why: Refusal | None) -> None:
    if why is not None:
        raise FrameError(why, "its path has no certificate in force")


def _frame(message: Message, key: PrivateKey, known: Known, channel: str) -> Frame:
    opened = unseal(message.payload, key)
    if opened.header.device != known.device:
        raise FrameError("other_device", "it came on the topic of another device")
    # A home sends both lanes on one topic, so that the broker learns no rhythm.
    if opened.header.lane != channel and not (known.home and channel == "al"):
        raise FrameError("other_lane", f"lane {opened.header.lane} on {channel}")
    return verify(opened, known.key)


def _part(message: Message, key: PrivateKey, known: Known) -> Part:
    opened = unseal_part(message.payload, key)
    if opened.part.device != known.device:
        raise FrameError("other_device", "it came on the topic of another device")
    if known.home:
        raise FrameError("bad_body", "a home sends no pictures")
    return verify_part(opened, known.key)


def _is_strayed(payload: bytes, key: PrivateKey, channel: str, why: Refusal) -> bool:
    """Tell whether it is good, but was put on this channel by somebody else.

    Such a one must not be confirmed: its device would forget what nobody stored.
    """
    if why not in {"unreadable", "too_large"}:
        return False
    try:
        if channel == "bl":
            unseal(payload, key)
        else:
            unseal_part(payload, key)
    except FrameError as error:
        return error.refusal == "future_version"
    return True


def _connection(payload: bytes) -> str:
    word = payload[:64].decode("ascii", errors="replace")
    return word if word.isalnum() else ""


def _heard(
    message: Message, name: str, path: Path, known: Known, frame: Frame
) -> Heard:
    records, unknown = _allowed(frame, home=known.home)
    rows = _rows(_Place(known, frame.header, message.received), records, unknown)
    lost = len(records) + len(unknown) - len(rows)
    barred = len(frame.records) + len(frame.unknown) - len(records) - len(unknown)
    doubt = f"{lost} of its records have no number" if lost else None
    if barred:
        doubt = f"{barred} of its records may not leave a home"
        message = _emptied(message)
    came = [one.seq for one in frame.records] + [one.seq for one in frame.unknown]
    numbers = runs_of([seq for seq in came if seq])
    return Heard(
        message,
        name,
        path,
        known,
        frame.header,
        rows,
        lines_of(rows),
        numbers,
        doubt,
    )


def _rows(
    place: "_Place", records: Iterable[Record], unknown: Iterable[UnknownRecord]
) -> tuple[EventRow, ...]:
    rows = [place.row(record) for record in records if record.seq]
    rows += [place.unknown(one) for one in unknown if one.seq]
    return tuple(rows)


def _allowed(
    frame: Frame, *, home: bool
) -> tuple[list[Record], tuple[UnknownRecord, ...]]:
    """Leave out what a home may not send, which an old or altered edge may do.

    What this version cannot read might be anything, so that is left out too.
    """
    if not home:
        return list(frame.records), frame.unknown
    allowed = [one for one in frame.records if may_leave(one, home=True, in_alarm=True)]
    return [_unillustrated(one) for one in allowed], ()


def _unillustrated(record: Record) -> Record:
    if isinstance(record, AlarmRaised) and record.picture is not None:
        return msgspec.structs.replace(record, picture=None)
    return record


def _emptied(message: Message) -> Message:
    """Keep nothing of what should never have come: not even sealed."""
    return replace(message, payload=b"")


# Kind, sensor, zone, data and the record itself.
_What = tuple[str, int | None, int | None, dict[str, Any], Record | None]


@dataclass(frozen=True)
class _Place:
    known: Known
    header: Header
    received: datetime

    def row(self, record: Record) -> EventRow:
        sensor = record.sensor
        zone: int | None = getattr(record, "zone", None)
        if zone is None and sensor is not None:
            zone = self.known.zones.get(sensor)
        data = {
            name: value
            for name, usual in usual_of(type(record))
            if (value := getattr(record, name)) is not usual
        }
        what = (kind_of(record), sensor, zone, data, record)
        return self._row(record.seq, record.at, what)

    def unknown(self, one: UnknownRecord) -> EventRow:
        # base64, because raw bytes may hold what jsonb refuses (NUL, lone surrogates).
        data = {"raw": base64.b64encode(one.data).decode()}
        if _KIND_WORD.fullmatch(one.kind):
            data["kind"] = one.kind
        at = one.at or EARLIEST - AHEAD
        return self._row(one.seq, at, (UNKNOWN_KIND, None, None, data, None))

    def _row(self, seq: int, at: datetime, what: _What) -> EventRow:
        # By position: names would take twice as long, for every record that comes.
        timed = is_possible(at, self.received)
        known, header, received = self.known, self.header, self.received
        return EventRow(
            known.device,
            header.run,
            header.lane,
            seq,
            at if timed else received,
            received,
            known.unit,
            known.site,
            *what,
            timed,
            "" if timed else at.isoformat(),
        )


@cache
def usual_of(kind: type[Record]) -> tuple[tuple[str, object], ...]:
    """Give the fields that are the data of a kind, and what each leaves unsaid."""
    fields = msgspec.structs.fields(kind)
    return tuple((one.name, one.default) for one in fields if one.name not in _PLACED)
