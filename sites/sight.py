"""What cameras write down: what moved, what was light or weather, what blinds them.

A zone and a sensor are numbers that mean something only beside the inventory.
"""

from typing import ClassVar, Literal

from sites.record import Count, Digest, Fraction, LeavesHome, Number, Record, Seconds

CameraTrouble = Literal[
    "missing",
    "refused",
    "frozen",
    "rubbish",
    "ended",
    "crashed",
    "hung",
    "covered",
    "defocused",
    "turned",
    "looping",
    "black",
]
Side = Literal["left", "right", "top", "bottom"]
LightChange = Literal["infrared_on", "infrared_off", "lamp", "exposure", "headlight"]
Preset = Literal["low", "normal", "high"]
Suspect = Literal["tamper", "outage", "unknown"]


class MotionStarted(Record, frozen=True, tag="motion.started"):
    """Something began to move in a zone; `box` is (x, y, w, h) in fractions.

    A detector without a picture (PIR) leaves box, area and score out. `picture` is the
    SHA-256 of the masked snapshot that was kept, hexadecimal.
    """

    zone: Number
    box: tuple[Fraction, Fraction, Fraction, Fraction] | None = None
    area: Fraction | None = None
    score: Fraction | None = None
    picture: Digest | None = None


class MotionEnded(Record, frozen=True, tag="motion.ended"):
    """Nothing moves in the zone any more; it lasted `seconds`.

    `entered` and `left` are the sides of the camera's picture by which the thing came
    and went; None where it came or went in the midst of it, or by no side for sure.
    """

    zone: Number
    seconds: Seconds
    entered: Side | None = None
    left: Side | None = None


class LightChanged(Record, frozen=True, tag="light.changed"):
    """The light of the whole picture changed; no thing moved."""

    change: LightChange


class NuisanceStarted(Record, frozen=True, tag="nuisance.started"):
    """Rain, insects or leaves: what moves is no visitor, and is counted, not told.

    Things that go somewhere are told as ever. `zone` is None for the whole picture.
    """

    zone: Number | None = None


class NuisanceEnded(Record, frozen=True, tag="nuisance.ended"):
    """The nuisance is over: it lasted `seconds`, and `held` starts were not told."""

    seconds: Seconds
    held: Count
    zone: Number | None = None


class LensDirty(Record, frozen=True, tag="lens.dirty"):
    """Somebody should clean the lens: a web, a drop or dirt is before it."""

    leaves_home: ClassVar[LeavesHome] = "always"


class VisitsRepeated(Record, frozen=True, tag="visits.repeated"):
    """Somebody or something came by `visits` times within 24 h, and went on.

    Reconnaissance precedes attacks.
    """

    zone: Number
    visits: Count


class VisitLingered(Record, frozen=True, tag="visit.lingered"):
    """What came into a zone has been there for `seconds` now, and still is."""

    zone: Number
    seconds: Seconds


class PresetProposed(Record, frozen=True, tag="preset.proposed"):
    """Another sensitivity would do better; a person decides.

    Within `hours`, `now` motions started; with the proposed preset it were `then`.
    """

    preset: Preset
    now: Count
    then: Count
    hours: Count


class ClipKept(Record, frozen=True, tag="clip.kept"):
    """A film of `seconds` was kept; `clip` is its SHA-256, hexadecimal.

    It begins `before` seconds before what it was kept for, which happened `at`.
    """

    clip: Digest
    seconds: Seconds
    before: Seconds
    size: Count


class CameraLost(Record, frozen=True, tag="camera.lost"):
    """A camera shows nothing that can be trusted.

    `suspect` is what one device can tell: a camera alone is tamper, all of them at once
    are power or network.
    """

    leaves_home: ClassVar[LeavesHome] = "always"

    reason: CameraTrouble
    suspect: Suspect | None = None


class CameraRestored(Record, frozen=True, tag="camera.restored"):
    """The camera is back."""

    leaves_home: ClassVar[LeavesHome] = "always"
