"""After a drop-out no picture of the past is taken for somebody who is there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from edge.camera.film import Film
from edge.sight.doubt import LASTS_S, Doubts
from edge.sight.eye import Eye
from edge.sight.lookout import Seen
from edge.sight.motion import Ended, Started
from edge.sight.picture import Moment
from edge.sight.sensitivity import PRESETS
from edge.sight.shape import WHOLE
from edge.sight.zone import AGAIN_S, NOBODY, QUIET_S, Presence, Zone
from tests.bench.dropout import DROP_OUTS, bursts, drop_out
from tests.bench.recipe import When
from tests.bench.score import Truth
from tests.bench.stage import KEYFRAME_S, Clip
from tests.edge_camera.clip import RATE, scene, still_of, visitor, write_clip

YARD = (("yard", WHOLE),)
LOOK = 2  # frames


def doubts_of(frames: str, rate: float = RATE) -> list[bool]:
    """Say which frames are doubted: K a keyframe, C a corrupt one, k both, - none."""
    doubts, told = Doubts(), []
    for number, letter in enumerate(frames):
        if letter == "-":
            continue
        key, corrupt = letter in "Kk", letter in "Ck"
        doubts.take(number / rate, is_key=key, is_corrupt=corrupt)
        told.append(doubts.doubtful)
    return told


def test_a_whole_film_is_believed():
    assert not any(doubts_of("K" + 99 * "." + "K" + 99 * "."))


@pytest.mark.parametrize("lost", ["C", "-", "----", "k"])
def test_what_was_lost_is_doubted_up_to_the_next_keyframe(lost):
    told = doubts_of("K....." + lost + 9 * "." + "K.....")
    assert not any(told[:6])
    assert all(told[6:-6])
    assert not any(told[-6:])


def test_a_keyframe_that_is_corrupt_heals_nothing():
    assert doubts_of("K..C......k......K..")[-4:] == [True, False, False, False]


def test_a_loss_right_before_a_keyframe_does_no_harm():
    assert not any(doubts_of("K.......----K....."))


def test_what_cannot_be_decoded_is_a_loss():
    doubts = Doubts()
    doubts.take(0.0, is_key=True, is_corrupt=False)
    doubts.lose()
    assert doubts.doubtful


def test_what_cannot_be_decoded_before_the_first_frame_is_none():
    doubts = Doubts()
    doubts.lose()
    assert not doubts.doubtful


def test_a_camera_that_sends_fewer_pictures_is_believed_again():
    slower = "K" + 9 * "." + 20 * "-." + "K" + 20 * "-."
    assert not any(doubts_of(slower)[-20:])


def test_whoever_spoils_all_for_long_wins_nothing():
    told = doubts_of("K" + 20 * RATE * "C")
    doubted = round(LASTS_S * RATE)
    assert told[0] is False
    assert all(told[1 : 1 + doubted])
    assert not any(told[1 + doubted :])


Doubted = Callable[[float], bool]


def seen(box: Callable[[float], float], doubted: Doubted, lasts: float) -> list[Seen]:
    """Look at a visitor, whose picture at `box(seconds)` is shown instead."""
    eye, told = Eye(YARD, ()), []
    walk = visitor(5, 20)
    pictures = scene(lasts, box=lambda at: walk(box(at)))
    for number, picture in enumerate(pictures):
        seconds = number / RATE
        if number % LOOK == 0:
            still = still_of(picture[:, :, 0].copy(), seconds)
            told += eye.see(replace(still, doubtful=doubted(seconds))).decisions
    return [*told, *eye.close()]


def spans(told: list[Seen]) -> Iterator[tuple[float, float]]:
    """Pair starts with ends."""
    motions = [one for one in told if isinstance(one, Started | Ended)]
    for began, ended in pairwise(motions):
        if isinstance(began, Started):
            assert isinstance(ended, Ended)
            yield began.moment.seconds, ended.moment.seconds


def frozen(begin: float, end: float) -> Callable[[float], float]:
    """Show what was there at `begin` until `end`."""
    return lambda at: begin if begin <= at < end else (at if at < begin else 99.0)


def doubtful(begin: float, end: float) -> Doubted:
    return lambda at: begin <= at < end


def test_who_left_in_a_drop_out_left_then():
    ((began, ended),) = spans(seen(frozen(12, 17), doubtful(12, 17), 25))
    assert began == pytest.approx(5.5, abs=1)
    assert ended == pytest.approx(12, abs=0.5)


def test_without_doubt_the_same_picture_is_somebody():
    ((_, ended),) = spans(seen(frozen(12, 17), doubtful(0, 0), 25))
    assert ended == pytest.approx(17, abs=0.5)


def test_who_stands_still_in_doubt_and_stays_is_one_visit():
    """Whatever is lost for how long: whoever is there before and after has stayed."""

    def stands(at: float) -> float:
        return 12.0 if 12 <= at < 18 else at

    (span,) = spans(seen(stands, doubtful(12, 18), 30))
    assert span[1] == pytest.approx(20, abs=0.5)


def test_who_comes_in_doubt_is_told():
    ((began, _),) = spans(seen(lambda at: at, doubtful(3, 30), 30))
    assert began == pytest.approx(5.5, abs=1)


PIXELS = 400
THERE = Presence(PIXELS, PIXELS)


def ends(*looks: tuple[float, Presence, bool]) -> list[float]:
    """Give when the events of one zone end, of looks each 0.2 s up to these seconds."""
    cover = np.full((90, 160), 255, np.uint8)
    zone = Zone("yard", cover, cover.size, PRESETS["normal"])
    told, number = [], 0
    for until, presence, doubt in looks:
        while number / 5 < until:
            decision = zone.judge(presence, Moment(number, number / 5), doubtful=doubt)
            number += 1
            if isinstance(decision, Ended):
                told.append(decision.moment.seconds)
    return told


def test_a_picture_of_the_past_keeps_an_event_open_and_moves_not_its_end():
    assert ends((4, THERE, False), (60, THERE, True)) == []
    (end,) = ends((4, THERE, False), (60, THERE, True), (70, NOBODY, False))
    assert end == pytest.approx(4, abs=0.21)


def test_who_is_seen_again_soon_after_a_doubt_has_not_left():
    assert (
        ends(
            (4, THERE, False),
            (10, THERE, True),
            (10 + AGAIN_S - 0.2, NOBODY, False),
            (20, THERE, False),
        )
        == []
    )


def test_without_a_doubt_an_event_is_over_after_the_usual_time():
    (end,) = ends((4, THERE, False), (4 + QUIET_S + 0.4, NOBODY, False))
    assert end == pytest.approx(4, abs=0.21)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("doubt") / "clip.mkv"
    return write_clip(path, scene(14, box=visitor(1, 99)))


def doubted_in(path: Path) -> list[tuple[float, bool]]:
    with Film(str(path), 5.0) as film:
        return [(still.moment.seconds, still.doubtful) for still in film.stills()]


@pytest.mark.parametrize("spoil", [spoil for _, spoil in DROP_OUTS])
def test_stills_of_a_spoilt_film_are_doubted_from_then_on(spoil, film, tmp_path):
    clip = Clip(film, Truth(RATE, 140, ()))
    made = drop_out(clip, tmp_path / "made.mkv", spoil, When(3.0))
    told = doubted_in(made.path)
    assert not any(doubt for seconds, doubt in told if seconds < 3)
    assert any(doubt for seconds, doubt in told if seconds >= 3)


def test_after_the_next_keyframe_all_is_well(film, tmp_path):
    clip = Clip(film, Truth(RATE, 140, ()))
    made = drop_out(clip, tmp_path / "made.mkv", bursts, When(3.0, 4.0))
    told = doubted_in(made.path)
    assert any(dict(told).values())
    assert not any(doubt for seconds, doubt in told if seconds > 3 + 2 * KEYFRAME_S)


def test_stills_of_a_whole_film_are_believed(film, tmp_path):
    clip = Clip(film, Truth(RATE, 140, ()))
    made = drop_out(clip, tmp_path / "made.mkv", bursts, When(99.0))
    assert not any(doubt for _, doubt in doubted_in(made.path))
