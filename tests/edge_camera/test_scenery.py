"""The scene: what differs from it, by light or by a thing, by day and by night."""

import cv2
import numpy as np
import pytest

from edge.sight.background import Background, relit
from edge.sight.detail import detail_of, opened, things_in
from edge.sight.picture import Moment, Pixels
from edge.sight.scenery import SETTLES_S, WARM_UP_S, Scenery, Seen
from edge.sight.sensitivity import PRESETS

HIGH, WIDE = 90, 160
STEP = 0.2
PERSON = (slice(30, 70), slice(60, 76))
PERSON_BOX = (60 / WIDE, 30 / HIGH, 16 / WIDE, 40 / HIGH)


def yard() -> np.ndarray:
    coarse = np.random.default_rng(4).integers(60, 140, (15, 26)).astype(np.uint8)
    fine = cv2.resize(coarse, (WIDE, HIGH), interpolation=cv2.INTER_NEAREST)
    return fine.astype(np.float32)


def noisy(picture: np.ndarray, number: int, noise: float = 1.0) -> Pixels:
    grain = np.random.default_rng(number).normal(0, noise, picture.shape)
    return (picture + grain).clip(0, 255).astype(np.uint8)


def with_person(picture: np.ndarray, level: float = 20) -> np.ndarray:
    seen = picture.copy()
    seen[PERSON] = level
    seen[30:40, 62:74] = level + 60
    return seen


def glow(strength: float) -> np.ndarray:
    x = np.linspace(0, 1, WIDE, dtype=np.float32)
    light = strength * np.exp(-(((x - 0.7) / 0.2) ** 2))
    return np.broadcast_to(light, (HIGH, WIDE))


def known() -> Background:
    model = Background(18.0, noisy(yard(), 0))
    for number in range(1, 15):
        level = noisy(yard(), number)
        found = model.compare(level, 0.1, 1.0, 1.0)
        model.learn(level, found, (), STEP)
    return model


def test_the_scene_itself_does_not_differ():
    found = known().compare(noisy(yard(), 99), 0.002, 1.0, 1.0)
    assert found.where is None
    assert found.share == 0


def test_a_person_differs_as_a_thing():
    found = known().compare(noisy(with_person(yard()), 99), 0.002, 1.0, 1.0)
    assert (found.things[PERSON] > 0).mean() > 0.7
    assert cv2.countNonZero(found.things) < 40 * 16 * 1.5
    assert cv2.countNonZero(found.lit) < 60


def test_a_person_is_found_in_place():
    found = known().compare(noisy(with_person(yard(), 250), 99), 0.002, 1.0, 1.0)
    rows, columns = np.nonzero(found.things)
    assert abs(rows.mean() - 49.5) < 0.5
    assert abs(columns.mean() - 67.5) < 0.5


@pytest.mark.parametrize("at", [0, 1, 40, HIGH - 10])
def test_what_is_opened_stays_in_its_place(at):
    solid = np.zeros((HIGH, WIDE), np.uint8)
    solid[at : at + 10, 50:60] = 255
    with_thread = solid.copy()
    with_thread[:, 100] = 255
    assert np.array_equal(opened(with_thread), solid)


@pytest.mark.parametrize("strength", [40, 70, 100])
def test_a_glow_is_lit_and_no_thing(strength):
    found = known().compare(noisy(yard() + glow(strength), 99), 0.002, 1.0, 1.0)
    assert cv2.countNonZero(found.lit) > 1500
    assert cv2.countNonZero(found.things) < 100


def test_who_was_there_before_a_glow_is_still_a_thing():
    lit = with_person(yard() + glow(70))
    found = known().compare(noisy(lit, 99), 0.002, 1.0, 1.0, (PERSON_BOX,))
    assert (found.things[PERSON] > 0).mean() > 0.6


def test_a_lamp_with_a_sharp_edge_is_light_where_the_ground_shows_through():
    lit = yard()
    lit[20:80, 80:150] *= 1.5
    found = known().compare(noisy(lit, 99), 0.002, 1.0, 1.0)
    assert cv2.countNonZero(found.lit) > 3000
    assert cv2.countNonZero(found.things) < 600


def test_a_light_that_passes_leaves_the_scene_as_it_was():
    model = known()
    before = model.scene.copy()
    for number in range(10):  # 2 s
        level = noisy(yard() + np.roll(glow(70), number * 10 - 50, axis=1), number)
        model.learn(level, model.compare(level, 0.0, 1.0, 1.0), (), STEP)
    assert np.abs(model.scene - before).mean() < 12
    after = model.compare(noisy(yard(), 99), 0.0, 1.0, 1.0)
    assert cv2.countNonZero(after.things) == 0


