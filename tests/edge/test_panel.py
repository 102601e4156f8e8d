"""The panel decides the same way every time, and says why."""

import pytest

from edge.panel import arm, disarm, observe, tick
from edge.panel_state import PanelState
from sites.event import (
    AlarmEnded,
    AlarmRaised,
    ContactClosed,
    ContactOpened,
    DuressEntered,
    EntryStarted,
    PanelArmed,
    PanelDisarmed,
    PanicPressed,
)
from tests.edge.house import (
    ENTRANCE,
    FRONT,
    OFFICE,
    PIR,
    PLAN,
    TAMPER,
    WINDOW,
    alarmed,
    armed,
    front,
    gate,
    moves,
    raised,
    tampered,
    window,
)
from tests.edge.records import NOON, after, measurement


def test_a_disarmed_panel_notes_and_raises_nothing():
    for record in (front(), window(), moves()):
        decision = observe(PanelState(), PLAN, record)
        assert decision.records == (record,)
        assert decision.reason == "disarmed"


def test_arming_takes_the_exit_delay():
    arming = arm(PanelState(), PLAN, "away", NOON)
    assert (arming.state.phase, arming.reason, arming.records) == (
        "arming", "arming", (),
    )  # fmt: skip
    assert tick(arming.state, PLAN, after(19.9)).records == ()
    over = tick(arming.state, PLAN, after(20))
    assert over.records == (PanelArmed(at=after(20), mode="away", by="hand"),)
    assert over.reason == "armed"


def test_nothing_alarms_during_the_exit_delay():
    arming = arm(PanelState(), PLAN, "away", NOON).state
    for record in (front(after(5)), moves(after(6))):
        decision = observe(arming, PLAN, record)
        assert decision.reason == "exit_delay"
        assert decision.records == (record,)


def test_a_zone_without_entry_delay_alarms_at_once():
    decision = observe(armed(), PLAN, window(after(60)))
    assert decision.records == (
        window(after(60)),
        AlarmRaised(at=after(60), sensor=WINDOW, cause="contact", zone=OFFICE),
    )
    assert (decision.state.phase, decision.reason) == ("alarm", "alarm")


def test_motion_alarms_as_motion():
    (alarm,) = raised(observe(armed(), PLAN, moves(after(60))))
    assert (alarm.cause, alarm.sensor, alarm.zone) == ("motion", PIR, OFFICE)


def test_a_zone_that_this_mode_leaves_out_raises_nothing():
    decision = observe(armed("night"), PLAN, gate(after(60)))
    assert decision.reason == "zone_not_armed"
    assert raised(decision) == []
    assert raised(observe(armed("away"), PLAN, gate(after(60))))


def test_a_zone_that_the_plan_does_not_name_is_watched():
    unknown = ContactOpened(at=after(60), sensor=99, zone=99)
    assert raised(observe(armed(), PLAN, unknown))


def test_coming_in_starts_the_entry_delay():
    decision = observe(armed(), PLAN, front(after(60)))
    assert decision.records[1:] == (
        EntryStarted(at=after(60), sensor=FRONT, zone=ENTRANCE, seconds=30),
    )
    assert decision.reason == "entry_delay"


def test_disarming_within_the_entry_delay_is_no_alarm():
    entering = observe(armed(), PLAN, front(after(60))).state
    decision = disarm(entering, after(80))
    assert decision.records == (PanelDisarmed(at=after(80), by="hand"),)
    assert tick(decision.state, PLAN, after(200)).records == ()


def test_an_entry_delay_that_runs_out_is_an_alarm_of_what_began_it():
    entering = observe(armed(), PLAN, front(after(60))).state
    again = observe(entering, PLAN, front(after(70)))
    assert again.records == (front(after(70)),)
    assert tick(again.state, PLAN, after(89)).records == ()
    over = tick(again.state, PLAN, after(90))
    assert over.reason == "entry_over"
    assert over.records == (
        AlarmRaised(at=after(90), sensor=FRONT, cause="contact", zone=ENTRANCE),
    )


def test_closing_the_door_does_not_end_the_entry_delay():
    entering = observe(armed(), PLAN, front(after(60))).state
    closed = observe(
        entering, PLAN, ContactClosed(at=after(61), sensor=FRONT, zone=ENTRANCE)
    )
    assert raised(tick(closed.state, PLAN, after(90)))


def test_another_zone_during_the_entry_delay_alarms_at_once():
    entering = observe(armed(), PLAN, front(after(60))).state
    assert raised(observe(entering, PLAN, window(after(65))))


