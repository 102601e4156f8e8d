"""Why an incident does not change as somebody asked; sentences for the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.errors import CollectorError


@dataclass(frozen=True, slots=True)
class DueStep:
    """A mandatory step that nobody did yet; `text` by language."""

    step: str
    role: str
    text: Mapping[str, str]


class IncidentError(CollectorError):
    """An incident does not change as somebody asked."""

    def __init__(self, incident: int, what: str) -> None:
        super().__init__(f"incident {incident}: {what}")
        self.incident = incident


class IncidentUnknownError(IncidentError):
    """There is none, or it is another unit's: the asker cannot tell which."""

    def __init__(self, incident: int) -> None:
        super().__init__(incident, "there is no such incident")


class AlreadyTakenError(IncidentError):
    """Somebody else was first. `by` is a person's id; `role` None where unknown."""

    def __init__(
        self, incident: int, by: str, role: str | None, since: datetime | None
    ) -> None:
        super().__init__(incident, f"{by!r} took it already")
        self.by = by
        self.role = role
        self.since = since


class AlreadyResolvedError(IncidentError):
    """It is closed; what happens next at that place is another incident."""

    def __init__(self, incident: int, at: datetime) -> None:
        super().__init__(incident, f"it was resolved at {at:%Y-%m-%d %H:%M:%S %Z}")
        self.at = at


class StepsDueError(IncidentError):
    """It cannot be closed while mandatory steps are open: `steps`, in their order."""

    def __init__(self, incident: int, steps: Sequence[DueStep]) -> None:
        names = ", ".join(repr(step.step) for step in steps)
        super().__init__(incident, f"mandatory steps are not done: {names}")
        self.steps = tuple(steps)


class StepUnknownError(IncidentError):
    """The incident has no such step (any more)."""

    def __init__(self, incident: int, step: str) -> None:
        super().__init__(incident, f"it has no step {step[:40]!r}")
        self.step = step


class StepNotYoursError(IncidentError):
    """The step is another role's, which ticks it off itself."""

    def __init__(self, incident: int, step: str, role: str) -> None:
        super().__init__(incident, f"step {step!r} is for {role!r} to tick off")
        self.step = step
        self.role = role


class NobodyThereError(IncidentError):
    """There is nobody of that id to whom the incident could be handed over."""

    def __init__(self, incident: int, to: str) -> None:
        super().__init__(incident, f"it cannot be handed over to {to[:40]!r}")
        self.to = to


class SentenceError(IncidentError):
    """An incident is closed with a sentence of 1 to 500 characters."""

    def __init__(self, incident: int, length: int, most: int) -> None:
        super().__init__(
            incident, f"the closing sentence has {length} of 1 to {most} characters"
        )
        self.length = length
        self.most = most
