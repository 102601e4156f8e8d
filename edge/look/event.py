"""The events of `look`: a line each, in words or as JSON."""

from collections.abc import Iterator, Sequence

import msgspec

from edge.errors import Loss
from edge.look.annotate import Note
from edge.sight.lookout import Dirty, Proposed, Seen
from edge.sight.motion import Changed, Ended, Started
from edge.sight.picture import Moment
from edge.sight.shape import Box
from edge.sight.storm import NuisanceEnded, NuisanceStarted
from edge.sight.visits import Visits
from sites.sight import LightChange, Side

DIGITS = 4


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. `box` is left, top, width, height as fractions of the picture.

    `lasted` is how many seconds a nuisance or a long visit lasted; `held` how many
    starts a nuisance held back; `visits` how often something came by.
    """

    file: str
    frame: int
    seconds: float
    kind: str
    zone: str | None = None
    box: Box | None = None
    area: float | None = None
    score: float | None = None
    reason: Loss | None = None
    change: LightChange | None = None
    entered: Side | None = None
    left: Side | None = None
    lasted: float | None = None
    held: int | None = None
    visits: int | None = None

    def sentence(self) -> str:
        """Put the event in words, for people."""
        words = f"{self.file}: {self.seconds:8.2f} s  frame {self.frame:6}  {self.kind}"
        if self.reason:
            return f"{words}  {self.reason}"
        if self.change:
            return f"{words}  {self.change}"
        if self.zone:
            words = f"{words}  {self.zone}"
        if self.area is not None:
            words = f"{words}  area {self.area:.2%}  score {self.score:.2f}"
        return words + self._more()

    def _more(self) -> str:
        """Put in words what only some kinds tell."""
        way = [
            f"{word} {side}"
            for word, side in (("from", self.entered), ("to", self.left))
            if side
        ]
        numbers = [
            f"{value:g} {word}"
            for word, value in (
                ("s", self.lasted),
                ("held", self.held),
                ("visits", self.visits),
            )
            if value is not None
        ]
        return "".join(f"  {part}" for part in way + numbers)

    def note(self) -> Note:
        """Put the event as it is drawn."""
        name = "-".join(filter(None, (self.kind, self.change, self.zone)))
        return Note(self.frame, name, self.sentence().partition(": ")[2], self.box)


class Teller:
    """Puts what was seen of one film as events; the film's seconds count."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._visits = Visits()

    def tell(self, seen: Sequence[Seen], moment: Moment) -> list[Event]:
        """Give the events of one look, decided at `moment`."""
        self._visits.watch(moment.seconds)
        told = [event for one in seen for event in self._events(one)]
        for long in self._visits.linger(moment.seconds):
            lasted = round(long.seconds, DIGITS)
            told.append(
                self._event("visit.lingered", moment, zone=long.zone, lasted=lasted)
            )
        return told

    def _events(self, one: Seen) -> Iterator[Event]:
        match one:
            case Started():
                self._visits.begin(one, one.moment.seconds)
                yield self._motion("motion.started", one)
            case Ended():
                yield self._motion("motion.ended", one)
                yield from self._repeats(one)
            case Changed(moment, change):
                yield self._event("light.changed", moment, change=change)
            case NuisanceStarted(moment, zone):
                yield self._event("nuisance.started", moment, zone=zone)
            case NuisanceEnded(moment, zone, seconds, held):
                lasted = round(seconds, DIGITS)
                yield self._event(
                    "nuisance.ended", moment, zone=zone, lasted=lasted, held=held
                )
            case Dirty(moment):
                yield self._event("lens.dirty", moment)
            case Proposed():
                pass  # nobody looks at a film for a day with a shadow beside it

    def _repeats(self, ended: Ended) -> Iterator[Event]:
        repeated = self._visits.end(ended, ended.moment.seconds)
        if repeated:
            yield self._event(
                "visits.repeated",
                ended.moment,
                zone=repeated.zone,
                visits=repeated.visits,
            )

    def _motion(self, kind: str, one: Started | Ended) -> Event:
        left, top, width, height = (round(edge, DIGITS) for edge in one.box)
        ways = (one.entered, one.left) if isinstance(one, Ended) else (None, None)
        return self._event(
            kind,
            one.moment,
            zone=one.zone,
            box=(left, top, width, height),
            area=round(one.area, DIGITS),
            score=round(one.score, DIGITS),
            entered=ways[0],
            left=ways[1],
        )

    def _event(self, kind: str, moment: Moment, **fields: object) -> Event:
        seconds = round(moment.seconds, DIGITS)
        line = {
            "file": self.path,
            "frame": moment.frame,
            "seconds": seconds,
            "kind": kind,
            **fields,
        }
        return msgspec.convert(line, Event)
