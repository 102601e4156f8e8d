"""How long somebody is known: in one browser, while it is used, told when it ends."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from dashboard.parts import SESSION_COOKIE, cookie_name
from dashboard.session import browser_of
from dashboard.settings import Settings
from tests.dashboard.house import Guest, House
from tests.dashboard.town import COLLEAGUE, OUTSIDER, OWNER

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/{}.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"


async def left(house: House, minutes: float) -> None:
    """Let every session be one that nobody uses, for so long from now."""
    await house.town.pen.execute(
        "update store.session set idle = now() + make_interval(secs => %s)",
        [minutes * 60],
    )


async def stays(house: House) -> timedelta:
    row = await house.town.row("select max(idle) - now() as stays from store.session")
    length: timedelta = row["stays"]
    return length


async def looked(guest: Guest, path: str = "/live/") -> str:
    """Open a page's stream, and give its first event."""
    async with guest.client.stream("GET", path) as live:
        lines = live.aiter_lines()
        return await anext(lines)


async def watched_until(house: House, person: str, ago: str) -> None:
    """Let a page have watched until this person's sign-in ran out, so long ago."""
    await house.town.pen.execute(
        "update store.session set watched = now() - %(ago)s::interval,"
        " expires = now() - %(ago)s::interval where person = %(person)s",
        {"ago": ago, "person": person},
    )


async def test_a_session_that_nobody_uses_ends_before_its_hours_do(house: House):
    guest = await house.guest(OWNER)
    assert timedelta(minutes=29) < await stays(house) <= timedelta(minutes=30)
    await left(house, 0)
    answer = await guest.get("/")
    assert answer.status_code == 401
    assert "uw aanmelding is geëindigd" in answer.text


async def test_each_use_lets_it_stay(house: House):
    guest = await house.guest("cso")
    await left(house, 3)
    await guest.get("/")
    assert await stays(house) > timedelta(minutes=29)


async def test_it_is_not_written_down_at_every_request(house: House):
    guest = await house.guest("cso")
    await left(house, 29.5)
    await guest.get("/")
    assert await stays(house) < timedelta(minutes=29.5)


async def test_an_open_page_is_use_where_watching_is_the_work(house: House):
    for person in (OWNER, COLLEAGUE, "duinland-control-room"):
        guest = await house.guest(person)
        await left(house, 3)
        assert await looked(guest) == "event: truth"
        assert await stays(house) > timedelta(minutes=29), person


async def test_for_anybody_else_an_open_page_is_no_use(house: House):
    for person in ("administrator", "auditor", "cso"):
        guest = await house.guest(person)
        await left(house, 3)
        assert await looked(guest) == "event: truth"
        assert (await guest.get("/session")).status_code == 204
        assert await stays(house) < timedelta(minutes=3), person


async def test_who_idles_is_warned_and_stays_by_one_press(house: House):
    guest = await house.guest("administrator")
    await left(house, 4)
    async with guest.client.stream("GET", "/live/") as live:
        lines = live.aiter_lines()
        assert await anext(lines) == "event: truth"
        said = await anext(lines)
    assert "omdat u niets doet" in said
    assert "Ik ben er nog" in said
    assert "omdat u niets doet" not in (await guest.get("/")).text


async def test_what_can_be_read_is_shown_where_nothing_can_be_written(house: House):
    guest = await house.guest(OWNER)
    await left(house, 3)
    await house.town.pen.execute(
        "revoke update on store.session from wachtpost_dashboard"
    )
    assert (await guest.get("/")).status_code == 200


async def test_a_cookie_that_was_taken_away_ends_in_another_browser(house: House):
    guest = await house.stranger(**{"user-agent": CHROME.format(130)})
    await guest.sign_in(await house.link(OWNER))
    cookie = guest.client.cookies[SESSION_COOKIE]
    newer = await house.stranger(**{"user-agent": CHROME.format(131)})
    newer.client.cookies.set(SESSION_COOKIE, cookie)
    assert (await newer.get("/")).status_code == 200
    thief = await house.stranger(**{"user-agent": FIREFOX})
    thief.client.cookies.set(SESSION_COOKIE, cookie)
    assert (await thief.get("/")).status_code == 401
    assert (await guest.get("/")).status_code == 401
    row = await house.town.row(
        "select actor, subject, reason from store.audit where verb = 'sign_out'"
    )
    assert row == {"actor": OWNER, "subject": f"person:{OWNER}", "reason": "moved"}


def test_what_is_kept_of_a_browser_tells_nothing():
    one = browser_of(CHROME.format(130), b"key")
    assert one == browser_of(CHROME.format(131), b"key")
    assert one != browser_of(FIREFOX, b"key")
    assert one != browser_of(CHROME.format(130), b"other")
    assert len(one) == 64


