"""Motion in zones, as decisions with their reason. Pure: seconds are an argument.

`edge.sight.scenery` says which pixels do not belong to the scene, `edge.sight.arrival`
which of the things there arrived, and `edge.sight.zone` turns that into one event for
each visit. Why KNN and brightness alone: 9 labelled visits on two films, and 20 drawn
ones of small dark figures (`made:1`, 2, 3, 7, 42); 5 looks a second, one thread, the
background model and persistence alone:

    model          found   drawn   stuck-on of idle time   CPU of a look
    KNN,  luma      9/9    20/20       0.0 and  2.7 %          0.34 ms
    KNN,  colour    9/9    18/20       0.7 and  2.7 %          0.44 ms
    MOG2, luma      9/9    20/20       3.7 and 12.7 %          0.38 ms
    MOG2, colour    5/9    20/20      47.8 and 45.5 %          0.44 ms

Memory that is held back while somebody is there keeps a visit whole: with a constant
rate, KNN reports three of the nine visits twice.
"""

from collections.abc import Callable, Sequence

import numpy as np

from edge.sight.arrival import Arrivals
from edge.sight.course import Course
from edge.sight.picture import Moment, Pixels
from edge.sight.scenery import Scenery
from edge.sight.sensitivity import PRESETS
from edge.sight.shape import Polygon
from edge.sight.shown import Shown, is_glared
from edge.sight.stillness import Stillness
from edge.sight.thing import Thing, is_written, things_of
from edge.sight.zone import (
    LEAST_PIXELS,
    NOBODY,
    Changed,
    Decision,
    Ended,
    Started,
    zone_of,
)
from sites.sight import Preset

__all__ = ["Changed", "Decision", "Ended", "Motion", "Started"]

STILL_S = 60.0  # a thing that shows no motion of its own for so long is scenery
GHOST_S = 0.6  # without a stir, before it is asked whether anything is there at all
GHOST = 3.0  # times as much detail has gone as has come: what was here has left
BY_CHANCE = 3  # px of detail
LEFT_S = 5.0  # what appeared and stays so long, was left there
STILL_LEFT_S = 2.0  # of these without a stir: what is written changes each second
LEFT = 4.0  # times as much detail has come as has gone: there is a thing
LEFT_SHARE = 0.1  # of its pixels have new detail
LEFT_FOR_S = 6.0  # as long is it told
POPPED_S = 6.0  # what popped up and is nothing that arrives is scenery
WRITTEN_S = 1.5  # what changes there and does not move is the time