def test_a_light_that_comes_again_and_again_leaves_no_trace():
    model = known()
    before = model.scene.copy()
    for number in range(100):  # 20 s, of five passes
        place = (number % 20) * 14 - 140
        level = noisy(yard() + np.roll(glow(70), place, axis=1), number)
        model.learn(level, model.compare(level, 0.0, 1.0, 1.0), (), STEP)
    assert np.abs(model.scene - before).mean() < 8


def test_light_that_leaves_no_detail_is_not_learned():
    model = known()
    white = yard()
    white[20:70, 90:150] = 255
    for number in range(50):  # 10 s
        level = noisy(white, number)
        model.learn(level, model.compare(level, 0.0, 1.0, 1.0), (), STEP)
    assert model.scene[30:60, 100:140].mean() < 200


def test_a_light_that_rolls_over_where_somebody_was_is_no_thing():
    """Once they left, the light alone is there: nothing has detail of its own."""
    soft = glow(70) + np.zeros((HIGH, WIDE), np.float32)
    box = (100 / WIDE, 20 / HIGH, 30 / WIDE, 50 / HIGH)
    found = known().compare(noisy(yard() + soft, 99), 0.002, 1.0, 1.0, (box,))
    assert cv2.countNonZero(found.things) < 150


def test_a_net_is_left_out_with_its_knots():
    model = known()
    counts = []
    for number in range(60):
        web = yard()
        for line in range(7):
            at = 4 + 20 * line + number % 3
            web[:, at : at + 2] = 230
            for knot in range(12, HIGH, 20):
                web[knot : knot + 4, at - 1 : at + 3] = 230
        found = model.compare(noisy(web, number), 0.0, 1.0, 1.0)
        counts.append(cv2.countNonZero(found.things))
    assert max(counts[-20:]) < max(counts[:5]) / 20


def test_a_change_of_light_is_followed_and_a_thing_is_not():
    model = known()
    for number in range(60):  # 12 s
        level = noisy(with_person(yard() + glow(70)), number)
        found = model.compare(level, 0.0, 1.0, 1.0, (PERSON_BOX,))
        model.learn(level, found, (PERSON_BOX,), STEP)
    middle = model.scene[:, 105:120].mean() - yard()[:, 105:120].mean()
    assert middle > 50
    assert np.abs(model.scene[45:65, 64:72] - 20).mean() > 25


def test_nothing_is_learned_where_somebody_is_held():
    model = known()
    before = model.scene[PERSON].copy()
    faint = yard()
    faint[PERSON] += 12
    for number in range(20):
        level = noisy(faint, number)
        found = model.compare(level, 0.0, 1.0, 1.0)
        model.learn(level, found, (PERSON_BOX,), STEP)
    assert np.abs(model.scene[PERSON] - before).max() == 0


def test_what_is_absorbed_is_scenery_at_once():
    model = known()
    level = noisy(with_person(yard()), 99)
    found = model.compare(level, 0.0, 1.0, 1.0)
    model.absorb(level, found.things)
    again = model.compare(noisy(with_person(yard()), 100), 0.0, 1.0, 1.0)
    assert cv2.countNonZero(again.things) < 20


def test_noise_that_is_told_hides_itself():
    loud = noisy(yard(), 99, noise=9.0)
    model = known()
    calm = cv2.countNonZero(model.compare(loud, 0.0, 9.0, 1.0).things)
    assert calm < 20


def test_white_that_was_darkened_is_no_thing():
    bright = np.full((HIGH, WIDE), 255, np.uint8)
    model = Background(18.0, bright)
    level = cv2.convertScaleAbs(bright, alpha=0.7)
    found = model.compare(level.astype(np.uint8), 0.0, 1.0, 0.7)
    assert found.where is None


def test_threads_that_are_there_for_ever_are_left_out():
    model = known()
    counts = []
    for number in range(60):
        web = yard()
        for line in range(6):
            at = 10 + 22 * line + number % 5
            web[:, at : at + 2] = 230
        found = model.compare(noisy(web, number), 0.0, 1.0, 1.0)
        counts.append(cv2.countNonZero(found.things))
    assert max(counts[-20:]) < max(counts[:5]) / 4


def test_a_thing_is_what_has_detail_of_its_own():
    scene = yard()
    level = noisy(with_person(yard()), 1)
    detail = detail_of(level, scene, 1.0, 255)
    assert detail.up[28:72, 58:78].sum() > 40
    assert detail.up[:, 100:].sum() == 0
    differs = np.zeros((HIGH, WIDE), np.uint8)
    differs[PERSON] = 255
    differs[20:80, 110:150] = 255  # nothing is there but light
    things = things_in(differs, detail, 1.0)
    assert cv2.countNonZero(things[:, :100]) > 500
    assert cv2.countNonZero(things[:, 100:]) == 0


