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
from edge.sight.likeness import (
    Blocks,
    Plane,
    View,
    blocks,
    logarithm,
    richness,
    seen_of,
    steadiness,
)
from edge.sight.memory import Kept, Memory
from edge.sight.outline import change, outline, shown
from edge.sight.picture import Masked, Pixels
from edge.sight.repeat import Repeat
from edge.sight.scene import (
    Evidence,
    Light,
    Scene,
    cover_or_turn,
    is_black,
    is_doubtful,
    trouble_of,
    unevenness,
)
from edge.sight.sharpness import Sharpness, focus, sharpness
from edge.sight.sketch import is_known_again

JUDGED_S = 1.3  # between two glances at the outline, and two judgements in doubt
CALM_S = 3.9  # between two judgements while little changes
QUIET_S = 7.7  # between them while nothing does
CHANGED = (0.12, 0.25)  # of all edges: little, and more than comes with who walks by
YOUNG_S = 8.0  # a scene is learned fast at first
AVERAGED_S = 0.35  # between two pictures that the mean picture is made of
SETTLE_S = 1.0  # over which the mean picture follows; rain and insects vanish in it
WARM_UP_S = 3.5  # after which the scene is known
HOLD_S = 2.6  # a trouble must last, before it is named
ROUND_S = 5.0  # a loop shows itself when something happens in it
WELL_S = 2.6  # the scene must be itself again, before that is told
SOON = 4  # judgements in doubt follow at once
SELDOM = 4  # of them look for a turn, which takes long, if nothing changes
WHOLE = 0.999  # of a block; rounding is no mask
GAP_S = 9.0  # longest step of time that counts at once
SELF = 0.5  # of blocks, of contrast; a scene that was lost must be so like itself
KIN = 0.35  # correlation of edges by day and by night


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a camera's picture (None: nothing), since when."""

    trouble: Loss | None
    since: float


