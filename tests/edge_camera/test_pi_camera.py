"""A Raspberry Pi's camera, by what picamera2 0.3 promises; no Pi has run this.

`Library` stands in for the hardware with the shapes of picamera2's own code: rows that
are padded to 64 bytes, YUV420 with two rows of a colour in one padded row, requests
that have to be given back, jobs that are waited for.
"""

import sys
from itertools import islice
from typing import Any

import cv2
import numpy as np
import pytest

from edge.camera.capture import Watch
from edge.camera.pi_camera import ABSENT, BUFFERS, PiFilm
from edge.camera.sighting import CameraLost
from edge.camera.source import is_pi
from edge.errors import FilmError, Loss
from edge.sight.picture import Masking
from tests.edge_camera.watching import plan, watching

RATE = 25


def picture(number: int, width: int, height: int) -> np.ndarray:
    """BGR, red on the left and blue on the right, and brighter with the number."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = (0, 0, 100 + number % 100)
    image[:, width // 2 :] = (100 + number % 100, 0, 0)
    return image


class Request:
    """One picture of the camera, until it is given back."""

    def __init__(self, camera: "Picamera", number: int) -> None:
        self._camera, self._number = camera, number
        camera.held += 1
        camera.most_held = max(camera.most_held, camera.held)

    def get_metadata(self) -> dict[str, Any]:
        return {"SensorTimestamp": 5_000_000_000 + self._number * 10**9 // RATE}

    def make_array(self, name: str) -> np.ndarray:
        self._camera.copied += 1
        width, height = self._camera.settings[name]["size"]
        i420 = cv2.cvtColor(
            picture(self._number, width, height), cv2.COLOR_BGR2YUV_I420
        )
        stride = -(-width // 64) * 64
        padded = np.full((height * 3 // 2, stride), 7, np.uint8)
        padded[:height, :width] = i420[:height]
        halves = padded[height:].reshape(height, stride // 2)
        halves[:, : width // 2] = i420[height:].reshape(height, width // 2)
        return padded

    def release(self) -> None:
        self._camera.held -= 1


class Picamera:
    """What the tests' library opens."""

    def __init__(self, silent_from: int = 10**9) -> None:
        self.settings: dict[str, Any] = {}
        self.held = self.most_held = self.copied = self.number = 0
        self.state = "open"
        self.silent_from = silent_from

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        assert set(wanted) == {"main", "lores", "controls", "buffer_count"}
        for name in ("main", "lores"):
            width, height = wanted[name]["size"]
            assert wanted[name]["format"] == "YUV420"
            wanted[name]["size"] = (width & ~1, height & ~1)
        assert wanted["lores"]["size"] <= wanted["main"]["size"]
        return wanted

    def configure(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def camera_configuration(self) -> dict[str, Any]:
        return self.settings

    def start(self) -> None:
        self.state = "started"

    def close(self) -> None:
        self.state = "closed"

    def capture_request(self, *, wait: bool) -> str:
        assert wait is False
        return "job"

    def wait(self, job: str, timeout: float) -> Request:
        assert job == "job"
        assert 0 < timeout <= 10
        if self.number >= self.silent_from:
            raise TimeoutError
        self.number += 1
        return Request(self, self.number - 1)


class Library:
    """What is imported as picamera2."""

    def __init__(self, camera: Picamera, error: Exception | None = None) -> None:
        self._camera, self._error = camera, error
        self.asked: list[int] = []

    def Picamera2(self, number: int) -> Picamera:  # noqa: N802 - picamera2's own name
        self.asked.append(number)
        if self._error:
            raise self._error
        return self._camera


@pytest.fixture
def camera() -> Picamera:
    return Picamera()


@pytest.fixture
def library(camera: Picamera, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Give a machine that has picamera2 and one camera."""
    found = Library(camera)
    monkeypatch.setitem(sys.modules, "picamera2", found)
    return found


def refusal(source: str) -> FilmError:
    with pytest.raises(FilmError) as caught:
        PiFilm(source, 5.0)
    return caught.value


def test_without_the_library_a_sentence_says_what_to_install():
    error = refusal("pi:0")
    assert error.reason is Loss.MISSING
    assert str(error) == ABSENT


def test_a_library_that_does_not_fit_the_others_is_as_good_as_none(
    tmp_path, monkeypatch
):
    clash = "raise ValueError('numpy.dtype size changed')"
    (tmp_path / "picamera2.py").write_text(clash)
    monkeypatch.syspath_prepend(tmp_path)
    assert str(refusal("pi:0")) == ABSENT


async def test_without_the_library_the_camera_is_lost_and_nothing_breaks():
    async with watching(plan("pi:0")) as [(_, seen)]:
        await seen.until(lambda: seen.of(CameraLost))
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.MISSING]


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (IndexError("list index out of range"), Loss.MISSING),
        (RuntimeError("Camera __init__ sequence did not complete."), Loss.REFUSED),
        (OSError("device or resource busy"), Loss.REFUSED),
    ],
)
def test_a_camera_that_does_not_open_is_named(monkeypatch, camera, raised, reason):
    monkeypatch.setitem(sys.modules, "picamera2", Library(camera, raised))
    error = refusal("pi:1")
    assert error.reason is reason
    assert error.__cause__ is None


def test_the_camera_is_asked_for_what_the_source_says(library, camera):
    with PiFilm("pi:1?size=1920x1080&rate=20", 5.0) as film:
        assert film.rate == 20
        assert library.asked == [1]
        assert camera.settings["main"]["size"] == (1920, 1080)
        assert camera.settings["lores"]["size"] == (960, 540)
        assert camera.settings["controls"] == {"FrameDurationLimits": (50_000, 50_000)}
        assert camera.settings["buffer_count"] == BUFFERS
        assert camera.state == "started"
    assert camera.state == "closed"


@pytest.mark.usefixtures("library")
def test_five_pictures_a_second_are_looked_at_and_no_more_copied(camera):
    with PiFilm("pi:0", 5.0) as film:
        stills = list(islice(film.stills(), 11))
    assert [still.moment.frame for still in stills] == list(range(0, 51, 5))
    assert [still.moment.seconds for still in stills] == pytest.approx(
        [number / 5 for number in range(11)]
    )
    assert camera.copied == 11
    assert (camera.held, camera.most_held) == (0, 1)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("size", ["1280x720", "1000x562", "100x66"])
def test_padding_and_colours_come_out_right(size):
    with PiFilm(f"pi:0?size={size}", 5.0) as film:
        still = next(film.stills())
    height, width = still.luma.shape
    assert f"{width}x{height}" == size
    shown = Masking((), height, width).hide(still).colours()
    expected = picture(0, width, height)
    assert cv2.norm(shown[:, 8:-8], expected[:, 8:-8], cv2.NORM_INF) < 30
    assert (shown[:, : width // 2 - 8, 2] > 80).all()
    assert (shown[:, width // 2 + 8 :, 0] > 80).all()


@pytest.mark.usefixtures("library")
def test_a_camera_that_falls_silent_is_frozen_and_let_go(camera):
    camera.silent_from = 30
    sightings: list[Any] = []
    Watch(plan("pi:0"), sightings.append).run()
    assert sightings[-1].reason is Loss.FROZEN
    assert camera.state == "closed"
    assert camera.held == 0


@pytest.mark.usefixtures("library")
def test_a_camera_that_refuses_its_settings_is_let_go(camera, monkeypatch):
    def refuse(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(camera, "configure", refuse)
    assert refusal("pi:0").reason is Loss.REFUSED
    assert camera.state == "closed"
    assert is_pi("pi:0")