@pytest.mark.parametrize("phase", ["disarmed", "arming", "armed", "entry", "alarm"])
def test_tamper_is_an_alarm_in_every_state(phase: str):
    states = {
        "disarmed": PanelState(),
        "arming": arm(PanelState(), PLAN, "away", NOON).state,
        "armed": armed(),
        "entry": observe(armed(), PLAN, front(after(60))).state,
        "alarm": alarmed(),
    }
    decision = observe(states[phase], PLAN, tampered(after(65)))
    assert decision.records == (
        tampered(after(65)),
        AlarmRaised(at=after(65), sensor=TAMPER, cause="tamper", zone=OFFICE),
    )
    assert decision.state.mode == states[phase].mode


@pytest.mark.parametrize("state", [PanelState(), armed(), alarmed()])
def test_panic_is_told_in_every_state_and_changes_nothing(state: PanelState):
    panic = PanicPressed(at=after(99), sensor=9, silent=True)
    decision = observe(state, PLAN, panic)
    assert decision.records == (panic,)
    assert decision.state == state


def test_duress_looks_like_disarming_and_does_not_call_help_off():
    duress = DuressEntered(at=after(99))
    decision = observe(alarmed(), PLAN, duress)
    assert decision.records == (duress, PanelDisarmed(at=after(99), by="hand"))
    assert decision.state == disarm(alarmed(), after(99)).state


def test_duress_of_a_disarmed_panel_is_told():
    duress = DuressEntered(at=after(99))
    assert observe(PanelState(), PLAN, duress).records == (duress,)


def test_a_sensor_raises_one_alarm_until_it_is_disarmed():
    state = alarmed()
    again = observe(state, PLAN, window(after(70)))
    assert (again.reason, raised(again)) == ("already_raised", [])
    other = observe(again.state, PLAN, moves(after(71)))
    assert len(raised(other)) == 1
    third = observe(other.state, PLAN, moves(after(72), sensor=16))
    assert len(raised(third)) == 1
    calm = disarm(third.state, after(80))
    assert calm.records == (
        AlarmEnded(at=after(80)),
        PanelDisarmed(at=after(80), by="hand"),
    )
    fresh = observe(calm.state, PLAN, tampered(after(90)))
    assert len(raised(fresh)) == 1


def test_entry_zones_alarm_at_once_while_there_is_an_alarm():
    assert raised(observe(alarmed(), PLAN, front(after(70))))


def test_time_does_not_end_an_alarm():
    assert tick(alarmed(), PLAN, after(10**7)).state == alarmed()


def test_arming_by_hand_is_refused_while_a_window_is_open():
    open_window = observe(PanelState(), PLAN, window()).state
    refused = arm(open_window, PLAN, "away", NOON)
    assert (refused.reason, refused.sensors) == ("sensor_open", (WINDOW,))
    assert refused.state == open_window
    closed = ContactClosed(at=NOON, sensor=WINDOW, zone=OFFICE)
    shut = observe(open_window, PLAN, closed).state
    assert arm(shut, PLAN, "away", NOON).reason == "arming"


def test_the_door_one_leaves_by_may_be_open_when_arming():
    leaving = observe(PanelState(), PLAN, front()).state
    arming = arm(leaving, PLAN, "away", NOON)
    assert arming.reason == "arming"
    left_open = tick(arming.state, PLAN, after(20))
    assert left_open.state.phase == "entry"
    assert raised(tick(left_open.state, PLAN, after(50)))


def test_a_zone_left_open_counts_only_in_modes_that_watch_it():
    open_gate = observe(PanelState(), PLAN, gate()).state
    assert arm(open_gate, PLAN, "night", NOON).reason == "arming"
    assert arm(open_gate, PLAN, "away", NOON).reason == "sensor_open"


def test_arming_is_refused_in_alarm_and_idle_when_done():
    assert arm(alarmed(), PLAN, "away", after(99)).reason == "in_alarm"
    assert arm(armed(), PLAN, "away", after(99)).reason == "already_armed"
    assert disarm(PanelState(), NOON).reason == "already_disarmed"


def test_changing_the_mode_leaves_no_gap():
    changed = arm(armed("away"), PLAN, "night", after(99))
    assert changed.state.phase == "armed"
    assert changed.records == (PanelArmed(at=after(99), mode="night", by="hand"),)


def test_what_the_panel_has_no_opinion_on_is_written_down():
    decision = observe(armed(), PLAN, measurement())
    assert (decision.reason, decision.records) == ("noted", (measurement(),))
