"""What `motion` wrote is turned into frames, and its absence into words."""

import subprocess
import time

import pytest

from tests.bench import camera, daemon
from tests.bench.report import Report
from tests.bench.score import Truth


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


def test_motion_that_says_nothing_is_an_error_with_a_name(tmp_path):
    with pytest.raises(daemon.DaemonError, match="did not say 'connected'"):
        daemon._said_at(tmp_path / "log", daemon.CONNECTED, 0.05)


def test_motion_that_is_not_installed_is_told_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = Report()
    camera.measure_clean(report, [], camera.Scope())
    assert report.clean == []
    assert report.not_measured[-1].startswith("`motion` is not installed here")
