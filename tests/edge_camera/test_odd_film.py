"""Films as they come: of any kind, with holes, cut off, without end or time."""

import random
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from edge.camera.extent import Extent
from edge.camera.film import Film
from edge.errors import FilmError, Loss
from edge.look.command import events
from edge.look.series import Reel
from edge.sight.picture import Pixels
from tests.edge_camera.clip import HEIGHT, RATE, WIDTH, scene

QUIET: dict[str, dict[str, str]] = {
    "libx265": {"x265-params": "log-level=none", "preset": "ultrafast"},
    "libx264": {"preset": "ultrafast"},
    "libvpx-vp9": {"cpu-used": "8", "deadline": "realtime"},
}
PIX = {"mjpeg": "yuvj420p"}
SECONDS = 6


def write(
    path: Path,
    codec: str = "libx264",
    pix: str = "yuv420p",
    pictures: Iterable[Pixels] | None = None,
    stamps: Callable[[int], int] | None = None,
) -> Path:
    """Write a film; `stamps` gives the time of each picture, in milliseconds."""
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream: Any = container.add_stream(codec, RATE, options=QUIET.get(codec, {}))
        stream.pix_fmt, stream.gop_size = PIX.get(codec, pix), RATE
        for number, picture in enumerate(pictures or scene(SECONDS)):
            if not stream.codec_context.is_open:
                stream.height, stream.width = picture.shape[:2]
                if stamps:
                    stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(picture, "bgr24")
            if stamps:
                frame.pts, frame.time_base = stamps(number), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def looked(path: Path, fps: float = 5.0) -> tuple[list[float], FilmError | None]:
    """The seconds of every look, and how it ended."""
    seconds: list[float] = []
    try:
        with Film(str(path), fps) as film:
            for still in film.stills():
                assert still.colours().shape[0] == still.luma.shape[0] * 3 // 2
                seconds.append(still.moment.seconds)
    except FilmError as error:
        return seconds, error
    return seconds, None


KINDS = [
    ("h264.mp4", "libx264", "yuv420p"),
    ("h264.ts", "libx264", "yuv420p"),
    ("h264-422.mkv", "libx264", "yuv422p"),
    ("h264-10-bit.mkv", "libx264", "yuv420p10le"),
    ("hevc.mp4", "libx265", "yuv420p"),
    ("hevc-10-bit.mkv", "libx265", "yuv420p10le"),
    ("vp9.webm", "libvpx-vp9", "yuv420p"),
    ("mpeg4.avi", "mpeg4", "yuv420p"),
    ("mpeg2.mpg", "mpeg2video", "yuv420p"),
    ("mjpeg.avi", "mjpeg", "yuvj420p"),
    ("grey.mkv", "ffv1", "gray"),
    ("deep-grey.mkv", "ffv1", "gray16le"),
    ("colours.mkv", "ffv1", "bgr0"),
    ("raw.avi", "rawvideo", "bgr24"),
]


@pytest.mark.parametrize(("name", "codec", "pix"), KINDS)
def test_every_kind_of_film_shows_what_was_filmed(tmp_path, name, codec, pix):
    box = lambda _: (80, 40, 120, 60)  # noqa: E731 - a box that stands there
    path = write(tmp_path / name, codec, pix, scene(3, box=box))
    with Film(str(path), 5.0) as film:
        stills = list(film.stills())
    assert len(stills) in {14, 15}
    luma = stills[1].luma
    assert luma.shape == (HEIGHT, WIDTH)
    assert luma[50:90, 90:190].mean() < 60
    assert luma[120:].mean() > 90


@pytest.mark.parametrize("cut", [0.5, 0.7])
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("film.mkv", "libx264"),
        ("film.mp4", "libx264"),
        ("film.webm", "libvpx-vp9"),
        ("film.avi", "mjpeg"),
        ("mpeg4.avi", "mpeg4"),
        ("lossless.mkv", "ffv1"),
    ],
)
def test_a_film_that_breaks_off_is_looked_at_and_then_lost(tmp_path, name, codec, cut):
    path = write(tmp_path / name, codec)
    whole, error = looked(path)
    assert (len(whole), error) == (5 * SECONDS, None)
    data = path.read_bytes()
    path.write_bytes(data[: int(cut * len(data))])
    seconds, error = looked(path)
    assert 0 <= seconds[-1] < SECONDS - 0.5
    assert error is not None
    assert error.reason is Loss.ENDED
    assert str(error).startswith("the film breaks off after ")
    assert str(error).endswith(f" s of {SECONDS} s")


def test_look_ends_a_film_that_breaks_off_with_its_loss(tmp_path):
    path = write(tmp_path / "film.mkv")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    told: list[Any] = []
    with pytest.raises(FilmError, match="the film breaks off after"):
        told.extend(events(Reel(str(path))))
    told = list(until_broken(path))
    assert (told[-1].kind, told[-1].reason) == ("camera.lost", Loss.ENDED)
    assert 2 < told[-1].seconds < 4


def until_broken(path: Path) -> Iterator[Any]:
    try:
        yield from events(Reel(str(path)))
    except FilmError:
        return


