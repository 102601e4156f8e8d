"""The one door to FFmpeg: opens a source and hands out the stills to be looked at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self, TypeAlias

import av
import numpy as np
from av.error import FFmpegError

from edge.camera.extent import Extent
from edge.camera.login import Login
from edge.camera.pacing import FilmClock, Pacing
from edge.camera.source import is_live
from edge.camera.stream import BOUNDS, MOST_PIXELS, lost, open_source, promised_seconds
from edge.errors import FilmError, Loss
from edge.sight.doubt import Doubts
from edge.sight.picture import Moment, Passed, Pixels, Still, points_of

BAD_IN_A_ROW = 100  # packets that cannot be decoded; a drop-out heals by a keyframe
PLANAR = ("yuv420p", "yuvj420p")  # what cameras send; all else is converted first
SLOWEST, USUAL, FASTEST = 0.1, 25.0, 1000.0  # pictures a second that a header may say
OVERDUE_S = 2.0  # of frames; if time stamps stand still, look all the same
# Between keyframes. Both labelled films, encoded anew with one each 0.5 s and looked at
# by keyframes: all nine visits, told 0.5 to 1.4 s later. With one each second visits
# run together.
LONGEST_GOP_S = 0.6

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"
Tap: TypeAlias = Callable[[VideoPacket], None]


class _Skipping:
    """Has the decoder leave out all but keyframes, as long as these are close enough.

    Only a keyframe changes it back: what lies between needs those before it.
    """

    def __init__(self, context: av.VideoCodecContext) -> None:
        self._context = context
        self._key: float | None = None
        self._too_few = False
        context.skip_frame = "NONKEY"

    def take(self, packet: VideoPacket) -> None:
        """Judge a packet that is about to be decoded."""
        seconds = _seconds(packet)
        if seconds is None:
            return
        if self._key is not None and seconds - self._key > LONGEST_GOP_S:
            self._too_few = True
        if packet.is_keyframe:
            self._key = seconds
            if self._too_few:
                self._context.skip_frame = "DEFAULT"


class Film:
    """A source that is open. Raises FilmError where it cannot be opened or read.

    The error's sentence never holds the source: it may hold a password.

    Args:
        source: see `edge.camera.source`.
        fps: pictures to look at a second.
        login: of a camera on the network.
        keyframes: decode keyframes alone; all, where they are more than 0.6 s apart.
        tap: is given each packet of pictures as it comes, before it is decoded.
    """

    def __init__(
        self,
        source: str,
        fps: float,
        *,
        login: Login | None = None,
        keyframes: bool = False,
        tap: Tap | None = None,
    ) -> None:
        self._fps, self._tap, self._live = fps, tap, is_live(source)
        self._container = open_source(source, login)
        try:
            self._prepare()
        except FilmError:
            self._container.close()
            raise
        context = self._stream.codec_context
        self._skipping = _Skipping(context) if keyframes else None

    def _prepare(self) -> None:
        if not self._container.streams.video:
            raise FilmError(Loss.RUBBISH, "the source holds no pictures")
        self._stream = self._container.streams.video[0]
        # One thread: several would each hold frames back and memory besides.
        self._stream.thread_type = "NONE"
        context = self._stream.codec_context
        context.thread_count = 1
        context.options = BOUNDS
        if context.width * context.height > MOST_PIXELS:
            raise FilmError(
                Loss.RUBBISH, f"pictures of {context.width}x{context.height} pixels"
            )
        rate = float(self._stream.average_rate or 0)
        self.rate = rate if SLOWEST <= rate <= FASTEST else USUAL
        promised = promised_seconds(self._container, self._stream)
        self._extent = Extent(None if self._live else promised)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def stills(self) -> Iterator[Still]:
        """Yield the stills to be looked at, until the film ends."""
        pacing, clock = Pacing(self._fps), FilmClock(self.rate)
        looked, number, seconds = 0, -1, 0.0
        doubts = self._doubts = Doubts()
        passed: list[tuple[float, Pixels]] = []
        for number, frame in enumerate(self._frames()):
            seconds = clock.read(frame.time)
            self._extent.take(seconds)
            key, corrupt = frame.key_frame, frame.is_corrupt
            doubts.take(seconds, is_key=key, is_corrupt=corrupt)
            overdue = number - looked > OVERDUE_S * self.rate
            if pacing.is_due(seconds) or overdue:
                looked = number
                still = _still(Moment(number, seconds), frame, passed)
                yield replace(still, doubtful=doubts.doubtful)
                passed = []
            elif frame.format.name in PLANAR:
                passed.append((seconds, points_of(_luma(frame))))
        if number < 0:
            raise FilmError(Loss.RUBBISH, "no picture in the source can be decoded")
        if self._live:
            raise FilmError(Loss.REFUSED, "the camera has closed the connection")
        if self._extent.falls_short():
            came, promised = self._extent.seconds, self._extent.promised
            what = f"the film breaks off after {came:.0f} s of {promised:.0f} s"
            raise FilmError(Loss.ENDED, what)

    def _frames(self) -> Iterator[av.VideoFrame]:
        bad = 0
        for packet in self.packets():
            if self._skipping:
                self._skipping.take(packet)
            try:
                frames = packet.decode()
            except FFmpegError as error:
                if isinstance(error, MemoryError):
                    raise lost(error, Loss.RUBBISH, "decoding fails") from None
                bad += 1
                self._doubts.lose()
                if bad >= BAD_IN_A_ROW:
                    raise FilmError(
                        Loss.RUBBISH, f"{bad} packets in a row cannot be decoded"
                    ) from None
                continue
            bad = 0 if frames else bad
            yield from frames

    def packets(self) -> Iterator[VideoPacket]:
        """Yield the packets of pictures as they come; the last ones are empty."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError as error:
                raise lost(error, Loss.FROZEN, "reading fails") from None
            if packet is None:
                return
            if self._tap and packet.size:
                self._tap(packet)
            yield packet


def _seconds(packet: VideoPacket) -> float | None:
    stamp = packet.dts if packet.pts is None else packet.pts
    if stamp is None or packet.time_base is None:
        return None
    return float(stamp * packet.time_base)


def _still(moment: Moment, frame: av.VideoFrame, passed: Passed) -> Still:
    width, height = frame.width & ~1, frame.height & ~1
    if not (width and height):
        what = f"pictures of {frame.width}x{frame.height} pixels"
        raise FilmError(Loss.RUBBISH, what)
    if frame.format.name not in PLANAR or (width, height) != (
        frame.width,
        frame.height,
    ):
        frame = frame.reformat(width=width, height=height, format="yuv420p")
    luma = _luma(frame)[:height, :width]
    return Still(moment, luma, lambda: _planes(frame), passed, lambda: _chroma(frame))


def _luma(frame: av.VideoFrame) -> Pixels:
    return _plane(frame, 0)


def _chroma(frame: av.VideoFrame) -> list[Pixels]:
    return [_plane(frame, number) for number in (1, 2)]


def _plane(frame: av.VideoFrame, number: int) -> Pixels:
    plane = frame.planes[number]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def _planes(frame: av.VideoFrame) -> Pixels:
    planes: Pixels = frame.to_ndarray().astype(np.uint8, copy=False)
    return planes
