"""One scene in one light, and what tells that it is not to be seen. Pure."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import Loss
from edge.sight.likeness import View, correlation
from edge.sight.memory import Kept
from edge.sight.picture import Pixels
from edge.sight.reference import Likeness, Reference
from edge.sight.sharpness import Sharpness
from edge.sight.sketch import edges_of

USUAL_S = 30.0  # over which the usual richness follows
SHARP_S = 900.0  # over which the usual sharpness follows
STAYS = 0.5  # of the blocks; so many must be steady before the scene is another
DARK = 26.0  # levels; video black is 16
DETAIL = 4.0  # levels (standard deviation); a dark picture with more shows something
GONE = 0.75  # of the blocks with edges
MOST_GONE = 0.7  # of them; a web before the lens hides many and has edges of its own
ALL_GONE = 0.9  # of the blocks with edges, then or now
FAINT = 0.3  # of the contrast of the edges
DOUBT = (0.8, 0.3)  # correlation of edges, and blocks that are lost: nothing has
# turned with more of the one and fewer of the other; a long edge outweighs many blocks
BLURRED = 0.6  # of the usual sharpness
OWN = 0.35  # correlation of edges; what is left of them is the scene's
SAME_SCENE = 0.5  # correlation of coarse pictures
DIM = 0.2  # depth of the coarse picture; behind a cover there is less
SHOWN = (0.8, 0.4)  # correlation and depth of the coarse picture: it is not covered
RICH = 0.5  # of the usual share of blocks with edges; a cover has none
POOR = 0.25  # of it, where the scene itself has little to be known by
TELLING = 0.1  # share of blocks with edges; a barer scene may lose them to a visitor
FINE = 0.6  # of focus and of blocks; what is less like the scene is not learned
UNEVEN = 0.9  # nepers (standard deviation) by which edges differ from block to block
COLOUR = 2.0  # levels of mean chroma; less is infrared light
COLOUR_S = 2.0  # a change of light must last, before it is believed
KEPT_S = 15.0  # between two descriptions that are kept of a scene
KEPT_OVER_S = 120.0  # over which they follow it
STEADY = (
    0.75  # correlation with what is kept; a crowd's scene has less, and tells little
)
MANY = 3  # descriptions at least


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one judgement rests on; `searched` says that a turn is to be looked for."""

    likeness: Likeness
    focus: float | None
    rich: float
    usual: float
    uneven: float
    steady: NDArray[np.bool_]
    searched: bool

    @property
    def is_doubtful(self) -> bool:
        """Say whether the edges may be elsewhere."""
        return is_doubtful(self.likeness)

    @property
    def is_poor(self) -> bool:
        """Say whether far fewer blocks have edges than usual."""
        return self.rich < RICH * self.usual

    @property
    def is_bare(self) -> bool:
        """Say whether hardly a block has edges."""
        return self.rich < POOR * self.usual

    @property
    def is_shown(self) -> bool:
        """Say whether the coarse picture is that of the scene."""
        coarse, depth = self.likeness.coarse, self.likeness.depth
        return coarse is not None and coarse >= SHOWN[0] and depth >= SHOWN[1]

    @property
    def is_another(self) -> bool:
        """Say whether the scene is gone, and what is there instead stays."""
        gone = self.likeness.lost >= MOST_GONE and self.likeness.changed >= ALL_GONE
        stays = float(self.steady.mean()) >= STAYS * self.rich
        return gone and stays and not self.is_shown

    @property
    def is_fine(self) -> bool:
        """Say whether the scene is so much itself that it may be learned."""
        sharp = self.focus is None or self.focus >= FINE
        return sharp and self.likeness.lost <= 1 - FINE