def test_a_film_whose_second_half_is_blank_breaks_off_too(tmp_path):
    path = write(tmp_path / "half-fetched.mp4")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
    seconds, error = looked(path)
    assert 2 < seconds[-1] < 4
    assert error is not None
    assert error.reason is Loss.ENDED


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("film.mkv", "libx264"),
        ("film.mp4", "libx264"),
        ("film.ts", "libx264"),
        ("film.webm", "libvpx-vp9"),
        ("film.avi", "mjpeg"),
        ("film.mpg", "mpeg2video"),
        ("lossless.mkv", "ffv1"),
    ],
)
def test_damage_in_the_middle_heals(tmp_path, name, codec, seed):
    path = write(tmp_path / name, codec)
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311 - damage, the same each time
    for _ in range(8):
        at = chance.randrange(len(data) * 4 // 10, len(data) * 6 // 10)
        data[at : at + 8] = chance.randbytes(8)
    path.write_bytes(data)
    seconds, error = looked(path)
    assert error is None
    assert len(seconds) > 5 * SECONDS * 0.7
    assert SECONDS - 1.5 < seconds[-1] < SECONDS + 0.5
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("seed", range(20))
def test_no_damage_whatever_brings_more_than_a_loss(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - damage, the same each time
    suffix = chance.choice([".mkv", ".mp4", ".avi", ".ts"])
    path = write(tmp_path / f"film{suffix}", "mpeg4", pictures=scene(2))
    data = bytearray(path.read_bytes())
    for _ in range(30):
        at = chance.randrange(len(data))
        data[at : at + 4] = chance.randbytes(4)
    path.write_bytes(data[: chance.randrange(len(data) // 2, len(data))])
    seconds, _ = looked(path)
    assert all(0 <= second < 3600 for second in seconds)


def test_pictures_that_come_at_odd_times_are_looked_at_evenly(tmp_path):
    path = write(
        tmp_path / "vfr.mkv",
        "ffv1",
        pictures=scene(12),
        stamps=lambda n: sum(20 if i % 50 < 25 else 180 for i in range(n)),
    )
    seconds, error = looked(path)
    assert error is None
    steps = np.diff(seconds)
    assert (steps > 0).all()
    assert np.median(steps) == pytest.approx(0.2, abs=0.05)
    assert steps.max() < 0.41


def test_sixty_pictures_a_second_are_looked_at_five_times(tmp_path):
    path = write(
        tmp_path / "fast.mkv",
        "ffv1",
        pictures=scene(12),
        stamps=lambda number: round(number * 1000 / 60),
    )
    seconds, error = looked(path)
    assert error is None
    assert len(seconds) == 10  # 120 pictures are two seconds
    assert np.diff(seconds) == pytest.approx([0.2] * 9, abs=0.02)


@pytest.mark.parametrize("suffix", [".h264", ".m4v", ".mjpeg"])
def test_films_without_any_time_go_by_their_rate(tmp_path, suffix):
    codec = {".h264": "libx264", ".m4v": "mpeg4", ".mjpeg": "mjpeg"}[suffix]
    path = write(tmp_path / f"bare{suffix}", codec)
    seconds, error = looked(path)
    assert error is None
    assert len(seconds) > 8
    assert np.diff(seconds) == pytest.approx([0.2] * (len(seconds) - 1), abs=0.05)


def test_a_film_of_one_picture_is_looked_at_once(tmp_path):
    path = write(tmp_path / "one.mkv", pictures=scene(0.1))
    assert looked(path) == ([0.0], None)


def test_a_film_of_no_picture_is_told(tmp_path):
    path = tmp_path / "none.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=RATE)
        stream.height, stream.width, stream.pix_fmt = HEIGHT, WIDTH, "yuv420p"
        container.start_encoding()
    seconds, error = looked(path)
    assert seconds == []
    assert error is not None
    assert error.reason is Loss.RUBBISH


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 5), (17, 2001), (1080, 4)])
def test_no_size_is_too_odd(tmp_path, size):
    pictures = [np.full((*size, 3), level, np.uint8) for level in range(0, 250, 10)]
    path = write(tmp_path / "odd.mkv", "ffv1", "bgr0", pictures)
    seconds, error = looked(path)
    assert error is None or error.reason is Loss.RUBBISH
    assert (error is None) is (min(size) > 1)
    assert len(seconds) == (13 if min(size) > 1 else 0)


def test_a_film_that_was_filmed_lying_is_shown_as_it_lies(tmp_path):
    path = write(tmp_path / "turned.mp4")
    turned = tmp_path / "marked.mp4"
    with av.open(str(path)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    with Film(str(turned), 5.0) as film:
        assert next(film.stills()).luma.shape == (HEIGHT, WIDTH)


def test_a_title_in_letters_of_its_own_harms_nobody(tmp_path):
    path = write(tmp_path / "film.mkv")
    data = path.read_bytes()
    assert b"Lavf" in data
    path.write_bytes(data.replace(b"Lavf", b"\xff\xfe\xb9\x91"))
    assert looked(path)[1] is None


def test_sound_that_lasts_longer_is_no_missing_picture(tmp_path):
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("ffv1", rate=RATE)
        pictures.height, pictures.width, pictures.pix_fmt = HEIGHT, WIDTH, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for picture in scene(3):
            frame = av.VideoFrame.from_ndarray(picture, "bgr24")
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode())
        for _ in range(9):
            silence = av.AudioFrame.from_ndarray(
                np.zeros((1, 8000), np.int16), "s16", "mono"
            )
            silence.sample_rate = 8000
            container.mux(sound.encode(silence))
        container.mux(sound.encode())
    seconds, error = looked(path)
    assert error is None
    assert len(seconds) == 15


@pytest.mark.parametrize(
    ("promised", "stamps", "short"),
    [
        (None, [0.0, 1.0], False),
        (10.0, [0.0, 9.9], False),
        (10.0, [0.0, 9.05], False),
        (10.0, [0.0, 8.9], True),
        (100.0, [0.0, 95.5], False),
        (100.0, [0.0, 94.5], True),
    ],
)
def test_what_is_missing_at_the_end_is_judged_by_time_and_share(
    promised, stamps, short
):
    extent = Extent(promised)
    for stamp in stamps:
        extent.take(stamp)
    assert extent.falls_short() is short
