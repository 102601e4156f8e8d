"""The panel through time: schedules, restarts, and clocks that are set."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from edge.panel import arm, disarm, observe, start, start_blind, tick
from edge.panel_state import PanelPlan, PanelState
from sites.event import (
    AlarmEnded,
    AlarmRaised,
    ContactClosed,
    ContactOpened,
    PanelArmed,
    PanelDisarmed,
    TamperClosed,
    TamperOpened,
    kind_of,
)
from sites.record import Record
from sites.schedule import Schedule
from tests.edge.house import (
    FRONT,
    PLAN,
    SCHEDULED,
    TAMPER,
    WINDOW,
    alarmed,
    armed,
    front,
    raised,
    tampered,
    window,
)
from tests.edge.records import NOON, after


def monday(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Give a moment on a winter Monday, on Amsterdam's clocks."""
    return datetime(2026, 3, 2, hour - 1, minute, second, tzinfo=UTC)


def through(
    state: PanelState, plan: PanelPlan, moments: list[datetime]
) -> tuple[PanelState, list[Record]]:
    records: list[Record] = []
    for at in moments:
        decision = tick(state, plan, at)
        state = decision.state
        records += decision.records
    return state, records


def test_the_schedule_arms_and_disarms():
    night = monday(22)
    state, records = through(
        PanelState(), SCHEDULED, [monday(21), night, night + timedelta(seconds=20)]
    )
    assert records == [
        PanelArmed(at=night + timedelta(seconds=20), mode="away", by="schedule")
    ]
    morning = monday(6) + timedelta(days=1)
    state, records = through(state, SCHEDULED, [morning])
    assert records == [PanelDisarmed(at=morning, by="schedule")]


def test_a_hand_overrules_the_schedule_until_its_next_change():
    night = monday(22)
    state, _ = through(
        PanelState(), SCHEDULED, [monday(21), night, night + timedelta(seconds=20)]
    )
    state = disarm(state, monday(23)).state
    state, records = through(state, SCHEDULED, [monday(23, 1), monday(23, 30)])
    assert (state.phase, records) == ("disarmed", [])
    next_day = night + timedelta(days=1)
    state, _ = through(state, SCHEDULED, [monday(7) + timedelta(days=1), next_day])
    assert state.phase == "arming"


def test_armed_by_hand_by_day_stays_armed_until_a_window_has_ended():
    arming = arm(PanelState(), SCHEDULED, "away", monday(12)).state
    state, _ = through(arming, SCHEDULED, [monday(13), monday(21)])
    assert state.phase == "armed"
    state, records = through(state, SCHEDULED, [monday(22), monday(23)])
    assert (state.phase, records) == ("armed", [])
    state, _ = through(state, SCHEDULED, [monday(6) + timedelta(days=1)])
    assert state.phase == "disarmed"


def test_the_schedule_does_not_end_an_alarm_but_begins_the_next_night_afresh():
    night = monday(22)
    state, _ = through(
        PanelState(), SCHEDULED, [monday(21), night, night + timedelta(seconds=20)]
    )
    state = observe(state, SCHEDULED, window(monday(23))).state
    morning = monday(6) + timedelta(days=1)
    decision = tick(state, SCHEDULED, morning)
    assert (decision.reason, decision.records) == ("kept_in_alarm", ())
    evening = night + timedelta(days=1)
    decision = tick(decision.state, SCHEDULED, evening)
    assert decision.records == (AlarmEnded(at=evening),)
    assert decision.state.phase == "arming"
    assert decision.state.raised == frozenset()


def test_a_window_left_open_alarms_when_the_schedule_arms():
    ajar = observe(PanelState(), SCHEDULED, window(monday(21))).state
    night = monday(22)
    state, records = through(
        ajar, SCHEDULED, [monday(21), night, night + timedelta(seconds=20)]
    )
    assert [type(record) for record in records] == [PanelArmed, AlarmRaised]
    assert state.phase == "alarm"


def test_a_housing_that_stands_open_alarms_again_when_it_is_armed():
    opened = observe(PanelState(), PLAN, tampered()).state
    calm = disarm(opened, after(10)).state
    arming = arm(calm, PLAN, "away", after(20)).state
    assert raised(tick(arming, PLAN, after(40)))


