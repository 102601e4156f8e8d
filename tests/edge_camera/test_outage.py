"""Cameras lost all at once are an outage; one that is lost is tamper."""

import pytest

from edge.camera.outage import SILENT, TOGETHER_S, Lost, Suspicion, suspect
from edge.errors import SEEN, Loss


@pytest.mark.parametrize("loss", sorted(SEEN))
@pytest.mark.parametrize("cameras", [1, 3])
def test_whoever_hides_the_scene_is_there(loss, cameras):
    assert suspect({1: Lost(loss, 9.0)}, cameras) == Suspicion("tamper", "shown")


def test_one_hidden_scene_makes_an_outage_tamper():
    lost = {1: Lost(Loss.REFUSED, 0.0), 2: Lost(Loss.COVERED, 0.0)}
    assert suspect(lost, 2) == Suspicion("tamper", "shown")


@pytest.mark.parametrize("loss", sorted(SILENT))
def test_all_silent_at_once_is_an_outage(loss):
    lost = {number: Lost(loss, number * TOGETHER_S / 3) for number in (1, 2, 3)}
    assert suspect(lost, 3) == Suspicion("outage", "all_silent")


def test_different_silences_at_once_are_an_outage():
    lost = {1: Lost(Loss.HUNG, 0.0), 2: Lost(Loss.REFUSED, 8.0)}
    assert suspect(lost, 2) == Suspicion("outage", "all_silent")


def test_one_that_falls_silent_while_others_see_is_tamper():
    lost = {1: Lost(Loss.REFUSED, 0.0)}
    assert suspect(lost, 3) == Suspicion("tamper", "one_silent")


def test_one_after_the_other_is_tamper():
    lost = {1: Lost(Loss.HUNG, 0.0), 2: Lost(Loss.HUNG, TOGETHER_S + 1)}
    assert suspect(lost, 2) == Suspicion("tamper", "one_silent")


def test_the_only_camera_of_a_device_tells_nothing():
    assert suspect({1: Lost(Loss.HUNG, 0.0)}, 1) == Suspicion("unknown", "only_camera")


def test_nothing_lost_is_nothing_suspected():
    assert suspect({}, 3) == Suspicion("unknown", "not_silent")


@pytest.mark.parametrize("loss", sorted(set(Loss) - SEEN - SILENT))
@pytest.mark.parametrize("cameras", [1, 3])
def test_a_fault_of_our_own_is_not_tamper(loss, cameras):
    lost = {1: Lost(loss, 0.0)}
    assert suspect(lost, cameras) == Suspicion("unknown", "not_silent")
