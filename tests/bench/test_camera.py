"""The bench says what it measured, and in words what it could not."""

import json

import pytest

from tests.bench import camera, daemon, table
from tests.bench.__main__ import main
from tests.bench.cost import ALL, DECODE, Cost
from tests.bench.goal import Goal
from tests.bench.job import OURS, Outcome
from tests.bench.memory import Memory
from tests.bench.ours import Said
from tests.bench.pixel import Pixel
from tests.bench.recipe import When
from tests.bench.report import Report, plain
from tests.bench.score import Score, Truth
from tests.bench.stage import Clip
from tests.bench.tamper import Named

SCORE = Score(9, 8, 1, 2, 100, 5, 120.0, (0.4, 1.25))
OTHER = Score(9, 7, 0, 0, 100, 0, 120.0, ())


def outcome(name: str | None, number: int, **more) -> Outcome:
    lights = [(5.5, "lamp"), (9.0, "exposure")]
    said = Said([(3, 9)], [(4.0, "turned")], lights, {"light.changed": 2})
    scores = {OURS: SCORE, "MOG2, defaults": OTHER}
    fields = {"said": said, "scores": scores, **more}
    return Outcome("yard.mp4", name, number, "60 streaks; seed 1", When(5.0), **fields)


def attack(name: str, named: Named) -> Outcome:
    return outcome(name, 0, scores={}, named=named)


@pytest.fixture
def report() -> Report:
    return Report(
        clean=[outcome(None, 0), outcome(None, 0)],
        nuisances=[outcome("rain", 0), outcome("rain", 1), outcome("light step", 0)],
        attacks=[
            attack("covered fast", Named("covered", "covered", 3.5, 3.5)),
            attack("turned", Named("turned", "black", 7.0, 7.0)),
        ],
        pixels={"made:1": {OURS: Pixel(6, 2, 4)}},
        costs={"432p": Cost(100, {ALL: [0.18], DECODE: [0.15]}, {ALL: 99, DECODE: 80})},
        motion_ms={"432p": 7.25},
        memory=Memory({"agent": 40.5, "camera 1": 61.25}, {"agent": 51.5}),
        goals=[Goal("clean: one", "8 of 9", met=False), Goal("two", "all", met=True)],
        conditions=["this machine"],
        not_measured=["a Pi"],
    )


def test_the_table_holds_every_part(report):
    text = "\n".join(table.lines(report))
    for part in (
        "16/18",  # two films
        "1.25 s",
        "5.0%",
        "rain 2, yar",
        "camera.turned 1 light.changed 2",
        "60 streaks; seed 1",
        "MISSED turned, yar: black after 7.0 s",
        "median 3.5 s, worst 3.5 s",
        "0.667",
        "1.20",
        "7.25",
        "61.2",
        "this machine",
        "a Pi",
    ):
        assert part in text, part


def test_the_confusion_stands_in_columns(report):
    rows = {line.split("  ")[0]: line.split() for line in table.lines(report)}
    assert rows["light step"][2:] == [".", ".", "1", ".", ".", "."]
    assert rows["covered fast"][2:] == ["1", *["."] * 7]
    assert rows["turned"][1:] == [*["."] * 5, "1", ".", "."]


def test_the_table_ends_with_its_goals_and_whether_they_are_met(report):
    *_, title, first, second = table.lines(report)
    assert title == "GOALS"
    assert first.split() == ["NO", "clean:", "one", "8", "of", "9"]
    assert second.split() == ["yes", "two", "all"]


def test_the_file_holds_every_number(report):
    file = json.loads(json.dumps(plain(report)))
    ours = file["clean"]["total"][OURS]
    assert (ours["found"], ours["false_starts_per_idle_hour"]) == (16, 60.0)
    assert ours["latencies_s"] == [0.4, 1.25] * 2
    assert file["nuisances"]["each"][1]["troubles"] == [[4.0, "turned"]]
    assert file["light_told_as"] == {"light step": {"lamp": 1}}
    assert file["attacks"]["recall"] == 0.5
    assert file["attacks"]["confusion"]["turned"] == {"black": 1}
    assert file["pixels"]["made:1"][OURS]["precision"] == 0.75
    assert file["cost"]["432p"]["cpu_ms_per_frame"] == {ALL: 1.8, DECODE: 1.5}
    assert file["memory_mb"]["pss"] == {"agent": 40.5, "camera 1": 61.25}
    assert file["goals"][0] == {"what": "clean: one", "got": "8 of 9", "met": False}
    assert file["not_measured"] == ["a Pi"]


def test_sections_that_were_not_asked_for_take_no_line():
    text = "\n".join(table.lines(Report()))
    assert "CLEAN" not in text
    assert "ATTACK" not in text
    assert "MEMORY" not in text


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([], "camera"),
        (["--quick"], "camera-quick-make1"),
        (["--ours", "--make", "2"], "camera-ours-make2"),
        (["--only", "cost,attacks"], "camera-attacks-cost"),
    ],
)
def test_a_part_of_the_whole_has_a_file_of_its_own(arguments, name):
    assert camera.scope_of(arguments).name == name


def test_where_motion_kept_silent_is_told():
    silent = outcome("rain", 1, silent="`motion` did not say 'connected'")
    assert camera.silences([outcome("rain", 0), silent]) == [
        "yard.mp4, rain 2: `motion` did not say 'connected'"
    ]


def test_quickly_the_first_make_is_enough_unless_another_is_named():
    assert camera.scope_of(["--quick"]).make == 0
    assert camera.scope_of(["--quick", "--make", "2"]).make == 1
    assert camera.scope_of([]).make is None


def test_who_looks_beside_ours_is_chosen(monkeypatch):
    monkeypatch.setattr(daemon, "missing", lambda: None)
    assert camera.Scope().others == {"opencv", "motion"}
    assert camera.Scope(quick=True).others == {"opencv"}
    assert camera.Scope(ours=True).others == frozenset()
    monkeypatch.setattr(daemon, "missing", lambda: "not here")
    assert camera.Scope().others == {"opencv"}


def test_what_is_no_section_is_misuse(capsys):
    with pytest.raises(SystemExit) as ended:
        camera.scope_of(["--only", "attacks,kitchen"])
    assert ended.value.code == 2
    assert "no section kitchen" in capsys.readouterr().err


def test_cost_is_measured_alone_and_last():
    assert camera.SECTIONS[-1] == "cost"
    assert camera.scope_of(["--only", "cost,clean"]).only == ("clean", "cost")


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
    (clip,) = camera.labelled(tmp_path)
    assert (clip.path.name, clip.truth) == ("b.mp4", Truth(10.0, 9, ()))


def test_one_section_is_measured_printed_and_written(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(camera, "SEEDS", (1,))
    monkeypatch.setattr(camera, "PIXELS_S", 11.0)
    clip = Clip(tmp_path, Truth(5.0, 9, ()))
    monkeypatch.setattr(camera, "labelled", lambda _: [clip])
    assert main(["camera", "--only", "pixels"]) == 0
    assert "PIXELS OF made:1" in capsys.readouterr().out
    file = json.loads((tmp_path / "build/bench/camera-pixels.json").read_text())
    assert file["pixels"]["made:1"]["MOG2, defaults"]["f"] > 0


@pytest.mark.parametrize("arguments", [[], ["kitchen"]])
def test_a_part_that_is_none_is_misuse(arguments, capsys):
    assert main(arguments) == 2
    assert "one of camera" in capsys.readouterr().err
