"""What the bench counts becomes the figures that are promised, and no others."""

import json

import pytest

from tests.bench.collector import table
from tests.bench.collector.figure import (
    FIFTY,
    FLOOR,
    NAIVE,
    SINGLE,
    Cpu,
    Figures,
    Round,
    goals,
    of_the_floor,
    percentile,
    spread,
    summary,
)
from tests.bench.collector.scope import SECTIONS, Scope, scope_of

NAMES = {
    "frames_per_s",
    "records_per_s",
    "floor_records_per_s",
    "naive_records_per_s",
    "lost",
    "stored_twice",
    "fresh_alarm_s",
}


def done(way: str, frames: int, records: int, seconds: float) -> Round:
    return Round(way, frames, records, seconds, Cpu(0.2, 0.1, 0.05, 0.05))


def full() -> Figures:
    """Give figures with which every promise is kept."""
    rounds = [
        done(SINGLE, 3_000, 3_000, 1.0),
        done(FIFTY, 600, 30_000, 1.0),
        done(FLOOR, 40_000, 40_000, 1.0),
        done(NAIVE, 300, 300, 1.0),
    ]
    curve = {1: [done(SINGLE, 100, 100, 1.0)], 1_000: [done(SINGLE, 90, 90, 1.0)]}
    return Figures(
        rounds=rounds,
        latency={"idle": [0.01, 0.02]},
        alarms={"backlog": [0.1, 0.4, 0.2]},
        memory={"one collector, most": 120.0, "two collectors, most": 240.0},
        curves={"devices": curve},
        sent=33_000,
    )


def test_every_name_of_the_promise_stands_in_the_file():
    told = json.loads(json.dumps(summary(full())))
    assert set(told) >= NAMES
    assert {name: told[name] for name in NAMES} == {
        "frames_per_s": 3_000,
        "records_per_s": 30_000,
        "floor_records_per_s": 40_000,
        "naive_records_per_s": 300,
        "lost": 0,
        "stored_twice": 0,
        "fresh_alarm_s": 0.4,
    }


def test_what_was_not_measured_is_none_and_no_goal_is_met_by_it():
    told = summary(Figures())
    assert {told[name] for name in NAMES} == {None}
    assert all(goal.met is None for goal in goals(Figures()))


def test_every_goal_is_met_by_figures_that_keep_the_promise():
    assert [goal.met for goal in goals(full())] == [True] * 7


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda f: f.rounds.append(done(SINGLE, 10, 10, 1.0)), "frames of one"),
        (lambda f: f.rounds.insert(0, done(FIFTY, 1, 50, 1.0)), "of the floor"),
        (lambda f: f.alarms["backlog"].append(2.1), "fresh alarm"),
        (lambda f: f.memory.update({"one collector, backlog": 201.0}), "resident"),
        (lambda f: setattr(f, "lost", 1), "lost"),
        (lambda f: setattr(f, "stored_twice", 1), "twice"),
        (
            lambda f: f.curves["devices"].update({9: [done(SINGLE, 1, 1, 1.0)]}),
            "devices",
        ),
    ],
)
def test_each_goal_is_missed_by_what_breaks_it(spoil, word: str):
    figures = full()
    spoil(figures)
    if word == "of the floor":
        figures.rounds = [one for one in figures.rounds if one.records != 30_000]
    missed = [goal.what for goal in goals(figures) if goal.met is False]
    assert [word in what for what in missed] == [True]


def test_ours_is_held_against_the_floor_of_the_same_round():
    figures = Figures(
        rounds=[
            done(FIFTY, 1, 10, 1.0),
            done(FLOOR, 1, 20, 1.0),
            done(FIFTY, 1, 80, 1.0),
            done(FLOOR, 1, 100, 1.0),
            done(FIFTY, 1, 60, 1.0),
            done(FLOOR, 1, 100, 1.0),
        ]
    )
    assert of_the_floor(figures) == 0.6


@pytest.mark.parametrize(
    ("part", "wanted"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)]
)
def test_a_percentile_is_a_number_that_was_there(part: float, wanted: int):
    assert percentile([float(n) for n in range(100, 0, -1)], part) == wanted


def test_of_nothing_there_is_no_percentile():
    assert spread([]) == {"p50": None, "p95": None, "p99": None, "worst": None}


def test_processor_time_is_counted_from_the_beginning_of_a_round():
    used = Cpu(3.0, 2.0, 1.0, 9.0).since(Cpu(1.0, 1.5, 1.0, 4.0))
    assert used == Cpu(2.0, 0.5, 0.0, 5.0)
    assert Round("way", 10, 1_000_000, 1.0, used).us_a_record == 2.5


def test_the_table_says_each_goal_and_whether_it_is_met():
    figures = full()
    figures.lost = 3
    lines = list(table.lines(figures))
    assert "  3 lost, 0 stored twice" in lines
    assert sum(line.startswith("  yes ") for line in lines) == 6
    (missed,) = (line for line in lines if line.startswith("  NO  "))
    assert missed.split()[-1] == "3"
    assert any("frames/s" in line for line in lines)
    assert any(line.startswith("A RECORD BY DEVICES") for line in lines)


def test_a_table_of_nothing_claims_nothing():
    lines = list(table.lines(Figures()))
    assert not any(line.startswith(("  yes", "  NO")) for line in lines)


def test_the_whole_is_one_file_and_a_part_another():
    assert scope_of([]) == Scope()
    assert scope_of([]).name == "collector"
    assert scope_of(["--quick"]).name == "collector"
    assert scope_of(["--only", "rows,speed"]).name == "collector-speed-rows"


def test_a_quick_run_measures_the_same_sections_with_less():
    quick, whole = scope_of(["--quick"]), scope_of([])
    assert quick.only == whole.only == SECTIONS
    assert quick.frames < whole.frames
    assert quick.devices[-1] == whole.devices[-1] == 1_000
    assert (quick.rows[0], whole.rows[-1]) == (1, 50)


def test_a_section_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        scope_of(["--only", "speed,weather"])
    assert "no section weather" in capsys.readouterr().err