class Scene:
    """A scene in one light: its edges, how sharp they are, and how many."""

    def __init__(self, view: View, sharp: Sharpness, rich: float) -> None:
        self.reference = Reference(view)
        self.sharp, self.rich = sharp, rich
        self._edges = edges_of(view)
        self._steady, self._described, self._due = 1.0, 1, KEPT_S

    def learn(
        self, view: View, sharp: Sharpness, evidence: Evidence, step: float
    ) -> None:
        """Move towards what is seen now."""
        self.reference.learn(view, evidence.likeness, evidence.steady, step)
        if not evidence.is_fine:
            return
        age = self.reference.age
        self._due -= step
        if self._due <= 0:
            self._due = KEPT_S
            self._describe(view)
        self.rich += (evidence.rich - self.rich) * step / max(min(age, USUAL_S), step)
        self.sharp = self.sharp.towards(sharp, step / max(min(age, SHARP_S), step))

    def _describe(self, view: View) -> None:
        edges = edges_of(view)
        self._described += 1
        share = 1 / min(self._described, KEPT_OVER_S / KEPT_S)
        self._steady += (correlation(edges, self._edges) - self._steady) * share
        self._edges = self._edges + (edges - self._edges) * np.float32(share)

    def kept(self) -> Kept | None:
        """Give what may be kept of the scene; None where it is too seldom the same."""
        if self._described < MANY or self._steady < STEADY:
            return None
        return Kept(_floats(self._edges), float(self.rich), self.sharp.plain())


class Light:
    """Is there colour in the picture (day), or not (infrared)?"""

    def __init__(self) -> None:
        self.colour = True
        self._since: float | None = None
        self._begun = False

    @property
    def is_changing(self) -> bool:
        """Say whether another light was seen that has not lasted yet."""
        return self._since is not None

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


def is_doubtful(likeness: Likeness) -> bool:
    """Say whether the edges may be elsewhere."""
    return likeness.edges < DOUBT[0] or likeness.lost > DOUBT[1]


def is_black(picture: Pixels, seen: Pixels | None) -> bool:
    """Say whether a picture shows nothing but dark; `seen` is 0 where a mask is."""
    mean, spread = cv2.meanStdDev(picture, mask=seen)
    return bool(mean[0, 0] < DARK and spread[0, 0] < DETAIL)


def unevenness(view: View) -> float:
    """Say how much the edges differ from block to block; those of a cloth do little."""
    return float(np.log(np.sqrt(view.energy) + 0.3).std())


def trouble_of(reference: Reference, view: View, evidence: Evidence) -> Loss | None:
    """Name what is wrong with one picture, if anything.

    1. Where fine edges went and coarse ones did not, the lens is out of focus.
    2. Where edges went and none came, it is covered.
    3. Where the known edges are found elsewhere, it has turned.
    4. Where they are nowhere and others stay, it has turned far, or a cloth that has
       edges of its own hangs before it: these are the same all over.
    """
    if _is_blurred(evidence):
        return Loss.DEFOCUSED
    if evidence.usual < TELLING:
        return None
    likeness = evidence.likeness
    if not reference.is_known:
        tells = likeness.coarse is not None and not evidence.is_shown
        return Loss.COVERED if tells and evidence.is_bare else None
    if evidence.is_poor:
        faint = likeness.lost >= GONE or likeness.contrast < FAINT
        return Loss.COVERED if faint and not evidence.is_shown else None
    if evidence.is_doubtful and evidence.searched and reference.is_turned(view):
        return Loss.TURNED
    cloth_or_far = Loss.TURNED if evidence.uneven >= UNEVEN else Loss.COVERED
    return cloth_or_far if evidence.is_another else None


def _is_blurred(evidence: Evidence) -> bool:
    if evidence.focus is None or evidence.focus >= BLURRED:
        return False
    likeness = evidence.likeness
    own = likeness.edges >= OWN or likeness.coarse is None
    if own and likeness.lost < GONE:
        return True
    alike = likeness.coarse is not None and likeness.coarse >= SAME_SCENE
    return alike and likeness.depth >= DIM


def cover_or_turn(rich: float, kept: Kept, view: View) -> Loss:
    """Name why a view does not show the scene that was kept."""
    poor = rich < RICH * kept.rich
    return Loss.COVERED if poor or unevenness(view) < UNEVEN else Loss.TURNED


def _floats(values: NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(round(float(value), 3) for value in values.ravel())
