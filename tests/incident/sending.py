"""A sender on a real mail server, and what the store says of its messages."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from collector.database import Database
from collector.incident.judge import judge
from collector.notify.email import Email, EmailSettings
from collector.notify.sender import Sender
from tests.incident.post_office import PostOffice
from tests.incident.stage import (
    NOW,
    inventory,
    look,
)

BASE = "https://wachtpost.example"
Owner = psycopg.Connection[Any]


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += timedelta(**by)


def email(office: PostOffice, timeout_s: float = 10) -> Email:
    where = EmailSettings(
        "127.0.0.1",
        office.port,
        "wachtpost@dienst.example",
        security="none",
        timeout_s=timeout_s,
    )
    return Email(where)


async def judged(database: Database, *rows: Any) -> list[int]:
    async with database.transaction() as transaction:
        return await judge(transaction, inventory(), rows, NOW)


async def drain(sender: Sender) -> int:
    count = 0
    while await sender.one():
        count += 1
    return count


def rows_of(owner: Owner) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select person, sent, given_up, tries, trouble, leased_until"
        " from store.message order by person, message",
    )


def told(owner: Owner) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select what, data->>'person', data->>'trouble' from store.incident_log"
        " where what in ('told', 'not_told') order by entry",
    )
