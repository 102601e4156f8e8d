"""A picture that stands still is told apart from a quiet scene."""

import numpy as np

from edge.sight.liveness import FROZEN_S, Liveness
from edge.sight.picture import Masked, Masking, Pixels
from tests.edge_camera.clip import scene, still_of


def masked(luma: Pixels, seconds: float = 0.0) -> Masked:
    return Masking((), *luma.shape).hide(still_of(luma, seconds))


def pictures(count: int, seed: int = 1) -> list[Pixels]:
    return [p[:, :, 0].copy() for p in scene(count / 10, seed=seed)][:count]


def test_a_noisy_scene_is_alive():
    liveness = Liveness()
    for second, picture in enumerate(pictures(60)):
        assert not liveness.is_frozen(masked(picture), second, second)
    assert liveness.moves


def test_the_same_picture_is_frozen_after_its_time_and_no_sooner():
    liveness = Liveness()
    (picture,) = pictures(1)
    verdicts = [
        liveness.is_frozen(masked(picture.copy()), now, now)
        for now in range(int(FROZEN_S) + 2)
    ]
    assert verdicts == [now >= FROZEN_S for now in range(int(FROZEN_S) + 2)]
    assert not liveness.moves


def test_one_changed_pixel_is_a_sign_of_life():
    liveness = Liveness()
    (picture,) = pictures(1)
    for now in range(30):
        picture = picture.copy()
        picture[3, 3] ^= 1
        assert not liveness.is_frozen(masked(picture), now, now)


def test_time_stamps_that_stand_still_are_frozen_though_pictures_differ():
    liveness = Liveness()
    verdicts = [
        liveness.is_frozen(masked(picture), 5.0, now)
        for now, picture in enumerate(pictures(int(FROZEN_S) + 1))
    ]
    assert verdicts[-1]
    assert not any(verdicts[:-1])


def test_a_camera_that_comes_back_to_life_is_alive_at_once():
    liveness = Liveness()
    one, two = pictures(2)
    for now in range(20):
        liveness.is_frozen(masked(one), now, now)
    assert not liveness.is_frozen(masked(two), 20, 20)
    assert liveness.moves


def test_the_first_picture_proves_nothing():
    liveness = Liveness()
    assert not liveness.is_frozen(masked(pictures(1)[0]), 0, 0)
    assert not liveness.moves


def test_another_size_is_another_picture():
    liveness = Liveness()
    liveness.is_frozen(masked(np.zeros((90, 160), np.uint8)), 0, 0)
    liveness.is_frozen(masked(np.zeros((180, 320), np.uint8)), 1, 1)
    assert liveness.moves
