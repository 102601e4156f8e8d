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
from numpy.typing import NDArray

from edge.errors import Loss
from edge.sight.likeness import Blocks, Plane, View, blocks, logarithm, richness, seen_of, steadiness
from edge.sight.picture import Masked, Pixels
from edge.sight.reference import Likeness, Reference
from edge.sight.repeat import Repeat
from edge.sight.sharpness import Sharpness, focus, sharpness

JUDGED_S = 0.9  # between two judgements
SETTLE_S = 1.0  # over which the mean picture follows; rain and insects vanish in it
WARM_UP_S = 3.5  # after which the scene is known
HOLD_S = 3.0  # a trouble must last, before it is named
WELL_S = 3.0  # the scene must be itself again, before that is told
USUAL_S = 30.0  # over which the usual richness follows
SHARP_S = 900.0  # over which the usual sharpness follows
STAYS = 0.5  # of the blocks; so many must be steady before the scene is another
GAP_S = 5.0  # longest step of time that counts at once
DARK = 26.0  # levels; video black is 16
DETAIL = 4.0  # levels (standard deviation); a dark picture with more shows something
GONE = 0.75  # of the blocks with edges
MOST_GONE = 0.7  # of them; a web before the lens hides many and has edges of its own
ALL_GONE = 0.9  # of the blocks with edges, then or now
FAINT = 0.3  # of the contrast of the edges
DOUBT = 0.75  # correlation of edges; with more nothing has turned
BLURRED = 0.6  # of the usual sharpness
SAME_SCENE = 0.5  # correlation of coarse pictures
SHOWN = (0.8, 0.4)  # correlation and depth of the coarse picture: it is not covered
RICH = 0.5  # of the usual share of blocks with edges; a cover has none
POOR = 0.25  # of it, where the scene itself has little to be known by
FINE = 0.6  # of focus and of blocks; what is less like the scene is not learned
SELF = 0.5  # of blocks; a scene that was lost must be so much like itself
UNEVEN = 0.9  # nepers (standard deviation) by which edges differ from block to block
COLOUR = 2.0  # levels of mean chroma; less is infrared light
COLOUR_S = 2.0  # a change of light must last, before it is believed
KIN = 0.35  # correlation of edges by day and by night


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a camera's picture (None: nothing), since when."""

    trouble: Loss | None
    since: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one judgement rests on."""

    likeness: Likeness
    focus: float | None
    rich: float
    usual: float
    uneven: float
    steady: NDArray[np.bool_]

    @property
    def is_fine(self) -> bool:
        """Say whether the scene is so much itself that it may be learned."""
        sharp = self.focus is None or self.focus >= FINE
        return sharp and self.likeness.lost <= 1 - FINE


class Guard:
    """Watches one camera's scene.

    Args:
        size: (height, width) of the middle picture.
        unseen: 255 where masks hide it, or None.
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
        self._whole = blocks(self._seen) >= 1
        self._repeat = None if loops else Repeat()
        self._mean: Plane = np.zeros(size, np.float32)
        self._before: tuple[Plane, Pixels] | None = None
        self._earlier: deque[View] = deque(maxlen=2)
        self._light = Light()
        self._scenes: dict[bool, Scene] = {}
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
        if not self._seen.any():
            return None
        middle = picture.middle
        one = logarithm(middle)
        looping = self._repeat is not None and self._repeat.is_looping(middle, seconds)
        before, self._before = self._before, (one, picture.fine)
        if before is None:
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
        sharp = sharpness(picture.fine, before[1], self._whole)
        trouble = self._judge((one, before[0]), sharp, seconds, step)
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

    def _judge(
        self, looks: tuple[Plane, Plane], sharp: Sharpness, seconds: float, step: float
    ) -> Loss | None:
        """Compare with the reference of this light; learn what is like it.

        1. The scene as it was after the start is known by day, or by night.
        2. The other light's reference is made of a picture that is kin to the first.
        3. What is like the scene is learned, fast at first, then in a quarter of an
           hour, so that the sun may wander.
        """
        view = View(self._mean, self._seen)
        rich, power = richness(*(View(one, self._seen) for one in looks))
        own = self._scenes.get(self._light.colour)
        scene = own or self._scenes.get(not self._light.colour)
        if scene is None:
            self._scenes[self._light.colour] = Scene(view, sharp, rich)
            return None
        view, likeness = scene.reference.see(view, power)
        steady = steadiness(view, self._earlier[0]) if self._earlier else self._whole
        self._earlier.append(view)
        evidence = Evidence(
            likeness,
            focus(sharp, scene.sharp),
            rich,
            scene.rich,
            unevenness(view),
            steady,
        )
        if seconds - self._first < WARM_UP_S:
            scene.learn(view, sharp, evidence, step)
            return None
        trouble = trouble_of(scene.reference, view, evidence)
        if trouble is None and self._told.trouble and likeness.lost > SELF:
            trouble = self._told.trouble  # half way back is not back
        if trouble is None and own is None and likeness.edges >= KIN:
            self._scenes[self._light.colour] = Scene(view, sharp, rich)
        elif trouble is None and not self._told.trouble:
            scene.learn(view, sharp, evidence, step)
        return trouble


class Scene:
    """A scene in one light: its edges, how sharp they are, and how many."""

    def __init__(self, view: View, sharp: Sharpness, rich: float) -> None:
        self.reference = Reference(view)
        self.sharp, self.rich = sharp, rich

    def learn(
        self, view: View, sharp: Sharpness, evidence: "Evidence", step: float
    ) -> None:
        """Move towards what is seen now."""
        self.reference.learn(view, evidence.likeness, evidence.steady, step)
        if not evidence.is_fine:
            return
        age = self.reference.age
        self.rich += (evidence.rich - self.rich) * step / max(min(age, USUAL_S), step)
        self.sharp = self.sharp.towards(sharp, step / max(min(age, SHARP_S), step))


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


def unevenness(view: View) -> float:
    """Say how much the edges differ from block to block; those of a cloth do little."""
    return float(np.log(np.sqrt(view.energy) + 0.3).std())


def trouble_of(reference: Reference, view: View, evidence: Evidence) -> Loss | None:
    """Name what is wrong with one picture, if anything."""
    likeness = evidence.likeness
    blurred = evidence.focus is not None and evidence.focus < BLURRED
    if likeness.coarse is None:
        blurred = blurred and likeness.lost < GONE
    elif blurred:
        blurred = likeness.coarse >= SAME_SCENE and likeness.depth >= SHOWN[1]
    if blurred:
        return Loss.DEFOCUSED
    shown = likeness.coarse is not None and likeness.coarse >= SHOWN[0] and likeness.depth >= SHOWN[1]
    if not reference.is_known:
        poor = evidence.rich < POOR * evidence.usual
        return Loss.COVERED if poor and not shown and likeness.coarse is not None else None
    if evidence.rich < RICH * evidence.usual:
        faint = likeness.lost >= GONE or likeness.contrast < FAINT
        return Loss.COVERED if faint and not shown else None
    if likeness.edges < DOUBT and reference.is_turned(view):
        return Loss.TURNED
    other = min(likeness.lost / MOST_GONE, likeness.changed / ALL_GONE) >= 1
    if not other or shown or evidence.steady.mean() < STAYS * evidence.rich:
        return None
    return Loss.TURNED if evidence.uneven >= UNEVEN else Loss.COVERED
