"""`wachtpost look FILE...`: the agent's own detector over recorded films.

No broker, no clock, no site: the whole picture is one zone. One event a line, in the
order in which they were decided; an end carries the moment of the last motion.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence

import cv2
import msgspec

from edge.errors import FilmError, Loss
from edge.eye import Eye, Glance
from edge.film import Film
from edge.liveness import Liveness
from edge.motion import WHOLE, Decision, Started
from edge.picture import Masked, Moment
from edge.sighting import Box, is_live

LOOKS_A_SECOND = 5.0
PICTURE = "picture"  # the zone that is all of the picture
DIGITS = 4


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. `box` is left, top, width, height as fractions of the picture."""

    file: str
    frame: int
    seconds: float
    kind: str
    zone: str | None = None
    box: Box | None = None
    area: float | None = None
    score: float | None = None
    reason: Loss | None = None

    def sentence(self) -> str:
        """Put the event in words, for people."""
        words = f"{self.file}: {self.seconds:8.2f} s  frame {self.frame:6}  {self.kind}"
        if self.reason:
            return f"{words}  {self.reason}"
        if self.zone is None:
            return words
        return f"{words}  {self.zone}  area {self.area:.2%}  score {self.score:.2f}"


def main(argv: list[str]) -> int:
    """Print the events of each film; 0 if all could be read to their end, else 1."""
    options = _parser().parse_args(argv)
    cv2.setNumThreads(1)
    try:
        return _look(options.files, as_json=options.json)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _look(paths: Sequence[str], *, as_json: bool) -> int:
    whole = True
    for path in paths:
        try:
            for event in events(path):
                _write(event, as_json=as_json)
        except FilmError as error:
            sys.stderr.write(f"wachtpost look: {path}: {error}\n")
            whole = False
    return 0 if whole else 1


def events(path: str) -> Iterator[Event]:
    """Yield the events of one film; ends with `camera.lost` and FilmError if it breaks.

    Whatever is going on when the film ends or breaks is ended first.
    """
    eye = Eye(((PICTURE, WHOLE),), ())
    frozen = _Frozen()
    moment = Moment(0, 0.0)
    broken: FilmError | None = None
    try:
        for moment, glance in _glances(path, eye):
            yield from _events(path, glance.decisions)
            if glance.verdict:
                yield _trouble(path, moment, glance.verdict.trouble)
            if frozen.changes(glance.picture, moment.seconds):
                yield _trouble(path, moment, Loss.FROZEN if frozen.is_so else None)
    except FilmError as error:
        broken = error
    yield from _events(path, eye.close())
    if broken:
        seconds = round(moment.seconds, DIGITS)
        yield Event(path, moment.frame, seconds, "camera.lost", reason=broken.reason)
        raise broken


class _Frozen:
    """Does the film stand still?"""

    def __init__(self) -> None:
        self._liveness = Liveness()
        self.is_so = False

    def changes(self, picture: Masked, seconds: float) -> bool:
        """Take the next picture into account; say whether `is_so` changed."""
        was = self.is_so
        self.is_so = self._liveness.is_frozen(picture, seconds, seconds)
        return was is not self.is_so


def _glances(path: str, eye: Eye) -> Iterator[tuple[Moment, Glance]]:
    if is_live(path):
        raise FilmError(Loss.REFUSED, "look reads files, not live cameras")
    with Film(path, LOOKS_A_SECOND) as film:
        for still in film.stills():
            yield still.moment, eye.see(still)


def _trouble(path: str, moment: Moment, trouble: Loss | None) -> Event:
    """Name a camera's trouble at the moment when it was decided, or its end."""
    kind = f"camera.{trouble or 'restored'}"
    return Event(path, moment.frame, round(moment.seconds, DIGITS), kind)


def _events(path: str, decisions: Sequence[Decision]) -> Iterator[Event]:
    for decision in decisions:
        left, top, width, height = (round(edge, DIGITS) for edge in decision.box)
        yield Event(
            path,
            decision.moment.frame,
            round(decision.moment.seconds, DIGITS),
            "motion.started" if isinstance(decision, Started) else "motion.ended",
            decision.zone,
            (left, top, width, height),
            round(decision.area, DIGITS),
            round(decision.score, DIGITS),
        )


def _write(event: Event, *, as_json: bool) -> None:
    line = json.dumps(msgspec.to_builtins(event)) if as_json else event.sentence()
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wachtpost look",
        description="Run the motion detector over recorded films; print each event.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a recorded film")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line instead of words"
    )
    return parser