def test_a_scene_in_another_light_leaves_out_who_is_there():
    keep = np.zeros((HIGH, WIDE), np.uint8)
    keep[PERSON] = 255
    dark = (with_person(yard()) * 0.5).astype(np.uint8)
    scene = relit(dark, yard(), keep)
    assert np.abs(scene[PERSON].astype(float) - yard()[PERSON] * 0.5).mean() < 12
    assert (scene[:, 120:] == dark[:, 120:]).all()
    assert relit(dark, yard(), None) is dark


class Camera:
    """Shows pictures to a `Scenery`."""

    def __init__(self) -> None:
        self.scenery = Scenery(PRESETS["normal"].threshold)
        self.number = 0
        self.changes: list[str] = []

    def show(self, picture: np.ndarray, colour: float = 9.0) -> Seen:
        small = noisy(picture, self.number)
        moment = Moment(self.number, self.number * STEP)
        seen = self.scenery.look(small, moment, (), lambda: colour)
        self.changes += [change for _, change in seen.changes]
        self.number += 1
        return seen

    def run(self, seconds: float, picture: np.ndarray, colour: float = 9.0) -> Seen:
        for _ in range(round(seconds / STEP) - 1):
            self.show(picture, colour)
        return self.show(picture, colour)


def test_the_start_is_not_settled():
    camera = Camera()
    assert not camera.show(yard()).is_settled
    assert camera.run(WARM_UP_S + STEP, yard()).is_settled


def infrared(picture: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : HIGH * 1j, -1 : 1 : WIDE * 1j]
    lit: np.ndarray = picture * 0.5 * (0.5 + np.exp(-(x * x + y * y))) + 30
    return lit


def test_the_filter_swings_back_and_forth_and_leaves_no_ghost():
    camera = Camera()
    camera.run(10, yard())
    for _ in range(3):
        seen = camera.run(8, infrared(yard()), colour=0.0)
        assert cv2.countNonZero(seen.found.things) == 0
        seen = camera.run(8, yard())
        assert cv2.countNonZero(seen.found.things) == 0
    assert camera.changes == ["infrared_on", "infrared_off"] * 3


def test_somebody_who_is_there_when_the_filter_swings_is_still_seen():
    camera = Camera()
    camera.run(10, yard())
    camera.run(2, with_person(yard()))
    seen = camera.run(SETTLES_S + 1, infrared(with_person(yard())), colour=0.0)
    assert seen.is_settled
    assert (seen.found.things[PERSON] > 0).mean() > 0.5


def test_somebody_who_comes_right_after_the_switch_is_seen():
    camera = Camera()
    camera.run(10, yard())
    camera.run(1, infrared(yard()), colour=0.0)
    seen = camera.run(SETTLES_S, infrared(with_person(yard())), colour=0.0)
    walked = np.roll(infrared(with_person(yard())), 30, axis=1)
    walked = np.where(np.roll(PERSON_PLANE, 30, axis=1), walked, infrared(yard()))
    seen = camera.show(walked, colour=0.0)
    there = np.roll(PERSON_PLANE, 30, axis=1)
    assert (seen.found.things[there] > 0).mean() > 0.5


def test_there_is_glare_where_it_is_lighter_alone():
    camera = Camera()
    camera.run(10, yard())
    assert camera.scenery.glare(camera.show(yard())) is None
    seen = camera.show(yard() + glow(90))
    glare = camera.scenery.glare(seen)
    assert glare is not None
    assert cv2.countNonZero(glare[:, 100:125]) > 500
    assert cv2.countNonZero(glare[:, :40]) == 0
    darker = camera.scenery.glare(camera.show(yard() - glow(50)))
    assert darker is None or cv2.countNonZero(darker) < 200


def test_the_noise_is_measured_and_light_is_no_noise():
    camera = Camera()
    camera.run(10, yard())
    quiet = camera.scenery.noise
    assert 0.5 < quiet < 2
    for number in range(40):
        camera.show(yard() * (1 - 0.01 * number))
    assert camera.scenery.noise < quiet * 1.5
    for _ in range(150):
        small = noisy(yard(), camera.number, noise=5.0)
        camera.scenery.look(
            small, Moment(camera.number, camera.number * STEP), (), None
        )
        camera.number += 1
    assert camera.scenery.noise > 3


def test_each_preset_is_easier_to_start_than_the_one_before():
    low, normal, high = PRESETS["low"], PRESETS["normal"], PRESETS["high"]
    assert low.threshold > normal.threshold > high.threshold
    assert low.least_area > normal.least_area > high.least_area
    assert low.seen_of[0] > normal.seen_of[0] >= high.seen_of[0]


PERSON_PLANE = np.zeros((HIGH, WIDE), np.bool_)
PERSON_PLANE[PERSON] = True
