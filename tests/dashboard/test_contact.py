"""One's own channels, and the browsers in which one turned messages on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from collector.notify.digest import MOST
from collector.notify.push_key import make_push_key, public_half
from dashboard.asker import sha256
from dashboard.contact import BROWSERS_MOST, BUDGET
from tests.collector.databases import Role, owner
from tests.dashboard.house import TOKEN, House
from tests.dashboard.town import COLLEAGUE, OUTSIDER, OWNER
from tests.incident.stage import look

__all__ = ["owner"]

Owner = psycopg.Connection[Any]
PUSH_KEY = public_half(make_push_key())
BROWSER = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/abc",
    "p256dh": "k" * 87,
    "auth": "a" * 22,
}
TELL = b"""update store.person set tell = jsonb_build_object(
    'email', person || '@dienst.example', 'sms', '+447700900123')"""


@pytest.fixture
def pushing(house: House) -> House:
    """Give a house that knows the collector's key."""
    parts = house.parts
    settings = parts.settings.model_copy(update={"push_key": PUSH_KEY})
    house.app.state.parts = replace(parts, settings=settings)
    return house


def on(owner: Owner) -> list[tuple[Any, ...]]:
    return look(
        owner,
        "select person, endpoint, session is not null from store.push_subscription"
        " order by subscription",
    )


async def test_everybody_sees_his_own_channels_and_half_of_a_number(
    house: House, owner: Owner
):
    owner.execute(TELL)
    page = (await (await house.guest(OWNER)).get("/contacts")).text
    assert f"{OWNER}@dienst.example" in page
    assert "*** 0123" in page
    assert "+447700" not in page
    assert COLLEAGUE not in page


async def test_who_is_told_nowhere_reads_that(house: House, owner: Owner):
    owner.execute("update store.person set tell = null")
    page = (await (await house.guest(OWNER)).get("/contacts")).text
    assert "U krijgt nergens bericht." in page
    assert "niet ingericht" in page


async def test_a_browser_is_turned_on_and_off(pushing: House, owner: Owner):
    guest = await pushing.guest(OWNER)
    page = (await guest.get("/contacts")).text
    assert f'data-push="{PUSH_KEY}"' in page
    assert (await guest.post("/contacts/push", **BROWSER)).status_code == 303
    assert on(owner) == [(OWNER, BROWSER["endpoint"], True)]
    assert "deze browser" in (await guest.get("/contacts")).text
    ((number,),) = look(owner, "select subscription from store.push_subscription")
    assert (await guest.post(f"/contacts/push/{number}/off")).status_code == 303
    assert on(owner) == []
    assert (await guest.post(f"/contacts/push/{number}/off")).status_code == 404
    acts = look(
        owner,
        "select object from store.audit where object like 'push:%%' order by entry",
    )
    assert acts == [("push:on",), ("push:off",)]


async def test_nobody_turns_anothers_browser_off(pushing: House, owner: Owner):
    await (await pushing.guest(OWNER)).post("/contacts/push", **BROWSER)
    ((number,),) = look(owner, "select subscription from store.push_subscription")
    for person in (COLLEAGUE, OUTSIDER):
        guest = await pushing.guest(person)
        answer = await guest.post(f"/contacts/push/{number}/off")
        assert answer.status_code == 404
        assert "andere browser" not in (await guest.get("/contacts")).text
    assert len(on(owner)) == 1


async def test_one_browser_is_one_persons_the_last_who_asked(
    pushing: House, owner: Owner
):
    """At a shared desk nobody goes on getting what another may not read."""
    for person in (OWNER, COLLEAGUE):
        await (await pushing.guest(person)).post("/contacts/push", **BROWSER)
    assert on(owner) == [(COLLEAGUE, BROWSER["endpoint"], True)]


async def test_who_signs_out_turns_it_off_here(pushing: House, owner: Owner):
    guest = await pushing.guest(OWNER)
    await guest.post("/contacts/push", **BROWSER)
    await guest.post("/sign-out")
    assert on(owner) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://updates.push.services.mozilla.com/x"},
        {"endpoint": "https://x.example/" + "x" * 1000},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": ""},
        {"p256dh": ""},
        {"p256dh": "k" * 201},
        {"auth": "a" * 201},
    ],
)
async def test_what_is_no_browser_is_refused(
    pushing: House, owner: Owner, wrong: dict[str, str]
):
    guest = await pushing.guest(OWNER)
    answer = await guest.post("/contacts/push", **(BROWSER | wrong))
    assert answer.status_code == 422
    assert on(owner) == []


