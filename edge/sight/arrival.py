"""Has something arrived, or did it only pop up? Pure: seconds are an argument.

Whoever comes moves: from look to look to a place near by, and away from where it was
first seen. A patch of light, a lost block of the stream or a written clock appears at
once and stays; an insect before the lens is somewhere else in each look. What stays
where the rest of it has gone is a trace of light, or was put down.
"""

from collections.abc import Sequence

from edge.sight.course import Course, place_of
from edge.sight.shape import Box
from edge.sight.thing import Thing, apart, is_at_border, overlap

MOST = 16  # things looked at; more are rain
REACH = 0.12  # of the width from look to look; or else the boxes overlap
LIKE_SIZE = 3.5  # times as large or small, in another place: another thing
CRUMB = 0.05  # of the size of one who arrived; less is a drop of rain beside it
FORGET_S = 0.6  # a thing that is not seen for so long is gone
CROWD = 5  # things that pop up in one look: rain, or a broken stream
CROWD_S = 1.0  # after it nothing that is new is believed at once
CROWD_PIXELS = 12  # smaller ones do not count
STILL_S = 1.5  # without a stir of its own
HALF = 0.6  # of the size of one who has gone; what is left of it is no larger
REST = 0.25  # of the size that a thing had; a smaller rest of it may be a trace
BESIDE = 0.35  # of the width; parts of one visitor are no further apart
STIRS_S = 5.0  # a whole that stirred so lately backs its parts
GONE_S = 4.0  # after the moving one of a family has gone, what stays is no visitor
UNPROVEN = 0.1  # more cost: who has arrived goes on first
UNLIKE = 0.05  # of the width, for each time that the size differs


class Arrivals:
    """Follows things from look to look, and says which have arrived."""

    def __init__(self) -> None:
        self.tracks: list[Course] = []
        self._families = 0
        self._crowd_until = float("-inf")
        self._gone: dict[int, tuple[float, float]] = {}  # family: when, how large

    def held(self) -> list[Box]:
        """Give the boxes of those who have arrived, and are not just left there."""
        return [
            track.thing.box
            for track in self.tracks
            if track.has_arrived and not track.is_left
        ]

    def take(
        self,
        things: Sequence[Thing],
        stirred: Sequence[bool],
        seconds: float,
        *,
        glared: Sequence[bool] = (),
        settled: bool = True,
    ) -> list[Course | None]:
        """Take the things of the next look; return the track of each, in order.

        `stirred` says which changed since the last look, `glared` which are in another
        light and have to be seen for longer; nothing arrives while the light is not
        settled. Things beyond the sixteenth have no track.
        """
        before = list(self.tracks)
        free = list(before)
        mine: list[Course | None] = [None] * len(things)
        largest = sorted(range(len(things)), key=lambda n: -things[n].pixels)[:MOST]
        for number in largest:
            thing = things[number]
            near = [track for track in free if _is_near(track, thing)]
            if near:
                mine[number] = min(near, key=lambda one: _cost(one, thing))
                free = [track for track in free if track is not mine[number]]
        new = [things[number] for number in largest if mine[number] is None]
        if not settled or sum(_pops_up(thing) for thing in new) >= CROWD:
            self._crowd_until = seconds + CROWD_S
        calm = seconds >= self._crowd_until
        for number in largest:
            track, thing = mine[number], things[number]
            if track is None:
                mine[number] = self._begin(thing, seconds, before, crowded=not calm)
            else:
                clear = calm and not (glared and glared[number])
                track.go_on(thing, seconds, stirred=stirred[number], calm=clear)
        for track in free:
            track.seen.append(False)
        self._forget(seconds)
        self._doubt(seconds)
        return mine

    def is_beside_one(self, track: Course, seconds: float) -> bool:
        """Say whether somebody who arrived is there, of whom this may be a part."""
        return any(
            one is not track
            and one.has_arrived
            and one.is_here(seconds)
            and apart(one.thing, track.thing) < BESIDE
            for one in self.tracks
        )

    def drop(self, track: Course) -> None:
        """Forget a thing that has become scenery."""
        if track in self.tracks:
            self.tracks.remove(track)

    def _begin(
        self, thing: Thing, seconds: float, before: Sequence[Course], *, crowded: bool
    ) -> Course:
        self._families += 1
        place = place_of(thing)
        whole = [
            one
            for one in before
            if one.has_arrived
            and not one.is_left
            and thing.pixels > CRUMB * one.peak
            and overlap(one.thing.box, thing.box)
        ]
        families = {one.family for one in whole}
        for one in self.tracks:
            if one.family in families:
                one.family = self._families
        track = Course(
            thing,
            born=seconds,
            seconds=seconds,
            stirred_at=seconds,
            family=self._families,
            crowded=crowded,
            first=place,
            size=thing.pixels,
            peak=max((one.peak for one in whole), default=thing.pixels),
            has_arrived=bool(whole),
            is_part=bool(whole),
        )
        track.go_to(place, seconds)
        track.moved_at = seconds
        track.seen.append(True)
        self.tracks.append(track)
        return track

    def _forget(self, seconds: float) -> None:
        """Forget who was not seen for long; remember that the moving one has gone."""
        for track in list(self.tracks):
            if seconds - track.seconds < FORGET_S:
                continue
            self.tracks.remove(track)
            if track.was_going() and not any(
                one.has_arrived and overlap(track.thing.box, one.thing.box)
                for one in self.tracks
            ):
                self._gone[track.family] = seconds, track.peak
        self._gone = {
            family: gone
            for family, gone in self._gone.items()
            if seconds - gone[0] < GONE_S
        }

    def _doubt(self, seconds: float) -> None:
        """Take trust back from what stays where the rest of it has gone."""
        for track in self.tracks:
            if not track.has_arrived or track.is_left or not track.is_here(seconds):
                continue
            pixels, stays = track.thing.pixels, track.stays_for(seconds)
            if self._has_lost(track):  # what flickers does not go either
                stays = max(stays, seconds - track.moved_at)
            elif not track.is_part and pixels >= REST * track.peak:
                continue
            if stays >= STILL_S and not self._is_backed(track, seconds):
                track.begin_again(seconds)

    def _has_lost(self, track: Course) -> bool:
        """Say whether most of what this may be a rest of has gone of late."""
        pixels = track.thing.pixels
        own = self._gone.get(track.family, (0.0, 0.0))[1]
        largest = max((peak for _, peak in self._gone.values()), default=0.0)
        return pixels < max(HALF * own, REST * largest)

    def _is_backed(self, track: Course, seconds: float) -> bool:
        return any(
            one is not track
            and one.has_arrived
            and not one.is_part
            and one.is_here(seconds)
            and one.still_for(seconds) < STIRS_S
            and one.thing.pixels >= REST * one.peak
            and apart(one.thing, track.thing) < BESIDE
            for one in self.tracks
        )


def _pops_up(thing: Thing) -> bool:
    return thing.pixels >= CROWD_PIXELS and not is_at_border(thing.box)


def _is_near(track: Course, thing: Thing) -> bool:
    ratio = thing.pixels / track.thing.pixels
    if overlap(track.thing.box, thing.box):
        return ratio > CRUMB
    return 1 / LIKE_SIZE < ratio < LIKE_SIZE and apart(track.thing, thing) < REACH


def _cost(track: Course, thing: Thing) -> float:
    ratio = thing.pixels / track.thing.pixels
    unlike = UNLIKE * max(ratio, 1 / ratio)
    return apart(track.thing, thing) + unlike + (not track.has_arrived) * UNPROVEN