class Guard:
    """Watches one camera's scene.

    Args:
        size: (height, width) of the small picture.
        unseen: 255 where masks hide it, or None.
        loops: the film begins again at its end, which is then no trouble.
        memory: what was kept of the camera's scene before a restart.
    """

    def __init__(
        self,
        size: tuple[int, int],
        unseen: Pixels | None = None,
        *,
        loops: bool = False,
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._seen = seen_of(unseen, size)
        self._hidden = None if unseen is None else self._seen.astype(np.uint8)
        self._shown = shown(self._seen)
        self._whole = blocks(self._seen) > WHOLE
        self._repeat = None if loops else Repeat()
        self._mean: Plane = np.zeros(size, np.float32)
        self._before: Masked | None = None
        self._outline: Blocks | None = None
        self._sought: Blocks | None = None
        self._found: Loss | None = None
        self._doubts = 0
        self._earlier: deque[View] = deque(maxlen=2)
        self._light = Light()
        self._scenes: dict[bool, Scene] = {}
        self._first = self._last = self._judged = self._compared = self._born = 0.0
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
        if not picture.shows:
            return None
        small = picture.small
        frames = [*picture.passed, (seconds, picture.points)]
        looping = self._repeat is not None and self._repeat.is_looping(frames, seconds)
        before, self._before = self._before, picture
        if before is None:
            self._mean[:] = logarithm(small)
            self._first = self._last = self._judged = self._compared = seconds
            return None
        if seconds - self._last >= AVERAGED_S:
            share = min(1.0, (seconds - self._last) / SETTLE_S)
            cv2.accumulateWeighted(logarithm(small), self._mean, share)
            self._last = seconds
        if seconds - self._judged < JUDGED_S:
            return None
        self._judged = seconds
        if is_black(small, self._hidden):
            self._outline = None
            return self._hold(Loss.BLACK, seconds)
        step = self._due(seconds)
        if step:
            self._compared = seconds
            self._light.take(picture.chroma(), seconds)
            sharp = sharpness(picture.fine, before.fine, self._whole)
            looks = (logarithm(small), logarithm(before.small))
            self._found = self._judge(looks, sharp, seconds, step)
            if 0 < self._doubts < SOON:
                self._outline = None  # and once more, soon
        return self._hold(Loss.LOOPING if looping else self._found, seconds)

    def _due(self, seconds: float) -> float:
        """Say whether to compare with the reference, and how long all was as it is.

        That takes long: a calm scene is compared now and then, one that changes or is
        in doubt at once. What has just come has not been there since the last time.
        """
        now, before = outline(self._mean, self._shown), self._outline
        told, since = self._told.trouble, seconds - self._compared
        settled = self._suspect.trouble is told and self._found is told
        young = seconds - self._born < YOUNG_S
        if before is None or young or not settled or self._light.is_changing:
            self._outline = now
            return min(since, GAP_S)
        changed = change(now, before)
        if changed > CHANGED[1]:
            self._outline = None  # and once more, when the mean picture has settled
            return min(since, JUDGED_S)
        if since < (CALM_S if changed > CHANGED[0] else QUIET_S):
            return 0.0
        self._outline = now
        return min(since, GAP_S)

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
        elif self._told.trouble is Loss.LOOPING:
            patience = ROUND_S
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
            return self._meet(view, sharp, rich, seconds)
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
            is_doubtful(likeness) and self._may_have_turned(likeness.lost),
        )
        self._doubts = self._doubts + 1 if evidence.is_doubtful else 0
        if seconds - self._first < WARM_UP_S:
            scene.learn(view, sharp, evidence, step)
            return None
        trouble = trouble_of(scene.reference, view, evidence) or self._lasting(evidence)
        if trouble is None and own is None and likeness.edges >= KIN:
            self._scenes[self._light.colour] = Scene(view, sharp, rich)
            self._born = seconds
        elif trouble is None and not self._told.trouble:
            scene.learn(view, sharp, evidence, step)
        return trouble

    def _meet(
        self, view: View, sharp: Sharpness, rich: float, seconds: float
    ) -> Loss | None:
        """Take what is shown first for the scene, unless another one is kept."""
        if (kept := self._kept()) and not is_known_again(view, kept):
            return cover_or_turn(rich, kept, view)
        self._first = self._born = seconds
        sharp = Sharpness.of(kept.sharp) if kept else sharp
        self._scenes[self._light.colour] = Scene(view, sharp, rich)
        return None

    def _lasting(self, evidence: Evidence) -> Loss | None:
        """Give the trouble that was told, while the scene is only half way back."""
        told = self._told.trouble
        likeness = evidence.likeness
        elsewhere = told is Loss.TURNED and likeness.lost > SELF
        faint = evidence.is_poor and likeness.contrast < SELF
        return told if elsewhere or faint else None

    def _may_have_turned(self, lost: float) -> bool:
        """Say whether to look for a turn: seldom twice in the same picture.

        Nor in the first judgement in doubt, if much of the scene is there: whoever
        walks by is gone in the next.
        """
        first = 0 if lost > SELF else 1
        if self._doubts < first:
            return False
        now, sought = outline(self._mean, self._shown), self._sought
        again = self._found is Loss.TURNED or self._doubts % SELDOM == first
        if again or sought is None or change(now, sought) > CHANGED[0]:
            self._sought = now
            return True
        return False

    def _kept(self) -> Kept | None:
        """Give what was kept of the scene in this light, or else in the other."""
        if self._memory is None:
            return None
        day, night = self._memory.day, self._memory.night
        return (day or night) if self._light.colour else (night or day)

    def remember(self) -> Memory:
        """Give what is to be kept over a restart."""
        old = self._memory or Memory()
        scenes = {light: scene.kept() for light, scene in self._scenes.items()}
        return Memory(scenes.get(True) or old.day, scenes.get(False) or old.night)
