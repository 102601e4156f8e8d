"""Signing in: a link that works once, and refusals that tell nothing."""

import asyncio
from datetime import timedelta

import pytest

from dashboard.asker import form_token, sha256
from dashboard.errors import PersonUnknownError
from dashboard.parts import LANGUAGE_COOKIE, SESSION_COOKIE
from dashboard.refusal import DELAY_MAX_S, REMEMBERED_MOST, delay_after, origin_of
from dashboard.sign_in import make_link
from tests.dashboard.house import TOKEN, House
from tests.dashboard.town import OWNER


def secret_of(address: str) -> str:
    return address.rpartition("/")[2]


async def test_a_link_signs_in_and_asks_to_test_the_sound(house: House):
    guest = await house.stranger()
    answer = await guest.sign_in(await house.link(OWNER))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sound?to=%2F"
    assert "Test het geluid" in (await guest.get("/sound")).text
    assert "Eenheid Duinland" in (await guest.get("/")).text


async def test_a_mail_scanner_that_opens_the_link_does_not_use_it_up(house: House):
    address = await house.link(OWNER)
    for _ in range(3):
        assert (await (await house.stranger()).get(address)).status_code == 200
    assert (await (await house.stranger()).sign_in(address)).status_code == 303


async def test_used_expired_invented_and_removed_links_are_refused_alike(house: House):
    used, expired = await house.link(OWNER), await house.link(OWNER)
    removed = await house.link("duinland-deputy")
    await (await house.stranger()).sign_in(used)
    pen = house.town.pen
    await pen.execute(
        "update store.sign_in_link set expires = now() where link = %s",
        [sha256(secret_of(expired))],
    )
    await pen.execute(
        "update store.person set removed = now() where person = 'duinland-deputy'"
    )
    invented = f"{house.address}/sign-in/{'x' * 43}"
    answers = [
        await (await house.stranger()).sign_in(address)
        for address in (used, expired, invented, removed)
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    assert "Deze link werkt niet (meer)" in answers[0].text
    refused = await house.town.row("select count(*) as n from store.sign_in_refusal")
    assert refused["n"] == 4


async def test_the_page_of_an_invented_link_looks_like_that_of_a_good_one(house: House):
    good = await (await house.stranger()).get(await house.link(OWNER))
    bad = await (await house.stranger()).get(f"/sign-in/{'x' * 43}")
    assert bad.status_code == good.status_code

    def bare(text: str) -> list[str]:
        return [line for line in text.splitlines() if 'type="hidden"' not in line]

    assert bare(good.text) == bare(bad.text)


@pytest.mark.parametrize(
    ("refusals", "seconds"),
    [(0, 0.0), (2, 0.0), (3, 1.0), (4, 2.0), (6, 8.0), (20, DELAY_MAX_S)],
)
def test_guessing_is_slowed_down_ever_more(refusals: int, seconds: float):
    assert delay_after(refusals) == seconds


async def test_after_three_refusals_an_origin_waits_and_is_never_shut_out(
    house: House,
):
    guest = await house.stranger()
    page = (await guest.get("/sign-in/x")).text
    for _ in range(REMEMBERED_MOST + 1):
        await guest.post_sign_in(page, "x" * 43)
    assert house.slow.waits[:6] == [0.0, 0.0, 0.0, 1.0, 2.0, 4.0]
    good = await guest.sign_in(await house.link(OWNER))
    assert good.status_code == 303
    assert house.slow.waits[-1] == DELAY_MAX_S


async def test_guessing_many_at_once_is_slowed_down_as_one_after_the_other(
    house: House,
):
    guest = await house.stranger()
    page = (await guest.get("/sign-in/x")).text
    guesses = [guest.post_sign_in(page, f"{n:043}") for n in range(8)]
    answers = await asyncio.gather(*guesses)
    assert {answer.status_code for answer in answers} == {403}
    assert sorted(house.slow.waits) == [0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 8.0]


async def test_a_link_that_comes_twice_at_once_signs_in_once(house: House):
    address = await house.link(OWNER)
    guests = [await house.stranger() for _ in range(4)]
    answers = await asyncio.gather(*(guest.sign_in(address) for guest in guests))
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403]
    made = await house.town.row("select count(*) as n from store.session")
    assert made["n"] == 1


async def test_who_gets_in_has_not_been_refused(house: House):
    await (await house.stranger()).sign_in(await house.link(OWNER))
    left = await house.town.row("select count(*) as n from store.sign_in_refusal")
    assert left["n"] == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("unix:", "", False),
    ],
)
def test_who_has_many_addresses_is_one_origin(one: str, other: str, same: bool):  # noqa: FBT001  # a parameter of the table
    assert (origin_of(one, b"key") == origin_of(other, b"key")) is same


async def test_a_slowed_origin_still_gets_in_with_a_good_link(house: House):
    guest = await house.stranger()
    page = (await guest.get("/sign-in/x")).text
    for _ in range(4):
        await guest.post_sign_in(page, "x" * 43)
    assert (await guest.sign_in(await house.link(OWNER))).status_code == 303
    assert house.slow.waits[-1] == 2.0


async def test_refusals_are_forgotten_after_a_quarter_of_an_hour(house: House):
    guest = await house.stranger()
    page = (await guest.get("/sign-in/x")).text
    for _ in range(5):
        await guest.post_sign_in(page, "x" * 43)
    await house.town.pen.execute(
        "update store.sign_in_refusal set at = now() - interval '16 minutes'"
    )
    await guest.sign_in(await house.link(OWNER))
    assert house.slow.waits[-1] == 0.0
    left = await house.town.row("select count(*) as n from store.sign_in_refusal")
    assert left["n"] == 0


