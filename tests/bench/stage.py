"""Puts a recipe on a film and encodes it for real, so that all look at the same file.

Every second make is lossless H.264, the others are as a camera sends: x264 at 23, a
keyframe every 2 s, no B-frames.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av

from edge.camera.scene_film import SceneFilm, is_made, visits
from edge.sight.picture import Pixels
from tests.bench.recipe import Make, When, staged
from tests.bench.score import Truth

LOSSLESS = {"preset": "ultrafast", "qp": "0"}
AS_CAMERAS = {"preset": "veryfast", "crf": "23", "bf": "0"}
KEYFRAME_S = 2.0
FIRST_S = 10.0
SLOW_S, LASTS_S = 5.0, 13.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A film with its labels."""

    path: Path
    truth: Truth

    def until(self, seconds: float) -> "Clip":
        """Give its beginning alone."""
        return Clip(self.path, self.truth.until(seconds))

    @property
    def is_drawn(self) -> bool:
        """It is no file but a drawn yard, `made:SEED`, in which nobody is."""
        return is_made(str(self.path))

    def pictures(self) -> Iterator[Pixels]:
        """Decode (or draw) as many frames as the labels are for."""
        if self.is_drawn:
            return empty_yard(str(self.path), self.truth)
        return islice(frames(self.path), self.truth.frames)


def empty_yard(source: str, truth: Truth) -> Iterator[Pixels]:
    """Draw a scene without its visitors."""
    film, nobody = SceneFilm(source, truth.fps), next(visits(0))
    nobody = replace(nobody, enters=-2.0, leaves=-1.0)
    for number in range(truth.frames):
        yield film.draw(number / truth.fps, number, nobody)


def frames(path: Path) -> Iterator[Pixels]:
    """Decode every frame (BGR) with one thread."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="bgr24").astype("uint8", copy=False)


def gaps(truth: Truth) -> list[tuple[float, float]]:
    """Give the idle gaps between events in seconds, in order."""
    ends = [last for _, last in truth.events[:-1]]
    starts = [first for first, _ in truth.events[1:]]
    return [
        (end / truth.fps, start / truth.fps)
        for end, start in zip(ends, starts, strict=True)
    ]


def when_of_nuisance(truth: Truth, number: int) -> When:
    """Say when the make of that number (from 0) is put on.

    The first: from the middle of the longest gap to the end. The second: from the
    middle of the first gap on, for half of the film. Others: from the start. Where
    nothing happens at all: from 10 s on.
    """
    lasts = truth.frames / truth.fps
    if not gaps(truth):
        return When(FIRST_S)
    if number == 0:
        begin, end = max(gaps(truth), key=lambda gap: gap[1] - gap[0])
        return When((begin + end) / 2)
    if number == 1:
        begin = sum(gaps(truth)[0]) / 2
        return When(begin, begin + lasts / 2)
    return When(0.0)


def when_of_attack(truth: Truth, make: Make) -> When:
    """Say when an attack is made: in the first gap, as long as it can be judged."""
    begin, end = gaps(truth)[0]
    begin = begin + 0.4 if make.half_s > SLOW_S else (begin + end) / 2
    return When(begin, begin + LASTS_S + make.half_s)


def is_lossless(number: int) -> bool:
    """Say whether the make of that number (from 0) is encoded without loss."""
    return number % 2 == 0


def stage(clip: Clip, to: Path, make: Make, when: When, *, lossless: bool) -> Clip:
    """Write the clip with a make put on; gives the clip that was written."""
    pictures = staged(make, clip.pictures(), when, clip.truth.fps)
    encode(pictures, to, clip.truth.fps, lossless=lossless)
    return Clip(to, clip.truth)


def encode(
    pictures: Iterable[Pixels],
    to: Path,
    rate: float,
    *,
    lossless: bool,
    more: dict[str, str] | None = None,
) -> None:
    """Write BGR pictures as H.264, with one thread."""
    fraction = Fraction(rate).limit_denominator(1000)
    options = {**(LOSSLESS if lossless else AS_CAMERAS), **(more or {})}
    with av.open(str(to), "w") as container:
        stream: Any = container.add_stream("libx264", rate=fraction, options=options)
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.gop_size = round(KEYFRAME_S * rate)
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, 1 / fraction
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
