"""The arming state machine of one device. Pure: it decides, and says why.

    disarmed -> arming (exit delay) -> armed -> entry (entry delay) -> alarm

Tamper is an alarm in every state; panic and duress are told in every state. An alarm
ends when it is disarmed by hand; the next arming by the schedule begins afresh.
"""

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from edge.panel_state import (
    Decision,
    PanelPlan,
    PanelState,
    PanelZone,
    Pending,
    Reason,
)
from sites.event import (
    AlarmEnded,
    AlarmRaised,
    ArmingMode,
    ContactClosed,
    ContactOpened,
    DuressEntered,
    EntryStarted,
    Hand,
    PanelArmed,
    PanelDisarmed,
    PanicPressed,
    TamperClosed,
    TamperOpened,
)
from sites.record import Record
from sites.schedule import arming_at
from sites.sight import MotionStarted

LONGEST_ENTRY_S = 45  # EN 50131-1


def observe(state: PanelState, plan: PanelPlan, record: Record) -> Decision:
    """Take what a sensor, a camera or a person says; the record itself comes first."""
    match record:
        case PanicPressed():
            decision = Decision(state, "panic")
        case DuressEntered():
            decision = _under_duress(state, record.at)
        case TamperOpened(sensor=sensor, while_blind=blind, at=at):
            seen = Pending("tamper", sensor, plan.tampers.get(sensor or 0), blind)
            decision = _raise(_opened(state, sensor), seen, at)
        case ContactOpened(sensor=sensor, zone=zone, while_blind=blind, at=at):
            seen = Pending("contact", sensor, zone, blind)
            decision = _judge(_opened(state, sensor), plan, seen, at)
        case MotionStarted(sensor=sensor, zone=zone, at=at):
            decision = _judge(state, plan, Pending("motion", sensor, zone), at)
        case ContactClosed(sensor=sensor) | TamperClosed(sensor=sensor):
            known = replace(state, open=state.open - {sensor or 0})
            decision = Decision(known, "closed")
        case _:
            decision = Decision(state, "noted")
    return dataclasses.replace(decision, records=(record, *decision.records))


def arm(state: PanelState, plan: PanelPlan, mode: ArmingMode, at: datetime) -> Decision:
    """Arm by hand, after the exit delay.

    Refused in alarm, and while a contact stands open in a zone without entry delay:
    whoever arms is there to close it.
    """
    if state.phase == "alarm":
        return Decision(state, "in_alarm")
    if state.mode == mode:
        return Decision(state, "already_armed")
    ajar = [one for one in _ajar(state, plan, mode) if not _entry_s(plan, one)]
    if ajar:
        return Decision(state, "sensor_open", sensors=tuple(ajar))
    return _arm(state, plan, mode, "hand", at)


def disarm(state: PanelState, at: datetime, by: Hand = "hand") -> Decision:
    """Disarm, ending an alarm too."""
    if state.phase == "disarmed":
        return Decision(state, "already_disarmed")
    ended: tuple[Record, ...] = (AlarmEnded(at=at),) if state.phase == "alarm" else ()
    records = (*ended, PanelDisarmed(at=at, by=by))
    return Decision(_calm(state, by), "disarmed", records)


def tick(state: PanelState, plan: PanelPlan, at: datetime) -> Decision:
    """Let time pass: the schedule's changes, then delays that have run out."""
    first = _follow_schedule(state, plan, at)
    second = _end_delay(first.state, plan, at)
    if second.reason == "nothing":
        return dataclasses.replace(first, state=second.state)
    return Decision(
        second.state, second.reason, first.records + second.records, second.sensors
    )


def start(
    state: PanelState, plan: PanelPlan, ajar: Iterable[int], at: datetime
) -> Decision:
    """Go on after a restart: `ajar` are the contacts and housings that stand open now.

    What changed meanwhile is judged as if it happened now, so that a door that was
    opened while the device was down raises the alarm that it should have raised; it
    and the alarm say that it was `while_blind`.
    """
    records: list[Record] = []
    if state.phase in {"armed", "entry"} and state.mode is not None:
        records.append(PanelArmed(at=at, mode=state.mode, by="start"))
    for change in _changes(state, plan, frozenset(ajar), at):
        decision = observe(state, plan, change)
        state = decision.state
        records += decision.records
    return Decision(state, "started", tuple(records))


def start_blind(plan: PanelPlan, at: datetime) -> Decision:
    """Begin where the last state is lost: armed, since disarmed might be a lie."""
    wanted = arming_at(plan.schedule, plan.time_zone, at).mode
    state = PanelState(
        phase="armed", mode=wanted or "away", by="start", scheduled=wanted
    )
    return Decision(state, "armed")


def _changes(
    state: PanelState, plan: PanelPlan, ajar: frozenset[int], at: datetime
) -> Iterable[Record]:
    for sensor, zone in plan.contacts.items():
        if sensor in ajar - state.open:
            yield ContactOpened(at=at, sensor=sensor, zone=zone, while_blind=True)
        elif sensor in state.open - ajar:
            yield ContactClosed(at=at, sensor=sensor, zone=zone, while_blind=True)
    for sensor in plan.tampers:
        if sensor in ajar - state.open:
            yield TamperOpened(at=at, sensor=sensor, while_blind=True)
        elif sensor in state.open - ajar:
            yield TamperClosed(at=at, sensor=sensor, while_blind=True)


def _opened(state: PanelState, sensor: int | None) -> PanelState:
    return replace(state, open=state.open | {sensor or 0})


