"""A small house for the panel: zones, sensors, and what happens at them."""

from datetime import datetime, time

from edge.panel import arm, observe, tick
from edge.panel_state import Decision, PanelPlan, PanelState, PanelZone
from sites.event import AlarmRaised, ArmingMode, ContactOpened, TamperOpened
from sites.schedule import Schedule, Window
from sites.sight import MotionStarted
from tests.edge.records import NOON, after

ENTRANCE, OFFICE, GARAGE = 1, 2, 3
FRONT, WINDOW, GATE, TAMPER, PIR = 11, 12, 13, 14, 15

PLAN = PanelPlan(
    zones={
        ENTRANCE: PanelZone(entry_s=30),
        OFFICE: PanelZone(),
        GARAGE: PanelZone(armed_in=("away",)),
    },
    contacts={FRONT: ENTRANCE, WINDOW: OFFICE, GATE: GARAGE},
    tampers={TAMPER: OFFICE},
    exit_s=20,
)
NIGHTLY = Schedule(
    windows=(
        Window(days=("mon", "tue", "wed", "thu", "fri"), start=time(22), end=time(6)),
    ),
)
SCHEDULED = PanelPlan(
    zones=PLAN.zones,
    contacts=PLAN.contacts,
    tampers=PLAN.tampers,
    exit_s=20,
    schedule=NIGHTLY,
)


def front(at: datetime = NOON) -> ContactOpened:
    return ContactOpened(at=at, sensor=FRONT, zone=ENTRANCE)


def window(at: datetime = NOON) -> ContactOpened:
    return ContactOpened(at=at, sensor=WINDOW, zone=OFFICE)


def gate(at: datetime = NOON) -> ContactOpened:
    return ContactOpened(at=at, sensor=GATE, zone=GARAGE)


def moves(at: datetime = NOON, sensor: int = PIR) -> MotionStarted:
    return MotionStarted(at=at, sensor=sensor, zone=OFFICE)


def tampered(at: datetime = NOON) -> TamperOpened:
    return TamperOpened(at=at, sensor=TAMPER)


def armed(mode: ArmingMode = "away") -> PanelState:
    """Give a panel that was armed by hand at noon, its exit delay over."""
    arming = arm(PanelState(), PLAN, mode, NOON)
    state = tick(arming.state, PLAN, after(20)).state
    assert state.phase == "armed"
    return state


def alarmed() -> PanelState:
    return observe(armed(), PLAN, window(after(60))).state


def raised(decision: Decision) -> list[AlarmRaised]:
    return [one for one in decision.records if isinstance(one, AlarmRaised)]
