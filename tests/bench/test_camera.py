"""The bench says what it measured, and in words what it could not."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from edge.sight.motion import Decision, Ended, Started
from edge.sight.picture import Moment
from tests.bench import camera, daemon
from tests.bench.__main__ import main
from tests.bench.cost import children, cpu_seconds, enlarge, pss_mb
from tests.bench.nuisance import NUISANCES
from tests.bench.ours import middle_of_longest_gap, said_of, spans_of
from tests.bench.peers import PEERS, frames, spans
from tests.bench.score import Score, Truth, score
from tests.edge_camera.clip import RATE, scene, visitor, write_clip

BOX = (0.0, 0.0, 1.0, 1.0)
TRUTH = Truth(10.0, 200, ((50, 120),))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "visit.mkv"
    return write_clip(path, scene(20, box=visitor(5, 12)))


def test_ours_finds_a_visit(clip):
    result = score(said_of(clip), TRUTH)
    assert (result.found, result.false_starts) == (1, 0)


def test_a_nuisance_begins_when_it_is_told_to(clip):
    clean = said_of(clip)
    late = said_of(clip, NUISANCES["light step"], 19.0)
    dark = said_of(clip, lambda picture, _: picture * np.uint8(0), 0.0)
    assert late == clean
    assert dark == []


def test_it_begins_in_the_longest_gap_that_has_an_event_on_both_sides():
    truth = Truth(10.0, 1000, ((100, 200), (260, 300), (400, 500)))
    assert middle_of_longest_gap(truth) == 35.0


def test_starts_and_ends_become_spans():
    decisions: list[Decision] = [
        Started("picture", Moment(5, 1.0), BOX, 0.1, 0.5),
        Ended("picture", Moment(9, 2.0), 1.0, BOX, 0.1, 0.5),
        Started("picture", Moment(20, 4.0), BOX, 0.1, 0.5),
    ]
    assert spans_of(decisions) == [(5, 9), (20, 20)]


@pytest.mark.parametrize("name", ["MOG2, defaults", "KNN, defaults"])
def test_each_model_of_opencv_finds_the_visit_too(name, clip):
    look = PEERS[name]()
    said = spans([look(picture) for picture in frames(clip)], RATE)
    assert any(45 <= first <= 80 for first, _ in said)


def test_three_frame_difference_sees_what_is_in_the_middle_one_alone():
    empty = np.full((60, 80, 3), 100, np.uint8)
    thing = empty.copy()
    thing[20:40, 20:40] = 200
    look = PEERS["three-frame difference"]()
    said = [look(picture) for picture in (empty, empty, thing, empty, empty)]
    assert said == [False, False, False, True, False]


def test_three_of_four_frames_begin_an_event_and_two_quiet_seconds_end_it():
    flags = [False, True, False, True, True, True, *[False] * 19, True, *[False] * 25]
    assert spans(flags, 10.0) == [(4, 25)]
    assert spans([True] * 5, 10.0) == [(2, 4)]
    assert spans([False, True, True, False, False] * 3, 10.0) == []


def test_what_motion_wrote_becomes_frames():
    told = "start 1005.000000\nend 1014.0\nstart 1019.5\n"
    truth = Truth(10.0, 200, ())
    assert daemon.spans_of(told, 1000.0, 10.0, truth) == [(50, 120), (195, 199)]
    assert daemon.spans_of(told, 1000.0, 5.0, truth)[0] == (25, 60)
    assert daemon.spans_of("", 1000.0, 10.0, truth) == []


def test_a_moment_is_stamped_to_the_thousandth(tmp_path):
    (tmp_path / "stamp").write_text(daemon.STAMP)
    before = time.time()
    for what in ("start", "end"):
        subprocess.run(["sh", str(tmp_path / "stamp"), what], check=True)
    told = (tmp_path / "events").read_text()
    assert [line.split()[0] for line in told.splitlines()] == ["start", "end"]
    moments = [float(line.split()[1]) for line in told.splitlines()]
    assert before - 0.001 <= moments[0] < moments[1] <= time.time()


def test_motion_that_is_not_installed_is_told_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = camera.Report()
    camera.measure_motion(report, [], tmp_path)
    assert "motion" not in report.detectors
    assert report.not_measured[-1].startswith("`motion` is not installed here")


def test_the_cpu_of_ways_through_a_film_is_measured(clip):
    taken = cpu_seconds(["decode", "whole"], clip, runs=1)
    assert 0 < taken["decode"] < taken["whole"]


def test_the_larger_film_has_720_lines_and_all_its_frames(clip, tmp_path):
    large = list(frames(enlarge(clip, tmp_path / "large.mp4", 2.0)))
    assert len(large) == 20
    assert large[0].shape == (720, 1280, 3)


def test_memory_is_the_proportional_set_size_of_each_process():
    code = (
        "import sys; data = bytearray(60_000_000); print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stdin
        child.stdout.readline()
        assert 60 < pss_mb(child.pid) < 100
        assert children(child.pid) == []
        child.stdin.close()


def test_without_footage_nothing_is_measured_and_that_is_said(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(camera, "FOLDER", tmp_path)
    assert camera.main() == 0
    assert capsys.readouterr().out.startswith("nothing measured: no footage in ")


def test_labels_of_films_that_are_not_there_are_left_out(tmp_path):
    told = {"fps": 10, "frames": 9, "events": []}
    (tmp_path / "truth.json").write_text(json.dumps({"a.mp4": told, "b.mp4": told}))
    (tmp_path / "b.mp4").write_bytes(b"film")
    assert [path.name for path, _ in camera.labelled(tmp_path)] == ["b.mp4"]


def test_the_table_and_the_file_hold_every_number():
    report = camera.Report(
        detectors={"wachtpost": Score(9, 8, 1, 2, 100, 5, 120.0, (0.4, 1.25))},
        nuisances={"rain": Score(9, 7, 0, 0, 100, 0, 120.0, ())},
        cpu={"a film": {"decode": 1.5, "whole": 1.8, "whole / decode": 1.2}},
        pss_mb={"agent": 40.5, "camera 0": 61.25},
    )
    text = "\n".join(camera.table(report))
    for part in ("8/9", "1.25 s", "5.0%", "7/9", "1.50", "40.5", "conditions: "):
        assert part in text
    file = json.loads(json.dumps(camera.plain(report)))
    assert file["detectors"]["wachtpost"]["false_starts_per_idle_hour"] == 60.0
    assert file["detectors"]["wachtpost"]["latencies_s"] == [0.4, 1.25]
    assert file["not_measured"] == list(camera.NOT_MEASURED)
    assert file["cpu_ms_per_frame"]["a film"]["whole / decode"] == 1.2


@pytest.mark.parametrize("arguments", [[], ["kitchen"], ["camera", "more"]])
def test_a_part_that_is_none_is_misuse(arguments, capsys):
    assert main(arguments) == 2
    assert "one of camera" in capsys.readouterr().err
