"""What `look --out` writes: a person sees why, and nobody sees behind a mask."""

import json
import os
import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.look.annotate import BAND, BUSY, CALM, READABLE_WIDTH, Drawing, Note
from edge.look.command import events, main
from edge.look.declared import EXAMPLES, Aim
from edge.sight.motion import Started
from edge.sight.picture import Masked, Masking, Moment, Pixels
from edge.sight.shape import WHOLE
from tests.edge_camera.clip import scene, still_of, visitor, write_clip
from tests.edge_camera.footage import labelled
from tests.edge_camera.test_series import write_series

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
BOX = (0.25, 0.25, 0.5, 0.5)


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "visit.mkv", scene(20, box=visitor(5, 12)))


def frames(path: Path) -> list[tuple[float, Pixels]]:
    """Decode a film that was written; each frame with its seconds."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time or 0), frame.to_ndarray(format="bgr24").astype(np.uint8))
            for frame in container.decode(video=0)
        ]


def picture(masks=(), level: int = 90, size: tuple[int, int] = (480, 640)) -> Masked:
    still = still_of(np.full(size, level, np.uint8))
    return Masking(masks, *size).hide(still)


def painted(image: Pixels, colour: tuple[int, int, int]) -> int:
    """Count the pixels of exactly this colour."""
    return int((image == colour).all(axis=2).sum())


MOVING = Started("5", Moment(30, 6.0), BOX, 0.25, 0.8)


def test_a_calm_zone_is_drawn_calm_and_a_busy_one_busy():
    drawing = Drawing((("5", WHOLE),), ())
    calm = drawing.draw(picture(), Moment(30, 6.0), (), ())
    busy = drawing.draw(picture(), Moment(30, 6.0), (MOVING,), ())
    assert painted(calm, CALM) > 2 * 480
    assert painted(calm, BUSY) == 0
    assert painted(busy, CALM) == 0
    assert painted(busy, BUSY) > painted(calm, CALM)


def test_the_box_stands_where_the_thing_is():
    image = Drawing((), ()).draw(picture(), Moment(30, 6.0), (MOVING,), ())
    seen = image[BAND:]
    assert tuple(seen[240, 160].tolist()) == BUSY
    assert tuple(seen[240, 479].tolist()) == BUSY
    assert tuple(seen[240, 320].tolist()) != BUSY


def test_each_note_is_a_line_of_its_own_below():
    note = Note(30, "motion.ended-5", "motion.ended  5", BOX)
    plain = Drawing((), ()).draw(picture(), Moment(30, 6.0), (), ())
    noted = Drawing((), ()).draw(picture(), Moment(30, 6.0), (), (note, note))
    assert noted.shape[0] == plain.shape[0] + 2 * BAND
    for line in (noted[-BAND:], noted[-2 * BAND : -BAND]):
        assert (line[:, :, 2] > 150).sum() > 100
    assert tuple(noted[BAND + 240, 160].tolist()) == CALM


def test_what_a_mask_hides_is_black_whatever_is_drawn():
    noise = np.random.default_rng(1).integers(0, 255, (480, 640), dtype=np.uint8)
    masked = Masking((RIGHT,), 480, 640).hide(still_of(noise))
    drawing = Drawing((("5", LEFT),), (RIGHT,))
    image = drawing.draw(masked, Moment(0, 0.0), (), ())
    hidden = image[BAND + 40 : -40, 324:-4]
    assert not hidden.any()
    assert image[BAND + 40 : -40, 4:300].any()


def test_a_small_picture_is_enlarged_so_that_words_fit():
    image = Drawing((), ()).draw(picture(size=(90, 162)), Moment(0, 0.0), (), ())
    assert image.shape[1] >= READABLE_WIDTH
    assert image.shape[0] % 2 == image.shape[1] % 2 == 0


def test_out_holds_a_film_and_a_picture_for_each_event(clip, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["--json", "--out", str(out), str(clip)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) == 2
    assert {path.name for path in out.iterdir()} == {
        "visit.seen.mp4",
        *(f"visit-{one['frame']:06}-{one['kind']}-{one['zone']}.jpg" for one in told),
    }


def test_the_film_shows_every_look_at_its_own_time(clip, tmp_path, capsys):
    out = tmp_path / "out"
    main(["--out", str(out), str(clip)])
    assert capsys.readouterr().out
    shown = frames(out / "visit.seen.mp4")
    assert len(shown) == 100
    seconds = [when for when, _ in shown]
    assert seconds == pytest.approx([number / 5 for number in range(100)], abs=0.002)


def test_the_film_is_red_while_somebody_is_there_and_calm_else(clip, tmp_path, capsys):
    out = tmp_path / "out"
    main(["--json", "--out", str(out), str(clip)])
    started, ended = map(json.loads, capsys.readouterr().out.splitlines())
    for when, image in frames(out / "visit.seen.mp4"):
        edge = image[BAND + 100 : BAND + 200, 0].mean(axis=0)  # of the zone's outline
        red = edge[2] > edge[1]
        if started["seconds"] <= when <= ended["seconds"]:
            assert red, when
        elif when < started["seconds"] or when > ended["seconds"] + 2.1:
            assert not red, when


def test_the_picture_of_a_start_has_its_box_where_the_event_says(
    clip, tmp_path, capsys
):
    out = tmp_path / "out"
    main(["--json", "--out", str(out), str(clip)])
    started, _ = map(json.loads, capsys.readouterr().out.splitlines())
    (path,) = out.glob("*-motion.started-picture.jpg")
    image = cv2.imread(str(path))
    assert image is not None
    red = (image[:, :, 2] > 180) & (image[:, :, 1] < 120)
    left, top, wide, high = started["box"]
    x, y = round(left * 640), BAND + round(top * 360)
    middle = y + round(high * 180)
    assert red[middle, x : x + 2].any()
    assert not red[middle, x + 8 : x + round(wide * 640) - 8].any()


def test_an_end_that_comes_with_the_end_of_the_film_has_its_picture(tmp_path, capsys):
    path = write_clip(tmp_path / "stays.mkv", scene(9, box=visitor(5, 99)))
    main(["--out", str(tmp_path / "out"), str(path)])
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert len(list((tmp_path / "out").glob("*.jpg"))) == 2


def test_a_film_of_which_nothing_can_be_read_leaves_no_film(tmp_path, capsys):
    path = tmp_path / "rubbish.mp4"
    path.write_bytes(b"rubbish" * 100)
    assert main(["--out", str(tmp_path / "out"), str(path)]) == 1
    assert "camera.lost" in capsys.readouterr().out
    assert list((tmp_path / "out").iterdir()) == []


def test_two_films_of_one_name_do_not_write_over_each_other(tmp_path, capsys):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_clip(tmp_path / name / "gate.mkv", scene(3))
    films = [str(tmp_path / name / "gate.mkv") for name in ("a", "b")]
    assert main(["--out", str(tmp_path / "out"), *films]) == 0
    assert capsys.readouterr().out == ""
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "gate.seen.mp4",
        "gate-2.seen.mp4",
    }


def test_a_film_beside_which_is_written_stays_as_it_was(clip, capsys):
    before = clip.read_bytes()
    assert main(["--out", str(clip.parent), str(clip)]) == 0
    assert capsys.readouterr().out
    assert clip.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told(clip, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert main(["--out", str(tmp_path / "taken"), str(clip)]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"wachtpost look: nothing can be written into {str(tmp_path / 'taken')!r}:"
        " File exists\n"
    )


def test_a_full_disk_is_told(clip, tmp_path, capsys):
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("no /dev/full here")
    out = tmp_path / "out"
    out.mkdir()
    (out / "visit.seen.mp4").symlink_to("/dev/full")
    assert main(["--out", str(out), str(clip)]) == 1
    assert "nothing can be written into" in capsys.readouterr().err


def test_a_row_of_pictures_is_shown_at_its_rate(tmp_path, capsys):
    write_series(tmp_path / "row", "in{:04}.png")
    out = tmp_path / "out"
    assert main(["--rate", "10", "--out", str(out), str(tmp_path / "row")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    shown = frames(out / "row.seen.mp4")
    assert shown[-1][0] == pytest.approx(19.8, abs=0.01)


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "fast", "1e9"])
def test_a_rate_that_is_none_is_misuse(rate, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--rate", rate, str(tmp_path)])
    assert caught.value.code == 2
    assert "--rate" in capsys.readouterr().err


def declare(tmp_path: Path, masks: str) -> Path:
    """Write the examples with masks for camera 6 of Bureau Haven."""
    folder = tmp_path / "inventory"
    shutil.copytree(EXAMPLES, folder)
    file = folder / "sites" / "bureau-haven.yaml"
    source = "source: footage:one-by-one-person-detection.mp4\n"
    file.write_text(file.read_text().replace(source, f"{source}        {masks}\n"))
    return folder


def test_a_sites_zones_and_masks_are_used_and_the_masked_half_is_never_written(
    tmp_path, capsys
):
    clip = write_clip(tmp_path / "a.mkv", scene(20, box=visitor(5, 12)))
    folder = declare(tmp_path, "masks: [[[0.5, 0], [1, 0], [1, 1], [0.5, 1]]]")
    out = tmp_path / "out"
    site = ["--site", "bureau-haven", "--camera", "6", "--inventory", str(folder)]
    assert main(["--json", *site, "--out", str(out), str(clip)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["zone"] for one in told} == {"5"}
    for _, image in frames(out / "a.seen.mp4"):
        assert image[BAND + 200 : BAND + 300, 336:-40].max() <= 8
        assert image[BAND + 30 : BAND + 330, 10:300].mean() > 60


def test_everything_masked_is_nothing_seen(tmp_path):
    clip = write_clip(tmp_path / "a.mkv", scene(20, box=visitor(5, 12)))
    aim = Aim(masks=(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),))
    assert list(events(str(clip), aim)) == []


def test_an_unknown_site_is_told_and_nothing_is_looked_at(clip, tmp_path, capsys):
    out = ["--out", str(tmp_path / "out")]
    assert main(["--site", "nowhere", "--camera", "1", *out, str(clip)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("wachtpost look: no site 'nowhere'")
    assert not (tmp_path / "out").exists()


def test_a_camera_without_a_site_is_misuse(clip, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--camera", "6", str(clip)])
    assert caught.value.code == 2
    assert "--site is missing" in capsys.readouterr().err


def test_a_real_film_is_shown_with_the_zones_of_its_camera(tmp_path, capsys):
    path, truth = labelled("car-detection.mp4")
    site = ["--site", "bureau-haven", "--camera", "7"]
    assert main(["--json", *site, "--out", str(tmp_path), str(path)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    starts = [one for one in told if one["kind"] == "motion.started"]
    assert len(starts) == len(truth["events"])
    assert {one["zone"] for one in told if one["kind"].startswith("motion")} == {"6"}
    assert not [one for one in told if one["kind"].startswith("camera")]
    assert len(list(tmp_path.glob("*.jpg"))) == len(told)
    shown = frames(tmp_path / "car-detection.seen.mp4")
    assert len(shown) >= 5 * truth["frames"] / truth["fps"] - 1
