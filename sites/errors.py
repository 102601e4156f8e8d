"""What can be wrong with an inventory or with what comes over the wire."""

from typing import Literal, NamedTuple

Refusal = Literal[
    "unreadable",
    "too_large",
    "bad_signature",
    "unknown_device",
    "other_device",
    "future_version",
    "bad_body",
    "other_lane",
    "number_taken",
    "revoked",
    "expired",
    "uncertified",
]


class SitesError(Exception):
    """Something in the shared vocabulary does not hold."""


class TopicError(SitesError):
    """A topic or a path is not one of ours."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no topic or path of version 1: {text[:80]!r}")
        self.text = text


class KeyTextError(SitesError):
    """A key is not written as 64 hexadecimal digits."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not 64 hexadecimal digits")
        self.what = what


class HostError(SitesError):
    """A setting that names a machine and a port does not."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:80]!r} is not HOST:PORT")
        self.text = text


class FrameError(SitesError):
    """A frame cannot be read or trusted; `refusal` is the reason in one word."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(f"frame refused ({refusal}): {detail}")
        self.refusal: Refusal = refusal
        self.detail = detail


class FrameTooSmallError(SitesError):
    """The records do not fit in a frame of the fixed size."""

    def __init__(self, needed: int, size: int) -> None:
        super().__init__(f"the frame needs {needed} bytes and may have {size}")
        self.needed = needed
        self.size = size


class CertificateError(SitesError):
    """A certificate or its key is not what was asked for, or cannot be read."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"certificate refused: {detail}")
        self.detail = detail


class AnswerError(SitesError):
    """What came down is not from our collector, not for us, or not readable.

    `command`: it would be a command, had the collector signed it.
    """

    def __init__(self, detail: str, *, command: bool = False) -> None:
        super().__init__(f"answer ignored: {detail}")
        self.detail = detail
        self.command = command


class CommandError(SitesError):
    """A command cannot be trusted or read; `trouble` is the reason in one word."""

    def __init__(self, trouble: Literal["forged", "unknown_order"]) -> None:
        super().__init__(f"command refused ({trouble})")
        self.trouble: Literal["forged", "unknown_order"] = trouble


class UnknownDeviceError(SitesError):
    """A device is asked for that the inventory does not declare."""

    def __init__(self, device: str) -> None:
        super().__init__(f"no device {device[:40]!r} in this inventory")
        self.device = device


class DeviceFileError(SitesError):
    """A device's file cannot be trusted or read; the device must not use it."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"device file refused: {detail}")
        self.detail = detail


class Problem(NamedTuple):
    """Something wrong in one file; `line` is 0 where it concerns no line."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}"


class InventoryError(SitesError):
    """An inventory does not load; `problems` are all of them, by file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class BlobError(SitesError):
    """A blob cannot be cut, or cannot be put together from the parts that are there."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"blob refused: {detail}")
        self.detail = detail
