"""Fills a migrated database with a row in every table for each of two units."""

from pathlib import Path

import psycopg

UNITS = ("unit-a", "unit-b")
PEOPLE = {
    "coordinator": "unit",
    "deputy": "unit",
    "desk": "unit",
    "case_manager": "unit",
    "head_of_operations": "unit",
    "cso": None,
    "control_room": None,
    "administrator": None,
    "auditor": None,
}

SHARED = """
insert into store.playbook values ('book', 1, '{}');
insert into store.sign_in_refusal values (now(), 'somewhere');
insert into store.challenge values ('x', 'x', 'sign_in', 'somewhere', now(), now());
"""
OF_A_UNIT = (Path(__file__).parent / "furnish_unit.sql").read_bytes()
OF_A_PERSON = """
insert into store.person values (%(p)s, %(u)s, %(role)s, 'nl',
    jsonb_build_object('email', 'somebody@example.org'));
insert into store.sign_in_link values (%(p)s || '-link', %(p)s, now(), now());
insert into store.session values (%(p)s || '-session', %(p)s, now(), now(), now());
insert into store.reach (person, unit, channel) values (%(p)s, %(u)s, 'email');
insert into store.push_subscription (person, endpoint, p256dh, auth)
    values (%(p)s, %(p)s, 'k', 'a');
insert into store.passkey values (%(p)s || '-passkey', %(p)s, 'handle', 'n', 'key', 0);
"""
MESSAGES = """
insert into store.message (incident, unit, person, channel, reason)
    select incident, unit, unit || '-coordinator', 'mail', 'opened' from store.incident;
"""


def person(role: str, unit: str | None = None) -> str:
    """Give the id of the furnished person of a role."""
    return f"{unit}-{role}" if PEOPLE[role] else role


def furnish(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    """Put two units with everything into an empty, migrated database."""
    cursor = psycopg.ClientCursor(owner)
    cursor.execute(SHARED.encode())
    for unit in UNITS:
        cursor.execute(OF_A_UNIT, {"u": unit})
    for role, belongs in PEOPLE.items():
        own: tuple[str | None, ...] = UNITS if belongs else (None,)
        for one in own:
            named = {"p": person(role, one), "u": one, "role": role}
            cursor.execute(OF_A_PERSON.encode(), named)
    cursor.execute(MESSAGES.encode())
    owner.execute("analyze")