class Motion:
    """Watches the zones of one camera, look by look.

    Args:
        zones: (zone id, polygon in fractions of the picture).
        size: (height, width) of the small picture.
        unseen: 255 where masks hide the small picture, or None.
        preset: how easily motion starts.

    Attributes:
        things: what the last look saw in the whole picture, the largest first.
        plane: 255 where the last look saw what does not belong to the scene.
    """

    def __init__(
        self,
        zones: Sequence[tuple[str, Polygon]],
        size: tuple[int, int],
        unseen: Pixels | None = None,
        preset: Preset = "normal",
    ) -> None:
        sensitivity = PRESETS[preset]
        self._zones = [
            zone
            for name, shape in zones
            if (zone := zone_of(name, shape, size, unseen, sensitivity))
        ]
        self._scenery = Scenery(sensitivity.threshold, unseen)
        self._arrivals = Arrivals()
        self._stillness = Stillness(sensitivity.threshold)
        self._before: Pixels | None = None
        self._look: Shown | None = None
        self._doubtful = False
        self.things: list[Thing] = []
        self.plane: Pixels | None = None

    def look(
        self,
        small: Pixels,
        moment: Moment,
        chroma: Callable[[], float] | None = None,
        *,
        doubtful: bool = False,
    ) -> list[Decision]:
        """Look at the next picture; moments must not go back in time.

        `chroma` gives the picture's mean colour when asked; without it, a switch to
        infrared light is not told.
        """
        self._doubtful = doubtful
        decisions: list[Decision] = []
        seconds = moment.seconds
        if doubtful or self._stillness.news(small, seconds, self._scenery.noise):
            decisions += self._see(small, moment, chroma)
        elif self._look is None:
            self._scenery.rest()
        before, self._before = self._before, small
        look = self._look
        if look is None or before is None:
            self._arrivals.take((), (), seconds)
            return [*decisions, *self._judge(None, (), moment)]
        tracks = self._arrivals.take(
            look.things,
            look.stirred(small, before, self._scenery.noise),
            seconds,
            glared=look.glared,
            settled=look.is_settled,
        )
        self._become_scenery(look, tracks, seconds)
        if any(_waits(track) for track in tracks):
            self._stillness.forget()
        return [*decisions, *self._judge(look, tracks, moment)]

    def _see(
        self, small: Pixels, moment: Moment, chroma: Callable[[], float] | None
    ) -> list[Changed]:
        """Judge what differs from the scene; return how the light changed."""
        seen = self._scenery.look(small, moment, self._arrivals.held(), chroma)
        self.plane, self.things, self._look = seen.found.things, [], None
        glare = None
        if where := seen.found.where:
            labels, things = things_of(seen.found.things, where)
            glare = self._scenery.glare(seen) if things else None
            glared = [] if glare is None else [is_glared(glare, one) for one in things]
            settled, detail = seen.is_settled, seen.found.detail
            self._look = Shown(
                seen.level, where, labels, things, glared, settled, detail
            )
            if settled:
                self.things = sorted(things, key=lambda thing: -thing.pixels)
        if seen.is_settled and glare is None and not self._scenery.is_restless:
            differs = seen.found.things if where else None
            self._stillness.keep(small, differs, moment.seconds)
        else:
            self._stillness.forget()
        return [Changed(*change) for change in seen.changes]

    def going_on(self) -> list[Started]:
        """Give the last sighting of each event that has not ended."""
        return [zone.last for zone in self._zones if zone.last]

    def drop(self, zone: str) -> None:
        """Forget what goes on in a zone: it is a nuisance."""
        for one in self._zones:
            if one.name == zone:
                one.close()

    def finish(self) -> list[Decision]:
        """End what is going on: the film is over."""
        return [ended for zone in self._zones if (ended := zone.close())]

    def _become_scenery(
        self, look: Shown, tracks: Sequence[Course | None], seconds: float
    ) -> None:
        """Take for scenery what is there to stay, and where nobody is any more.

        1. Where detail has gone, and nothing stirs, somebody has left: a ghost.
        2. What popped up with detail of its own, and stays, was left there: it is told
           for a while, and then is scenery.
        3. What popped up otherwise is a trace of light.
        4. What has arrived and shows no motion of its own for long is parked.
        """
        gone: list[int] = []
        for number, track in enumerate(tracks, 1):
            if track is None:
                continue
            if self._is_left(track, look, number, seconds):
                track.has_arrived = track.is_left = True
                track.born = seconds
            if self._is_scenery(track, look, number, seconds):
                gone.append(number)
                self._arrivals.drop(track)
                track.has_arrived = False
        if gone:
            plane = np.zeros_like(look.level)
            plane[look.where][np.isin(look.labels, gone)] = 255
            self._scenery.absorb(look.level, plane)
            self._stillness.forget()

    def _is_left(self, track: Course, look: Shown, number: int, seconds: float) -> bool:
        if track.has_arrived or track.crowded or seconds - track.born < LEFT_S:
            return False
        if track.still_for(seconds) < STILL_LEFT_S or not all(track.seen):
            return False
        if track.thing.pixels < LEAST_PIXELS:
            return False
        up, down = look.details[number]
        solid = up >= max(LEFT * down + BY_CHANCE, LEFT_SHARE * track.thing.pixels)
        return solid and not self._arrivals.is_beside_one(track, seconds)

    def _is_scenery(
        self, track: Course, look: Shown, number: int, seconds: float
    ) -> bool:
        still, age = track.still_for(seconds), seconds - track.born
        if seconds - track.moved_at >= WRITTEN_S and is_written(track.thing.box):
            return True
        if still >= GHOST_S:
            up, down = look.details[number]
            if down > GHOST * up + BY_CHANCE:
                return True
        if track.is_left:
            return age >= LEFT_FOR_S
        if track.has_arrived:
            return still >= STILL_S
        return age >= POPPED_S and not self._arrivals.is_beside_one(track, seconds)

    def _judge(
        self, look: Shown | None, tracks: Sequence[Course | None], moment: Moment
    ) -> list[Decision]:
        decided: list[Decision] = []
        for zone in self._zones:
            presence = look.presence(zone, tracks) if look else NOBODY
            if decision := zone.judge(presence, moment, doubtful=self._doubtful):
                decided.append(decision)
        return decided


def _waits(track: Course | None) -> bool:
    """Say whether it is not known yet what a thing is: each look at it counts."""
    return not track or (track.thing.pixels >= LEAST_PIXELS and not track.has_arrived)
