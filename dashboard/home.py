"""The page that each role begins with, and who may open which page."""

from dashboard.errors import NotFoundError
from dashboard.looked import looked_view
from dashboard.page import QUERIES, Look, View
from dashboard.place import STALE, DeviceSeen, silent_since
from dashboard.reporting import report_view
from dashboard.todo import ASIDE_SHOWN
from dashboard.unit import homes_of, open_incidents, unit_view
from dashboard.watch import attention_of, auditor_view


async def home_view(look: Look) -> View:
    """Read the home page of whoever is asking."""
    makers = {
        "unit": unit_view,
        "control_room": _control_room,
        "administrator": _administrator,
        "auditor": auditor_view,
        "household": looked_view,
        "report": report_view,
        "nothing_yet": _nothing_yet,
    }
    return await makers[look.asker.home](look)


def only_incidents(look: Look) -> None:
    """Refuse who has no incidents to look at.

    Raises:
        NotFoundError: for such a role there is nothing at that address.
    """
    if not look.asker.on_incidents:
        raise NotFoundError


def only_unit(look: Look) -> None:
    """Refuse who answers for no unit.

    Raises:
        NotFoundError: as above.
    """
    if look.asker.home != "unit":
        raise NotFoundError


async def _control_room(look: Look) -> View:
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        incidents = await open_incidents(transaction, look)
    return View(
        partial="control_room.html",
        title=look.words("control_room.title"),
        address="/",
        values={
            "place_name": look.words("control_room.title"),
            "incidents": incidents,
            "flood": None,
        },
        homes=homes_of(incidents),
    )


async def _administrator(look: Look) -> View:
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        rows = await transaction.all(QUERIES["device_states"])
        aside = await transaction.all(
            QUERIES["set_aside"], since=look.now - ASIDE_SHOWN
        )
        attention = await attention_of(transaction, look)
    devices = [
        {**row, "quiet": silent_since(DeviceSeen.of(row), look.now), "stale": STALE}
        for row in rows
    ]
    return View(
        partial="administrator.html",
        title=look.words("administrator.title"),
        address="/",
        values={
            "place_name": look.words("administrator.title"),
            "devices": devices,
            "set_aside": aside,
            "attention": attention,
        },
    )


async def _nothing_yet(look: Look) -> View:
    return View(
        partial="nothing_yet.html",
        title=look.words(f"role.{look.asker.role}"),
        address="/",
        values={"place_name": look.words(f"role.{look.asker.role}")},
    )