def test_a_closed_day_arms_from_its_first_tick():
    closed = Schedule(closed=(date(2026, 3, 2),))
    plan = PanelPlan(zones=PLAN.zones, schedule=closed, exit_s=0)
    assert tick(PanelState(), plan, NOON).state.phase == "armed"


def test_after_a_restart_an_armed_panel_is_armed_and_says_so():
    decision = start(armed(), PLAN, [], after(500))
    assert decision.state.phase == "armed"
    assert decision.records == (PanelArmed(at=after(500), mode="away", by="start"),)


def test_a_window_opened_while_the_device_was_down_alarms_when_it_is_up():
    decision = start(armed(), PLAN, [WINDOW], after(500))
    assert [type(one) for one in decision.records] == [
        PanelArmed, ContactOpened, AlarmRaised,
    ]  # fmt: skip
    assert decision.records[1].at == after(500)


def blind(records: Iterable[Record]) -> list[str]:
    """Give the kinds of those that say they happened while the device was down."""
    return [kind_of(one) for one in records if getattr(one, "while_blind", False)]


def test_what_changed_while_the_device_was_down_says_so():
    decision = start(armed(), PLAN, [WINDOW, TAMPER], after(500))
    assert blind(decision.records) == [
        "contact.opened", "alarm.raised", "tamper.opened", "alarm.raised",
    ]  # fmt: skip
    closed = start(disarm(decision.state, after(501)).state, PLAN, [], after(600))
    assert blind(closed.records) == ["contact.closed", "tamper.closed"]


def test_an_alarm_after_the_delay_of_a_blind_opening_says_so():
    entering = start(armed(), PLAN, [FRONT], after(500)).state
    _, records = through(entering, PLAN, [after(545)])
    assert blind(records) == ["alarm.raised"]


def test_what_changes_before_our_eyes_is_not_called_blind():
    up = start(armed(), PLAN, [], after(500)).state
    seen = observe(up, PLAN, window(after(501)))
    over = tick(observe(up, PLAN, front(after(501))).state, PLAN, after(600))
    assert raised(seen)
    assert raised(over)
    assert blind([*seen.records, *over.records]) == []


def test_the_front_door_opened_while_the_device_was_down_starts_the_delay():
    decision = start(armed(), PLAN, [FRONT], after(500))
    assert decision.state.phase == "entry"


def test_a_housing_opened_while_the_device_was_down_alarms_though_disarmed():
    decision = start(PanelState(), PLAN, [TAMPER], after(500))
    assert [type(one) for one in decision.records] == [TamperOpened, AlarmRaised]


def test_what_was_closed_while_the_device_was_down_is_noted():
    state = observe(observe(PanelState(), PLAN, window()).state, PLAN, tampered()).state
    decision = start(disarm(state, after(1)).state, PLAN, [], after(500))
    assert [type(one) for one in decision.records] == [ContactClosed, TamperClosed]
    assert decision.state.open == frozenset()


def test_an_alarm_goes_on_after_a_restart_without_raising_twice():
    decision = start(alarmed(), PLAN, [WINDOW], after(500))
    assert decision.records == ()
    assert decision.state == alarmed()


def test_delays_that_ran_out_while_the_device_was_down_end_with_the_first_tick():
    entering = observe(armed(), PLAN, front(after(60))).state
    again = start(entering, PLAN, [FRONT], after(500)).state
    assert raised(tick(again, PLAN, after(500)))
    arming = arm(PanelState(), PLAN, "away", NOON).state
    again = start(arming, PLAN, [], after(500)).state
    assert tick(again, PLAN, after(500)).state.phase == "armed"


def test_a_panel_whose_state_is_lost_is_armed():
    decision = start_blind(PLAN, NOON)
    assert (decision.state.phase, decision.state.mode) == ("armed", "away")
    assert decision.state.by == "start"


def test_a_clock_that_is_set_back_does_not_put_off_the_alarm():
    entering = observe(armed(), PLAN, front(after(60))).state
    state, records = through(entering, PLAN, [after(65), after(-7200)])
    assert records == []
    over = tick(state, PLAN, after(-7200 + 45))
    assert raised(over)


def test_a_clock_that_is_set_forward_ends_a_delay_and_hides_nothing():
    entering = observe(armed(), PLAN, front(after(60))).state
    assert raised(tick(entering, PLAN, after(7200)))
