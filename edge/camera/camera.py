"""A camera as the agent sees it: a process of its own that may hang or die.

    async with asyncio.TaskGroup() as group:
        for plan in plans:
            camera = Camera(plan, take)
            group.create_task(camera.watch(), name=f"camera {plan.index}")

This module loads no picture library: decoding and looking happen in
`edge.camera.capture`.
"""

import asyncio
import os
import random as chance
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from edge.camera.memory import private_bytes
from edge.camera.patience import Allowance, Backoff, Patience
from edge.camera.sighting import (
    LENGTH_BYTES,
    Alive,
    CameraLost,
    CameraPlan,
    CameraRestored,
    ClipKept,
    KeepNow,
    MotionEnded,
    MotionStarted,
    Sighting,
    length_of,
    pack,
    sighting_of,
)
from edge.errors import Loss, SightingError

__all__ = ["Backoff", "Camera", "CameraPlan", "Patience"]

ROOT = Path(__file__).resolve().parents[2]  # where the package `edge` lies
# The process gets nothing of the agent's environment: secrets may stand there.
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",  # each thread of a library costs memory on a small box
    "OPENBLAS_NUM_THREADS": "1",
}
MOST_UNREAD = 4096  # bytes of orders; a process that reads none gets no more
END_TIMEOUT_S = 2.0  # a killed process that does not go is stuck in the kernel

log = structlog.get_logger()


