"""`wachtpost look`: what it prints, and how it ends."""

import json
import subprocess
import sys
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

import wachtpost
from edge.camera.scene_film import SceneFilm
from edge.look.command import main
from tests.edge_camera.clip import scene, visitor, write_clip
from tests.edge_camera.made import ATTACKS, staged

ROOT = Path(wachtpost.__file__).parent
KEYS = {"file", "frame", "seconds", "kind", "zone", "box", "area", "score"}


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "visit.mkv"
    return write_clip(path, scene(20, box=visitor(5, 12)))


def lines(capsys) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_event_is_one_json_line(clip, capsys):
    assert main(["--json", str(clip)]) == 0
    started, ended = lines(capsys)
    assert set(started) == KEYS
    assert KEYS <= set(ended) <= KEYS | {"entered", "left"}
    assert started["kind"] == "motion.started"
    assert ended["kind"] == "motion.ended"
    assert started["zone"] == "picture"
    assert started["file"] == str(clip)
    assert 50 <= started["frame"] <= 65
    assert started["seconds"] == pytest.approx(started["frame"] / 10)
    assert 115 <= ended["frame"] <= 121
    assert all(0 <= edge <= 1 for edge in started["box"])
    assert 0 < started["area"] < 0.1
    assert 0 < started["score"] <= 1


def attacked(tmp_path: Path, name: str) -> str:
    """Film a drawn scene with something done to it from 12 s to 26 s."""
    stills = islice(SceneFilm("made:1", 10).stills(), 340)
    bgr = (cv2.cvtColor(one.colours(), cv2.COLOR_YUV2BGR_I420) for one in stills)
    pictures = (one.astype(np.uint8, copy=False) for one in bgr)
    path = tmp_path / "attacked.mkv"
    return str(write_clip(path, staged(name, pictures, 12, 26, 10)))


@pytest.mark.parametrize(
    "name",
    [name for name in ATTACKS if name not in {"sprayed", "tilted", "turned away"}],
)
def test_each_attack_is_named_in_ten_seconds_a38(tmp_path, capsys, name):
    assert main(["--json", attacked(tmp_path, name)]) == 0
    seen = [line for line in lines(capsys) if line["kind"].startswith("camera.")]
    assert [line["kind"] for line in seen] == [
        f"camera.{ATTACKS[name][0]}",
        "camera.restored",
    ]
    assert 12 < seen[0]["seconds"] <= 22
    assert 26 <= seen[1]["seconds"] <= 34


def kinds(told: list[dict[str, Any]]) -> list[str]:
    return [line["kind"] for line in told]


def test_a_film_that_breaks_off_ends_what_goes_on_and_is_lost_a38(tmp_path, capsys):
    whole = write_clip(tmp_path / "whole.mkv", scene(20, box=visitor(5, 18)))
    data = whole.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: len(data) * 6 // 10])
    assert main(["--json", str(cut)]) == 1
    captured = capsys.readouterr()
    told = [json.loads(line) for line in captured.out.splitlines()]
    assert kinds(told) == ["motion.started", "motion.ended", "camera.lost"]
    assert told[-1]["reason"] == "ended"
    assert told[-1]["seconds"] == pytest.approx(12, abs=1)
    assert "breaks off after 12 s of 20 s" in captured.err


def test_a_gap_in_the_time_stamps_is_a_loss_and_a_return(tmp_path, capsys):
    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=10)
        stream.pix_fmt, stream.height, stream.width = "yuv420p", 180, 320
        for number, picture in enumerate(scene(20, box=visitor(5, 9))):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            for packet in stream.encode(frame):
                late = 0 if number < 80 else 200
                packet.pts = packet.dts = (number + late) * 100
                packet.time_base = Fraction(1, 1000)
                container.mux(packet)
    assert main(["--json", str(path)]) == 0
    told = lines(capsys)
    assert kinds(told)[:4] == [
        "motion.started",
        "motion.ended",
        "camera.lost",
        "camera.restored",
    ]
    assert told[2]["seconds"] == pytest.approx(7.8, abs=0.2)
    assert told[3]["seconds"] == pytest.approx(28, abs=0.3)


def test_a_trouble_is_put_in_words(tmp_path, capsys):
    assert main([attacked(tmp_path, "black")]) == 0
    assert any(
        line.endswith("  camera.black") for line in capsys.readouterr().out.splitlines()
    )


def test_without_json_people_read_it(clip, capsys):
    assert main([str(clip)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{clip}: ")
    assert "motion.started  picture  area " in first
    assert "motion.ended  picture  area " in second


def test_motion_that_outlasts_the_film_is_ended_with_it(tmp_path, capsys):
    path = write_clip(tmp_path / "stays.mkv", scene(9, box=visitor(5, 99)))
    assert main(["--json", str(path)]) == 0
    assert [line["kind"] for line in lines(capsys)] == [
        "motion.started",
        "motion.ended",
    ]


def test_a_film_that_cannot_be_read_is_lost_and_the_next_is_still_read(
    clip, tmp_path, capsys
):
    rubbish = tmp_path / "rubbish.mp4"
    rubbish.write_bytes(b"rubbish" * 100)
    nowhere = str(tmp_path / "nowhere.mp4")
    assert main(["--json", nowhere, str(rubbish), str(clip)]) == 1
    captured = capsys.readouterr()
    first, second, *rest = [json.loads(line) for line in captured.out.splitlines()]
    assert first["kind"] == second["kind"] == "camera.lost"
    assert first["reason"] == "missing"
    assert second["reason"] == "rubbish"
    assert [line["kind"] for line in rest] == ["motion.started", "motion.ended"]
    assert captured.err.splitlines() == [
        f"wachtpost look: {nowhere}: the file does not exist",
        f"wachtpost look: {rubbish}: this is no film that can be read",
    ]


def test_a_live_camera_is_refused(capsys):
    assert main(["rtsp://guard:secret@127.0.0.1:9/live"]) == 1
    assert "look reads files, not live cameras" in capsys.readouterr().err


def test_without_a_file_the_usage_is_shown(capsys):
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "FILE" in capsys.readouterr().err


def test_the_command_hands_look_its_films(clip):
    done = subprocess.run(
        [sys.executable, str(ROOT / "wachtpost.py"), "look", "--json", str(clip)],
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT,
    )
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


def test_a_reader_that_goes_away_is_no_error(clip):
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "wachtpost.py"), "look", "--json", str(clip)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    with process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
