"""Films of real H.264, and what a camera's process makes of them."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import msgspec
import numpy as np

from edge.camera.capture import Watch
from edge.camera.sighting import CameraPlan, ClipKept, Sighting
from edge.clip.adopt import Note
from edge.clip.plan import ClipPlan
from edge.clip.ring import Slice
from edge.sight.picture import Pixels
from edge.sight.shape import WHOLE
from tests.edge_camera.clip import RATE

YARD = (("yard", WHOLE),)


class Coding(NamedTuple):
    """How a test's film is encoded; a key picture every `gop`, so much reordering."""

    codec: str = "libx264"
    gop: int = 20
    b_frames: int = 0
    pix_fmt: str = "yuv420p"


def write_film(
    path: Path, pictures: Iterable[Pixels], coding: Coding | None = None
) -> Path:
    """Encode BGR pictures as a camera would, key pictures at known places."""
    coding = coding or Coding()
    options = {"g": str(coding.gop), "keyint_min": str(coding.gop)}
    options |= {"bf": str(coding.b_frames), "preset": "ultrafast", "sc_threshold": "0"}
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(coding.codec, RATE, options=options)
        stream.pix_fmt = coding.pix_fmt
        if coding.codec != "libx264":
            stream.bit_rate = 4_000_000  # too little would smooth the noise away
        for number, picture in enumerate(pictures):
            if not number:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


class Packet(NamedTuple):
    """A packet of a film: when it is shown, and its bytes."""

    seconds: float
    data: bytes
    is_key: bool


def packets_of(path: Path) -> list[Packet]:
    """Give the packets of a film in the order in which they are decoded."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base or Fraction(0)
        return [
            Packet(float(packet.pts * base), bytes(packet), packet.is_keyframe)
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None
        ]


def slices_of(path: Path) -> tuple[Any, list[Slice]]:
    """Give a film's stream and its packets as slices; the film stays open."""
    container = av.open(str(path))
    stream = container.streams.video[0]
    base = stream.time_base or Fraction(0)
    found = [
        Slice(float(one.pts * base), one.pts, one.dts, one.size, one.is_keyframe, one)
        for one in container.demux(stream)
        if one.size and one.pts is not None and one.dts is not None
    ]
    return stream, found


def pictures_of(path: Path) -> list[Pixels]:
    """Decode a film to RGB."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [
            frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
            for frame in frames
        ]


def note_of(path: Path) -> Note:
    """Read what a clip says of itself."""
    with av.open(str(path)) as container:
        return msgspec.json.decode(container.metadata["comment"], type=Note)


def watched(source: Path | str, folder: Path, **more: Any) -> list[Sighting]:
    """Everything that is told of a film, run as fast as it goes, clips kept."""
    clips = ClipPlan(folder=str(folder), **more.pop("clips", {}))
    values = {"index": 3, "zones": YARD, "speed": 1000.0, "clips": clips, **more}
    told: list[Sighting] = []
    Watch(CameraPlan(source=str(source), **values), told.append).run()
    return told


def kept_of(told: Iterable[Sighting]) -> list[ClipKept]:
    """Give the clips, in the order in which they were told."""
    return [one for one in told if isinstance(one, ClipKept)]
