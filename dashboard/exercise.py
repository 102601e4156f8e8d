"""The exercises of a place: those that were, and asking for one."""

from collector.incident.exercise import rules_at
from collector.keep.audit import Entry
from dashboard.errors import FieldError, NotFoundError
from dashboard.page import QUERIES, Look, View
from dashboard.site import site_row

SHOWN = 20
LEADING = frozenset({"coordinator", "deputy"})


async def exercises_view(look: Look, site: str) -> View:
    """Read what was exercised at a place, and what can be.

    Raises:
        NotFoundError: there is no such place, or the asker may not see it.
    """
    async with look.parts.database.transaction(
        look.asker.person, read_only=True
    ) as transaction:
        row = await site_row(transaction, site)
        done = await transaction.all(QUERIES["exercises"], site=site, most=SHOWN)
    name = look.words.place(row["kit"], row["name"])
    rules = rules_at(look.parts.inventory, site)
    return View(
        partial="exercises.html",
        title=f"{name}: {look.words('exercise.title')}",
        address=f"/site/{site}/exercises",
        values={
            "site": row,
            "name": name,
            "exercises": done,
            "titles": {rule.id: rule.title.model_dump() for rule in rules},
            "rules": rules,
            "may": look.asker.role in LEADING,
        },
        zone=row["time_zone"],
    )


async def ask(look: Look, site: str, rule: str) -> None:
    """Ask for an exercise of a rule at a place, in the asker's name.

    Raises:
        NotFoundError: there is no such place, or the asker may not do it.
        FieldError: the rule does not hold there.
    """
    if look.asker.role not in LEADING:
        raise NotFoundError
    if rule not in {one.id for one in rules_at(look.parts.inventory, site)}:
        raise FieldError
    entry = Entry("change", "exercise:new", f"site:{site}", reason=rule)
    async with look.acting(entry) as transaction:
        row = await site_row(transaction, site)
        await transaction.run(
            QUERIES["exercise_ask"],
            unit=row["unit"],
            site=site,
            rule=rule,
            person=look.asker.person,
        )
        await transaction.notify("site", row["unit"])
