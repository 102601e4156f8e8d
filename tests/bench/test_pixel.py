"""Pixels are counted against a truth that is right itself."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.scene_film import SceneFilm, visits
from tests.bench import pixel
from tests.bench.pixel import Pixel, compare, drawn, marks, measured, recorded


def plane(*rows: str) -> np.ndarray:
    levels = {".": 0, "s": 50, "?": 170, "o": 85, "#": 255}
    return np.array([[levels[mark] for mark in row] for row in rows], np.uint8)


def test_pixels_are_right_wrong_or_missed_and_doubt_does_not_count():
    truth = plane("##..", "##s?", "..oo")
    found = plane("#.#.", "#.##", "..##")
    assert compare(found, truth) == Pixel(right=2, wrong=2, missed=2)


def test_what_was_found_on_a_smaller_picture_is_made_larger():
    truth = plane("##..", "##..")
    assert compare(plane("#."), truth) == Pixel(right=4)


def test_f_is_the_harmonic_mean_of_precision_and_recall():
    one = Pixel(right=6, wrong=2, missed=4)
    assert (one.precision, one.recall) == (0.75, 0.6)
    assert one.f == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert Pixel().f == 0.0
    assert one + Pixel(1, 1, 1) == Pixel(7, 3, 5)


def test_a_figure_is_marked_and_its_shadow_is_not():
    empty = np.full((20, 30, 3), (118, 122, 124), np.uint8)
    picture = empty.copy()
    picture[2:10, 5:10] = (62, 54, 50)  # a coat
    picture[12:16, 5:20] = (empty[0, 0] * 0.75).astype(np.uint8)
    picture[17, :] += 2  # noise
    expected = np.zeros((20, 30), np.uint8)
    expected[2:10, 5:10] = 255
    assert np.array_equal(marks(picture, empty), expected)


def test_the_drawn_truth_is_there_when_somebody_is():
    visit = next(visits(1))
    shares = {
        still.moment.seconds: (truth == 255).mean() for still, truth in drawn(1, 16.0)
    }
    middle = round((visit.stands + 0.4) * 5) / 5
    assert 0.005 < shares[middle] < 0.08
    assert not any(share for at, share in shares.items() if at < visit.enters)
    assert len(shares) == 80


def test_the_drawn_figure_stands_where_the_scene_says():
    visit = next(visits(1))
    middle = round((visit.stands + 0.4) * 5) / 5
    (truth,) = (t for s, t in drawn(1, middle + 0.1) if s.moment.seconds == middle)
    across = np.argwhere(truth == 255)[:, 1].mean() / truth.shape[1]
    assert across == pytest.approx(visit.across(middle), abs=0.03)


def test_the_pictures_are_those_of_the_scene():
    film, visit = SceneFilm("made:1", 5), next(visits(1))
    still, _ = next(drawn(1, 1.0))
    same = cv2.cvtColor(film.draw(0.0, 0, visit), cv2.COLOR_BGR2YUV_I420)
    assert np.array_equal(still.colours(), same)


def test_all_find_some_of_a_figure():
    found = measured(lambda: drawn(1, 16.0))
    assert found["wachtpost"].f > 0.4
    assert found["MOG2, defaults"].f > 0.3
    assert found["KNN, defaults"].recall > 0.2


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    (tmp_path / "input").mkdir()
    (tmp_path / "groundtruth").mkdir()
    (tmp_path / "temporalROI.txt").write_text("6 30\n")
    for number in range(1, 41):
        name = f"{number:06}"
        picture = np.full((30, 40, 3), number, np.uint8)
        cv2.imwrite(str(tmp_path / "input" / f"in{name}.png"), picture)
        truth = np.full((30, 40), number, np.uint8)
        cv2.imwrite(str(tmp_path / "groundtruth" / f"gt{name}.png"), truth)
    return tmp_path


def test_a_recorded_picture_comes_with_the_truth_of_its_number(sequence):
    seen = [(still.moment.frame, int(t[0, 0])) for still, t in recorded(sequence)]
    assert seen[:2] == [(0, 170), (5, 6)]
    assert [number + 1 for number, level in seen if level != 170] == [
        level for _, level in seen if level != 170
    ]
    assert seen[-1][1] == 170


def test_a_sequence_is_used_only_where_one_is_named(monkeypatch, sequence):
    monkeypatch.delenv(pixel.SETTING, raising=False)
    assert pixel.sequence() is None
    monkeypatch.setenv(pixel.SETTING, str(sequence / "none"))
    assert pixel.sequence() is None
    monkeypatch.setenv(pixel.SETTING, str(sequence))
    assert pixel.sequence() == sequence
