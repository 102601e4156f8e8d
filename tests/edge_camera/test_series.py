"""Pictures in a folder, looked at like a film; and what FILE may mean."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.camera.film import Film
from edge.errors import FilmError, Loss
from edge.look.command import events
from edge.look.series import Reel, Series, gather
from tests.edge_camera.clip import RATE, scene, visitor, write_clip


def write_series(folder: Path, name: str, seconds: float = 20, box=None) -> list[Path]:
    """Write a scene as pictures; `name` holds the number, such as `in{}.png`."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number, picture in enumerate(scene(seconds, box=box or visitor(5, 12))):
        paths.append(folder / name.format(number))
        assert cv2.imwrite(str(paths[-1]), picture)
    return paths


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("series") / "visit"
    write_series(path, "in{}.png")
    return path


def seen(reel: Reel | str, rate: float = RATE) -> list[tuple[str, int]]:
    return [(event.kind, event.frame) for event in events(reel, rate=rate)]


def test_a_folder_of_pictures_gives_what_the_same_film_gives(folder, tmp_path):
    film = write_clip(tmp_path / "visit.mkv", scene(20, box=visitor(5, 12)))
    (reel,) = gather([str(folder)])
    of_pictures, of_film = seen(reel), seen(str(film))
    assert [kind for kind, _ in of_pictures] == ["motion.started", "motion.ended"]
    assert of_pictures == of_film


def test_pictures_are_in_the_order_of_their_numbers(folder):
    (reel,) = gather([str(folder)])
    assert reel.pictures
    assert [path.name for path in reel.pictures[8:12]] == [
        "in8.png",
        "in9.png",
        "in10.png",
        "in11.png",
    ]


def test_seconds_come_from_the_rate_that_was_said(folder):
    (reel,) = gather([str(folder)])
    with reel.open(5.0, 50.0) as series:
        moments = [still.moment for still in series.stills()]
    assert [moment.frame for moment in moments[:3]] == [0, 10, 20]
    assert moments[2].seconds == pytest.approx(0.4)


def test_a_pattern_an_expanded_pattern_and_a_folder_are_the_same_row(folder):
    (of_pattern,) = gather([str(folder / "in*.png")])
    (expanded,) = gather(sorted(str(path) for path in folder.iterdir()))
    (of_folder,) = gather([str(folder)])
    assert of_pattern == expanded == of_folder


def test_a_pattern_takes_a_part_of_a_folder(folder):
    (reel,) = gather([str(folder / "in1?.png")])
    assert reel.pictures
    assert [path.name for path in reel.pictures] == [
        f"in{n}.png" for n in range(10, 20)
    ]


def test_a_pattern_of_films_is_so_many_films(tmp_path):
    for name in ("b.mkv", "a.mkv"):
        write_clip(tmp_path / name, scene(1))
    reels = gather([str(tmp_path / "*.mkv")])
    assert reels == [Reel(str(tmp_path / "a.mkv")), Reel(str(tmp_path / "b.mkv"))]


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path):
    film = write_clip(tmp_path / "gate[1].mkv", scene(1))
    assert gather([str(film)]) == [Reel(str(film))]


def test_pictures_of_two_folders_are_two_rows(tmp_path):
    one = write_series(tmp_path / "one", "{}.png", 0.5)
    two = write_series(tmp_path / "two", "{}.png", 0.5)
    reels = gather([str(path) for path in (*one, *two)])
    assert [reel.name for reel in reels] == [
        str(tmp_path / "one"),
        str(tmp_path / "two"),
    ]


@pytest.mark.parametrize("name", ["*.png", "one.png", "*.mp4", "one.mp4", "*"])
def test_what_matches_nothing_is_missing(tmp_path, name):
    (reel,) = gather([str(tmp_path / name)])
    with pytest.raises(FilmError) as caught:
        seen(reel)
    assert caught.value.reason is Loss.MISSING


def test_an_empty_folder_is_missing(tmp_path):
    (reel,) = gather([str(tmp_path)])
    with pytest.raises(FilmError, match="the folder holds no pictures") as caught:
        seen(reel)
    assert caught.value.reason is Loss.MISSING


def test_a_live_address_is_no_pattern():
    (reel,) = gather(["rtsp://127.0.0.1:9/live?channel=1"])
    with pytest.raises(FilmError, match="not live cameras"):
        seen(reel)


def test_a_broken_picture_is_passed_over(tmp_path):
    paths = write_series(tmp_path / "visit", "{}.png")
    for path in paths[60:80:7]:
        path.write_bytes(path.read_bytes()[:40])
    (reel,) = gather([str(tmp_path / "visit")])
    assert [kind for kind, _ in seen(reel)] == ["motion.started", "motion.ended"]


