"""What passes between a camera's process and the agent: the plan down, sightings up.

Each message is four bytes of length (big-endian) and that many bytes of msgpack.
This module knows no picture library, so that the agent's process loads none.
"""

from typing import Annotated, BinaryIO, TypeAlias

import msgspec

from edge.camera.login import Login
from edge.camera.source import is_live
from edge.clip.plan import ClipPlan
from edge.errors import CameraError, CameraPlanError, Loss, SightingError
from edge.sight.shape import Box, Polygon
from sites.record import Count, Digest, Seconds
from sites.sight import LightChange, Preset, Side

LENGTH_BYTES = 4
LARGEST_MESSAGE = 4 * 1024 * 1024  # bytes; a snapshot of 1280 px is about 0.3 MB
FEWEST_CORNERS = 3
# Seconds since 1970; a time that no calendar holds would end the agent, not the camera.
At = Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)]  # the year 2100


class CameraPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What one camera's process needs to know, its login as well: never shown.

    Attributes:
        index: number of the camera on its device, from 0.
        source: what `edge.camera.source` knows.
        login: of a camera on the network.
        substream: the same camera's smaller stream; then that is looked at.
        keyframes: look at keyframes alone, where there is one at least each 0.6 s.
        zones: (zone id, polygon); corners are fractions of the picture, 0 to 1.
        masks: polygons that nothing may see; widened to blocks of 16 pixels.
        speed: times real time, for recorded and made films.
        loop: begin a recorded film again at its end.
        fps: pictures looked at a second.
        snapshots: send a picture with each motion. Never for a home.
        sensitivity: what counts as motion.
        shadow: try the other presets beside it, and propose one.
        time_zone: the site's, as in `Europe/Amsterdam`; None: the hour is not known.
        linger: a visit that lasts so many seconds is told again, as a long one.
        memory: a folder of this camera's own, for what it learns; None keeps nothing.
        home: it looks at a home, of whose rhythm nothing may lie on a disk.
        device: the device's own folder, of which the process needs only its part.
        clips: what films are kept on the device, if any.
    """

    index: int
    source: str
    login: Login | None = None
    substream: str | None = None
    keyframes: bool = False
    zones: tuple[tuple[str, Polygon], ...] = ()
    masks: tuple[Polygon, ...] = ()
    speed: float = 1.0
    loop: bool = False
    fps: float = 5.0
    snapshots: bool = False
    sensitivity: Preset = "normal"
    shadow: bool = False
    memory: str | None = None
    time_zone: str | None = None
    linger: float = 90.0
    home: bool = False
    device: str | None = None
    clips: ClipPlan | None = None

    def __post_init__(self) -> None:
        if not self.source:
            raise CameraPlanError(self.index, "the source is empty")
        if self.substream is not None and is_live(self.substream) != self.is_live:
            raise CameraPlanError(
                self.index, "substream and source: a film and a camera"
            )
        if not 0 < self.speed <= 1000:  # noqa: PLR2004 - a bound against mistakes
            raise CameraPlanError(self.index, f"speed {self.speed} is not in 0..1000")
        if not 0 < self.fps <= 100:  # noqa: PLR2004 - a bound against mistakes
            raise CameraPlanError(self.index, f"fps {self.fps} is not in 0..100")
        for polygon in (*(shape for _, shape in self.zones), *self.masks):
            self._check(polygon)

    def _check(self, polygon: Polygon) -> None:
        if len(polygon) < FEWEST_CORNERS:
            raise CameraPlanError(self.index, "a polygon has fewer than 3 corners")
        for x, y in polygon:
            if not (0 <= x <= 1 and 0 <= y <= 1):
                raise CameraPlanError(
                    self.index, f"corner ({x}, {y}) is outside the picture (0 to 1)"
                )

    @property
    def is_live(self) -> bool:
        """A live source cannot be asked to go faster and has no end of its own."""
        return is_live(self.source)

    @property
    def looked_at(self) -> str:
        """The source whose pictures are looked at."""
        return self.substream or self.source

    def __repr__(self) -> str:
        """Leave the source out: it may hold a password or an address."""
        return f"CameraPlan(index={self.index})"


class MotionStarted(msgspec.Struct, frozen=True, tag="motion.started"):
    """Something moves in a zone.

    Attributes:
        at: seconds since 1970, UTC.
        zone: the zone's id.
        box: left, top, width, height as fractions of the picture.
        area: share of the zone's visible part that the thing covers, 0 to 1.
        score: how sure the detector is, 0 to 1.
        snapshot: a JPEG of the moment with the masks black, or None.
    """

    at: At
    zone: str
    box: Box
    area: float
    score: float
    snapshot: bytes | None = None


class MotionEnded(msgspec.Struct, frozen=True, tag="motion.ended"):
    """Nothing has moved in the zone since `at`; it had lasted `seconds` by then.

    `entered` and `left` are sides of the picture: left, right, top, bottom.
    """

    at: At
    zone: str
    seconds: Seconds
    entered: Side | None = None
    left: Side | None = None


class LightChanged(msgspec.Struct, frozen=True, tag="light.changed"):
    """The light of the whole picture changed."""

    at: At
    change: LightChange


class NuisanceStarted(msgspec.Struct, frozen=True, tag="nuisance.started"):
    """What moves is rain, insects or leaves; starts are held back from now on."""

    at: At
    zone: str | None


class NuisanceEnded(msgspec.Struct, frozen=True, tag="nuisance.ended"):
    """The nuisance is over; `held` starts were not told."""

    at: At
    zone: str | None
    seconds: Seconds
    held: Count


class LensDirty(msgspec.Struct, frozen=True, tag="lens.dirty"):
    """Somebody should clean the lens."""

    at: At


class VisitsRepeated(msgspec.Struct, frozen=True, tag="visits.repeated"):
    """Something came by so many times within 24 h."""

    at: At
    zone: str
    visits: Count


class VisitLingered(msgspec.Struct, frozen=True, tag="visit.lingered"):
    """What came into the zone is still there after `seconds`."""

    at: At
    zone: str
    seconds: Seconds


class PresetProposed(msgspec.Struct, frozen=True, tag="preset.proposed"):
    """Within `hours`, `now` motions started; with this preset it were `then`."""

    at: At
    preset: Preset
    now: Count
    then: Count
    hours: Count


class ClipKept(msgspec.Struct, frozen=True, tag="clip.kept"):
    """A film lies in the plan's folder for clips, as `<clip>.mp4`.

    `at` is what it was kept for; it begins `before` seconds before that. `ordered`:
    somebody asked for it with KeepNow while it ran.
    """

    at: At
    clip: Digest
    seconds: Seconds
    before: Seconds
    size: Count
    ordered: bool = False


class CameraLost(msgspec.Struct, frozen=True, tag="camera.lost"):
    """The camera shows nothing that can be believed."""

    at: At
    reason: Loss


class CameraRestored(msgspec.Struct, frozen=True, tag="camera.restored"):
    """Pictures advance and differ (again)."""

    at: At


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """The process lives; it has looked at so many pictures since it started."""

    at: At
    frames: Count


class KeepNow(msgspec.Struct, frozen=True, tag="keep.now"):
    """The agent wants a film of the last seconds and of the next `seconds`."""

    seconds: Seconds


Sighting: TypeAlias = (
    MotionStarted
    | MotionEnded
    | LightChanged
    | NuisanceStarted
    | NuisanceEnded
    | LensDirty
    | VisitsRepeated
    | VisitLingered
    | PresetProposed
    | ClipKept
    | CameraLost
    | CameraRestored
    | Alive
)

_SIGHTINGS: msgspec.msgpack.Decoder[Sighting] = msgspec.msgpack.Decoder(Sighting)
_PLANS = msgspec.msgpack.Decoder(CameraPlan)
_ORDERS = msgspec.msgpack.Decoder(KeepNow)
_ENCODER = msgspec.msgpack.Encoder()


def pack(message: Sighting | CameraPlan | KeepNow) -> bytes:
    """Return the bytes that go into the pipe: length, then the message."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def length_of(head: bytes) -> int:
    """Read a message's length; refuse one that no honest process would send."""
    length = int.from_bytes(head, "big")
    if not 0 < length <= LARGEST_MESSAGE:
        raise SightingError(f"a message of {length} bytes")
    return length


def sighting_of(body: bytes) -> Sighting:
    """Decode one sighting; whatever is wrong with it, SightingError is raised."""
    try:
        return _SIGHTINGS.decode(body)
    except msgspec.DecodeError as error:
        raise SightingError(str(error)) from error


def read_plan(pipe: BinaryIO) -> CameraPlan:
    """Read the plan that the agent wrote, in the camera's process."""
    body = pipe.read(length_of(pipe.read(LENGTH_BYTES)))
    try:
        return _PLANS.decode(body)
    except (msgspec.DecodeError, CameraError) as error:
        raise SightingError(str(error)) from error


def read_order(pipe: BinaryIO) -> KeepNow | None:
    """Read what the agent wants next; None when it is gone or talks rubbish."""
    head = pipe.read(LENGTH_BYTES)
    try:
        return _ORDERS.decode(pipe.read(length_of(head)))
    except (msgspec.DecodeError, SightingError):
        return None