async def test_over_tls_no_other_host_can_set_the_cookie(house: House):
    settings = {"database_url": "x", "address": "https://wachtpost.example"}
    secure = Settings.model_validate(settings)
    object.__setattr__(house.parts, "settings", secure)
    assert cookie_name(house.parts, SESSION_COOKIE) == "__Host-wachtpost"
    guest = await house.stranger()
    page = await guest.get("/sign-in")
    (door,) = page.headers.get_list("set-cookie")
    assert door.startswith("__Host-deur=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=strict"):
        assert part in door
    assert "Domain" not in door


async def test_a_sign_in_that_runs_out_at_a_desk_is_an_alarm_to_the_unit(house: House):
    desk, owner = await house.guest(COLLEAGUE), await house.guest(OWNER)
    assert await looked(desk) == "event: truth"
    calm = (await owner.get("/")).text
    await watched_until(house, COLLEAGUE, "1 minute")
    page = (await owner.get("/")).text
    assert "De aanmelding van de 24-uursdesk is om" in page
    assert 'data-sound="attention"' in page
    assert "De aanmelding van de" not in calm
    assert 'data-sound=""' in calm


async def test_nobody_elses_unit_is_told(house: House):
    await house.guest(COLLEAGUE)
    await watched_until(house, COLLEAGUE, "1 minute")
    for person in (OUTSIDER, "administrator", "cso", "duinland-control-room"):
        page = (await (await house.guest(person)).get("/")).text
        assert "De aanmelding van de" not in page, person


@pytest.mark.parametrize(
    "change",
    [
        b"watched = null",
        b"watched = now() - interval '1 hour'",
        b"ended = now() - interval '10 minutes'",
        b"expires = now() - interval '13 hours', watched = now() - interval '13 hours'",
        b"noticed = now()",
    ],
)
async def test_what_is_no_desk_left_alone_is_no_alarm(house: House, change: bytes):
    owner = await house.guest(OWNER)
    await house.guest(COLLEAGUE)
    await watched_until(house, COLLEAGUE, "1 minute")
    await house.town.pen.execute(
        b"update store.session set " + change + b" where person = %s", [COLLEAGUE]
    )
    assert "De aanmelding van de" not in (await owner.get("/")).text


async def test_it_is_over_when_somebody_of_that_role_signs_in(house: House):
    owner = await house.guest(OWNER)
    await house.guest(COLLEAGUE)
    await watched_until(house, COLLEAGUE, "1 minute")
    assert "De aanmelding van de" in (await owner.get("/")).text
    await house.guest(COLLEAGUE)
    assert "De aanmelding van de" not in (await owner.get("/")).text


async def test_who_has_seen_it_says_so_for_the_unit(house: House):
    owner, deputy = await house.guest(OWNER), await house.guest("duinland-deputy")
    outsider = await house.guest(OUTSIDER)
    await house.guest(COLLEAGUE)
    await watched_until(house, COLLEAGUE, "1 minute")
    assert (await outsider.post("/lapsed", role="desk")).status_code == 404
    assert (await owner.post("/lapsed", role="administrator")).status_code == 404
    assert "De aanmelding van de" in (await deputy.get("/")).text
    assert (await owner.post("/lapsed", role="desk")).status_code == 303
    assert "De aanmelding van de" not in (await deputy.get("/")).text
    assert (await owner.post("/lapsed", role="desk")).status_code == 404


async def test_a_page_that_outlives_its_sign_in_is_in_the_audit(house: House):
    guest = await house.guest(COLLEAGUE)
    async with asyncio.timeout(20), guest.client.stream("GET", "/live/") as live:
        lines = live.aiter_lines()
        assert await anext(lines) == "event: truth"
        await house.town.pen.execute("update store.session set expires = now()")
        await house.town.pen.execute("notify incident, 'duinland 0'")
        async for line in lines:
            if line == "event: ended":
                break
    row = await house.town.row(
        "select actor, unit, reason from store.audit where verb = 'sign_out'"
    )
    assert row == {"actor": COLLEAGUE, "unit": "duinland", "reason": "ran_out"}


async def test_signing_out_is_no_lapse(house: House):
    guest = await house.guest(COLLEAGUE)
    await looked(guest)
    answer: httpx.Response = await guest.post("/sign-out")
    assert answer.status_code == 303
    row = await house.town.row(
        "select actor, reason from store.audit where verb = 'sign_out'"
    )
    assert row == {"actor": COLLEAGUE, "reason": "by_hand"}
    assert "De aanmelding" not in (await (await house.guest(OWNER)).get("/")).text
