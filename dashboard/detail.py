"""What a record says beyond its kind and its zone, in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dashboard.language import Words

Data = Mapping[str, Any]
EVENTS_MOST = 100
_NO_NEWS = frozenset({"run.started", "records.dropped"})
_QUIET = frozenset({"light.changed", "nuisance.started", "nuisance.ended"})


def detail(words: Words, kind: str, data: Data) -> str:
    """Say what else is known; empty where there is nothing.

    A field that is missing is left out: an older device knew less.
    """
    said = _SAID.get(kind)
    parts = said(words, data) if said else ()
    blind = words("detail.while_blind") if data.get("while_blind") else ""
    paused = data.get("paused_s")
    late = words("detail.paused", span=_length(words, paused)) if paused else ""
    return ", ".join(part for part in (*parts, blind, late) if part)


def told(words: Words, events: Sequence[Data]) -> list[dict[str, Any]]:
    """Give the last events of a stretch, the latest first, with what they say."""
    news = [each for each in events if each["kind"] not in _NO_NEWS]
    return [
        {
            **each,
            "detail": detail(words, each["kind"], each["data"]),
            "quiet": each["kind"] in _QUIET,
        }
        for each in reversed(news[-EVENTS_MOST:])
    ]


def _lost(words: Words, data: Data) -> tuple[str, ...]:
    suspect = data.get("suspect")
    return (
        words.known("reason", str(data.get("reason"))),
        words.known("suspect", str(suspect)) if suspect else "",
    )


def _ended(words: Words, data: Data) -> tuple[str, ...]:
    return (
        _span(words, data),
        words.known("entered", data["entered"]) if data.get("entered") else "",
        words.known("left", data["left"]) if data.get("left") else "",
    )


def _calmed(words: Words, data: Data) -> tuple[str, ...]:
    held = data.get("held")
    return _span(words, data), words.count("detail.held", held) if held else ""


def _not_obeyed(words: Words, data: Data) -> tuple[str, ...]:
    count = data.get("count", 1)
    return (
        words.known("trouble", str(data.get("reason"))),
        words.count("detail.times", count) if count > 1 else "",
    )


def _span(words: Words, data: Data) -> str:
    seconds = data.get("seconds")
    return "" if seconds is None else _length(words, seconds)


def _length(words: Words, seconds: float) -> str:
    return words.span(timedelta(seconds=seconds))


_SAID: Mapping[str, Callable[[Words, Data], tuple[str, ...]]] = {
    "camera.lost": _lost,
    "motion.ended": _ended,
    "nuisance.ended": _calmed,
    "visit.lingered": lambda words, data: (_span(words, data),),
    "clip.kept": lambda words, data: (_span(words, data),),
    "light.changed": lambda words, data: (
        words.known("light", str(data.get("change"))),
    ),
    "visits.repeated": lambda words, data: (
        words.count("detail.visits", data.get("visits", 0)),
    ),
    "command.obeyed": lambda words, data: (
        words.known("order", str(data.get("order"))),
    ),
    "command.refused": _not_obeyed,
    "preset.proposed": lambda words, data: (
        words.known("preset", str(data.get("preset"))),
    ),
    "disk.filling": lambda words, data: (
        words("detail.used", percent=round(100 * data.get("used", 0))),
    ),
}
