"""Shows what `look` saw: an annotated film, and a picture for each event, in a folder.

The film holds the pictures that were looked at, at their own times, in H.264 that a
browser plays.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import cv2
from av.container import OutputContainer
from av.error import FFmpegError
from av.video import VideoStream

from edge.errors import ShowError
from edge.look.annotate import Drawing, Note
from edge.look.declared import Aim
from edge.sight.jpeg import jpeg_of
from edge.sight.motion import Started
from edge.sight.picture import Masked, Moment, Pixels

QUALITY = {"preset": "veryfast", "crf": "23"}
TICKS = 1000  # a second
READ_S = 3.0  # as long as an event's words stay, of the film's time
LINES = 3  # of words at once; the film keeps its size, so they always have their place


class Show:
    """What is written of one film: FOLDER/NAME.seen.mp4 and FOLDER/NAME-FRAME-WHAT.jpg.

    What stands there of an earlier run is written over. Raises ShowError.
    """

    def __init__(self, folder: Path, name: str, aim: Aim) -> None:
        self._folder, self._name = folder, name
        self._drawing = Drawing(aim.zones, aim.masks)
        self._writer: tuple[OutputContainer, VideoStream] | None = None
        self._ticks = -1
        self._last: tuple[Masked, Moment] | None = None
        self._recent: deque[tuple[float, Note]] = deque(maxlen=LINES)

    def __enter__(self) -> Self:
        with self._told():
            self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        writer, self._writer = self._writer, None
        if writer:
            container, stream = writer
            with self._told():
                container.mux(stream.encode())
                container.close()

    def add(
        self,
        picture: Masked,
        moment: Moment,
        going_on: Sequence[Started],
        notes: Sequence[Note],
    ) -> None:
        """Add a picture that was looked at, and what was decided on it."""
        self._last = (picture, moment)
        self._recent += [(moment.seconds, note) for note in notes]
        while self._recent and moment.seconds - self._recent[0][0] > READ_S:
            self._recent.popleft()
        words = [note._replace(box=None) for _, note in self._recent]
        words += [Note(0, "", "")] * (LINES - len(words))
        with self._told():
            image = self._drawing.draw(picture, moment, going_on, words)
            self._encode(image, moment.seconds)
            for note in notes:
                image = self._drawing.draw(picture, moment, going_on, [note])
                path = self._folder / f"{self._name}-{note.frame:06}-{note.name}.jpg"
                path.write_bytes(jpeg_of(image))

    def end(self, notes: Sequence[Note]) -> None:
        """Add what was decided after the last picture, if there was one at all."""
        if self._last and notes:
            self.add(*self._last, (), notes)

    def _encode(self, image: Pixels, seconds: float) -> None:
        if self._writer is None:
            self._writer = self._open(image)
        container, stream = self._writer
        size = (stream.width, stream.height)
        if image.shape[1::-1] != size:  # the camera has changed its resolution
            image = cv2.resize(image, size).astype("uint8", copy=False)
        self._ticks = max(self._ticks + 1, round(seconds * TICKS))
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts = self._ticks
        frame.time_base = Fraction(1, TICKS)
        container.mux(stream.encode(frame))

    def _open(self, image: Pixels) -> tuple[OutputContainer, VideoStream]:
        path = self._folder / f"{self._name}.seen.mp4"
        options = {"movflags": "faststart"}
        container = av.open(str(path), "w", format="mp4", options=options)
        stream = container.add_stream("libx264", rate=TICKS, options=QUALITY)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, TICKS)
        stream.codec_context.thread_count = 1
        return container, stream

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in a sentence why nothing can be written."""
        try:
            yield
        except (OSError, FFmpegError) as error:
            self._writer = None  # FFmpeg crashes if it is asked to finish after this
            why = getattr(error, "strerror", None) or type(error).__name__
            raise ShowError(self._folder, why) from None