def _under_duress(state: PanelState, at: datetime) -> Decision:
    # for whoever looks on it is a disarming; the end of an alarm would call help off
    if state.phase == "disarmed":
        return Decision(state, "duress")
    return Decision(_calm(state, "hand"), "duress", (PanelDisarmed(at=at, by="hand"),))


def _judge(state: PanelState, plan: PanelPlan, seen: Pending, at: datetime) -> Decision:
    if state.mode is None:
        return Decision(state, "disarmed")
    if state.phase == "arming":
        return Decision(state, "exit_delay")
    number = seen.zone or 0
    zone = plan.zones.get(number, PanelZone())
    if state.mode not in zone.armed_in:
        return Decision(state, "zone_not_armed")
    if zone.entry_s and state.phase in {"armed", "entry"}:
        return _enter(
            state,
            seen,
            EntryStarted(at=at, sensor=seen.sensor, zone=number, seconds=zone.entry_s),
        )
    return _raise(state, seen, at)


def _enter(state: PanelState, seen: Pending, begun: EntryStarted) -> Decision:
    if state.phase == "entry":
        return Decision(state, "entry_delay")
    until = begun.at + timedelta(seconds=begun.seconds)
    waiting = replace(state, phase="entry", until=until, pending=seen)
    return Decision(waiting, "entry_delay", (begun,))


def _raise(state: PanelState, seen: Pending, at: datetime) -> Decision:
    sensor = seen.sensor or 0
    if state.phase == "alarm" and sensor in state.raised:
        return Decision(state, "already_raised")
    raised = state.raised if state.phase == "alarm" else frozenset()
    alarmed = replace(
        state,
        phase="alarm",
        until=None,
        pending=None,
        raised=raised | {sensor},
    )
    alarm = AlarmRaised(
        at=at,
        sensor=seen.sensor,
        cause=seen.cause,
        zone=seen.zone,
        while_blind=seen.while_blind,
    )
    return Decision(alarmed, "alarm", (alarm,))


def _arm(
    state: PanelState, plan: PanelPlan, mode: ArmingMode, by: Hand, at: datetime
) -> Decision:
    if state.phase in {"armed", "entry"}:
        changed = replace(state, mode=mode, by=by)
        return Decision(changed, "mode_changed", (PanelArmed(at=at, mode=mode, by=by),))
    ended: tuple[Record, ...] = (AlarmEnded(at=at),) if state.phase == "alarm" else ()
    arming = replace(
        _calm(state, by),
        phase="arming",
        mode=mode,
        until=at + timedelta(seconds=plan.exit_s),
    )
    return Decision(arming, "arming", ended)


def _calm(state: PanelState, by: Hand) -> PanelState:
    return PanelState(by=by, scheduled=state.scheduled, open=state.open)


def _follow_schedule(state: PanelState, plan: PanelPlan, at: datetime) -> Decision:
    wanted = arming_at(plan.schedule, plan.time_zone, at).mode
    if wanted == state.scheduled:
        return Decision(state, "nothing")
    state = replace(state, scheduled=wanted)
    if wanted is None:
        if state.phase in {"alarm", "entry"}:
            return Decision(state, "kept_in_alarm")
        return disarm(state, at, "schedule")
    if state.mode == wanted and state.phase != "alarm":
        return Decision(state, "already_armed")
    return _arm(state, plan, wanted, "schedule", at)


def _end_delay(state: PanelState, plan: PanelPlan, at: datetime) -> Decision:
    if state.until is None:
        return Decision(state, "nothing")
    longest = timedelta(seconds=max(plan.exit_s, LONGEST_ENTRY_S))
    if state.until - at > longest:  # the clock was set back: wait no longer for that
        return Decision(replace(state, until=at + longest), "nothing")
    if at < state.until:
        return Decision(state, "nothing")
    if state.phase == "entry" and state.pending is not None:
        over = _raise(state, state.pending, at)
        return Decision(over.state, "entry_over", over.records)
    if state.phase == "arming" and state.mode is not None:
        return _finish_arming(state, plan, state.mode, at)
    return Decision(replace(state, until=None), "nothing")


def _finish_arming(
    state: PanelState, plan: PanelPlan, mode: ArmingMode, at: datetime
) -> Decision:
    state = replace(state, phase="armed", until=None)
    records: list[Record] = [PanelArmed(at=at, mode=mode, by=state.by)]
    ajar = _ajar(state, plan, mode)
    for sensor in ajar:
        seen = Pending("contact", sensor, plan.contacts[sensor])
        decision = _judge(state, plan, seen, at)
        state, records = decision.state, [*records, *decision.records]
    for sensor in sorted(state.open & plan.tampers.keys()):
        decision = _raise(state, Pending("tamper", sensor, plan.tampers[sensor]), at)
        state, records = decision.state, [*records, *decision.records]
    reason: Reason = "open_when_armed" if len(records) > 1 else "armed"
    return Decision(state, reason, tuple(records), tuple(ajar))


def _ajar(state: PanelState, plan: PanelPlan, mode: ArmingMode) -> list[int]:
    return [
        sensor
        for sensor, zone in plan.contacts.items()
        if sensor in state.open and mode in plan.zones.get(zone, PanelZone()).armed_in
    ]


def _entry_s(plan: PanelPlan, sensor: int) -> int:
    return plan.zones.get(plan.contacts[sensor], PanelZone()).entry_s
