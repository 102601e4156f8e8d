"""Runs inside a camera's own process: decodes, masks, looks, and tells the agent.

The plan comes on stdin, so that no password stands in a list of processes; sightings go
out on what was stdout. The process ends when stdin closes, and the kernel ends it when
the agent dies, so none is left behind.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import cv2

from edge.camera.child import (
    claim_stdin,
    claim_stdout,
    die_with_the_agent,
    say_where,
)
from edge.camera.fence import stay_within
from edge.camera.film import Film
from edge.camera.habits import Habits, sighting_of_seen
from edge.camera.memory import keep_freed_memory, limit_memory, take_small_pages
from edge.camera.pace import HEARTBEAT_S, Pace
from edge.camera.pi_camera import PiFilm
from edge.camera.recall import Recall
from edge.camera.scene_film import SceneFilm, is_made
from edge.camera.sighting import (
    Alive,
    CameraLost,
    CameraPlan,
    CameraRestored,
    LightChanged,
    MotionStarted,
    Sighting,
    pack,
    read_order,
    read_plan,
)
from edge.camera.source import is_pi
from edge.clip.beside import Beside
from edge.clip.recorder import Recorder
from edge.errors import FilmError, Loss
from edge.sight.eye import Eye, Glance
from edge.sight.guard import Verdict
from edge.sight.liveness import Liveness
from edge.sight.lookout import Manner, Seen
from edge.sight.motion import Changed, Started
from edge.sight.picture import Moment, Still

MUTED_S = 3.0  # after a camera came back: half pictures, and exposure that settles

Tell = Callable[[Sighting], None]


def main() -> int:
    """Watch the camera whose plan comes on stdin, until it is lost or we are ended."""
    sys.excepthook = say_where
    die_with_the_agent()
    cv2.setNumThreads(1)
    limit_memory()
    keep_freed_memory()
    take_small_pages()
    pipe = claim_stdout()
    orders = claim_stdin()
    plan = read_plan(orders)
    if plan.device and not stay_within(plan, Path(plan.device)):
        sys.stderr.write("camera process: this kernel fences nothing off\n")
    one_at_a_time = threading.Lock()  # clips are told from a thread of their own

    def tell(sighting: Sighting) -> None:
        with one_at_a_time:
            pipe.write(pack(sighting))
            pipe.flush()

    watch = Watch(plan, tell)
    listen = partial(_obey_until_stdin_closes, orders, watch)
    threading.Thread(target=listen, name="stdin", daemon=True).start()
    with suppress(BrokenPipeError):
        watch.run()
    return 0


class Watch:
    """One camera while its process lives."""

    def __init__(self, plan: CameraPlan, tell: Tell) -> None:
        self._plan, self._tell = plan, tell
        self._memory = Recall(plan)
        self._habits = Habits(plan)
        self._eye = self._open_eye()
        kept = self._memory.kept
        self._liveness = Liveness(kept.usual if kept else None)
        self._pace = Pace(plan, self._beat)
        self._looks = 0
        self._told_at = float("-inf")
        self._recorder: Recorder | None = None
        if plan.clips:
            self._recorder = Recorder(plan, plan.clips, self._pace.at, tell)
        self._moves_since: float | None = None
        self._alive = False
        self._muted = plan.is_live

    def _open_eye(self) -> Eye:
        plan, kept = self._plan, self._memory.kept
        return Eye(
            plan.zones,
            plan.masks,
            loops=plan.loop,
            memory=kept,
            manner=Manner(plan.sensitivity, plan.shadow),
            heat=self._habits.heat,
        )

    def keep(self, seconds: float) -> None:
        """Have a clip kept of the last seconds and the next; from any thread."""
        if self._recorder:
            self._recorder.order(seconds)

    def run(self) -> None:
        """Watch until the film ends or is lost; the last word is CameraLost."""
        self._beat()
        if self._recorder:
            with suppress(OSError):  # a broken disk must not end the looking
                self._recorder.adopt(self._beat)
        try:
            for still in self._stills():
                self._pace.wait_for(still.moment.seconds)
                self._look(still)
            reason = Loss.ENDED
        except FilmError as error:
            reason = error.reason
        for decision in [] if self._muted else self._eye.close():
            self._tell_one(decision, None)
        self._habits.write()
        if self._recorder:
            self._recorder.close(self._beat)
        self._tell(CameraLost(time.time(), reason))

    def _stills(self) -> Iterator[Still]:
        """Yield the stills of the source, from the start again if the plan says so."""
        before = Moment(0, 0.0)
        while True:
            last = before
            with self._film() as film, self._recording(film.rate, before):
                for still in film.stills():
                    frame, seconds = still.moment
                    last = Moment(before.frame + frame, before.seconds + seconds)
                    passed = [
                        (before.seconds + at, points) for at, points in still.passed
                    ]
                    yield replace(still, moment=last, passed=passed)
                gap = 1 / min(film.rate, self._plan.fps)
            if not self._plan.loop or self._plan.is_live:
                return
            before = Moment(last.frame + 1, last.seconds + gap)

    def _film(self) -> Film | SceneFilm | PiFilm:
        plan, source = self._plan, self._plan.looked_at
        if is_made(source):
            return SceneFilm(source, plan.fps)
        if is_pi(source):
            return PiFilm(source, plan.fps)
        login, keys, recorder = plan.login, plan.keyframes, self._recorder
        tap = recorder.tap if recorder and not plan.substream else None
        return Film(source, plan.fps, login=login, keyframes=keys, tap=tap)

    def _recording(self, rate: float, before: Moment) -> AbstractContextManager[object]:
        if self._recorder is None:
            return nullcontext()
        if self._plan.substream is not None:
            return Beside(self._plan, self._recorder, before.seconds)
        return self._recorder.film(rate, before.seconds)

    def _look(self, still: Still) -> None:
        now = self._pace.at(still.moment.seconds)
        glance = self._eye.see(still, self._habits.hour(now))
        self._looks += 1
        if self._recorder:
            self._recorder.show(glance.picture, still.moment.seconds)
        self._judge_liveness(glance, still.moment.seconds)
        if not self._is_muted():
            self._tell_of(glance)
            for sighting in self._habits.linger(now):
                self._tell(sighting)
            self._habits.keep(now)
            self._memory.keep(self._eye, self._liveness, still.moment.seconds)
        self._beat()

    def _tell_of(self, glance: Glance) -> None:
        if glance.verdict:
            self._tell(self._judgement(glance.verdict))
        for decision in glance.decisions:
            if self._recorder:
                self._recorder.note(decision)
            self._tell_one(decision, glance)

    def _tell_one(self, decision: Seen, glance: Glance | None) -> None:
        """Tell what was decided, and what it means beside what was seen before."""
        self._tell(self._sighting(decision, glance))
        at = self._pace.at(decision.moment.seconds)
        for sighting in self._habits.notice(decision, at):
            self._tell(sighting)

    def _is_muted(self) -> bool:
        """Say whether a live camera has only just come (back).

        Half pictures and an exposure that settles are no motion, and must not become
        the scene that is known: the eye begins anew behind them.
        """
        if not self._muted:
            return False
        since = self._moves_since
        long = since is not None and self._pace.elapsed() - since >= MUTED_S
        if long and self._alive:
            self._muted = False
            self._eye = self._open_eye()
        return True

    def _judge_liveness(self, glance: Glance, seconds: float) -> None:
        """Tell once that pictures move; a film that stands still is lost."""
        now = self._pace.elapsed()
        frozen = self._liveness.is_frozen(glance.picture, seconds, now)
        if frozen and self._eye.trouble is None:  # a cloth stands still, too
            self._memory.keep_usual(self._liveness)
            raise FilmError(Loss.FROZEN, "the picture stands still")
        if self._liveness.moves and self._moves_since is None:
            self._moves_since = now
        if self._liveness.is_alive and not self._alive:
            self._alive = True
            self._tell(CameraRestored(time.time()))

    def _judgement(self, verdict: Verdict) -> Sighting:
        """Say what is wrong with the scene, or no more; we go on looking."""
        at = self._pace.at(verdict.since)
        if verdict.trouble:
            return CameraLost(at, verdict.trouble)
        return CameraRestored(at)

    def _sighting(self, decision: Seen, glance: Glance | None) -> Sighting:
        at = self._pace.at(decision.moment.seconds)
        if isinstance(decision, Changed):
            return LightChanged(at, decision.change)
        if not isinstance(decision, Started):
            return sighting_of_seen(decision, at)
        wanted = glance if self._plan.snapshots else None
        return MotionStarted(
            at,
            decision.zone,
            decision.box,
            decision.area,
            decision.score,
            wanted.picture.jpeg() if wanted else None,
        )

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= HEARTBEAT_S:
            self._told_at = now
            self._tell(Alive(time.time(), self._looks))


def _obey_until_stdin_closes(orders: BinaryIO, watch: Watch) -> None:
    """Take orders; end with the agent also where the kernel does not see to it."""
    while order := read_order(orders):
        watch.keep(order.seconds)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
