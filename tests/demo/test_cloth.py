"""A cloth hangs before a camera of the demo, once, and is taken away again."""

from pathlib import Path

import av
import numpy as np
import pytest

from dashboard.demo import cloth, material
from dashboard.demo.cloth import HANGS, Stage, hang
from dashboard.demo.material import Material
from dashboard.demo.story import covered_film
from sites.load import load

EXAMPLES = Path(__file__).parents[2] / "sites" / "examples"
RATE, FRAMES = 10, 30


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "films" / "yard.mp4"
    path.parent.mkdir()
    with av.open(path, "w", format="mp4") as whole:
        stream = whole.add_stream("libx264", rate=RATE, options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(FRAMES):
            image = np.full((96, 160, 3), 150 + number, np.uint8)
            whole.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        whole.mux(stream.encode())
    return path


def brightness(path: Path) -> list[float]:
    with av.open(path) as whole:
        return [
            float(frame.to_ndarray(format="gray").mean())
            for frame in whole.decode(video=0)
        ]


def test_the_cloth_hangs_in_the_midst_of_a_film_and_nowhere_else(film: Path):
    covered = film.with_name("covered.mp4")
    assert hang(film, covered) == pytest.approx(FRAMES / RATE, abs=0.11)
    before, after = brightness(film), brightness(covered)
    assert len(after) == len(before) == FRAMES
    dark = [number for number, light in enumerate(after) if light < 60]
    begin, end = (round(share * FRAMES) for share in HANGS)
    assert dark == list(range(dark[0], dark[-1] + 1))
    assert (dark[0], dark[-1] + 1) == pytest.approx((begin, end), abs=1.5)
    for number in set(range(FRAMES)) - set(dark):
        assert after[number] == pytest.approx(before[number], abs=4)


async def test_a_film_is_covered_once_and_then_is_what_it_was(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cloth, "LATE_S", -FRAMES / RATE)  # the film need not end
    stage = Stage.of(film.parent, tmp_path / "stage")
    link = stage.folder / "yard.mp4"
    led: list[Path] = []
    lead = Stage._lead

    def noted(self: Stage, one: Path, to: Path) -> None:
        lead(self, one, to)
        led.append(link.resolve())

    monkeypatch.setattr(Stage, "_lead", noted)
    assert link.resolve() == film
    await stage.cover("yard.mp4", 0.0)
    assert led == [(stage.folder / "yard.mp4.covered").resolve(), film]
    assert brightness(film)[FRAMES // 2] > 100
    assert sorted(path.name for path in stage.folder.iterdir()) == [
        "yard.mp4",
        "yard.mp4.covered",
    ]


def test_it_hangs_before_a_camera_outside_that_plays_a_film():
    inventory = load(EXAMPLES)
    station = inventory.sites["bureau-haven"]
    name = covered_film(station)
    camera = station.devices[0].cameras[-1]
    assert camera.source == f"footage:{name}"
    zone = inventory.zone("bureau-haven", camera.views[0].zone)
    assert zone is not None
    assert zone.kind == "car_park"
    assert covered_film(inventory.sites["7f3k-qg"]) is None


def test_nobodys_own_film_is_covered(tmp_path: Path):
    assert not Material(tmp_path, None).ours
    assert not Material(None, None).ours
    assert Material(material.FOOTAGE, None).ours
