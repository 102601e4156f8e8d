"""The door to FFmpeg for clips: packets into a fragmented MP4 that a browser plays.

H.264 is copied as it came. What is not, and what has masks, is decoded, masked and
encoded anew; nothing that a mask hides gets into the encoder.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import Any, Protocol

import av
import numpy as np
from av.error import FFmpegError

from edge.clip.ring import Slice
from edge.errors import ClipError
from edge.sight.picture import Masking, Pixels
from edge.sight.shape import Polygon

# Whole fragments of a second each: so much is lost if the process is killed.
_FORMAT = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    "frag_duration": "1000000",  # us
    "flush_packets": "1",
}
_BUFFER = 2**16  # bytes
ENCODER = "libx264"  # GPL; in the wheels of PyAV, and in Debian's FFmpeg
_ENCODING = {
    "preset": "ultrafast",  # a small box does this beside its work, in little memory
    "tune": "zerolatency",  # holds no pictures back, and little memory
    "crf": "27",
    "qmax": "36",  # coarser steps would let light from the edge of a mask into it
    "g": "50",  # pictures from keyframe to keyframe
    # The loop filter smears over the edges of blocks, so of masks too. CABAC makes the
    # files a quarter smaller for nothing that can be measured.
    "x264-params": "no-deblock=1:threads=1:cabac=1",
}
MOST_FPS = 15  # pictures a second, of those that are encoded: enough to see who it is
PLAYED = ("yuv420p", "yuvj420p")  # all that browsers play
_PLANAR = "yuv420p"
_FULL_RANGE = "yuvj420p"  # the same, black being 0 instead of 16
_TICK = Fraction(1, 90_000)  # s, of pictures that came without a stream
_JPEG_RANGE = 2  # AVCOL_RANGE_JPEG


class Sink(Protocol):
    """Where the bytes of a film go."""

    def write(self, data: bytes) -> int: ...


class Film(Protocol):
    """A film that is being written; all of it raises ClipError, or OSError of its sink.

    The sink stays open.
    """

    def add(self, one: Slice) -> None:
        """Append the next slice; the first must be a keyframe."""

    def close(self) -> None:
        """Write the end of the film."""


class Pattern:
    """What must be known of a stream to write its packets, also after it was closed."""

    def __init__(self, stream: Any) -> None:
        context = stream.codec_context
        self.base: Fraction = stream.time_base or context.time_base
        self.rate = Fraction(stream.average_rate or 25)
        self.codec: str = context.codec.name
        self.extradata: bytes | None = context.extradata
        self.width: int = context.width
        self.height: int = context.height
        self.pix_fmt: str | None = context.pix_fmt
        self.copy: Any = None
        if self.is_played:
            self._nowhere = av.open(io.BytesIO(), "w", format="mp4")
            self.copy = self._nowhere.add_stream_from_template(stream)

    @property
    def is_played(self) -> bool:
        """Whether browsers play the packets as they are."""
        return (
            self.codec in {"h264", ENCODER}
            and self.pix_fmt in PLAYED
            and bool(self.extradata)
        )


def film_into(
    sink: Sink, pattern: Pattern, masks: Sequence[Polygon], comment: str
) -> Film:
    """Begin a film; raises ClipError.

    `comment` stands in the film, so that it says itself what it is.
    """
    with _named("no film can be begun"):
        if not masks and pattern.copy is not None:
            return _Copied(sink, pattern, comment)
        return _Encoded(sink, pattern, masks, comment)


class _Copied:
    """Packets as they came."""

    def __init__(self, sink: Sink, pattern: Pattern, comment: str) -> None:
        self._container = _container(sink, comment)
        self._stream = self._container.add_stream_from_template(pattern.copy)
        self._base = pattern.base
        self._zero: int | None = None

    def add(self, one: Slice) -> None:
        if self._zero is None:
            self._zero = one.dts
        # A packet of its own: the muxer changes it, and the decoder still needs it.
        packet = _copy_of(one, self._base, self._zero)
        packet.stream = self._stream
        with _named("a packet cannot be written"):
            self._container.mux(packet)

    def close(self) -> None:
        with _named("the end cannot be written"):
            self._container.close()


class _Encoded:
    """Packets decoded, masked and encoded anew."""

    def __init__(
        self, sink: Sink, pattern: Pattern, masks: Sequence[Polygon], comment: str
    ) -> None:
        self._pattern = pattern
        self._masks = masks
        self._masking: Masking | None = None
        self._decoder = _decoder_like(pattern)
        self._container = _container(sink, comment)
        self._stream: Any = None
        self._zero, self._last = 0, -1
        self._every = max(1, -(-pattern.rate // MOST_FPS))
        self._count = 0

    def add(self, one: Slice) -> None:
        try:
            frames = self._decoder.decode(_copy_of(one, self._pattern.base, 0))
        except FFmpegError:  # a drop-out; it heals by the next keyframe
            return
        self._encode(frames)

    def close(self) -> None:
        # What the decoder holds back may be damaged: the film then ends before it.
        with suppress(FFmpegError):
            self._encode(self._decoder.decode(None))
        if self._stream is None:
            raise ClipError("no picture of it can be decoded")
        with _named("the end cannot be written"):
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def _encode(self, frames: Sequence[Any]) -> None:
        for frame in frames:
            self._count += 1
            if self._count % self._every != 1 % self._every:
                continue
            planes = planes_of(frame)
            masking = self._masking or self._begin(frame, planes)
            if not masking.takes(planes):
                raise ClipError("the size of the pictures changes")
            out = masked_frame(planes, masking, frame)
            self._last = max(self._last + 1, (frame.pts or 0) - self._zero)
            out.pts, out.time_base = self._last, self._pattern.base
            with _named("a picture cannot be encoded"):
                self._container.mux(self._stream.encode(out))

    def _begin(self, frame: Any, planes: Pixels) -> Masking:
        """Begin with the first picture: only now its size is sure."""
        height, width = planes.shape[0] * 2 // 3, planes.shape[1]
        self._zero = frame.pts or 0
        form = _FULL_RANGE if is_full_range(frame) else _PLANAR
        self._stream = _encoding(
            self._container, self._pattern.rate / self._every, (height, width, form)
        )
        self._stream.codec_context.time_base = self._pattern.base
        self._masking = Masking(self._masks, height, width)
        return self._masking


class StillEncoder:
    """Makes packets of pictures that came without: a drawn scene, a bare sensor.

    They come masked already, at most `rate` a second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = Fraction(rate).limit_denominator(1000)
        self._container = av.open(io.BytesIO(), "w", format="mp4")
        self._stream: Any = None
        self._zero = 0.0
        self._last = -1

    def encode(self, planes: Pixels, seconds: float) -> Iterator[Any]:
        """Yield the packets of the next picture: I420, even sides, nothing to hide."""
        if self._stream is None:
            size = (planes.shape[0] * 2 // 3, planes.shape[1], _PLANAR)
            self._stream = _encoding(self._container, self._rate, size)
            self._stream.codec_context.time_base = _TICK
            self._stream.codec_context.gop_size = max(1, round(2 * self._rate))
            self._zero = seconds
            self._stream.codec_context.open()
            self._container.start_encoding()  # only now the stream knows what it is
        frame = av.VideoFrame.from_ndarray(planes, format=_PLANAR)
        frame.time_base = _TICK
        self._last = max(self._last + 1, round((seconds - self._zero) / _TICK))
        frame.pts = self._last
        yield from self._stream.encode(frame)


def planes_of(frame: av.VideoFrame) -> Pixels:
    """Return a picture as I420 with even sides, in the range it came in."""
    width, height = frame.width & ~1, frame.height & ~1
    wanted = _FULL_RANGE if is_full_range(frame) else _PLANAR
    if (frame.format.name, frame.width, frame.height) != (wanted, width, height):
        frame = frame.reformat(width=width, height=height, format=wanted)
    planes: Pixels = frame.to_ndarray().astype(np.uint8, copy=False)
    return planes


def masked_frame(planes: Pixels, masking: Masking, like: av.VideoFrame) -> Any:
    """Return the picture with black under the masks, ready for an encoder.

    `planes` are blackened where they lie.
    """
    name = _FULL_RANGE if is_full_range(like) else _PLANAR
    hidden = np.ascontiguousarray(masking.hide_colours(planes, spare=True))
    frame = av.VideoFrame.from_ndarray(hidden, format=name)
    frame.colorspace, frame.color_range = like.colorspace, like.color_range
    return frame


def is_full_range(frame: av.VideoFrame) -> bool:
    """Say whether black is 0 in a picture rather than 16."""
    return frame.format.name == _FULL_RANGE or frame.color_range == _JPEG_RANGE


def measure(path: str) -> tuple[str, float]:
    """Return a film's comment and its seconds; raises ClipError."""
    try:
        with av.open(f"file:{path}") as container:
            stream = container.streams.video[0]
            spans = [
                (packet.pts, packet.pts + (packet.duration or 0))
                for packet in container.demux(stream)
                if packet.pts is not None
            ]
            ticks = max(end for _, end in spans) - min(begin for begin, _ in spans)
            seconds = float(ticks * (stream.time_base or 0))
            return container.metadata.get("comment", ""), seconds
    except (FFmpegError, IndexError, ValueError) as error:
        raise ClipError(f"it is no film ({type(error).__name__})") from None


def _container(sink: Sink, comment: str) -> Any:
    container = av.open(sink, "w", format="mp4", options=_FORMAT, buffer_size=_BUFFER)
    container.metadata["comment"] = comment
    return container


def _copy_of(one: Slice, base: Fraction, zero: int) -> Any:
    source: Any = one.packet
    packet: Any = av.Packet(bytes(source))
    packet.pts, packet.dts, packet.time_base = one.pts - zero, one.dts - zero, base
    packet.duration, packet.is_keyframe = source.duration, one.is_key
    return packet


def _encoding(container: Any, rate: Fraction, size: tuple[int, int, str]) -> Any:
    stream = container.add_stream(ENCODER, rate, options=_ENCODING)
    stream.height, stream.width, stream.pix_fmt = size
    return stream


def _decoder_like(pattern: Pattern) -> Any:
    decoder: Any = av.CodecContext.create(pattern.codec, "r")
    decoder.extradata = pattern.extradata
    decoder.width, decoder.height = pattern.width, pattern.height
    decoder.pix_fmt = pattern.pix_fmt
    decoder.thread_count = 1
    return decoder


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Name what FFmpeg refuses; what the sink refuses passes as it is."""
    try:
        yield
    except FFmpegError as error:
        raise ClipError(f"{what} ({type(error).__name__})") from None
    except ValueError as error:
        raise ClipError(f"{what} ({error})") from None
