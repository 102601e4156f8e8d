"""Opens a source through FFmpeg: a file, a camera on the network, a camera of ours."""

import errno
import time
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.container import InputContainer
from av.error import ExitError, FFmpegError, HTTPNotFoundError

from edge.camera.login import Login
from edge.camera.source import USB, is_network, usb_wish
from edge.errors import FilmError, Loss

# Opening has two stages with a clock each, connecting and finding out what is sent.
# Both, and reading, end before the agent takes the process for hung.
OPEN_TIMEOUT_S = 4.5
READ_TIMEOUT_S = 7.0
MOST_PIXELS = 8192 * 4320  # a header that promises more is a bomb
BOUNDS = {"max_pixels": str(MOST_PIXELS)}  # also for a size that changes on the way
# What is enough to know the pictures of a camera by; FFmpeg's own 5 s is a long time
# to be blind. A camera that sends sound as well is not asked for it.
NETWORK_OPTIONS = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "analyzeduration": "2000000",  # microseconds
    "fpsprobesize": "2",  # pictures
    # A camera that sends us elsewhere may name no file and no other protocol.
    "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls",
}
# What writes the length down when it is known. Others (MPEG streams, raw films) have
# none, and FFmpeg guesses it from the bit rate.
HONEST = frozenset({"avi", "matroska", "webm", "mov", "mp4"})
# What FFmpeg makes pictures of that are letters: no camera, but somebody's file.
LETTERS = frozenset({"tty", "bin", "xbin", "adf", "idf"})
PLAYLIST = b"#EXTM3U"
_GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTTY})


@dataclass(frozen=True, slots=True)
class Address:
    """What FFmpeg is given to open a source. Holds a password: never shown."""

    where: str = field(repr=False)
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    timeout: tuple[float, float] | None = None


def address_of(source: str, login: Login | None = None) -> Address:
    """Work out what FFmpeg is to open; raises FilmError where it makes no sense."""
    live = (OPEN_TIMEOUT_S, READ_TIMEOUT_S)
    if is_network(source):
        where = login.put_into(source) if login else source
        return Address(where, None, NETWORK_OPTIONS, live)
    if source.lower().startswith(USB):
        wish = usb_wish(source)
        options = {"framerate": str(wish.rate)} if wish.rate else {}
        if wish.size:
            options["video_size"] = f"{wish.size[0]}x{wish.size[1]}"
        if wish.format:
            options["input_format"] = wish.format
        return Address(wish.device, "v4l2", options, live)
    # FFmpeg lets what `file:` opens (a playlist) open files alone, no address.
    return Address(f"file:{source}")


def open_source(source: str, login: Login | None = None) -> InputContainer:
    """Open a source; raises FilmError, whose sentence holds neither it nor a login."""
    address = address_of(source, login)
    on_disk = source if address.timeout is None else None
    if address.format is not None:
        on_disk = address.where
    if on_disk is not None and not Path(on_disk).exists():
        what = "device" if address.format else "file"
        raise FilmError(Loss.MISSING, f"the {what} does not exist")
    if on_disk is not None and _is_playlist(Path(on_disk)):
        raise FilmError(Loss.RUBBISH, "a list of films is no film")
    began = time.monotonic()
    try:
        container = av.open(
            address.where,
            format=address.format,
            options=address.options | BOUNDS,
            timeout=address.timeout,
            metadata_errors="replace",  # a title in letters of its own harms nobody
        )
    except FFmpegError as error:
        if isinstance(error, EOFError) and address.timeout is None:
            raise FilmError(Loss.RUBBISH, "the film is empty") from None
        if address.timeout and time.monotonic() - began >= OPEN_TIMEOUT_S:
            # FFmpeg calls an answer that does not come invalid data.
            raise FilmError(Loss.REFUSED, "the camera does not answer") from None
        raise lost(error, Loss.REFUSED, "opening fails") from None
    if not LETTERS.isdisjoint(container.format.name.split(",")):
        container.close()
        raise FilmError(Loss.RUBBISH, "this is no film that can be read")
    return container


def _is_playlist(path: Path) -> bool:
    """Tell a list that FFmpeg would wait for, for ever, to become longer."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(PLAYLIST)) == PLAYLIST
    except OSError:
        return False


def lost(error: FFmpegError, silent: Loss, what: str) -> FilmError:
    """Name an error of FFmpeg without its text, which holds the address.

    `silent` is what it means if nothing comes in time.
    """
    reason = Loss.REFUSED
    if isinstance(error, TimeoutError | ExitError):
        reason = silent
    elif isinstance(error, HTTPNotFoundError) or error.errno in _GONE:
        reason = Loss.MISSING
    elif isinstance(error, ValueError | IsADirectoryError):
        return FilmError(Loss.RUBBISH, "this is no film that can be read")
    elif isinstance(error, MemoryError):
        what = "the source asks for more memory than there is"
        return FilmError(Loss.RUBBISH, what)
    return FilmError(reason, f"{what} ({type(error).__name__})")


def promised_seconds(container: InputContainer, stream: av.VideoStream) -> float | None:
    """Read how long the pictures are to last; None where nothing honest says it.

    Sound may last longer: what is said of the whole counts if there are pictures alone.
    """
    formats = container.format.name.split(",")
    if HONEST.isdisjoint(formats):
        return None
    if "avi" in formats:  # FFmpeg cuts the duration to the file's size
        rate = stream.average_rate
        return float(stream.frames / rate) if stream.frames and rate else None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    told = _clock_seconds(stream.metadata.get("DURATION", ""))
    if told is not None:
        return told
    if container.duration and len(container.streams) == 1:
        return container.duration / av.time_base
    return None


def _clock_seconds(text: str) -> float | None:
    """Read `00:01:02.500000000`, as Matroska writes it."""
    try:
        hours, minutes, seconds = (float(part) for part in text.split(":"))
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds
