"""What can be wrong when an inventory meets the store."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from collector.errors import CollectorError


class PlaybookRewrittenError(CollectorError):
    """A version of a playbook says something else than when it was brought in.

    Incidents refer to the version that people followed, so it may not change.
    """

    def __init__(self, playbooks: Sequence[tuple[str, int]]) -> None:
        told = ", ".join(f"{name!r} version {version}" for name, version in playbooks)
        super().__init__(f"changed under the same version: {told}; raise its `version`")
        self.playbooks = tuple(playbooks)


class PapersError(CollectorError):
    """A file of an authority cannot be used. The sentence holds nothing of it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{str(path)!r}: {why}")
        self.path = path


class AuthorityEndedError(CollectorError):
    """Nothing that an authority signs after its own end is believed."""

    def __init__(self, end: datetime) -> None:
        super().__init__(
            f"the authority's own certificate ended on {end:%F}: make a new one with"
            " `wachtpost collector fleet authority`"
        )
        self.end = end


class UnknownPathError(CollectorError):
    """The inventory in the store has no such device, or it was removed from it."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f"the store knows no device {device!r}: put it into the inventory, and"
            " `wachtpost collector sync`"
        )
        self.device = device


class NothingThereError(CollectorError):
    """There is nothing that could be revoked, renewed or cleared."""

    def __init__(self, what: str) -> None:
        super().__init__(what)


class OrderError(CollectorError):
    """A command cannot be made or sent; the sentence says why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
