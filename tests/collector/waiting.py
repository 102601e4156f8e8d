"""Waits for what nobody announces, such as another thread or process."""

import asyncio
from collections.abc import Callable

SECONDS = 60.0
LOOK_EVERY_S = 0.01


async def until(true: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return as soon as `true()` is; raises TimeoutError after so many seconds."""
    never = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.wait([never], timeout=LOOK_EVERY_S)
