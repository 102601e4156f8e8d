"""Every look, act and refusal stands in the chain, in whoever's name it was."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

import dashboard.audit
from collector.errors import ForbiddenError
from collector.keep.audit import Entry, note
from collector.query import Queries
from dashboard import act, blob, own_passkey, pages
from dashboard.audit import Noted
from tests.dashboard.house import Guest, House, opened
from tests.dashboard.test_live import events
from tests.dashboard.test_walls import FILM
from tests.dashboard.town import COLLEAGUE, HAVEN, KIT, OUTSIDER, OWNER, Town

PHOTO = b"\xff\xd8\xffpicture"
MOST = 50


async def entries(house: House, *columns: str) -> list[tuple[Any, ...]]:
    """Give what came since `anew`, without comings and goings of people."""
    wanted = ", ".join(columns or ("actor", "verb", "object", "result"))
    cursor = await house.town.pen.execute(
        f"select {wanted} from store.audit"  # noqa: S608  # our own words
        " where verb not in ('sign_in', 'sign_out') order by entry"
    )
    return await cursor.fetchall()


async def anew(house: House) -> None:
    await house.town.pen.execute("delete from store.audit")


async def visitor(house: House, person: str = OWNER) -> Guest:
    """Let somebody sign in, and forget how he came."""
    guest = await house.guest(person)
    await anew(house)
    return guest


@pytest.mark.parametrize(
    ("path", "named", "about"),
    [
        ("/", "unit:duinland", None),
        (f"/site/{HAVEN}", f"site:{HAVEN}", f"site:{HAVEN}"),
        (f"/site/{KIT}", f"site:{KIT}", f"site:{KIT}"),
        (f"/site/{HAVEN}/events", f"site:{HAVEN}", f"site:{HAVEN}"),
        (f"/site/{HAVEN}/measurements", f"site:{HAVEN}", f"site:{HAVEN}"),
    ],
)
async def test_a_page_that_is_looked_at_is_one_entry_about_its_place(
    house: House, path: str, named: str, about: str | None
):
    guest = await visitor(house)
    assert (await guest.get(path)).status_code == 200
    found = await entries(house, "actor", "role", "actor_unit", "verb", "object")
    assert found == [(OWNER, "coordinator", "duinland", "consult", named)]
    assert await entries(house, "subject", "result") == [(about, "done")]


async def test_an_incident_its_picture_and_its_clip_are_about_their_place(
    house: House,
):
    digest = await house.town.picture(HAVEN, PHOTO)
    clip = await house.town.clip(await house.town.covered(), FILM)
    await house.keep_blobs()
    incident = await house.town.intrusion(picture=digest)
    guest = await visitor(house)
    for path in (f"/incident/{incident}", f"/picture/{digest}", f"/clip/{clip}"):
        assert (await guest.get(path)).status_code == 200
    assert await entries(house, "object", "subject", "unit") == [
        (f"incident:{incident}", f"site:{HAVEN}", "duinland"),
        (f"picture:{digest}", f"site:{HAVEN}", "duinland"),
        (f"clip:{clip}", f"site:{HAVEN}", "duinland"),
    ]


async def test_where_it_came_from_is_a_keyed_hash(house: House):
    guest = await visitor(house)
    await guest.get("/")
    ((origin,),) = await entries(house, "origin")
    assert len(origin) == 64
    assert "127.0.0.1" not in str(await entries(house, "*"))


async def test_a_page_counts_each_time_and_what_it_asks_by_itself_once(house: House):
    guest = await visitor(house)
    for _ in range(2):
        await guest.get(f"/site/{HAVEN}")
        await guest.get(f"/site/{HAVEN}/measurements")
        async with guest.client.stream("GET", f"/live/site/{HAVEN}") as live:
            assert live.status_code == 200
    assert len(await entries(house)) == 2


async def test_a_live_part_without_its_page_is_a_look_as_well(house: House):
    guest = await visitor(house)
    for _ in range(3):
        async with guest.client.stream("GET", f"/live/site/{KIT}") as live:
            assert live.status_code == 200
    assert await entries(house) == [(OWNER, "consult", f"site:{KIT}", "done")]


async def test_who_may_not_look_is_named_with_what_he_wanted_to_see(house: House):
    incident = await house.town.panic()
    guest = await visitor(house, OUTSIDER)
    for path in (f"/site/{KIT}", f"/incident/{incident}", f"/live/site/{KIT}"):
        assert (await guest.get(path)).status_code == 404
    assert await entries(house, "actor", "object", "subject", "result", "reason") == [
        (OUTSIDER, what, f"site:{KIT}", "refused", "refused.not_found")
        for what in (f"site:{KIT}", f"incident:{incident}", f"site:{KIT}")
    ]


async def test_nonsense_is_noted_and_bounded(house: House):
    guest = await visitor(house)
    for path in ("/incident/x", f"/site/{'y' * 3000}", "/picture/z"):
        assert (await guest.get(path)).status_code == 404
    found = await entries(house, "object", "result")
    assert [row[1] for row in found] == ["refused"] * 3
    assert max(len(row[0]) for row in found) == 120


async def test_an_act_is_one_entry_in_its_own_transaction(house: House):
    incident = await house.town.panic()
    guest = await visitor(house)
    await guest.post(f"/incident/{incident}/take")
    found = await entries(house, "verb", "object", "subject", "reason", "result")
    what, about = f"incident:{incident}", f"site:{KIT}"
    assert found == [("change", what, about, "take", "done")]


async def test_an_act_that_was_too_late_is_a_refusal_and_nothing_else(house: House):
    incident = await house.town.panic()
    other, guest = await house.guest(COLLEAGUE), await house.guest(OWNER)
    await other.post(f"/incident/{incident}/take")
    await anew(house)
    assert (await guest.post(f"/incident/{incident}/take")).status_code == 409
    assert await entries(house, "actor", "verb", "result", "reason") == [
        (OWNER, "change", "refused", "refused.taken")
    ]


async def test_a_forged_form_is_noted(house: House):
    incident = await house.town.panic()
    guest = await visitor(house)
    guest.token = "0" * 64
    assert (await guest.post(f"/incident/{incident}/take")).status_code == 403
    assert await entries(house, "object", "reason") == [
        (f"incident:{incident}", "refused.forged")
    ]


async def test_what_cannot_be_noted_is_not_shown(house: House):
    guest = await visitor(house)
    await house.town.pen.execute(
        "revoke execute on function store.audit_look(text, text, text, text, boolean)"
        " from wachtpost_dashboard"
    )
    answer = await guest.get(f"/site/{KIT}")
    assert answer.status_code == 503
    assert "7F3K" not in answer.text


async def test_alarms_are_shown_where_there_is_no_room_to_note_it(house: House):
    incident = await house.town.panic()
    guest = await visitor(house)
    await house.town.pen.execute(
        "create function no_room() returns trigger language plpgsql as"
        " $$ begin raise disk_full; end $$;"
        "create trigger no_room before insert on store.audit"
        " for each row execute function no_room()"
    )
    for path in ("/", f"/incident/{incident}"):
        assert "7F3K-QG" in (await guest.get(path)).text
    assert (await guest.get(f"/site/{KIT}")).status_code == 503


async def homes(house: House, number: int) -> list[str]:
    """Let the unit have so many more kits."""
    names = [f"h{secrets.token_hex(4)}" for _ in range(number)]
    for name in names:
        await house.town.pen.execute(
            "insert into store.site (site, unit, kind, kit, time_zone)"
            " values (%s, 'duinland', 'home', %s, 'Europe/Amsterdam')",
            [name, name],
        )
    return names


async def test_more_than_fifty_kits_an_hour_are_stopped_and_reported_a32(
    house: House,
):
    kits = await homes(house, MOST + 2)
    incident = await house.town.panic()
    guest = await visitor(house)
    for kit in kits[:MOST]:
        assert (await guest.get(f"/site/{kit}")).status_code == 200
    stopped = await guest.get(f"/site/{kits[MOST]}")
    assert stopped.status_code == 429
    assert "meer dan 50 kits" in stopped.text
    assert kits[MOST] not in stopped.text
    assert (await guest.get(f"/live/site/{kits[MOST + 1]}")).status_code == 429
    told = await house.town.pen.execute("select sort, person from store.attention")
    assert await told.fetchall() == [("too_many_looks", OWNER)]
    refused = (await entries(house, "result", "reason", "object"))[-2:]
    assert refused == [
        ("refused", "too_many", f"site:{kit}") for kit in kits[MOST : MOST + 2]
    ]
    # An open incident never is, nor a station, nor what he had opened already.
    for path in (f"/incident/{incident}", f"/site/{HAVEN}", f"/site/{kits[0]}", "/"):
        assert (await guest.get(path)).status_code == 200
    other = await house.guest(COLLEAGUE)
    assert (await other.get(f"/site/{kits[MOST]}")).status_code == 200
    await house.town.pen.execute(
        "update store.audit set at = at - interval '1 hour' where actor = %s", [OWNER]
    )
    assert (await guest.get(f"/site/{kits[MOST]}")).status_code == 200


async def test_all_at_once_are_no_more_than_one_after_another_a32(house: House):
    kits = await homes(house, MOST + 10)
    guest = await visitor(house)
    answers = await asyncio.gather(*(guest.get(f"/site/{kit}") for kit in kits))
    assert sorted(one.status_code for one in answers) == [200] * MOST + [429] * 10


async def open_many(house: House) -> None:
    """Have the coordinator have opened as many kits as one may."""
    for kit in await homes(house, MOST):
        await house.town.pen.execute(
            "insert into store.audit (entry, at, actor, role, verb, object, result,"
            " prev, hash) select coalesce(max(entry), 0) + 1, now(), %s, 'coordinator',"
            " 'consult', %s, 'done', '', '' from store.audit",
            [OWNER, f"site:{kit}"],
        )


async def test_closed_incidents_of_kits_count_as_their_kits(house: House):
    await open_many(house)
    incident = await house.town.panic()
    guest = await house.guest(OWNER)
    assert (await guest.get(f"/incident/{incident}")).status_code == 200
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    await guest.post(f"/incident/{incident}/resolve", outcome="false", sentence="x")
    assert (await guest.get(f"/incident/{incident}")).status_code == 429


@pytest.mark.parametrize("router", [pages.routes, blob.routes])
def test_whatever_shows_something_is_noted(router: Any):
    assert {type(route) for route in router.routes} == {Noted}


@pytest.mark.parametrize("router", [act.routes, own_passkey.routes])
def test_whatever_else_there_is_changes_or_is_ones_own(router: Any):
    shown = {
        route.path
        for route in router.routes
        if "GET" in route.methods and not isinstance(route, Noted)
    }
    assert shown <= {"/passkeys", "/confirm"}


def spellings(number: int) -> tuple[str, ...]:
    """Write a number in ways that a lenient reader takes for it."""
    wide = "".join(chr(0xFF10 + int(digit)) for digit in str(number))  # full width
    return (
        f"+{number}",
        f"{number}.0",
        f"%20{number}",
        f"{number}%20",
        f"{number}%0A",
        f"0_{number}",
        f"00{number}",
        f"-{number}",
        f"{number}e0",
        wide,
    )


async def test_a_number_has_one_name_a32(house: House):
    """Under another the look would be about nobody, and count for nothing."""
    incident = await house.town.panic()
    guest = await visitor(house)
    numbered = [
        (method, route.path)
        for router in (pages.routes, blob.routes, act.routes, own_passkey.routes)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if any(one.field_info.annotation is int for one in route.dependant.path_params)
    ]
    assert len(numbered) == 11
    for method, path in numbered:
        for name in spellings(incident):
            here = path.format(incident=name, attention=name)
            fields = {"token": guest.token, "to": "role:desk", "step": "x"}
            answer = await guest.client.request(method, here, data=fields)
            assert answer.status_code == 404, (method, here)
    assert {row[0] for row in await entries(house, "result")} == {"refused"}


@pytest.mark.parametrize("what", ["incident:+1", "incident:4711", "site:x", "clip:0"])
async def test_a_look_at_nothing_is_no_look(house: House, what: str):
    look = Queries(Path(dashboard.audit.__file__).parent / "sql")["audit_look"]
    named = {"verb": "consult", "reason": None, "origin": None, "again": False}
    with pytest.raises(ForbiddenError, match="something that there is"):
        async with house.parts.database.transaction(OWNER) as transaction:
            await transaction.one(look, object=what, **named)


async def test_alarms_are_shown_where_somebody_holds_the_chain(house: House):
    incident = await house.town.panic()
    guest = await visitor(house)
    async with house.town.collector.transaction() as transaction:
        await note(transaction, Entry("collect", "x:1"))
        for path in ("/", f"/incident/{incident}"):
            assert "7F3K-QG" in (await guest.get(path)).text
        assert (await guest.get(f"/site/{KIT}")).status_code == 503


async def about_kit(house: House) -> list[tuple[Any, ...]]:
    return [
        row[:2]
        for row in await entries(house, "actor", "object", "subject")
        if row[2] == f"site:{KIT}"
    ]


async def test_a_household_sees_who_saw_its_incident_among_others(house: House):
    guest = await visitor(house)
    await guest.get("/")
    assert await about_kit(house) == []
    incident = await house.town.panic()
    await house.town.intrusion()
    for _ in range(2):
        await guest.get("/")
    assert await about_kit(house) == [(OWNER, "unit:duinland")]
    await house.town.pen.execute(
        "update store.audit set at = at - interval '16 minutes'"
    )
    async with guest.client.stream("GET", "/live/") as live:
        await anext(live.aiter_lines())
    assert await about_kit(house) == [(OWNER, "unit:duinland")] * 2
    await house.town.pen.execute(
        "update store.incident set state = 'resolved', resolved = now(), owner = %s,"
        " acknowledged = now(), outcome = 'false', sentence = 'x' where incident = %s",
        [OWNER, incident],
    )
    other = await house.guest(COLLEAGUE)
    await other.get("/")
    assert (await about_kit(house))[-1] == (COLLEAGUE, "unit:duinland")
    room = await house.guest("duinland-control-room")
    await house.town.panic()
    await room.get("/")
    assert (await about_kit(house))[-1] == (
        "duinland-control-room",
        "page:control_room",
    )


async def test_who_goes_on_watching_is_noted_ever_again_and_stopped_a32(
    database_url: Callable[[str], str], town: Town, tmp_path: Path
):
    later = [timedelta()]

    def now() -> datetime:
        return datetime.now(UTC) + later[0]

    async with opened(database_url, town, tmp_path, now=now) as house:
        guest = await visitor(house)
        stream_ = events(guest, f"/live/site/{KIT}")
        assert (await anext(stream_))[0] == "truth"
        for quarters in (1, 2):
            await house.town.pen.execute(
                "update store.audit set at = at - interval '15 minutes'"
            )
            later[0] = quarters * timedelta(minutes=15)
            async for name, *_ in stream_:
                if name == "truth":
                    break
            assert len(await entries(house)) == 1 + quarters
        await open_many(house)
        await house.town.pen.execute(
            "delete from store.audit where object = %s", [f"site:{KIT}"]
        )
        later[0] = timedelta(minutes=45)
        names = [name async for name, *_ in stream_]
        assert names[-1] == "gone"
        assert "truth" not in names