async def test_neither_address_nor_secret_is_stored(house: House):
    address = await house.link(OWNER)
    guest = await house.stranger()
    await guest.sign_in(address)
    page = (await guest.get("/sign-in/x")).text
    await guest.post_sign_in(page, "x" * 43)
    secrets = {secret_of(address), guest.client.cookies[SESSION_COOKIE], "127.0.0.1"}
    stored = await house.town.row(
        """select concat((select jsonb_agg(l) from store.sign_in_link l),
                         (select jsonb_agg(s) from store.session s),
                         (select jsonb_agg(r) from store.sign_in_refusal r)) as all"""
    )
    assert not [secret for secret in secrets if secret in stored["all"]]
    assert origin_of("127.0.0.1", house.parts.key) in stored["all"]
    assert origin_of("127.0.0.1", b"another") not in stored["all"]


async def test_the_session_cookie_is_out_of_reach(house: House):
    answer = await (await house.stranger()).sign_in(await house.link(OWNER))
    (cookie,) = [
        line
        for line in answer.headers.get_list("set-cookie")
        if line.startswith(SESSION_COOKIE) and "Max-Age=0" not in line
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie  # a link in a message leads here
    assert "Secure" not in cookie  # on this machine itself only; see test_settings


async def test_signing_out_ends_the_session_wherever_its_cookie_lies(house: House):
    guest = await house.guest(OWNER)
    thief = await house.stranger()
    thief.client.cookies.set(SESSION_COOKIE, guest.client.cookies[SESSION_COOKIE])
    assert (await thief.get("/")).status_code == 200
    assert (await guest.post("/sign-out")).headers["location"] == "/signed-out"
    assert (await thief.get("/")).status_code == 401
    assert "U bent afgemeld" in (await guest.get("/signed-out")).text


async def test_a_session_ends_by_itself_and_says_so_before(house: House):
    guest = await house.guest(OWNER)
    await house.town.pen.execute(
        "update store.session set expires = now() + interval '10 minutes'"
    )
    assert "Uw aanmelding eindigt om" in (await guest.get("/")).text
    await house.town.pen.execute("update store.session set expires = now()")
    answer = await guest.get("/")
    assert answer.status_code == 401
    assert "uw aanmelding is geëindigd" in answer.text
    assert (await guest.get("/session")).status_code == 401


async def test_nobody_gets_in_with_an_invented_session(house: House):
    stranger = await house.stranger()
    stranger.client.cookies.set(SESSION_COOKIE, "x" * 43)
    assert (await stranger.get("/")).status_code == 401
    assert (await stranger.get("/session")).status_code == 401


async def test_a_link_for_nobody_is_not_made(house: House):
    with pytest.raises(PersonUnknownError, match="there is no person 'nobody'"):
        await make_link(house.parts.database, "nobody", 15)


async def test_the_door_refuses_a_form_that_it_did_not_give(house: House):
    link = secret_of(await house.link(OWNER))
    guest = await house.stranger()
    token = TOKEN.findall((await guest.get(f"/sign-in/{link}")).text)[0]
    other = await house.stranger()
    forged = await other.client.post("/sign-in", data={"token": token, "link": link})
    empty = form_token("")
    bare = await other.client.post("/sign-in", data={"token": empty, "link": link})
    assert (forged.status_code, bare.status_code) == (403, 403)
    assert (
        await guest.post_sign_in((await guest.get("/sign-in/x")).text, link)
    ).is_redirect


async def test_a_person_reads_the_own_language_until_switching_it(house: House):
    guest = await house.guest("veenrand-desk")
    assert "Open incidents" in (await guest.get("/")).text
    answer = await guest.post("/language", language="nl", back="/site/bureau-plein")
    assert answer.headers["location"] == "/site/bureau-plein"
    assert guest.client.cookies[LANGUAGE_COOKIE] == "nl"
    assert "Open incidenten" in (await guest.get("/")).text


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://x", ""])
async def test_the_language_switch_leads_nowhere_else(house: House, back: str):
    guest = await house.guest(OWNER)
    answer = await guest.post("/language", language="en", back=back)
    assert answer.headers["location"] == "/"


async def test_the_sign_in_lasts_as_long_as_was_set(house: House):
    await house.guest(OWNER)
    row = await house.town.row("select expires - made as length from store.session")
    assert row["length"] == timedelta(hours=house.parts.settings.session_hours)


async def test_a_forged_form_at_the_door_is_in_the_audit_once(house: House):
    stranger = await house.stranger()
    paths = ("/sign-in", "/sign-in/passkey", "/sign-in/passkey/options")
    for path in paths * 2:
        forged = {"token": "0" * 64, "link": "x", "answer": "x"}
        assert (await stranger.client.post(path, data=forged)).status_code == 403
    entries = await house.town.pen.execute(
        "select actor, object, result, origin from store.audit where verb = 'sign_in'"
    )
    here = origin_of("127.0.0.1", house.parts.key)
    told = ("stranger", "session:form", "refused", here)
    assert await entries.fetchall() == [told]
    assert (await stranger.sign_in(await house.link(OWNER))).status_code == 303
    assert house.slow.waits == [0.0]