async def test_a_person_has_so_many_browsers_and_no_more(pushing: House, owner: Owner):
    guest = await pushing.guest(OWNER)
    for number in range(BROWSERS_MOST):
        browser = BROWSER | {"endpoint": f"https://x.example/{number}"}
        assert (await guest.post("/contacts/push", **browser)).status_code == 303
    assert (await guest.post("/contacts/push", **BROWSER)).status_code == 422
    assert len(on(owner)) == BROWSERS_MOST


async def test_everybody_sees_his_own_budget_of_the_hour(house: House, owner: Owner):
    assert BUDGET == MOST
    owner.execute(TELL)
    await house.town.panic()
    guest = await house.guest(OWNER)
    assert "van 12 in dit uur" not in (await guest.get("/contacts")).text
    owner.execute("update store.incident set priority = 'attention'")
    owner.execute(
        "update store.message set sent = now() where person = %s and channel = 'sms'",
        [OWNER],
    )
    owner.execute(
        "update store.message set held = true where person = %s and channel = 'email'",
        [OWNER],
    )
    page = (await guest.get("/contacts")).text
    assert "SMS: 1 van 12 in dit uur" in page
    assert "E-mail: 0 van 12 in dit uur, 1 wachten op het eind van het uur" in page
    other = (await (await house.guest(OUTSIDER)).get("/contacts")).text
    assert "van 12 in dit uur" not in other


async def test_a_form_from_elsewhere_turns_nothing_on(pushing: House, owner: Owner):
    guest = await pushing.guest(OWNER)
    fields = {"token": "0" * 64, **BROWSER}
    answer = await guest.client.post("/contacts/push", data=fields)
    assert answer.status_code == 403
    assert on(owner) == []


async def test_the_worker_is_a_script_for_the_whole_place(house: House):
    answer = await (await house.stranger()).get("/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "fetch" not in answer.text  # it answers no request, and keeps no page


def test_the_dashboard_reads_no_address_of_anybody(
    database_url: Callable[[Role], str],
):
    with psycopg.connect(database_url("wachtpost_dashboard")) as connection:
        for column in ("endpoint", "p256dh", "auth"):
            named = sql.Identifier(column)
            query = sql.SQL("select {} from store.push_subscription").format(named)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query)
            connection.rollback()


def asked_days_ago(owner: Owner, person: str, days: int) -> str:
    """Put a question down that was asked so long ago; give what its link holds."""
    owner.execute(
        "insert into store.reach (person, unit, channel, code, asked, sent)"
        " select person, unit, 'sms', %(code)s,"
        " now() - make_interval(days => %(days)s), now()"
        " from store.person where person = %(person)s",
        {"code": sha256("the-link"), "days": days, "person": person},
    )
    return "the-link"


async def test_the_button_behind_a_link_says_that_somebody_was_reached(
    house: House, owner: Owner
):
    link = asked_days_ago(owner, COLLEAGUE, 8)
    proved = "select proved is not null from store.reach"
    stranger = await house.stranger()
    page = (await stranger.get(f"/reached/{link}")).text
    assert look(owner, proved) == [(False,)]  # a scanner of mail came as far
    found = TOKEN.search(page)
    assert found is not None
    fields = {"token": found[1], "code": link}
    answer = await stranger.client.post("/reached", data=fields)
    assert answer.status_code == 200
    assert "Dank u." in answer.text
    assert look(owner, proved) == [(True,)]


async def test_a_link_of_nobody_says_the_same_and_does_nothing(
    house: House, owner: Owner
):
    asked_days_ago(owner, COLLEAGUE, 8)
    stranger = await house.stranger()
    found = TOKEN.search((await stranger.get("/reached/another")).text)
    assert found is not None
    fields = {"token": found[1], "code": "another"}
    answer = await stranger.client.post("/reached", data=fields)
    assert "Dank u." in answer.text
    assert look(owner, "select proved from store.reach") == [(None,)]


@pytest.mark.parametrize(("days", "listed"), [(6, False), (8, True)])
async def test_who_does_not_answer_for_a_week_is_to_do(
    house: House, owner: Owner, days: int, *, listed: bool
):
    asked_days_ago(owner, COLLEAGUE, days)
    guest = await house.guest(OWNER)
    told = f"{COLLEAGUE} antwoordde niet op de test per SMS"
    assert (told in (await guest.get("/todo")).text) is listed
    owner.execute("update store.reach set proved = now()")
    assert told not in (await guest.get("/todo")).text
    owner.execute("update store.reach set proved = null")
    other = await house.guest("veenrand-coordinator")
    assert told not in (await other.get("/todo")).text