class Camera:
    """Watches through one camera and hands on what was seen.

    What the caller may rely on, whatever happens to the process: each MotionStarted is
    followed by one MotionEnded of its zone before the next; CameraLost and
    CameraRestored alternate, lost first; zones are the plan's, and there is no snapshot
    if the plan wants none.

    Args:
        plan: what to watch.
        on_sighting: called in the event loop, must not block.
        patience: how long to wait for what.
        clock: seconds since 1970, for what the process cannot say itself.
        random: 0 to 1, for the jitter of restarts.
    """

    def __init__(
        self,
        plan: CameraPlan,
        on_sighting: Callable[[Sighting], None],
        *,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._plan, self._tell, self._clock = plan, on_sighting, clock
        self._patience = patience or Patience()
        self._backoff = Backoff(self._patience, random)
        self._zones = {zone for zone, _ in plan.zones}
        self._going_on: dict[str, MotionStarted] = {}
        self._lost = False
        self._good_since: float | None = None
        self._stdin: asyncio.StreamWriter | None = None
        self._anew = False
        self.pid: int | None = None

    def keep(self, seconds: float) -> None:
        """Have a clip kept of the last seconds and the next, if the camera is there."""
        if self._stdin is None or self._stdin.is_closing():
            return
        if self._stdin.transport.get_write_buffer_size() < MOST_UNREAD:
            self._stdin.write(pack(KeepNow(seconds)))

    async def watch(self) -> None:
        """Watch until cancelled; a recorded film that does not loop ends by itself.

        1. A process is started for the camera and listened to.
        2. If it says that no picture comes, writes rubbish, dies or hangs, it is
           killed, and this is told once.
        3. After a delay it is started again, for ever.
        """
        while True:
            reason = await self._live()
            if self._anew:
                self._anew = False
                self._end_motion()
                continue
            self._lose(reason)
            if reason is Loss.ENDED and not self._plan.is_live:
                return
            if self._has_settled():
                self._backoff.reset()
            self._good_since = None
            delay = self._backoff.delay()
            log.info(
                "camera.retried", camera=self._plan.index, reason=reason, wait=delay
            )
            await asyncio.sleep(delay)

    def begin_anew(self) -> None:
        """End the process; the next one knows nothing of the scene."""
        if self.pid is not None:
            self._anew = True
            os.kill(self.pid, signal.SIGKILL)

    async def _live(self) -> Loss:
        """Run one process to its end; return why it ended."""
        try:
            process = await _start()
        except OSError as error:  # no memory, no process left: try again later
            log.warning(
                "camera.not_started", camera=self._plan.index, error=error.errno
            )
            return Loss.CRASHED
        self.pid = process.pid
        try:
            return await self._listen(process)
        finally:
            self.pid = self._stdin = None
            await _see_to_its_end(process)

    async def _listen(self, process: Process) -> Loss:
        if process.stdin is None or process.stdout is None:
            return Loss.CRASHED
        process.stdin.write(pack(self._plan))
        self._stdin = process.stdin
        patience = self._patience.start
        most, rate = self._patience.words
        allowance = Allowance(most, rate * max(1.0, self._plan.speed))
        clock = asyncio.get_running_loop().time
        try:
            while True:
                async with asyncio.timeout(patience):
                    head = await process.stdout.readexactly(LENGTH_BYTES)
                    body = await process.stdout.readexactly(length_of(head))
                patience = self._patience.hang
                allowance.spend(clock())
                sighting = sighting_of(body)
                if isinstance(sighting, Alive) and self._is_too_large(process.pid):
                    return Loss.CRASHED
                if isinstance(sighting, CameraLost) and not sighting.reason.is_seen:
                    return sighting.reason
                self._take(sighting)
        except TimeoutError:
            return Loss.HUNG
        except (asyncio.IncompleteReadError, ConnectionError):
            return Loss.CRASHED
        except SightingError as error:
            log.warning(
                "camera.misunderstood", camera=self._plan.index, error=str(error)
            )
            return Loss.RUBBISH

    def _is_too_large(self, pid: int) -> bool:
        """Say whether the process takes more memory than it may, limit or not."""
        taken = private_bytes(pid)
        if taken > self._patience.most_bytes:
            log.warning("camera.too_large", camera=self._plan.index, bytes=taken)
        return taken > self._patience.most_bytes

    def _take(self, sighting: Sighting) -> None:
        """Hand on what the process says, as far as it fits what we know."""
        self._check_zone(sighting)
        match sighting:
            case MotionStarted():
                self._start_motion(sighting)
            case MotionEnded(zone=zone):
                if self._going_on.pop(zone, None):
                    self._tell(sighting)
            case CameraRestored():
                self._good_since = asyncio.get_running_loop().time()
                if self._lost:
                    self._lost = False
                    log.info("camera.restored", camera=self._plan.index)
                    self._tell(sighting)
            case CameraLost(at=at, reason=reason):
                self._lose(reason, at)
            case ClipKept() if self._plan.clips is None:
                raise SightingError("a clip that the plan does not ask for")
            case _:
                self._tell(sighting)

    def _check_zone(self, sighting: Sighting) -> None:
        """Believe no process that goes beyond its plan."""
        zone: str | None = getattr(sighting, "zone", None)
        if zone is not None and zone not in self._zones:
            raise SightingError("something in a zone that is not in the plan")

    def _start_motion(self, sighting: MotionStarted) -> None:
        if sighting.snapshot is not None and not self._plan.snapshots:
            raise SightingError("a snapshot that the plan forbids")
        if sighting.zone not in self._going_on:
            self._going_on[sighting.zone] = sighting
            self._tell(sighting)

    def _lose(self, reason: Loss, at: float | None = None) -> None:
        """End what is going on, and tell the loss unless it is told already."""
        now = self._clock()
        self._end_motion()
        if not self._lost:
            self._lost = True
            log.warning("camera.lost", camera=self._plan.index, reason=reason)
            self._tell(CameraLost(now if at is None else at, reason))

    def _end_motion(self) -> None:
        now = self._clock()
        for zone, started in self._going_on.items():
            self._tell(MotionEnded(now, zone, max(0.0, now - started.at)))
        self._going_on.clear()

    def _has_settled(self) -> bool:
        if self._good_since is None:
            return False
        lasted = asyncio.get_running_loop().time() - self._good_since
        return lasted >= self._patience.settled


async def _start() -> Process:
    """Start a camera's process; the plan follows on its stdin, never in its argv."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a module in the working directory must not take a library's place
        "-m",
        "edge.camera.capture",
        stdin=PIPE,
        stdout=PIPE,
        env=ENVIRONMENT,
        start_new_session=True,  # Ctrl-C is for the agent, which then ends us
    )


async def _see_to_its_end(process: Process) -> None:
    """End a process also when we are cancelled meanwhile: no zombie, no open pipe."""
    ending = asyncio.create_task(_end(process), name="end of a camera's process")
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending
        raise


async def _end(process: Process) -> None:
    """Kill the process and everything that is left of it; it has nothing to save."""
    with suppress(ProcessLookupError):
        process.kill()
    if process.stdin:
        process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(END_TIMEOUT_S):
            while process.stdout and await process.stdout.read(65536):
                pass
            await process.wait()
