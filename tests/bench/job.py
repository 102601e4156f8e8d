"""One film with one thing put on, looked at by all; jobs run in processes of their own.

A job names its recipe, so that it can be sent to another process, which makes the film
in a folder that is gone afterwards.
"""

import multiprocessing
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2

from edge.look.command import LOOKS_A_SECOND
from tests.bench import daemon, dropout, peers
from tests.bench.attack import ATTACKS
from tests.bench.nuisance import NUISANCES
from tests.bench.ours import Said, lost_of, said_of
from tests.bench.recipe import Make, When
from tests.bench.score import Score, Truth, score
from tests.bench.stage import (
    Clip,
    encode,
    is_lossless,
    stage,
    when_of_attack,
    when_of_nuisance,
)
from tests.bench.tamper import Named, judge

OURS, MOTION = "wachtpost", "motion"
DROP_OUT, CUT = "drop-outs", "cut"
CUTS = ("the stream ends", "the file ends within a packet", "rubbish from there on")
AFTER_S = 8.0  # of film after an attack: its end is told too


@dataclass(frozen=True)
class Job:
    """What is put on which clip; `name` is None for the clean one.

    `number` is that of the make, from 0; `beside` names who else looks.
    """

    clip: Clip
    name: str | None = None
    number: int = 0
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What came of a job. Sizes and seeds are in `says`."""

    film: str
    name: str | None
    number: int
    says: str
    when: When
    said: Said
    scores: dict[str, Score] = field(default_factory=dict)
    named: Named | None = None
    silent: str | None = None  # why `motion` could not be measured


def jobs_of_nuisances(
    clips: Sequence[Clip], beside: frozenset[str], make: int | None = None
) -> list[Job]:
    """Give each nuisance in each of its makes (or in one, from 0), on each clip."""
    counts = {name: len(makes) for name, makes in NUISANCES.items()}
    counts[DROP_OUT] = len(dropout.DROP_OUTS)
    return _jobs(counts, clips, beside, make)


def jobs_of_attacks(clips: Sequence[Clip], make: int | None = None) -> list[Job]:
    """Give each attack in each of its makes (or in one, from 0), on each clip."""
    counts = {name: len(makes) for name, (_, makes) in ATTACKS.items()}
    counts[CUT] = len(CUTS)
    return _jobs(counts, clips, frozenset(), make)


def jobs_of_idle(minutes: float) -> list[Job]:
    """Give a drawn yard in which nobody ever is, plainly and under each nuisance."""
    truth = Truth(LOOKS_A_SECOND, round(minutes * 60 * LOOKS_A_SECOND), ())
    yard = Clip(Path("made:5"), truth)
    names = [None, *NUISANCES, DROP_OUT]
    return [Job(yard, name, 1 if name else 0) for name in names]


def run_all(jobs: Sequence[Job], workers: int) -> Iterator[Outcome]:
    """Run jobs side by side, and say on stderr how far they are."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, cv2.setNumThreads, (1,)) as pool:
        waiting = [pool.submit(run, job) for job in jobs]
        for number, done in enumerate(as_completed(waiting), 1):
            outcome = done.result()
            what = f"{outcome.film}, {outcome.name or 'clean'} {outcome.number + 1}"
            sys.stderr.write(f"{number}/{len(jobs)}  {what}\n")
            yield outcome


def run(job: Job) -> Outcome:
    """Make the film of a job, and have it looked at."""
    with tempfile.TemporaryDirectory() as folder:
        if job.name == CUT:
            return _cut(job, Path(folder))
        if job.name in ATTACKS:
            return _attack(job, Path(folder))
        return _nuisance(job, Path(folder))


def _jobs(
    counts: dict[str, int],
    clips: Sequence[Clip],
    beside: frozenset[str],
    make: int | None,
) -> list[Job]:
    return [
        Job(clip, name, number, beside)
        for name, count in counts.items()
        for number in range(count)
        if make in (None, number)
        for clip in clips
    ]


