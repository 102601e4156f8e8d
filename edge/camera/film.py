"""The one door to FFmpeg: opens a source and hands out the stills to be looked at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import av
import numpy as np
from av.container import InputContainer
from av.error import ExitError, FFmpegError, HTTPNotFoundError

from edge.camera.sighting import is_live
from edge.errors import FilmError, Loss
from edge.sight.picture import Moment, Pixels, Still

OPEN_TIMEOUT_S = 8.0
READ_TIMEOUT_S = 8.0  # shorter than the agent's patience with a process that hangs
MOST_PIXELS = 8192 * 4320  # a header that promises more is a bomb
BAD_IN_A_ROW = 100  # packets that cannot be decoded; a drop-out heals by a keyframe
PLANAR = ("yuv420p", "yuvj420p")  # what cameras send; all else is converted first
Tap: TypeAlias = Callable[[Any], None]  # takes an av.Packet
ALMOST_S = 0.001  # time stamps are rounded
LONGEST_STEP_S = 60.0  # between two frames
OVERDUE_S = 2.0  # of frames; if time stamps stand still, look all the same


class Pacing:
    """Chooses the frames to look at: `fps` of a second, evenly, whatever the film has.

    Frames between are decoded, as those after need them, and not touched.
    """

    def __init__(self, fps: float) -> None:
        self._step = 1 / fps
        self._due: float | None = None

    def is_due(self, seconds: float) -> bool:
        """Say whether the frame at `seconds` is to be looked at."""
        if self._due is None or abs(seconds - self._due) > 1 + self._step:
            self._due = seconds
        if seconds < self._due - ALMOST_S:
            return False
        self._due += self._step
        return True


class _FilmClock:
    """Seconds since the first frame, never back, whatever the time stamps do."""

    def __init__(self, rate: float) -> None:
        self._step = 1 / rate
        self._stamp: float | None = None
        self._seconds: float | None = None

    def read(self, stamp: float | None) -> float:
        """Return the seconds of a frame from its time stamp, or the lack of one."""
        if self._seconds is None:
            self._seconds = 0.0
        else:
            step = self._step
            if stamp is not None and self._stamp is not None:
                step = stamp - self._stamp
            if not 0 <= step <= LONGEST_STEP_S:  # the camera has set its clock
                step = self._step
            self._seconds += step
        self._stamp = stamp
        return self._seconds


class Film:
    """A source that is open. Raises FilmError where it cannot be opened or read.

    The error's sentence never holds the source: it may hold a password. `tap` gets each
    packet as it comes, before it is decoded.
    """

    def __init__(self, source: str, fps: float, tap: Tap | None = None) -> None:
        self._fps = fps
        self._tap = tap
        self._container = _open(source)
        try:
            self._prepare()
        except FilmError:
            self._container.close()
            raise

    def _prepare(self) -> None:
        if not self._container.streams.video:
            raise FilmError(Loss.RUBBISH, "the source holds no pictures")
        self._stream = self._container.streams.video[0]
        # One thread: several would each hold frames back and memory besides.
        self._stream.thread_type = "NONE"
        context = self._stream.codec_context
        context.thread_count = 1
        if context.width * context.height > MOST_PIXELS:
            raise FilmError(
                Loss.RUBBISH, f"pictures of {context.width}x{context.height} pixels"
            )
        self.rate = float(self._stream.average_rate or 25)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def stills(self) -> Iterator[Still]:
        """Yield the stills to be looked at, until the film ends."""
        pacing, clock = Pacing(self._fps), _FilmClock(self.rate)
        looked, number = 0, -1
        for number, frame in enumerate(self._frames()):
            seconds = clock.read(frame.time)
            overdue = number - looked > OVERDUE_S * self.rate
            if pacing.is_due(seconds) or overdue:
                looked = number
                yield _still(Moment(number, seconds), frame)
        if number < 0:
            raise FilmError(Loss.RUBBISH, "no picture in the source can be decoded")

    def _frames(self) -> Iterator[av.VideoFrame]:
        bad = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError as error:
                raise _lost(error, Loss.FROZEN, "reading fails") from None
            if packet is None:
                return
            if self._tap:
                self._tap(packet)
            try:
                frames = packet.decode()
            except FFmpegError:
                bad += 1
                if bad >= BAD_IN_A_ROW:
                    raise FilmError(
                        Loss.RUBBISH, f"{bad} packets in a row cannot be decoded"
                    ) from None
                continue
            bad = 0 if frames else bad
            yield from frames


def _open(source: str) -> InputContainer:
    live = is_live(source)
    if not live and not Path(source).exists():
        raise FilmError(Loss.MISSING, "the file does not exist")
    address = source if live else f"file:{source}"
    # FFmpeg lets what `file:` opens (a playlist) open files alone, no address.
    options = {"rtsp_transport": "tcp"} if live else {}
    timeout = (OPEN_TIMEOUT_S, READ_TIMEOUT_S)
    try:
        return av.open(address, options=options, timeout=timeout if live else None)
    except FFmpegError as error:
        raise _lost(error, Loss.REFUSED, "opening fails") from None


def _lost(error: FFmpegError, silent: Loss, what: str) -> FilmError:
    """Name an error of FFmpeg without its text, which holds the address.

    `silent` is what it means if nothing comes in time.
    """
    reason = Loss.REFUSED
    if isinstance(error, TimeoutError | ExitError):
        reason = silent
    elif isinstance(error, FileNotFoundError | HTTPNotFoundError):
        reason = Loss.MISSING
    elif isinstance(error, ValueError | IsADirectoryError):
        return FilmError(Loss.RUBBISH, "this is no film that can be read")
    return FilmError(reason, f"{what} ({type(error).__name__})")


def _still(moment: Moment, frame: av.VideoFrame) -> Still:
    width, height = frame.width & ~1, frame.height & ~1
    if frame.format.name not in PLANAR or (width, height) != (
        frame.width,
        frame.height,
    ):
        frame = frame.reformat(width=width, height=height, format="yuv420p")
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    luma: Pixels = rows[:height, :width]
    return Still(moment, luma, lambda: _planes(frame))


def _planes(frame: av.VideoFrame) -> Pixels:
    planes: Pixels = frame.to_ndarray().astype(np.uint8, copy=False)
    return planes
