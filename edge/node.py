"""The heart of a device: what was seen goes through the panel into the outbox.

Nothing here waits for anything but the disk; time comes from `now`.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from msgspec.structs import replace

from edge import panel
from edge.album import Album
from edge.clip.shelf import Shelf
from edge.errors import JournalError, OutboxFullError
from edge.journal import Journal
from edge.outbox import Outbox
from edge.panel_state import Decision, PanelPlan, PanelState
from sites.event import AlarmRaised, ArmingMode, DuressEntered, PanicPressed, may_leave
from sites.record import Record
from sites.sight import MotionStarted

log = structlog.get_logger()


@dataclass(frozen=True)
class Stores:
    """What a device keeps on its disk."""

    outbox: Outbox
    album: Album
    journal: Journal
    shelf: Shelf


class Node:
    """One device: its panel and its stores.

    `ring` is called when an alarm was written down, so that it is sent at once, and
    `film` when what the cameras see now has to be kept.
    """

    def __init__(
        self,
        stores: Stores,
        plan: PanelPlan,
        now: Callable[[], datetime],
        *,
        home: bool,
    ) -> None:
        self._stores = stores
        self._plan = plan
        self._now = now
        self._home = home
        self._state = PanelState()
        self.ring: Callable[[], None] = _nobody
        self.film: Callable[[], None] = _nobody

    @property
    def state(self) -> PanelState:
        """The panel's state."""
        return self._state

    def begin(self, ajar: Iterable[int]) -> Decision:
        """Go on where the last run ended; `ajar` is what stands open now.

        Where the last state is lost the panel is armed: disarmed might be a lie.
        """
        at = self._now()
        try:
            self._state = self._stores.journal.read()
        except JournalError as error:
            log.warning("journal.lost", error=str(error))
            self._state = panel.start_blind(self._plan, at).state
        return self._apply(
            panel.start(self._state, self._plan, ajar, at), always_save=True
        )

    def see(self, record: Record, picture: bytes | None = None) -> Decision:
        """Take what a sensor or camera says; a home keeps no picture."""
        if picture is not None and not self._home and isinstance(record, MotionStarted):
            record = replace(record, picture=self._stores.album.keep(picture))
        decision = panel.observe(self._state, self._plan, record)
        return self._apply(_illustrated(decision, record))

    def tick(self) -> Decision:
        """Let time pass for the panel."""
        return self._apply(panel.tick(self._state, self._plan, self._now()))

    def arm(self, mode: ArmingMode) -> Decision:
        """Arm by hand."""
        return self._apply(panel.arm(self._state, self._plan, mode, self._now()))

    def disarm(self) -> Decision:
        """Disarm by hand."""
        return self._apply(panel.disarm(self._state, self._now()))

    def panic(self, *, silent: bool) -> Decision:
        """Ask for help by hand."""
        return self.see(PanicPressed(at=self._now(), silent=silent))

    def duress(self) -> Decision:
        """Disarm by hand, and tell that it was forced."""
        return self.see(DuressEntered(at=self._now()))

    def write(self, record: Record, *, in_alarm: bool = False) -> None:
        """Write down what may leave this site; the rest is never numbered."""
        if not may_leave(record, home=self._home, in_alarm=in_alarm):
            return
        try:
            self._stores.outbox.append(record)
        except OutboxFullError as error:
            log.critical("outbox.overflowed", error=str(error))
        if record.lane == "al":
            self.ring()

    def _apply(self, decision: Decision, *, always_save: bool = False) -> Decision:
        before, self._state = self._state, decision.state
        in_alarm = "alarm" in {before.phase, decision.state.phase}
        for record in decision.records:
            self.write(record, in_alarm=in_alarm)
        # after the records: a state on disk whose alarm is not would hide the alarm
        if any(_is_to_be_filmed(one, in_alarm) for one in decision.records):
            self.film()
        if always_save or decision.state != before:
            self._save()
        if decision.state.phase != before.phase:
            self._log_change(decision)
        return decision

    def _log_change(self, decision: Decision) -> None:
        """Say how the panel changed; never who is at home, and never a duress."""
        if self._home:
            return  # the log of a stolen kit would tell the rhythm of a household
        reason = "disarmed" if decision.reason == "duress" else decision.reason
        log.info("panel.changed", phase=decision.state.phase, reason=reason)

    def _save(self) -> None:
        try:
            self._stores.journal.write(self._state)
        except OSError as error:
            log.warning("journal.not_written", error=error.strerror)


def _illustrated(decision: Decision, seen: Record) -> Decision:
    """Give the alarm that a motion raised the picture of that motion."""
    if not isinstance(seen, MotionStarted) or seen.picture is None:
        return decision
    records = tuple(
        replace(record, picture=seen.picture)
        if isinstance(record, AlarmRaised)
        else record
        for record in decision.records
    )
    return dataclasses.replace(decision, records=records)


def _is_to_be_filmed(record: Record, in_alarm: bool) -> bool:  # noqa: FBT001  # one use
    """Say whether clips are kept for a record, also where no camera sees a motion.

    Not for duress: a clip would show that it was no plain disarming.
    """
    if isinstance(record, MotionStarted):
        return in_alarm
    return isinstance(record, AlarmRaised | PanicPressed)


def _nobody() -> None:
    """Ring at nobody's door, before there is an uplink."""
