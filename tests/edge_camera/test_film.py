"""Films are opened, paced, and named when they cannot be read."""

import socket
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from edge.camera.camera import ROOT
from edge.camera.film import Film
from edge.camera.pacing import FilmClock, Pacing
from edge.errors import FilmError, Loss
from tests.edge_camera.clip import scene, write_clip


def lost(source: Path | str, fps: float = 5.0) -> FilmError:
    with pytest.raises(FilmError) as caught, Film(str(source), fps) as film:
        for _ in film.stills():
            pass
    return caught.value


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mkv", scene(6))


@pytest.mark.parametrize(("fps", "frames"), [(5.0, 2), (10.0, 1), (2.5, 4)])
def test_stills_come_at_the_pace_that_was_asked_for(clip, fps, frames):
    with Film(str(clip), fps) as film:
        moments = [still.moment for still in film.stills()]
    assert [moment.frame for moment in moments] == list(range(0, 60, frames))
    seconds = [moment.seconds for moment in moments]
    assert seconds == pytest.approx([moment.frame / 10 for moment in moments])


def test_five_looks_a_second_are_kept_when_they_do_not_divide_the_rate():
    pacing = Pacing(5.0)
    looked = [n for n in range(125) if pacing.is_due(n / 12.5)]
    assert len(looked) == 50
    assert max(b - a for a, b in pairwise(looked)) <= 3


def test_a_jump_of_the_pace_is_not_made_up_for():
    pacing = Pacing(5.0)
    assert pacing.is_due(0.0)
    assert pacing.is_due(100.0)
    assert not pacing.is_due(100.1)


@pytest.mark.parametrize(
    ("stamps", "seconds"),
    [
        ([0.0, 0.1, 0.2], [0.0, 0.1, 0.2]),
        ([7.0, 7.1, 7.2], [0.0, 0.1, 0.2]),
        ([7.0, 7.1, 0.0, 0.1], [0.0, 0.1, 0.2, 0.3]),
        ([7.0, 9e9, 9e9 + 0.1], [0.0, 0.1, 0.2]),
        ([None, None, None], [0.0, 0.1, 0.2]),
        ([1.0, None, 1.2], [0.0, 0.1, 0.2]),
        ([3.0, 3.0, 3.0], [0.0, 0.0, 0.0]),
        # frames were lost, and the others come out of order
        ([0.0, 0.1, 0.5, 0.3, 0.4, 0.6], [0.0, 0.1, 0.5, 0.5, 0.5, 0.6]),
        ([9.0, 8.5, 9.1], [0.0, 0.0, 0.1]),
        ([None, None, 5.0, 5.1], [0.0, 0.1, 0.2, 0.3]),
    ],
)
def test_seconds_never_go_back_whatever_the_time_stamps_do(stamps, seconds):
    clock = FilmClock(rate=10.0)
    assert [clock.read(stamp) for stamp in stamps] == pytest.approx(seconds, abs=1e-5)


