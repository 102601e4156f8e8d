"""A change of light has a name; a thing that moves is none."""

from functools import cache

import cv2
import numpy as np
import pytest

from edge.sight.exposure import Exposure
from edge.sight.glow import CELLS, STAYS_S, Glow
from edge.sight.light import Colour, Light, is_even
from edge.sight.picture import Moment, Pixels

HIGH, WIDE = 90, 160
STEP = 0.2
NOTHING = np.zeros((HIGH, WIDE), np.uint8)


def scenery(seed: int = 4) -> np.ndarray:
    """A scene with shapes in it: levels, not yet rounded."""
    coarse = np.random.default_rng(seed).integers(50, 130, (12, 20)).astype(np.uint8)
    return cv2.resize(coarse, (WIDE, HIGH), interpolation=cv2.INTER_NEAREST).astype(
        np.float32
    )


class Watch:
    """Shows pictures to a `Light`, as the scenery does; keeps what it says."""

    def __init__(self) -> None:
        self.light, self.exposure = Light(), Exposure()
        self.told: list[tuple[float, str]] = []
        self.seconds = 0.0
        self.asked = 0

    def show(
        self, picture: np.ndarray, colour: float = 8.0, things: Pixels = NOTHING
    ) -> None:
        noise = np.random.default_rng(round(self.seconds * 10)).normal(
            0, 1, (HIGH, WIDE)
        )
        small = (picture + noise).clip(0, 255).astype(np.uint8)
        level = self.exposure.level(small, self.seconds)
        moment = Moment(round(self.seconds * 10), self.seconds)

        def chroma() -> float:
            self.asked += 1
            return colour

        told = self.light.look(level, self.exposure.gain, things, moment, chroma)
        self.told += [(since.seconds, change) for since, change in told]
        if told and told[0][1].startswith("infrared"):
            self.exposure.restart(small)
            self.light.restart(small, self.seconds)
        self.seconds += STEP

    def run(self, seconds: float, picture: np.ndarray, colour: float = 8.0) -> None:
        for _ in range(round(seconds / STEP)):
            self.show(picture, colour)

    def changes(self) -> list[str]:
        return [change for _, change in self.told]


def test_a_scene_that_stays_as_it_is_tells_nothing():
    watch = Watch()
    watch.run(30, scenery())
    assert watch.told == []


@pytest.mark.parametrize("factor", [0.5, 0.7, 1.4, 1.8])
def test_a_lamp_is_told_once_and_since_it_was_switched(factor):
    watch = Watch()
    watch.run(10, scenery())
    watch.run(20, scenery() * factor)
    ((since, change),) = watch.told
    assert change == "lamp"
    assert since == pytest.approx(10, abs=0.3)


def drifting(watch: Watch, seconds: float) -> float:
    """The exposure goes to and fro, as with each car that passes; told once."""
    watch.run(10, scenery())
    factor = 1.0
    while watch.seconds < 10 + seconds:
        factor = 0.8 + 0.2 * np.cos(0.9 * (watch.seconds - 10))
        watch.show(scenery() * factor)
    return factor


def test_a_lamp_is_told_though_the_exposure_has_not_come_to_rest():
    watch = Watch()
    factor = drifting(watch, 8)
    assert "lamp" not in watch.changes()
    since = watch.seconds
    watch.run(4, scenery() * factor * 1.4)
    lamps = [at for at, change in watch.told if change == "lamp"]
    assert lamps == [pytest.approx(since, abs=0.3)]


def test_a_ramp_soon_after_a_change_is_told_too():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(6, scenery() * 0.7)
    for number in range(50):  # 10 s
        watch.show(scenery() * 0.7 * (1 - 0.008 * number))
    assert watch.changes() == ["lamp", "exposure"]


def test_a_lamp_that_flashes_is_not_told_each_time():
    watch = Watch()
    watch.run(10, scenery())
    for number in range(40):  # 16 s
        watch.run(0.4, scenery() * (1.4 if number % 2 else 1.0))
    assert len(watch.told) <= 16 / 3


def test_a_lamp_that_goes_on_and_off_is_told_each_time():
    watch = Watch()
    for _ in range(2):
        watch.run(10, scenery())
        watch.run(10, scenery() * 1.5)
    assert watch.changes() == ["lamp", "lamp", "lamp"]


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_an_iris_that_moves_for_seconds_is_the_exposure(factor):
    watch = Watch()
    watch.run(10, scenery())
    for number in range(40):  # 8 s
        watch.show(scenery() * (1 + (factor - 1) * number / 40))
    watch.run(5, scenery() * factor)
    assert set(watch.changes()) == {"exposure"}
    assert 10 <= watch.told[0][0] <= 14


def test_dusk_is_nothing_to_tell():
    watch = Watch()
    for number in range(1500):  # 5 min
        watch.show(scenery() * (1 - 0.4 * number / 1500))
    assert watch.told == []


