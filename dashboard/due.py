"""What is due by a date: safeguards to judge, places to review, exercises to hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dashboard.page import Look
from sites.inventory import Inventory
from sites.policy import Policy
from sites.site import Site

JUDGE_BEFORE_DAYS = 30
JUDGE_AFTER_DAYS = 90

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Due:
    """A safeguard whose effect is to be judged, or a place that is to be reviewed.

    `days` below zero: late. `text` is the safeguard in words.
    """

    what: Literal["safeguard", "review"]
    place: Row
    on: date
    days: int
    text: Mapping[str, str] | None = None


def dated(inventory: Inventory, places: Iterable[Row], now: datetime) -> list[Due]:
    """Give what is due soon at these places, or was; the latest first.

    Only places that the store has just shown to the asker: the walls decide. A review
    stays until it was held, a safeguard until its effect was long ago.
    """
    found: list[Due] = []
    for place in places:
        site = inventory.sites.get(place["site"])
        if site is not None:
            today = now.astimezone(ZoneInfo(site.time_zone)).date()
            found += _dated(site, place, today)
    return sorted(found, key=lambda due: (due.on, due.place["site"]))


def _dated(site: Site, place: Row, today: date) -> Iterable[Due]:
    for each in site.safeguards:
        days = (each.judge_on - today).days
        if -JUDGE_AFTER_DAYS <= days <= JUDGE_BEFORE_DAYS:
            text = each.what.model_dump()
            yield Due("safeguard", place, each.judge_on, days, text)
    if site.review_by is not None:
        days = (site.review_by - today).days
        if days <= JUDGE_BEFORE_DAYS:
            yield Due("review", place, site.review_by, days)


def undrilled(
    places: Iterable[Row], drilled: Iterable[Row], look: Look
) -> Iterable[Row]:
    """Give the places at which no exercise was held for as long as the policy lets."""
    last = {row["site"]: row["last"] for row in drilled}
    for place in places:
        policy = _policy(look.parts.inventory, place["unit"])
        since = last.get(place["site"])
        if since is None or look.now - since > timedelta(days=policy.exercise_days):
            yield place


def _policy(inventory: Inventory, unit: str) -> Policy:
    # The dashboard's own inventory may be older than the store, or none.
    return inventory.policy_of(unit) if unit in inventory.units else inventory.policy