def test_a_still_is_the_picture_that_was_filmed(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", scene(1, box=lambda _: (80, 40, 60, 60)))
    with Film(str(clip), 5.0) as film:
        still = next(film.stills())
        assert still.luma.shape == (180, 320)
        assert still.luma[70, 110] < 60 < still.luma[10, 10]
        assert still.colours().shape == (270, 320)


@pytest.mark.parametrize("shape", [(181, 321), (90, 161), (93, 160)])
def test_odd_sizes_lose_a_row_and_no_more(tmp_path, shape):
    pictures = [np.full((*shape, 3), n * 20, np.uint8) for n in range(5)]
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.height, stream.width = shape
        stream.pix_fmt = "yuv444p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode())
    with Film(str(path), 5.0) as film:
        still = next(film.stills())
    assert still.luma.shape == (shape[0] & ~1, shape[1] & ~1)
    assert still.colours().shape == (still.luma.shape[0] * 3 // 2, shape[1] & ~1)


def test_a_missing_file_is_missing(tmp_path):
    error = lost(tmp_path / "nowhere.mp4")
    assert error.reason is Loss.MISSING
    assert str(error) == "the file does not exist"


@pytest.mark.parametrize("content", [b"", b"no film at all" * 50, b"\0" * 5000])
def test_a_file_of_rubbish_is_rubbish(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    error = lost(path)
    assert error.reason is Loss.RUBBISH
    assert str(error) == "this is no film that can be read"


def test_a_folder_is_rubbish(tmp_path):
    assert lost(tmp_path).reason is Loss.RUBBISH


def test_sound_alone_is_rubbish(tmp_path):
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        samples = np.zeros((1, 8000), np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    error = lost(path)
    assert error.reason is Loss.RUBBISH
    assert str(error) == "the source holds no pictures"


def test_a_playlist_may_not_open_other_addresses(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        path = tmp_path / "list.m3u8"
        path.write_text(
            "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n"
            f"http://127.0.0.1:{port}/secret.ts\n#EXT-X-ENDLIST\n"
        )
        assert isinstance(lost(path), FilmError)
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()


def test_drop_outs_in_the_middle_are_outlived(tmp_path):
    path = write_clip(tmp_path / "clip.avi", scene(12), codec="mpeg4")
    data = bytearray(path.read_bytes())
    for start in range(len(data) // 3, len(data) // 2, 4000):
        data[start : start + 300] = bytes(300)
    path.write_bytes(data)
    with Film(str(path), 5.0) as film:
        frames = [still.moment.frame for still in film.stills()]
    assert frames[-1] > 80


def test_a_film_cut_short_gives_what_it_has_and_is_lost(tmp_path, clip):
    data = clip.read_bytes()
    short = tmp_path / "short.mkv"
    short.write_bytes(data[: len(data) // 2])
    seen = 0
    with Film(str(short), 5.0) as film, pytest.raises(FilmError) as caught:
        for seen, _ in enumerate(film.stills(), start=1):  # noqa: B007  # counted
            pass
    assert 10 <= seen <= 20
    assert caught.value.reason is Loss.ENDED
    assert str(caught.value) == "the film breaks off after 3 s of 6 s"


def test_points_of_the_frames_between_looks_come_along(clip):
    with Film(str(clip), 5.0) as film:
        stills = list(film.stills())
    passed = [seconds for still in stills for seconds, _ in still.passed]
    looked = [still.moment.seconds for still in stills]
    assert sorted(passed + looked)[:20] == pytest.approx([n / 10 for n in range(20)])
    assert {points.shape for still in stills for _, points in still.passed} == {
        (24, 64)
    }


def test_a_camera_that_refuses_is_refused_and_not_quoted():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = lost(f"rtsp://guard:secret@127.0.0.1:{port}/live")
    assert error.reason is Loss.REFUSED
    assert "secret" not in str(error)
    assert "127.0.0.1" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_ffmpeg_itself_prints_nothing(tmp_path):
    path = write_clip(tmp_path / "clip.avi", scene(6), codec="mpeg4")
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    path.write_bytes(data)
    code = (
        "import sys\n"
        "from edge.errors import FilmError\n"
        "from edge.camera.film import Film\n"
        "for source in sys.argv[1:]:\n"
        "    try:\n"
        "        with Film(source, 5.0) as film: list(film.stills())\n"
        "    except FilmError: pass\n"
    )
    sources = [str(path), str(tmp_path), "rtsp://guard:secret@127.0.0.1:9/live"]
    done = subprocess.run(
        [sys.executable, "-c", code, *sources],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout + done.stderr == b""


def test_a_camera_that_wants_another_password_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                while request := connection.recv(4096).decode():
                    number = request.partition("CSeq: ")[2].partition("\r")[0]
                    head = f"RTSP/1.0 401 Unauthorized\r\nCSeq: {number}\r\n"
                    realm = 'WWW-Authenticate: Basic realm="x"\r\n\r\n'
                    connection.sendall((head + realm).encode())

        thread = threading.Thread(target=answer)
        thread.start()
        error = lost(f"rtsp://guard:secret@127.0.0.1:{server.getsockname()[1]}/live")
        thread.join()
    assert error.reason is Loss.REFUSED
    assert "secret" not in str(error)