def _nuisance(job: Job, folder: Path) -> Outcome:
    when = when_of_nuisance(job.clip.truth, job.number)
    made, says, film = job.clip, "as it is", folder / "film.mkv"
    if job.name is None and job.clip.is_drawn:
        encode(job.clip.pictures(), film, job.clip.truth.fps, lossless=False)
        made = Clip(film, job.clip.truth)
    elif job.name == DROP_OUT:
        says, spoil = dropout.DROP_OUTS[job.number]
        says = f"{says}; seed {dropout.SEED}"
        made = dropout.drop_out(job.clip, film, spoil, when)
    elif job.name is not None:
        make = NUISANCES[job.name][job.number]
        lossless = is_lossless(job.number)
        made = stage(job.clip, film, make, when, lossless=lossless)
        says = _words(make, lossless=lossless)
    said, scores, silent = _looked_at(made, job.beside, folder)
    name = job.clip.path.name
    return Outcome(name, job.name, job.number, says, when, said, scores, None, silent)


def _looked_at(
    clip: Clip, beside: frozenset[str], folder: Path
) -> tuple[Said, dict[str, Score], str | None]:
    truth = clip.truth
    with ThreadPoolExecutor(1) as aside:
        other = None
        if MOTION in beside:
            size = next(clip.pictures()).shape[1::-1]
            other = aside.submit(
                daemon.watch, clip.path, truth, (size[0], size[1]), folder / MOTION
            )
        said = said_of(clip.path, truth.fps)
        scores = {OURS: score(said.spans, truth)}
        if "opencv" in beside:
            for name, spans in peers.watched(clip.path, truth.fps).items():
                scores[name] = score(spans, truth)
        if other is None:
            return said, scores, None
        try:
            ran = other.result()
        except daemon.DaemonError as error:
            return said, scores, str(error)
        scores[MOTION] = score(ran.said, truth, daemon.SLACK_S)
        return said, scores, None


def _attack(job: Job, folder: Path) -> Outcome:
    truth, makes = ATTACKS[str(job.name)]
    make = makes[job.number]
    when = when_of_attack(job.clip.truth, make)
    lossless = is_lossless(job.number)
    clip = job.clip.until(when.end + AFTER_S)
    made = stage(clip, folder / "film.mkv", make, when, lossless=lossless)
    said = said_of(made.path, made.truth.fps)
    lasts = made.truth.frames / made.truth.fps
    end = when.end if when.end + AFTER_S / 2 < lasts else None
    named = judge(said.troubles, truth, when.begin, end, make.half_s)
    says = _words(make, lossless=lossless)
    return Outcome(
        job.clip.path.name, job.name, job.number, says, when, said, {}, named
    )


def _cut(job: Job, folder: Path) -> Outcome:
    """Cut the cable: nothing comes any more, or nothing that can be decoded."""
    when = When(when_of_attack(job.clip.truth, Make("cut")).begin)
    film = folder / "film.mkv"
    rest = When(when.begin if job.number == CUTS.index(CUTS[2]) else when.end)
    clip = job.clip if job.number else job.clip.until(when.begin)
    made = dropout.drop_out(clip, film, dropout.rubbish, rest)
    if job.number == 1:
        dropout.truncate(film, when.begin)
    if job.number == 0:
        troubles = [(when.begin, "lost")] if lost_of(film) == "ended" else []
        said = Said(troubles=troubles)
    else:
        said = said_of(film, made.truth.fps)
    # The last picture comes before the cut, and a loss is told at the last picture.
    slack = replace(when, begin=when.begin - 1.0)
    named = judge(said.troubles, "lost", slack.begin, None)
    says = CUTS[job.number]
    return Outcome(
        job.clip.path.name, job.name, job.number, says, when, said, {}, named
    )


def _words(make: Make, *, lossless: bool) -> str:
    coded = "lossless" if lossless else "x264 at 23"
    return f"{make.says}; seed {make.seed}, {coded}"
