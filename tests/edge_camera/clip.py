"""Small films for tests, encoded for real, and a scene to put on them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np

from edge.sight.picture import Moment, Pixels, Still

Box: TypeAlias = Callable[[float], tuple[int, int, int, int] | None]

HEIGHT, WIDTH = 180, 320
RATE = 10
GROUND = 120  # levels


def write_clip(path: Path, pictures: Iterable[Pixels], codec: str = "ffv1") -> Path:
    """Encode BGR pictures; ffv1 keeps each pixel, so equal pictures stay equal."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE)
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            if not stream.codec_context.is_open:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def scene(seconds: float, *, box: Box | None = None, seed: int = 1) -> Iterator[Pixels]:
    """Yield noisy grey pictures; `box(seconds)` gives (left, top, w, h) px or None."""
    noise = np.random.default_rng(seed)
    for number in range(round(seconds * RATE)):
        picture = np.full((HEIGHT, WIDTH), GROUND, np.float32)
        place = box(number / RATE) if box else None
        if place:
            left, top, width, height = place
            picture[top : top + height, left : left + width] = 20
        picture += noise.normal(0, 2, picture.shape)
        grey = picture.clip(0, 255).astype(np.uint8)
        yield np.repeat(grey[:, :, None], 3, axis=2)


def visitor(enters: float, leaves: float) -> Box:
    """A box of 40 x 60 px that walks in, sways while it stands, and is gone."""

    def box(seconds: float) -> tuple[int, int, int, int] | None:
        if not enters <= seconds < leaves:
            return None
        walked = min(1.0, (seconds - enters) / 2)
        sway = 2 if int(seconds * 2) % 2 else 0
        return round(walked * 140) + sway, 90, 40, 60

    return box


def still_of(luma: Pixels, seconds: float = 0.0) -> Still:
    """A still with the given brightness and no colour."""
    height, width = luma.shape
    chroma = np.full((height // 2, width), 128, np.uint8)
    planes = np.vstack([luma, chroma])
    return Still(Moment(round(seconds * RATE), seconds), luma, lambda: planes)
