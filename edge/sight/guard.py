"""The scene guard: a camera that is covered, defocused, turned, looping or black.

Pure: seconds are an argument. What the camera shows is compared with a reference of
its scene, one with colour (day) and one without (infrared light at night), by its
edges: see `edge.sight.likeness`. A trouble must last before it is named, so that a
headlight, an umbrella or a van that passes is none; all are named within 10 s.
"""

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from edge.errors import Loss
from edge.sight.likeness import Plane, View, logarithm, richness, seen_of
from edge.sight.picture import Masked, Pixels
from edge.sight.reference import Likeness, Reference
from edge.sight.repeat import Repeat

JUDGED_S = 0.9  # between two judgements
SETTLE_S = 1.0  # over which the mean picture follows; rain and insects vanish in it
WARM_UP_S = 4.0  # after which the scene is known
HOLD_S = 3.0  # a trouble must last, before it is named
WELL_S = 3.0  # the scene must be itself again, before that is told
YOUNG_S = 60.0  # a young reference learns as fast as it is old
MEMORY_S = 900.0  # shadows wander in hours; nobody covers a lens that slowly
GAP_S = 5.0  # longest step of time that counts at once
DARK = 26.0  # levels; video black is 16
DETAIL = 4.0  # levels (standard deviation); a dark picture with more shows something
GONE = 0.75  # of the blocks with edges
ALL_GONE = 0.9  # of them; a web before the lens hides many and has edges of its own
FAINT = 0.25  # of the contrast of the edges
BLURRED = 0.6  # of the usual sharpness
SAME_SCENE = 0.6  # correlation at 40 px width
RICH = 0.5  # of the blocks; a cover has no edges
FINE = 0.7  # of edges, contrast and focus; what is less like the scene is not learned
SELF = 0.5  # correlation of edges; a scene that was lost must be so much like itself
COLOUR = 2.0  # levels of mean chroma; less is infrared light
COLOUR_S = 2.0  # a change of light must last, before it is believed
KIN = 0.35  # correlation of edges by day and by night


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a camera's picture (None: nothing), since when."""

    trouble: Loss | None
    since: float


class Guard:
    """Watches one camera's scene.

    Args:
        unseen: 255 where masks hide the picture that is judged, or None.
        size: its (height, width).
        loops: the film begins again at its end, which is then no trouble.
    """

    def __init__(
        self,
        size: tuple[int, int],
        unseen: Pixels | None = None,
        *,
        loops: bool = False,
    ) -> None:
        self._seen = seen_of(unseen, size)
        self._repeat = None if loops else Repeat()
        self._mean: Plane = np.zeros(size, np.float32)
        self._begun = False
        self._light = Light()
        self._references: dict[bool, Reference] = {}
        self._earlier: deque[View] = deque(maxlen=2)
        self._first = self._last = self._judged = 0.0
        self._suspect = Verdict(None, 0.0)
        self._told = Verdict(None, 0.0)

    @property
    def trouble(self) -> Loss | None:
        """What was named last, if it is not over."""
        return self._told.trouble

    def look(self, picture: Masked, seconds: float) -> Verdict | None:
        """Take the next picture into account; return a verdict where it changes.

        Moments must not go back in time.
        """
        middle = picture.middle
        one = logarithm(middle)
        looping = self._repeat is not None and self._repeat.is_looping(middle, seconds)
        if not self._begun:
            self._begun = True
            self._mean[:] = one
            self._first = self._last = self._judged = seconds
            return None
        share = min(1.0, max(seconds - self._last, 0.0) / SETTLE_S)
        cv2.accumulateWeighted(one, self._mean, share)
        self._last = seconds
        if seconds - self._judged < JUDGED_S:
            return None
        step = min(seconds - self._judged, GAP_S)
        self._judged = seconds
        self._light.take(picture.chroma(), seconds)
        if is_black(middle, self._seen):
            return self._hold(Loss.BLACK, seconds)
        trouble = self._judge(one, seconds, step)
        return self._hold(Loss.LOOPING if looping else trouble, seconds)

    def _hold(self, trouble: Loss | None, seconds: float) -> Verdict | None:
        """Name a trouble that lasts, and the end of one that stays away."""
        if trouble is not self._suspect.trouble:
            was, now = self._suspect.trouble, trouble
            # A hand that comes nearer is out of focus, then covers: one trouble.
            since = self._suspect.since if was and now else seconds
            self._suspect = Verdict(trouble, since)
        if trouble is self._told.trouble or (trouble and self._told.trouble):
            return None
        patience = HOLD_S if trouble else WELL_S
        if trouble is Loss.LOOPING:
            patience = 0.0  # it has been watched for long already
        if seconds - self._suspect.since < patience:
            return None
        self._told = self._suspect
        return self._told

    def _judge(self, one: Plane, seconds: float, step: float) -> Loss | None:
        """Compare with the reference of this light; learn what is like it.

        1. The scene as it was after the start is known by day, or by night.
        2. The other light's reference is made of a picture that is kin to the first.
        3. What is like the scene is learned, fast at first, then in a quarter of an
           hour, so that the sun may wander.
        """
        age = seconds - self._first
        if age < WARM_UP_S:
            return None
        own = self._references.get(self._light.colour)
        reference = own or self._references.get(not self._light.colour)
        if reference is None:
            self._know(one)
            return None
        if not reference.is_known:
            reference.learn(self._mean, one, step / MEMORY_S)
            return None
        rate = step / MEMORY_S if age >= YOUNG_S else step / age
        view, likeness = reference.see(self._mean)
        focus = reference.focus(view, View(one, self._seen))
        rich = richness(view, self._earlier[0]) if self._earlier else 1.0
        self._earlier.append(view)
        trouble = trouble_of(reference, view, likeness, focus, rich)
        if trouble is None and likeness.edges < SELF:
            trouble = self._told.trouble  # half way back is not back
        if trouble is None and own is None and likeness.edges >= KIN:
            self._know(one)
        elif trouble is None and min(likeness.edges, likeness.contrast, focus) >= FINE:
            reference.learn(self._mean, one, rate)
        return trouble

    def _know(self, one: Plane) -> None:
        reference = Reference(self._mean.copy(), one, self._seen)
        self._references[self._light.colour] = reference


class Light:
    """Is there colour in the picture (day), or not (infrared)?"""

    def __init__(self) -> None:
        self.colour = True
        self._since: float | None = None
        self._begun = False

    def take(self, chroma: float, seconds: float) -> None:
        """Take the mean chroma of a picture into account; believe it when it lasts."""
        colour = chroma >= COLOUR
        if not self._begun:
            self.colour, self._begun = colour, True
        if colour == self.colour:
            self._since = None
        elif self._since is None:
            self._since = seconds
        elif seconds - self._since >= COLOUR_S:
            self.colour, self._since = colour, None


def is_black(picture: Pixels, seen: Plane) -> bool:
    """Say whether a picture shows nothing but dark."""
    visible = picture[seen > 0]
    return bool(visible.size and visible.mean() < DARK and visible.std() < DETAIL)


def trouble_of(
    reference: Reference, view: View, likeness: Likeness, focus: float, rich: float
) -> Loss | None:
    """Name what is wrong with one picture, if anything."""
    if focus < BLURRED and likeness.coarse >= SAME_SCENE:
        return Loss.DEFOCUSED
    if rich < RICH * reference.richness:
        faint = likeness.lost >= GONE or likeness.contrast < FAINT
        return Loss.COVERED if faint else None
    elsewhere = likeness.lost >= ALL_GONE or reference.is_turned(view, likeness)
    return Loss.TURNED if elsewhere else None
