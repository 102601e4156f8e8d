"""Who looked? All that was done with whatever is about the asker, in plain words."""

from collector.query import Row
from dashboard.language import Words
from dashboard.number import NUMBER
from dashboard.page import QUERIES, Look, View

MOST = 100
_NOBODY_YET = 2**62


async def looked_view(look: Look, before: str = "") -> View:
    """Read a page of it, the latest first; it begins before an entry's number."""
    asked = NUMBER.fullmatch(before) is not None
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        rows = await transaction.all(
            QUERIES["looked"],
            person=look.asker.person,
            before=int(before) if asked else _NOBODY_YET,
            most=MOST + 1,
        )
    shown, more = rows[:MOST], rows[MOST:]
    household = look.asker.role == "household"
    return View(
        partial="looked.html",
        title=look.words("looked.title"),
        address="/looked" + (f"?before={before}" if asked else ""),
        values={
            "entries": [{**row, **told(look.words, row)} for row in shown],
            "household": household,
            "later": asked,
            "older": shown[-1]["entry"] if more else None,
        },
    )


def told(words: Words, row: Row) -> dict[str, str]:
    """Say of an entry who it was and what he did."""
    sort, _, name = row["object"].partition(":")
    number = name if sort == "incident" and name.isdigit() else ""
    if row["verb"] == "change" and sort == "incident":
        what = words.known("looked.act", row["reason"] or "unknown")
    else:
        what = words.known("looked.what", f"{row['verb']}.{sort}")
    return {"who": _who(words, row), "what": f"{what} {number}".rstrip()}


def _who(words: Words, row: Row) -> str:
    if row["own"]:
        return words("looked.you")
    if row["role"] in {"service", "unknown"}:
        return words(f"looked.{row['role']}")
    return words(f"role.{row['role']}")
