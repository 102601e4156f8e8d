"""Opens what a device keeps on its disk, each with its share of the room."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from edge.album import Album
from edge.clip.shelf import Limits, Shelf
from edge.command import Memory
from edge.journal import Journal
from edge.node import Stores
from edge.notebook import NAME as NOTEBOOK
from edge.notebook import Notebook
from edge.outbox import Outbox, OutboxPlan
from edge.panel_state import PanelState
from edge.settings import Ready

_ALBUM_SHARE = 8  # of the outbox's limit
# How long clips live, of a station and of a home; who needs less sets less.
STATION_HOURS, HOME_HOURS = 7 * 24, 72


@contextmanager
def open_stores(
    ready: Ready, now: datetime, *, clock_trusted: bool
) -> Iterator[Stores]:
    """Open what the device keeps, at a time that is right or not.

    Raises OutboxBusyError.
    """
    folder = ready.home / "outbox"
    journal = Journal(ready.home / "panel.json")
    if not folder.exists():
        # before the first record: a missing state later means that it was lost
        journal.write(PanelState())
        Notebook(ready.home / NOTEBOOK).write(Memory())
    room = ready.settings.outbox_mb * 2**20
    limit = outbox_limit(ready.settings.outbox_mb)
    plan = OutboxPlan(limit=limit)
    with Outbox(folder, now, plan, clock_trusted=clock_trusted) as outbox:
        album = Album(folder / "pictures", ready.site.device, room - limit)
        shelf = Shelf(ready.home / "clips", _limits(ready), ready.key.verify_key)
        yield Stores(outbox, album, journal, shelf)


def outbox_limit(megabytes: int) -> int:
    """Give the bytes that records may take of the setting `outbox_mb`."""
    return megabytes * 2**20 * (_ALBUM_SHARE - 1) // _ALBUM_SHARE


def _limits(ready: Ready) -> Limits:
    settings = ready.settings
    longest = HOME_HOURS if ready.site.home else STATION_HOURS
    hours = min(longest, settings.clips_hours or longest)
    return Limits(settings.clips_mb * 2**20, timedelta(hours=hours))
