"""Where nuisance is at home: of late, and at each hour of the day.

Pure: seconds and hours are arguments. It is learned also while things move, from all
that moves there and does not travel: a mask that is learned between events alone never
learns of a web (a complaint about a peer). It holds a coarse grid of seconds and
sizes, no picture. What is hot asks more of a thing before it counts as a visitor: to be
much larger than what made the place hot, or to go far and straight. Nothing that does
so is ever ignored there.
"""

import math
from typing import TypeAlias

import msgspec
import numpy as np

from edge.sight.track import Track

DOWN, ACROSS = 9, 16  # cells
RECENT_S = 60.0  # over which a place cools
HOT_S = 1.5  # of nuisance within about that time
HOURS = 24
HOT_SHARE = 0.02  # of the time that the hour was watched: 72 s of an hour
WATCHED_S = 1800.0  # of an hour, at the least, before its map is believed
DAYS = 14.0  # over which an hour's map forgets, in days that it was watched
LARGER = 3.0  # times what is usual there: no nuisance of that place
FAR = 40.0  # px of the small picture, a quarter of it
FAR_STRAIGHT = 0.7
FITTING = 0.4
EASE = 0.1  # of a new size that goes into the usual one
LARGEST_STATE = 64 * 1024  # bytes

Size: TypeAlias = tuple[int, int]  # height and width of the small picture


class HeatState(msgspec.Struct, frozen=True):
    """What is kept over a restart: whole seconds by hour, row by row."""

    watched: list[int]
    nuisance: list[list[int]]


class Heat:
    """The heat map of one camera."""

    def __init__(self, state: bytes | None = None) -> None:
        self._recent = np.zeros((DOWN, ACROSS), np.float32)
        self._sizes = np.zeros((DOWN, ACROSS), np.float32)
        self._watched = np.zeros(HOURS, np.float32)
        self._nuisance = np.zeros((HOURS, DOWN, ACROSS), np.float32)
        self._hour = 0
        self._warm = False
        self._cooling = 0.0
        if state:
            self._take(state)

    def watch(self, step: float, hour: int | None) -> None:
        """Take note that `step` seconds went by at this hour of the site's day."""
        self._hour = (hour or 0) % HOURS
        self._watched[self._hour] += step
        self._cooling += step

    def warm(self, track: Track, seconds: float, size: Size, *, sure: bool) -> None:
        """Take note of a track that was no visitor; `sure`: a storm is going on."""
        self._warm = True
        self._cool()
        high, wide = size
        places = {
            _cell(track.x / wide, track.y / high),
            _cell(track.origin[0] / wide, track.origin[1] / high),
        }
        for place in places:
            self._recent[place] += seconds
            usual = self._sizes[place]
            self._sizes[place] += (track.pixels - usual) * (EASE if usual else 1)
            if sure:
                self._nuisance[(self._hour, *place)] += seconds

    def is_hot(self, x: float, y: float) -> bool:
        """Is this place (fractions) one of nuisance, of late or at this hour?"""
        place = _cell(x, y)
        if self._warm:
            self._cool()
            if self._recent[place] >= HOT_S:
                return True
        watched = float(self._watched[self._hour])
        seconds = float(self._nuisance[(self._hour, *place)])
        return watched >= WATCHED_S and seconds >= HOT_SHARE * watched

    def _cool(self) -> None:
        """Let fade what is of late, for the time since it was looked at."""
        self._recent *= np.float32(math.exp(-self._cooling / RECENT_S))
        self._cooling = 0.0

    def usual(self, x: float, y: float) -> float:
        """Return how large a nuisance usually is at a place, in pixels."""
        return float(self._sizes[_cell(x, y)])

    def bars(self, track: Track, size: Size, *, flooding: bool = False) -> bool:
        """Is what a track did so far no more than the nuisance of its place does?"""
        high, wide = size
        here = track.x / wide, track.y / high
        began = track.origin[0] / wide, track.origin[1] / high
        if not flooding and not (self.is_hot(*here) and self.is_hot(*began)):
            return False
        if track.pixels >= LARGER * max(self.usual(*here), self.usual(*began)):
            return False
        goes_far = track.net >= FAR and track.straightness >= FAR_STRAIGHT
        return flooding or not (goes_far and track.fit >= FITTING)

    def state(self) -> bytes:
        """Give what is to be kept: about 7 KB of JSON, no picture."""
        self._forget()
        seconds = self._nuisance.reshape(HOURS, -1)
        return msgspec.json.encode(
            HeatState(
                self._watched.astype(int).tolist(), seconds.round().astype(int).tolist()
            )
        )

    def _forget(self) -> None:
        """Keep no more than two weeks of each hour, in proportion."""
        for hour in range(HOURS):
            over = float(self._watched[hour]) / (DAYS * 3600)
            if over > 1:
                self._watched[hour] /= over
                self._nuisance[hour] /= over

    def _take(self, state: bytes) -> None:
        """Go on with a state that was kept; one that is no state is left alone."""
        if len(state) > LARGEST_STATE:
            return
        try:
            kept = msgspec.json.decode(state, type=HeatState)
            watched = np.array(kept.watched, np.float32)
            nuisance = np.array(kept.nuisance, np.float32)
        except (msgspec.DecodeError, ValueError, OverflowError):
            return
        if watched.shape == (HOURS,) and nuisance.shape == (HOURS, DOWN * ACROSS):
            self._watched = np.maximum(watched, 0)
            self._nuisance = np.maximum(nuisance, 0).reshape(HOURS, DOWN, ACROSS)


def _cell(x: float, y: float) -> tuple[int, int]:
    return (
        min(max(int(y * DOWN), 0), DOWN - 1),
        min(max(int(x * ACROSS), 0), ACROSS - 1),
    )
