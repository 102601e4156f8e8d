"""What can be wrong when an inventory meets the store."""

from collections.abc import Sequence

from collector.errors import CollectorError


class PlaybookRewrittenError(CollectorError):
    """A version of a playbook says something else than when it was brought in.

    Incidents refer to the version that people followed, so it may not change.
    """

    def __init__(self, playbooks: Sequence[tuple[str, int]]) -> None:
        told = ", ".join(f"{name!r} version {version}" for name, version in playbooks)
        super().__init__(f"changed under the same version: {told}; raise its `version`")
        self.playbooks = tuple(playbooks)
