"""The one door to picamera2: a Raspberry Pi's own camera as a film that never ends.

The library comes from Raspberry Pi OS (`apt install python3-picamera2`), not from PyPI,
and is loaded in the camera's process alone.
"""

import importlib
from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from edge.camera.pacing import Pacing
from edge.camera.source import pi_wish
from edge.camera.stream import READ_TIMEOUT_S
from edge.errors import FilmError, Loss
from edge.sight.picture import Moment, Pixels, Still

SIZE = (1280, 720)  # px, of the camera, where nobody says otherwise
RATE = 25
WIDEST = 1280  # px of the pictures looked at: no snapshot is wider
BUFFERS = 4  # pictures that the camera may fill ahead; each takes memory
LOOKED_AT = "lores"  # the smaller of the two sizes that the camera makes at once
ABSENT = "picamera2 cannot be loaded here: apt install python3-picamera2"


class PiFilm:
    """The same face as `edge.camera.film.Film`. Raises FilmError where it cannot be."""

    def __init__(self, source: str, fps: float) -> None:
        wish = pi_wish(source)
        self._fps = fps
        self.rate = float(wish.rate or RATE)
        self._camera = _opened(int(wish.device))
        size = wish.size or SIZE
        try:
            self._start(size, _looked_at(size))
        except (RuntimeError, OSError) as error:
            self._camera.close()
            raise _refused(error) from None

    def _start(self, size: tuple[int, int], small: tuple[int, int]) -> None:
        lasts = round(1_000_000 / self.rate)  # microseconds
        self._camera.configure(
            self._camera.create_video_configuration(
                main={"size": size, "format": "YUV420"},
                lores={"size": small, "format": "YUV420"},
                controls={"FrameDurationLimits": (lasts, lasts)},
                buffer_count=BUFFERS,
            )
        )
        # The camera may have chosen another size, one that it can do.
        self._width, self._height = self._camera.camera_configuration()[LOOKED_AT][
            "size"
        ]
        self._camera.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._camera.close()

    def stills(self) -> Iterator[Still]:
        """Yield the stills to be looked at; the others are not even copied."""
        pacing = Pacing(self._fps)
        first: float | None = None
        number = -1
        while True:
            number += 1
            request = self._next()
            try:
                stamp = request.get_metadata()["SensorTimestamp"] / 1e9
                first = stamp if first is None else first
                seconds = stamp - first
                due = pacing.is_due(seconds)
                array = request.make_array(LOOKED_AT) if due else None
            finally:
                request.release()
            if array is not None:
                yield self._still(Moment(number, seconds), array)

    def _next(self) -> Any:
        job = self._camera.capture_request(wait=False)
        try:
            return self._camera.wait(job, timeout=READ_TIMEOUT_S)
        except TimeoutError:
            raise FilmError(Loss.FROZEN, "the camera sends no picture") from None
        except (RuntimeError, OSError) as error:
            raise _refused(error) from None

    def _still(self, moment: Moment, array: Pixels) -> Still:
        """Cut the padding off: rows are as long as the camera's memory wants them."""
        height, width = self._height, self._width
        luma = array[:height, :width]

        def colours() -> Pixels:
            # Each row of padded memory holds two rows of a colour, padded as well.
            halves = array.reshape(array.shape[0] * 2, -1)[2 * height :, : width // 2]
            planes = np.concatenate([luma.ravel(), halves.ravel()])
            return planes.reshape(height * 3 // 2, width)

        return Still(moment, luma, colours)


def _looked_at(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    while width > WIDEST:
        width, height = width // 2, height // 2
    return width & ~1, height & ~1


def _opened(number: int) -> Any:
    try:
        library = importlib.import_module("picamera2")
    except (ImportError, ValueError):  # NumPy raises the latter where versions clash
        raise FilmError(Loss.MISSING, ABSENT) from None
    try:
        return library.Picamera2(number)
    except IndexError:
        what = f"this machine has no camera {number}"
        raise FilmError(Loss.MISSING, what) from None
    except (RuntimeError, OSError) as error:
        raise _refused(error) from None


def _refused(error: Exception) -> FilmError:
    return FilmError(
        Loss.REFUSED, f"the camera cannot be used ({type(error).__name__})"
    )
