"""A job makes its film, has it looked at by who is to look, and leaves nothing."""

from pathlib import Path

import pytest

from tests.bench.attack import ATTACKS
from tests.bench.dropout import DROP_OUTS
from tests.bench.job import (
    CUT,
    CUTS,
    DROP_OUT,
    OURS,
    Job,
    jobs_of_attacks,
    jobs_of_idle,
    jobs_of_nuisances,
    run,
    run_all,
)
from tests.bench.nuisance import NUISANCES
from tests.bench.peers import PEERS
from tests.bench.score import Truth
from tests.bench.stage import Clip
from tests.edge_camera.clip import RATE, scene, visitor, write_clip

NOBODY = frozenset[str]()
ELEVEN = {*NUISANCES, DROP_OUT}
EIGHT = {*ATTACKS, CUT}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Somebody comes twice; between, there is a gap from second 9 to 14."""
    first, second = visitor(4, 9), visitor(14, 18)
    path = tmp_path_factory.mktemp("job") / "visits.mkv"
    write_clip(path, scene(30, box=lambda at: first(at) or second(at)))
    return Clip(path, Truth(RATE, 300, ((40, 90), (140, 180))))


def test_eleven_nuisances_and_eight_attacks_in_two_makes_or_more(clip):
    for names, jobs in (
        (ELEVEN, jobs_of_nuisances([clip], NOBODY)),
        (EIGHT, jobs_of_attacks([clip])),
    ):
        made = {(job.name, job.number) for job in jobs}
        assert len(made) == len(jobs)
        assert {name for name, _ in made} == names
        assert made >= {(name, number) for name in names for number in (0, 1)}
    assert (len(ELEVEN), len(EIGHT), len(DROP_OUTS), len(CUTS)) == (11, 8, 3, 3)


def test_quickly_each_is_made_once_on_each_clip(clip):
    jobs = jobs_of_nuisances([clip, clip], NOBODY, 0)
    assert len(jobs) == 22
    assert {job.number for job in jobs} == {0}
    assert {job.number for job in jobs_of_attacks([clip], 2)} == {2}


def test_made_hours_are_plain_and_under_each_nuisance():
    jobs = jobs_of_idle(10.0)
    assert {job.name for job in jobs} == {None, *ELEVEN}
    assert {job.clip.truth for job in jobs} == {Truth(5.0, 3000, ())}


def test_the_clean_film_is_looked_at_by_all_who_are_to(clip):
    outcome = run(Job(clip, beside=frozenset({"opencv"})))
    assert set(outcome.scores) == {OURS, *PEERS}
    assert (outcome.scores[OURS].found, outcome.scores[OURS].false_starts) == (2, 0)
    assert (outcome.film, outcome.says) == ("visits.mkv", "as it is")


def test_a_nuisance_is_on_from_the_middle_of_the_gap(clip):
    outcome = run(Job(clip, "light step", 0))
    assert outcome.when.begin == 11.5
    assert outcome.says == "40 % brighter at once; seed 1, lossless"
    assert outcome.scores[OURS].events == 2


@pytest.mark.parametrize("number", range(len(DROP_OUTS)))
def test_packets_are_lost_in_words_with_their_seed(number, clip):
    outcome = run(Job(clip, DROP_OUT, number))
    assert outcome.says == f"{DROP_OUTS[number][0]}; seed 41"


def test_an_attack_is_judged(clip):
    outcome = run(Job(clip, "black", 0))
    assert outcome.named
    assert (outcome.named.name, outcome.named.is_right) == ("black", True)
    assert outcome.scores == {}


def test_a_stream_that_ends_is_lost_to_the_agent(clip):
    outcome = run(Job(clip, CUT, 0))
    assert outcome.named
    assert (outcome.named.name, outcome.said.troubles) == ("lost", [(11.5, "lost")])


def test_rubbish_is_lost_to_who_looks(clip):
    outcome = run(Job(clip, CUT, 2))
    assert outcome.named
    assert outcome.named.name == "lost"
    assert outcome.named.before == 0


def test_nobody_comes_to_the_drawn_yard():
    yard = Clip(Path("made:5"), Truth(5.0, 100, ()))
    outcome = run(Job(yard))
    assert (outcome.said.spans, outcome.said.troubles) == ([], [])
    assert outcome.scores[OURS].idle_s == 20.0


def test_jobs_run_in_processes_of_their_own(clip, capsys):
    short = clip.until(2.0)
    outcomes = list(
        run_all([Job(short), Job(Clip(clip.path, clip.truth), "clock", 1)], 2)
    )
    assert {outcome.name for outcome in outcomes} == {None, "clock"}
    assert "2/2  visits.mkv" in capsys.readouterr().err
