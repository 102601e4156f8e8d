"""Cameras lost all at once are an outage; one that is lost is tamper."""

from datetime import timedelta

import pytest

from edge.camera import sighting as seen
from edge.camera.outage import SILENT, TOGETHER_S, Lost, Outage, Suspicion, suspect
from edge.camera.sightings import Cameras
from edge.errors import SEEN, Loss
from sites.record import Record
from sites.sight import CameraLost
from tests.edge.records import NOON

LATER = TOGETHER_S + 1


@pytest.mark.parametrize("loss", sorted(SEEN))
@pytest.mark.parametrize("cameras", [1, 3])
def test_whoever_hides_the_scene_is_there(loss, cameras):
    lost = {1: Lost(loss, 9.0)}
    assert suspect(1, lost, cameras, 9.0) == Suspicion("tamper", "shown")


def test_a_hidden_scene_is_tamper_beside_a_silent_one_too():
    lost = {1: Lost(Loss.REFUSED, 0.0), 2: Lost(Loss.COVERED, 0.0)}
    assert suspect(2, lost, 2, 0.0) == Suspicion("tamper", "shown")
    assert suspect(1, lost, 2, LATER) == Suspicion("tamper", "one_silent")


@pytest.mark.parametrize("loss", sorted(SILENT))
def test_all_silent_at_once_is_an_outage(loss):
    lost = {number: Lost(loss, number * TOGETHER_S / 3) for number in (1, 2, 3)}
    assert suspect(1, lost, 3, LATER) == Suspicion("outage", "all_silent")


def test_different_silences_at_once_are_an_outage():
    lost = {1: Lost(Loss.HUNG, 0.0), 2: Lost(Loss.REFUSED, 8.0)}
    assert suspect(2, lost, 2, 8.0) == Suspicion("outage", "all_silent")


def test_one_that_falls_silent_while_others_see_on_is_tamper_when_these_had_time():
    lost = {1: Lost(Loss.REFUSED, 0.0)}
    assert suspect(1, lost, 3, 1.0) == Suspicion("unknown", "too_soon")
    assert suspect(1, lost, 3, TOGETHER_S) == Suspicion("tamper", "one_silent")


def test_one_after_the_other_is_tamper():
    lost = {1: Lost(Loss.HUNG, 0.0), 2: Lost(Loss.HUNG, LATER)}
    assert suspect(1, lost, 2, LATER) == Suspicion("tamper", "one_silent")


def test_the_only_camera_of_a_device_tells_nothing():
    lost = {1: Lost(Loss.HUNG, 0.0)}
    assert suspect(1, lost, 1, LATER) == Suspicion("unknown", "only_camera")


@pytest.mark.parametrize("loss", sorted(set(Loss) - SEEN - SILENT))
@pytest.mark.parametrize("cameras", [1, 3])
def test_a_fault_of_our_own_is_not_tamper(loss, cameras):
    lost = {1: Lost(loss, 0.0)}
    assert suspect(1, lost, cameras, LATER) == Suspicion("unknown", "not_silent")


def causes(news) -> dict[int, str]:
    return {number: cause for number, (_, cause) in news.items()}


def test_a_loss_is_told_at_once_and_once_more_when_it_is_known_what_it_was():
    outage = Outage(2)
    assert causes(outage.lose(1, Loss.REFUSED, 0.0)) == {1: "unknown"}
    assert outage.settle(5.0) == {}
    assert causes(outage.settle(TOGETHER_S)) == {1: "tamper"}
    assert outage.settle(60.0) == {}


def test_cameras_that_are_lost_together_are_never_told_to_be_tamper():
    outage = Outage(3)
    said = [
        outage.lose(1, Loss.HUNG, 0.0),
        outage.settle(4.0),
        outage.lose(2, Loss.HUNG, 6.0),
        outage.lose(3, Loss.REFUSED, 12.0),
        *(outage.settle(20.0 + number) for number in range(30)),
    ]
    told = [causes(news) for news in said if news]
    assert told == [{1: "unknown"}, {2: "unknown"}, dict.fromkeys((1, 2, 3), "outage")]


def test_what_was_told_to_be_tamper_stays_so():
    outage = Outage(2)
    assert causes(outage.lose(1, Loss.COVERED, 0.0)) == {1: "tamper"}
    assert causes(outage.lose(2, Loss.HUNG, 1.0)) == {2: "unknown"}
    assert causes(outage.settle(1.0 + TOGETHER_S)) == {2: "tamper"}


def test_a_camera_that_is_back_is_lost_no_more():
    outage = Outage(2)
    outage.lose(1, Loss.HUNG, 0.0)
    outage.restore(1)
    assert outage.settle(LATER) == {}
    assert causes(outage.lose(1, Loss.HUNG, 20.0)) == {1: "unknown"}


def test_a_cut_cable_is_written_down_at_once_and_as_tamper_after_its_time():
    told: list[Record] = []
    cameras = Cameras([1, 2], lambda record, _: told.append(record))
    at = NOON.timestamp()
    cameras.take(1, seen.CameraLost(at, Loss.REFUSED))
    cameras.tick(NOON + timedelta(seconds=3))
    assert [record.suspect for record in told] == ["unknown"]  # type: ignore[attr-defined]  # both are losses
    cameras.tick(NOON + timedelta(seconds=TOGETHER_S))
    assert told[1] == CameraLost(at=NOON, sensor=1, reason="refused", suspect="tamper")


def test_a_dead_switch_is_written_down_as_an_outage_of_each_camera():
    told: list[Record] = []
    cameras = Cameras([1, 2], lambda record, _: told.append(record))
    at = NOON.timestamp()
    cameras.take(1, seen.CameraLost(at, Loss.HUNG))
    cameras.take(2, seen.CameraLost(at + 9, Loss.HUNG))
    last = [record for record in told if isinstance(record, CameraLost)][-2:]
    assert {(record.sensor, record.suspect) for record in last} == {
        (1, "outage"),
        (2, "outage"),
    }
    assert cameras.blind == 2