def test_broken_pictures_alone_are_rubbish(tmp_path):
    for number in range(7):
        (tmp_path / f"{number}.jpg").write_bytes(b"rubbish")
    (reel,) = gather([str(tmp_path)])
    with pytest.raises(FilmError) as caught:
        seen(reel)
    assert caught.value.reason is Loss.RUBBISH


@pytest.mark.parametrize("suffix", [".bmp", ".jpg", ".pgm", ".png", ".tif", ".webp"])
def test_each_usual_format_is_read(tmp_path, suffix):
    picture = np.full((91, 121, 3), 90, np.uint8)
    path = tmp_path / f"one{suffix}"
    assert cv2.imwrite(str(path), picture[:, :, 0] if suffix == ".pgm" else picture)
    with Series((path,), 5.0, 25.0) as series:
        (still,) = series.stills()
    assert still.luma.shape == (90, 120)
    assert still.colours().shape == (135, 120)
    assert abs(int(np.median(still.luma)) - 93) <= 2  # 90 in the range of video


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_grey_pictures_of_any_depth_are_read(tmp_path, depth):
    most = np.iinfo(depth).max
    path = tmp_path / "grey.png"
    assert cv2.imwrite(str(path), np.full((40, 60), most // 2, depth))
    with Series((path,), 5.0, 25.0) as series:
        (still,) = series.stills()
    assert abs(int(np.median(still.luma)) - 125) <= 2


@pytest.mark.parametrize(
    ("name", "codec", "format_"),
    [
        ("a.mkv", "ffv1", "yuv420p"),
        ("b.mkv", "ffv1", "bgr0"),
        ("c.mkv", "ffv1", "yuv422p10le"),
        ("d.avi", "huffyuv", "yuv422p"),
        ("e.avi", "rawvideo", "bgr24"),
        ("f.y4m", "wrapped_avframe", "yuv420p"),
        ("g.mov", "png", "rgb24"),
        ("h.mkv", "libx264", "yuv444p"),
        ("i.avi", "utvideo", "gbrp"),
    ],
)
def test_lossless_films_are_looked_at(tmp_path, name, codec, format_):
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 180, format_
        if codec == "libx264":
            stream.options = {"qp": "0"}
        for picture in scene(9, box=visitor(3, 6)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame.reformat(format=format_)))
        container.mux(stream.encode())
    assert [kind for kind, _ in seen(str(path))] == ["motion.started", "motion.ended"]
    with Film(str(path), 5.0) as film:
        still = next(film.stills())
    assert abs(int(np.median(still.luma)) - 119) <= 3


def test_numbers_may_begin_anywhere_and_leave_gaps(tmp_path):
    folder = tmp_path / "gaps"
    paths = write_series(folder, "cam1_{}.jpg", seconds=6, box=lambda _: None)
    for number, path in enumerate(paths):
        path.rename(folder / f"cam1_{number * 7 + 98:04}.jpg")
    (reel,) = gather([str(folder)])
    assert reel.pictures
    numbers = [int(path.stem.split("_")[1]) for path in reel.pictures]
    assert numbers == [7 * number + 98 for number in range(60)]
    with reel.open(5.0, RATE) as series:
        frames = [still.moment.frame for still in series.stills()]
    assert frames == list(range(0, 60, 2))  # places in the row, not names


def test_pictures_that_change_their_size_are_looked_at_all(tmp_path):
    folder = tmp_path / "sizes"
    paths = write_series(folder, "in{}.png", seconds=6)
    for path in paths[30:]:
        image = cv2.imread(str(path))
        assert image is not None
        cv2.imwrite(str(path), cv2.resize(image, (641, 359)))
    (reel,) = gather([str(folder)])
    with reel.open(5.0, RATE) as series:
        sizes = [still.luma.shape for still in series.stills()]
    assert sizes == [(180, 320)] * 15 + [(358, 640)] * 15
    assert not [kind for kind, _ in seen(reel) if kind == "camera.lost"]


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + b"\0" * 99],
)
def test_one_broken_picture_in_the_midst_is_passed_over_and_ends_nothing(
    tmp_path, content
):
    paths = write_series(tmp_path / "one", "in{}.png", seconds=6)
    paths[20].write_bytes(content)
    paths[22].write_bytes(paths[22].read_bytes()[:200])
    with Series(paths, 5.0, RATE) as series:
        frames = [still.moment.frame for still in series.stills()]
    assert frames == [number for number in range(0, 60, 2) if number not in {20, 22}]
