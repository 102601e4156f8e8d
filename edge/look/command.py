"""`wachtpost look FILE...`: the agent's own detector over recorded films.

No broker, no clock; without a site the whole picture is one zone. One event a line, in
the order in which they were decided; an end carries the moment of the last motion.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import cv2
import msgspec

from edge.errors import DeclaredError, FilmError, Loss, ShowError
from edge.look.declared import EXAMPLES, Aim, aim_of
from edge.look.event import DIGITS, Event, Teller
from edge.look.series import RATE, Reel, gather
from edge.look.show import Show
from edge.sight.eye import Eye, Glance
from edge.sight.liveness import Liveness
from edge.sight.picture import Masked, Moment
from sites.errors import InventoryError

LOOKS_A_SECOND = 5.0
GAP_S = 5.0  # without a picture; a camera that was cut off
GAP_STEPS = 10  # times the step before; some films have a picture in ten seconds
FASTEST = 1000.0  # pictures a second


def main(argv: list[str]) -> int:
    """Print the events of each film; 0 if all could be read to their end, else 1.

    2 if what is asked for is not declared.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.camera is not None and options.site is None:
        parser.error("--camera is of a site: --site is missing")
    cv2.setNumThreads(1)
    try:
        return _look(options)
    except (DeclaredError, InventoryError) as error:
        sys.stderr.write(f"wachtpost look: {error}\n")
        return 2
    except ShowError as error:
        sys.stderr.write(f"wachtpost look: {error}\n")
        return 1
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _look(options: argparse.Namespace) -> int:
    aim = Aim()
    if options.site is not None:
        aim = aim_of(options.inventory, options.site, options.camera)
    names: list[str] = []
    whole = True
    for reel in gather(options.files):
        names.append(_name_of(reel, names))
        show = Show(options.out, names[-1], aim) if options.out else None
        try:
            for event in events(reel, aim, show=show, rate=options.rate):
                _write(event, as_json=options.json)
        except FilmError as error:
            sys.stderr.write(f"wachtpost look: {reel.name}: {error}\n")
            whole = False
    return 0 if whole else 1


def _name_of(reel: Reel, taken: Sequence[str]) -> str:
    """Give what a film's files are called; two films of one name get a number."""
    stem = Path(reel.name).stem or "pictures"
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def events(
    film: str | Reel,
    aim: Aim | None = None,
    *,
    show: Show | None = None,
    rate: float = RATE,
) -> Iterator[Event]:
    """Yield the events of one film; ends with `camera.lost` and FilmError if it breaks.

    Whatever is going on when the film ends or breaks is ended first. `rate` is how many
    pictures a second a row of pictures has. What is seen is shown too, if `show` is.
    """
    reel = film if isinstance(film, Reel) else Reel(film)
    aim = aim or Aim()
    eye, troubles = Eye(aim.zones, aim.masks), _Troubles()
    teller = Teller(reel.name)
    gaps, moment = _Gaps(), Moment(0, 0.0)
    broken: FilmError | None = None
    with ExitStack() as stack:
        if show:
            stack.enter_context(show)
        try:
            for moment, glance in _glances(reel, eye, rate):
                told = teller.tell(glance.decisions, moment)
                told = gaps.judge(teller, moment, eye) + told
                told += troubles.judge(reel.name, moment, glance.picture, eye)
                if show:
                    notes = [event.note() for event in told]
                    show.add(glance.picture, moment, eye.going_on(), notes)
                yield from told
        except FilmError as error:
            broken = error
        told = teller.tell(eye.close(), moment)
        if broken:
            told.append(_lost(reel.name, moment, broken))
        if show:
            show.end([event.note() for event in told])
        yield from told
    if broken:
        raise broken


class _Troubles:
    """What is wrong with the picture: told when it begins, and when all is well."""

    def __init__(self) -> None:
        self._liveness = Liveness()
        self._told: Loss | None = None

    def judge(self, path: str, moment: Moment, seen: Masked, eye: Eye) -> list[Event]:
        """Take the next picture into account."""
        frozen = self._liveness.is_frozen(seen, moment.seconds, moment.seconds)
        now = eye.trouble or (Loss.FROZEN if frozen else None)
        if (now is None) is (self._told is None):
            return []  # a cloth that stands still is told once
        self._told = now
        return [_trouble(path, moment, now)]


class _Gaps:
    """Tells that no picture came for a while: a film has no clock but its own."""

    def __init__(self) -> None:
        self._last: Moment | None = None
        self._step = 0.0

    def judge(self, teller: Teller, moment: Moment, eye: Eye) -> list[Event]:
        """Take the next moment into account."""
        last, self._last = self._last, moment
        if last is None:
            return []
        before, self._step = self._step, moment.seconds - last.seconds
        if self._step <= max(GAP_S, GAP_STEPS * before):
            return []
        at = round(last.seconds, DIGITS)
        lost = Event(teller.path, last.frame, at, "camera.lost", reason=Loss.MISSING)
        ended = teller.tell(eye.close(), last)
        return [*ended, lost, _trouble(teller.path, moment, None)]


def _trouble(path: str, moment: Moment, trouble: Loss | None) -> Event:
    """Name a camera's trouble at the moment when it was decided, or its end."""
    kind = f"camera.{trouble or 'restored'}"
    return Event(path, moment.frame, round(moment.seconds, DIGITS), kind)


def _lost(path: str, moment: Moment, error: FilmError) -> Event:
    seconds = round(moment.seconds, DIGITS)
    return Event(path, moment.frame, seconds, "camera.lost", reason=error.reason)


def _glances(reel: Reel, eye: Eye, rate: float) -> Iterator[tuple[Moment, Glance]]:
    with reel.open(LOOKS_A_SECOND, rate) as film:
        for still in film.stills():
            yield still.moment, eye.see(still)


def _write(event: Event, *, as_json: bool) -> None:
    line = json.dumps(msgspec.to_builtins(event)) if as_json else event.sentence()
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wachtpost look",
        description="Run the motion detector over recorded films; print each event.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a recorded film, a folder of pictures, or a pattern such as 'in*.png'",
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line instead of words"
    )
    parser.add_argument("--site", help="take zones and masks of a camera of this site")
    parser.add_argument(
        "--camera", metavar="N", help="its number, or DEVICE/N where two have it"
    )
    parser.add_argument(
        "--inventory", type=Path, default=EXAMPLES, metavar="DIR", help="%(default)s"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write an annotated film, and a picture for each event",
    )
    parser.add_argument(
        "--rate",
        type=_rate,
        default=RATE,
        metavar="N",
        help="pictures a second of a row of pictures (%(default)s)",
    )
    return parser


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate <= FASTEST:
        raise ValueError
    return rate
