"""Cameras watched as the agent does, in processes of their own."""

import asyncio
import os
import select
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from edge.camera.camera import Camera, Patience
from edge.camera.sighting import CameraPlan, Sighting
from edge.sight.shape import WHOLE

LONG_S = 60.0  # nothing here takes so long
QUICK = Patience(hang=30.0, first=0.05, longest=0.2)
YARD = (("yard", WHOLE),)


class Seen:
    """Keeps what a camera reports, and lets a test wait for some of it."""

    def __init__(self) -> None:
        self.all: list[Sighting] = []
        self._news = asyncio.Event()

    def take(self, sighting: Sighting) -> None:
        self.all.append(sighting)
        self._news.set()

    def of(self, *kinds: type) -> list[Any]:
        return [sighting for sighting in self.all if isinstance(sighting, kinds)]

    async def until(self, enough: Callable[[], object]) -> None:
        async with asyncio.timeout(LONG_S):
            while not enough():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def watching(
    *plans: CameraPlan, patience: Patience = QUICK
) -> AsyncIterator[list[tuple[Camera, Seen]]]:
    """Watch through cameras in one TaskGroup; all end with the block."""
    pairs = []
    async with asyncio.TaskGroup() as group:
        tasks = []
        for plan in plans:
            seen = Seen()
            camera = Camera(plan, seen.take, patience=patience, random=lambda: 0.5)
            pairs.append((camera, seen))
            tasks.append(group.create_task(camera.watch()))
        try:
            yield pairs
        finally:
            for task in tasks:
                task.cancel()


def plan(source: str, index: int = 0, **more: Any) -> CameraPlan:
    return CameraPlan(
        **{"index": index, "source": source, "zones": YARD, "speed": 20.0, **more}
    )


def is_gone(pid: int, within_s: float = 10.0) -> bool:
    """Wait until a process has ended; it need not be our child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within_s)[0])
    finally:
        os.close(handle)
