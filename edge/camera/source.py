"""What a camera's source is, by how it is named. Pure: opens nothing.

    rtsp://HOST/PATH, rtsps://...       a camera on the network
    usb:0, usb:/dev/video0              a camera of the machine (V4L2)
    pi:0                                a Raspberry Pi's own camera
    made:SEED                           a drawn scene
    anything else                       a film

`usb:` and `pi:` take `?size=1280x720&rate=25`, `usb:` also `&format=mjpeg`.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from edge.errors import FilmError, Loss

NETWORK = ("rtsp://", "rtsps://")
USB = "usb:"
PI = "pi:"
LIVE = (*NETWORK, USB, PI)
_WORDS = {
    "size": re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})"),  # px
    "rate": re.compile(r"[1-9]\d{0,2}"),  # pictures a second
    "format": re.compile(r"[a-z0-9_]{3,16}"),  # as FFmpeg calls it
}
_DEVICE = re.compile(r"/dev/[A-Za-z0-9_.:/+-]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which camera of the machine, and what is wanted of it; None: as it comes."""

    device: str
    size: tuple[int, int] | None = None
    rate: int | None = None
    format: str | None = None


def is_live(source: str) -> bool:
    """Say whether a source is a camera rather than a film."""
    return source.lower().startswith(LIVE)


def is_network(source: str) -> bool:
    """Say whether a source is a camera on the network."""
    return source.lower().startswith(NETWORK)


def is_pi(source: str) -> bool:
    """Say whether a source is a Raspberry Pi's own camera."""
    return source.lower().startswith(PI)


def usb_wish(source: str) -> Wish:
    """Read `usb:...`; raises FilmError where it makes no sense."""
    wish = _wish(source, USB, ("size", "rate", "format"))
    device = f"/dev/video{wish.device}" if wish.device.isdecimal() else wish.device
    if not _DEVICE.fullmatch(device) or ".." in device:
        what = "a camera of the machine is named usb:NUMBER or usb:/dev/..."
        raise FilmError(Loss.MISSING, what)
    return Wish(device, wish.size, wish.rate, wish.format)


def pi_wish(source: str) -> Wish:
    """Read `pi:...`; raises FilmError where it makes no sense."""
    wish = _wish(source, PI, ("size", "rate"))
    if not re.fullmatch(r"\d", wish.device):
        raise FilmError(Loss.MISSING, "a Raspberry Pi's camera is named pi:NUMBER")
    return wish


def check(source: str) -> None:
    """Raise FilmError where a source can never be opened, whatever is plugged in."""
    if source.lower().startswith(USB):
        usb_wish(source)
    elif source.lower().startswith(PI):
        pi_wish(source)


def _wish(source: str, scheme: str, known: tuple[str, ...]) -> Wish:
    device, _, options = source[len(scheme) :].partition("?")
    told = dict(parse_qsl(options, keep_blank_values=True))
    for name, value in told.items():
        if name not in known or not _WORDS[name].fullmatch(value):
            what = f"a source that begins with {scheme!r} takes no {name}={value}"
            raise FilmError(Loss.MISSING, what)
    size = _WORDS["size"].fullmatch(told.get("size", ""))
    return Wish(
        device,
        (int(size[1]), int(size[2])) if size else None,
        int(told["rate"]) if "rate" in told else None,
        told.get("format"),
    )
