"""What can go wrong on a device, as sentences for the person who will fix it."""

from enum import StrEnum
from pathlib import Path


class EdgeError(Exception):
    """The root of all errors of this package."""


class Loss(StrEnum):
    """Why a camera shows us nothing."""

    MISSING = "missing"
    REFUSED = "refused"
    FROZEN = "frozen"
    RUBBISH = "rubbish"
    ENDED = "ended"
    CRASHED = "crashed"
    HUNG = "hung"
    COVERED = "covered"
    DEFOCUSED = "defocused"
    TURNED = "turned"
    LOOPING = "looping"
    BLACK = "black"

    @property
    def is_seen(self) -> bool:
        """Say whether pictures still come, and what they show is the trouble."""
        return self in SEEN


SEEN = frozenset({Loss.COVERED, Loss.DEFOCUSED, Loss.TURNED, Loss.LOOPING, Loss.BLACK})


class CameraError(EdgeError):
    """A camera cannot be used. The sentence never holds its address or password."""


class CameraPlanError(CameraError):
    """A camera's plan makes no sense, and trying again will not help."""

    def __init__(self, index: int, what: str) -> None:
        self.index = index
        super().__init__(f"camera {index}: {what}")


class SightingError(CameraError):
    """The pipe of a camera's process holds something that is no message."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the camera's process wrote no message we know: {what}")


class FilmError(CameraError):
    """A source cannot be opened or read on; trying again later may help."""

    def __init__(self, reason: Loss, what: str) -> None:
        self.reason = reason
        super().__init__(what)


class ClipError(CameraError):
    """A film cannot be written or read; those after it may be."""


class LoginError(CameraError):
    """The file with the cameras' logins cannot be used. Quotes nothing of it."""


class DeclaredError(EdgeError):
    """A site or a camera is asked for that the inventory does not declare."""


class ShowError(EdgeError):
    """What was seen cannot be shown: the folder or a file cannot be written."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"nothing can be written into {str(folder)!r}: {why}")
        self.folder = folder


class OutboxBusyError(EdgeError):
    """Two agents may not share one outbox."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another process has the outbox {str(folder)!r} open")
        self.folder = folder


class OutboxFullError(EdgeError):
    """Neither the disk nor the memory takes one more alarm."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the outbox {str(folder)!r} takes no more alarms")
        self.folder = folder


class LinkError(EdgeError):
    """The broker cannot be used at the moment; trying again helps. No address in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no connection to the broker: {reason}")
        self.reason = reason


class JournalError(EdgeError):
    """The panel's state cannot be read: the panel starts armed."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"the panel's state in {str(path)!r} cannot be read: {why}")
        self.path = path


class NotebookError(EdgeError):
    """Which command was obeyed last cannot be read: older ones are refused."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"what was obeyed, in {str(path)!r}, cannot be read: {why}")
        self.path = path


class RecordingError(EdgeError):
    """A recorded file of contacts or measurements cannot be played."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {what}")
        self.path = path
        self.line = line


class GpioError(EdgeError):
    """The machine has no pins that we can read."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the pins of this machine cannot be read: {why}")


class PaperworkError(EdgeError):
    """A certificate could not be asked for or taken; what is there goes on."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


class SettingsError(EdgeError):
    """The settings allow no start; `problems` are all of them, a sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class HandError(EdgeError):
    """A command by hand could not be given to the agent."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the agent did not take the command: {why}")