def test_infrared_light_and_its_end_are_told_by_the_colour():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(10, scenery() * 0.7 + 45, colour=0.0)
    by_night = watch.light.is_infrared
    watch.run(10, scenery())
    assert (by_night, watch.light.is_infrared) == (True, False)
    assert watch.changes() == ["infrared_on", "infrared_off"]
    assert watch.told[0][0] == pytest.approx(10.2, abs=0.3)
    assert watch.told[1][0] == pytest.approx(20.2, abs=0.3)


def test_a_film_that_begins_by_night_has_seen_no_switch():
    watch = Watch()
    watch.run(10, scenery(), colour=0.0)
    assert watch.light.is_infrared
    assert watch.told == []


def test_dim_light_is_not_taken_for_infrared():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(10, scenery() * 0.35, colour=8.0 * 0.35)
    assert watch.changes() == ["lamp"]


def test_one_look_without_colour_is_a_broken_picture():
    watch = Watch()
    watch.run(10, scenery())
    watch.show(scenery() * 0.5, colour=0.0)
    watch.run(5, scenery())
    assert "infrared_on" not in watch.changes()


def test_a_picture_that_is_lost_altogether_is_not_night():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(4, np.full((HIGH, WIDE), 128, np.float32), colour=0.0)
    assert not watch.light.is_infrared


def test_somebody_in_a_red_coat_ends_no_night():
    colour = Colour()
    for number in range(20):
        colour.look(number * 2.0, lambda: 0.05, restless=False)
    assert [
        colour.look(40 + number, lambda: 0.9, restless=False) for number in range(4)
    ] == [None] * 4
    assert colour.is_infrared


def test_the_colour_is_asked_for_rarely_while_nothing_changes():
    watch = Watch()
    watch.run(20, scenery())
    assert watch.asked <= 11


def lit_part(strength: float, middle: float, width: float = 0.18) -> np.ndarray:
    x = np.linspace(0, 1, WIDE, dtype=np.float32)
    lit: np.ndarray = scenery() + strength * np.exp(-(((x - middle) / width) ** 2))
    return lit


def test_a_lamp_beside_the_scene_is_a_lamp():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(15, lit_part(60, 0.2))
    ((since, change),) = watch.told
    assert change == "lamp"
    assert since == pytest.approx(10, abs=0.3)


def test_a_light_that_wanders_is_a_headlight():
    watch = Watch()
    watch.run(10, scenery())
    for number in range(20):
        watch.show(lit_part(110, -0.1 + 1.2 * number / 20, 0.1))
    watch.run(5, scenery())
    assert watch.changes() == ["headlight"]


def test_a_glare_that_goes_again_is_a_headlight():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(1.4, lit_part(90, 0.7))
    watch.run(10, scenery())
    assert watch.changes() == ["headlight"]


def test_cars_in_a_row_are_told_once_in_a_while():
    watch = Watch()
    watch.run(10, scenery())
    for _ in range(3):
        watch.run(1.4, lit_part(90, 0.7))
        watch.run(3, scenery())
    assert watch.changes() == ["headlight"]


def test_a_thing_has_no_say_in_the_light():
    watch = Watch()
    watch.run(10, scenery())
    thing = NOTHING.copy()
    thing[20:80, 30:90] = 255
    picture = scenery()
    picture[thing > 0] = 240
    for _ in range(50):
        watch.show(picture, things=thing)
    assert watch.told == []


def test_a_shadow_that_passes_is_no_headlight():
    watch = Watch()
    watch.run(10, scenery())
    watch.run(1.4, lit_part(-40, 0.7))
    watch.run(5, scenery())
    assert watch.told == []


def test_light_that_is_uneven_over_the_scene_is_not_even():
    usual = np.full(CELLS[::-1], 100, np.float32)
    free = np.ones(CELLS[::-1], np.bool_)
    uneven = usual.copy()
    uneven[:, : CELLS[0] // 2] = 150
    assert is_even(usual, usual * np.float32(1.05), free)
    assert not is_even(usual, uneven, free)
    assert not is_even(usual, usual, ~free)


def test_a_lamp_is_known_after_it_has_stayed():
    usual = np.full(CELLS[::-1], 100, np.float32)
    free = cache(lambda: np.ones(CELLS[::-1], np.bool_))
    glow, lamp = Glow(usual), usual.copy()
    lamp[:, :8] = 160
    told = []
    for number in range(40):
        lit = glow.lit(lamp, free)
        if change := glow.look(lit, lamp, free, Moment(number, number * STEP)):
            told.append((number * STEP, change[1]))
    ((seconds, name),) = told
    assert name == "lamp"
    assert seconds == pytest.approx(STAYS_S, abs=STEP)
    assert glow.lit(lamp, free) is None
