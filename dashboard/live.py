"""What changes by itself: the stream that keeps one open page true.

Five events: `truth` (the page's live part anew), `beat` (it is still true), `doubt`
(we do not know), `ended` (the session has run out), `gone` (there is nothing to see
here any more). A page that hears neither of the first two for some seconds covers
itself.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import structlog

from collector.errors import CollectorError
from dashboard.bell import Bell
from dashboard.errors import NotFoundError, NotSignedInError, TooManyLooksError

log = structlog.get_logger()

BEAT_S = 3.0
LOOK_AGAIN = timedelta(seconds=9)


@dataclass(frozen=True)
class Watch:
    """What a stream watches: `look` renders the live part, `now` is the clock.

    `unit` is the one whose changes make it look at once; None: every unit's.
    """

    bell: Bell
    look: Callable[[], Awaitable[str]]
    now: Callable[[], datetime]
    beat_s: float = BEAT_S
    unit: str | None = None


async def stream(watch: Watch) -> AsyncGenerator[bytes]:
    """Keep one page true until it is left, the session ends, or we do.

    Looks when the bell rings, and every LOOK_AGAIN besides, because places fall
    silent without anybody saying so.
    """
    looked: datetime | None = None
    with watch.bell.ear(watch.unit) as ear:
        while not watch.bell.closed:
            now = watch.now()
            fresh = looked is not None and now - looked < LOOK_AGAIN
            if fresh and watch.bell.live:
                yield event("beat", at=now.isoformat())
            else:
                name, said = await _look(watch, now)
                yield event(name, **said)
                if name in {"ended", "gone"}:
                    return
                looked = now if name == "truth" else None
            if await ear.wait(watch.beat_s):
                looked = None


async def _look(watch: Watch, now: datetime) -> tuple[str, dict[str, str]]:
    try:
        html = await watch.look()
    except NotSignedInError:
        return "ended", {}
    except (NotFoundError, TooManyLooksError):
        return "gone", {}
    except CollectorError as error:
        log.warning("page.doubted", error=type(error).__name__)
        return "doubt", {}
    return "truth", {"at": now.isoformat(), "html": html}


def event(name: str, **said: str) -> bytes:
    """Give one server-sent event; JSON keeps line breaks out of it."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(said))
