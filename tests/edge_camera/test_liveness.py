"""A picture that stands still is told apart from a quiet scene."""

from itertools import pairwise

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


def ticking(picture: Pixels, number: int) -> Pixels:
    """Write a clock into a picture that stands still, a new second each time."""
    changed = picture.copy()
    changed[4:14, 4 : 4 + number % 20] = 250
    return changed


def test_a_film_in_which_a_clock_alone_goes_on_stands_still_a38():
    liveness = Liveness()
    alive = pictures(60)
    for number, picture in enumerate(alive):
        assert not liveness.is_frozen(masked(picture), number / 5, number / 5)
    said = []
    for number in range(60, 120):
        seconds = number / 5
        picture = ticking(alive[-1], number)
        if liveness.is_frozen(masked(picture), seconds, seconds):
            said.append(seconds)
    assert said
    assert said[0] - 12 <= 10


def test_a_scene_that_was_always_quiet_is_not_frozen_while_its_clock_goes_on():
    liveness = Liveness()
    (picture,) = pictures(1)
    for number in range(300):
        seconds = number / 5
        assert not liveness.is_frozen(
            masked(ticking(picture, number)), seconds, seconds
        )


def test_what_was_lively_before_a_restart_is_remembered():
    before = Liveness()
    for number, picture in enumerate(pictures(60)):
        before.is_frozen(masked(picture), number / 5, number / 5)
    after = Liveness(before.usual)
    (picture,) = pictures(1)
    said = [
        after.is_frozen(masked(ticking(picture, n)), n / 5, n / 5) for n in range(50)
    ]
    assert said[-1]


def test_behind_a_mask_over_everything_nothing_stands_still():
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    liveness = Liveness()
    for second in range(30):
        hidden = Masking((whole,), 180, 320).hide(
            still_of(np.zeros((180, 320), np.uint8))
        )
        assert not liveness.is_frozen(hidden, second, second)


def trembling(picture: Pixels, cells: int, number: int) -> Pixels:
    """Change so many cells of a picture that stands still, as an encoder does."""
    changed = picture.copy()
    high, wide = (
        side // count for side, count in zip(picture.shape, (6, 8), strict=True)
    )
    for cell in range(cells):
        top, left = cell // 8 * high, cell % 8 * wide
        changed[top : top + high, left : left + wide] ^= number % 2
    return changed


def said_of(counts: list[int]) -> list[bool]:
    """Say of each look whether a lively scene that stops stands still.

    Of a look each count says in how many cells it differs from the one before it.
    """
    liveness, alive, said = Liveness(), pictures(60), []
    for number, picture in enumerate(alive):
        liveness.is_frozen(masked(picture), number / 5, number / 5)
    for number, cells in enumerate(counts, start=60):
        picture = trembling(alive[-1], cells, number)
        said.append(liveness.is_frozen(masked(picture), number / 5, number / 5))
    return said


def changes(said: list[bool]) -> int:
    return sum(one is not other for one, other in pairwise(said))


def test_what_stands_still_does_not_flicker_when_a_little_more_changes():
    said = said_of([1] * 60 + ([7] * 40 + [1] * 40) * 4)
    assert changes(said) == 1
    assert said[-1]


def test_what_stood_still_is_alive_again_when_it_is_as_lively_as_it_was():
    said = said_of([1] * 60 + [48] * 60)
    assert changes(said) == 2
    assert not said[-1]


def test_after_a_restart_a_clock_alone_is_no_sign_of_life():
    liveness, quiet = Liveness(usual=48), Liveness(usual=2)
    (picture,) = pictures(1)
    for number in range(30):
        seen = masked(ticking(picture, number))
        for one in (liveness, quiet):
            one.is_frozen(seen, number / 5, number / 5)
            assert one.moves is (number > 0)
        assert not liveness.is_alive
        assert quiet.is_alive is (number > 0)
    alive = pictures(60)
    for number, picture in enumerate(alive, start=30):
        liveness.is_frozen(masked(picture), number / 5, number / 5)
    assert liveness.is_alive
