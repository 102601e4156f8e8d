"""Passkeys: made after a link, used once each time, and every lie is refused alike."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from dashboard.asker import FRESH
from dashboard.ceremony import Fresh, base64url
from dashboard.form import TEXT_MOST
from dashboard.page import QUERIES
from dashboard.parts import SESSION_COOKIE
from dashboard.passkey import (
    CHALLENGES_MOST,
    CROWD,
    PASSKEYS_MOST,
    device_name,
    enrol,
)
from dashboard.refusal import DELAY_MAX_S, REMEMBERED_MOST, account_of, origin_of
from dashboard.session import asker_of, lasts
from dashboard.sign_in import shut_out
from tests.dashboard.authenticator import PRESENT, VERIFIED, Lies
from tests.dashboard.house import TOKEN, House
from tests.dashboard.town import COLLEAGUE, HAVEN, OUTSIDER, OWNER

THIEF = generate_private_key(SECP256R1())
LIES = {
    "another origin": Lies(origin="https://evil.example"),
    "another port of this machine": Lies(origin="http://localhost:1"),
    "another domain": Lies(domain="evil.example"),
    "no finger, face or PIN": Lies(flags=PRESENT),
    "nobody there": Lies(flags=VERIFIED),
    "a challenge that is not ours": Lies(challenge=base64url(b"x" * 32)),
    "an answer to something else": Lies(sort="payment.get"),
    "inside another page": Lies(cross_origin=True),
}
USED = {
    **LIES,
    "another key": Lies(signed_by=THIEF),
    "another person's handle": Lies(handle=base64url(b"y" * 32)),
    "no handle": Lies(handle=""),
}
FORMS = (
    "/sign-in/passkey/options",
    "/sign-in/passkey",
    "/passkeys",
    "/passkeys/options",
    "/passkeys/rename",
    "/passkeys/revoke",
    "/confirm",
    "/confirm/options",
)
LED_AWAY = ("//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "x")


def answering(passkey: str, challenge: str = "x") -> str:
    """Give an answer with such an id to such a challenge."""
    said = base64url(json.dumps({"challenge": challenge}).encode())
    return json.dumps({"id": passkey, "response": {"clientDataJSON": said}})


JUNK = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "7",
    "wrong types": '{"id": 7, "response": {"clientDataJSON": []}}',
    "no response": '{"id": "x"}',
    "client data of nothing": '{"id": "x", "response": {"clientDataJSON": ""}}',
    "client data that is no base64": '{"id": "x", "response": {"clientDataJSON": "é"}}',
    "deep": "[" * 3_900,
    "an id with a NUL": answering("x\0"),
    "an id that is no base64url": answering("x/+="),
    "an id with a line's end": answering("x\n"),
    "an id of nothing": answering(""),
    "a challenge with a NUL": answering("x", "x\0"),
    "a challenge that is a surrogate": answering("x", "\ud800"),
    "a lone surrogate": '{"id": "\\ud800", "response": {"clientDataJSON": "e30"}}',
}


async def stored(house: House) -> Mapping[str, object]:
    """Give everything that a refused answer may not change."""
    return await house.town.row(
        """select (select jsonb_agg(p order by passkey) from store.passkey p) as keys,
                  (select jsonb_agg(session order by session) from store.session
                    where ended is null) as sessions"""
    )


def sentence(answer: httpx.Response) -> str:
    (said,) = [line for line in answer.text.splitlines() if 'role="alert"' in line]
    return said


async def forgive(house: House) -> None:
    """Forget what was refused at this machine's address, and at no account."""
    here = origin_of("127.0.0.1", house.parts.key)
    await house.town.pen.execute(
        "delete from store.sign_in_refusal where origin = %s", [here]
    )


async def aged(house: House) -> None:
    """Let every proof be too old for what is sensitive."""
    await house.town.pen.execute(
        "update store.session set proven = proven - %s", [FRESH]
    )


async def test_who_came_by_a_link_makes_a_passkey_and_comes_back_with_it(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.stranger()
    answer = await guest.come_in(device)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sound?to=%2F"
    assert "Eenheid Duinland" in (await guest.get("/")).text
    row = await house.town.row(
        "select how, passkey from store.session order by made desc limit 1"
    )
    assert row == {"how": "passkey", "passkey": device.passkey}


async def test_what_is_stored_of_a_passkey_opens_nothing(house: House):
    device = await house.passkey_of(OWNER)
    row = await house.town.row("select person, handle, name from store.passkey")
    assert row == {"person": OWNER, "handle": device.handle, "name": "Telefoon"}
    assert OWNER not in device.handle
    assert await house.town.row("select 1 from store.challenge") == {}


async def test_nobody_types_a_name_and_none_is_told(house: House):
    await house.passkey_of(OWNER)
    _, options = await (await house.stranger()).options()
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"
    assert OWNER not in json.dumps(options)


async def test_making_a_passkey_ends_the_session_of_the_link(house: House):
    guest = await house.guest(OWNER)
    before = guest.client.cookies[SESSION_COOKIE]
    await guest.enrol(house.device())
    assert guest.client.cookies[SESSION_COOKIE] != before
    thief = await house.stranger()
    thief.client.cookies.set(SESSION_COOKIE, before)
    assert (await thief.get("/")).status_code == 401
    assert (await guest.get("/")).status_code == 200


async def test_a_lie_at_the_door_lets_nobody_in_and_changes_nothing(house: House):
    device = await house.passkey_of(OWNER)
    before = await stored(house)
    guest = await house.stranger()
    for lie, told in USED.items():
        answer = await guest.come_in(device, told)
        assert answer.status_code == 403, lie
        assert "Deze passkey werkt hier niet (meer)" in sentence(answer), lie
        assert SESSION_COOKIE not in guest.client.cookies, lie
    assert await stored(house) == before
    assert (await guest.come_in(device)).status_code == 303


async def test_no_passkey_is_kept_that_was_made_with_a_lie(house: House):
    guest = await house.guest(OWNER)
    before = await stored(house)
    for lie, told in LIES.items():
        answer = await guest.enrol(house.device(), told)
        assert answer.status_code == 403, lie
        assert "Deze passkey werkt hier niet (meer)" in sentence(answer), lie
    assert await stored(house) == before


async def test_every_refusal_at_the_door_looks_the_same(house: House):
    device = await house.passkey_of(OWNER)
    unknown = replace(house.device(), handle=device.handle)
    answers = [
        await (await house.stranger()).come_in(each, lie)
        for each, lie in ((device, Lies(signed_by=THIEF)), (unknown, Lies()))
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


async def test_junk_is_refused_like_a_lie(house: House):
    guest, inside = await house.stranger(), await house.guest(OWNER)
    token, _ = await guest.options()
    for what, junk in JUNK.items():
        fields = {"token": token, "answer": junk}
        at_door = await guest.client.post("/sign-in/passkey", data=fields)
        made = await inside.post("/passkeys", name="x", answer=junk)
        again = await inside.post("/confirm", answer=junk)
        statuses = [answer.status_code for answer in (at_door, made, again)]
        assert statuses == [403, 403, 403], what
        await forgive(house)
    assert (await house.town.row("select count(*) as n from store.passkey"))["n"] == 0


async def test_an_answer_that_is_longer_than_any_is_refused(house: House):
    guest = await house.guest(OWNER)
    long = await guest.post("/passkeys", name="x", answer="x" * (TEXT_MOST + 1))
    huge = await guest.post("/passkeys", name="x", answer="x" * 70_000)
    assert (long.status_code, huge.status_code) == (422, 413)


async def test_an_answer_works_once(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.stranger()
    token, options = await guest.options()
    fields = {"token": token, "answer": device.use(options)}
    first = await guest.client.post("/sign-in/passkey", data=fields)
    (door,) = TOKEN.findall((await guest.get("/sign-in")).text)
    again = await guest.client.post("/sign-in/passkey", data={**fields, "token": door})
    assert (first.status_code, again.status_code) == (303, 403)


async def test_an_answer_that_comes_many_times_at_once_works_once(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.stranger()
    token, options = await guest.options()
    fields = {"token": token, "answer": device.use(options)}
    posts = [guest.client.post("/sign-in/passkey", data=fields) for _ in range(4)]
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403]


async def test_an_answer_is_good_in_the_browser_that_was_asked_alone(house: House):
    device = await house.passkey_of(OWNER)
    _, options = await (await house.stranger()).options()
    thief = await house.stranger()
    token, _ = await thief.options()
    fields = {"token": token, "answer": device.use(options)}
    answer = await thief.client.post("/sign-in/passkey", data=fields)
    assert answer.status_code == 403


async def test_an_answer_of_one_purpose_is_none_of_another(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    options = (await guest.post("/confirm/options")).json()
    made = await guest.post("/passkeys", name="x", answer=device.use(options))
    assert made.status_code == 403
    options = (await guest.post("/passkeys/options")).json()
    asked = {"challenge": options["challenge"], "rpId": options["rp"]["id"]}
    confirmed = await guest.post("/confirm", answer=device.use(asked))
    assert confirmed.status_code == 403


async def test_an_answer_that_comes_too_late_is_refused(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.stranger()
    token, options = await guest.options()
    await house.town.pen.execute("update store.challenge set expires = now()")
    fields = {"token": token, "answer": device.use(options)}
    assert (await guest.client.post("/sign-in/passkey", data=fields)).status_code == 403


async def test_a_copy_of_a_counting_key_is_found_by_its_count(house: House):
    device = await house.passkey_of(OWNER, count=5)
    copy = replace(device)
    device.count = 7
    assert (await (await house.stranger()).come_in(device)).status_code == 303
    copy.count = 6
    assert (await (await house.stranger()).come_in(copy)).status_code == 403
    device.count = 8
    assert (await (await house.stranger()).come_in(device)).status_code == 303


async def test_a_device_that_is_known_already_is_not_made_twice(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    options = (await guest.post("/passkeys/options")).json()
    assert [each["id"] for each in options["excludeCredentials"]] == [device.passkey]
    assert options["user"]["id"] == device.handle
    assert (await guest.enrol(device)).status_code == 403
    other = await house.guest(COLLEAGUE)
    assert (await other.enrol(device)).status_code == 403
    row = await house.town.row("select person from store.passkey")
    assert row == {"person": OWNER}


async def test_a_person_may_have_several_but_not_any_number(house: House):
    guest = await house.guest(OWNER)
    devices = [house.device() for _ in range(PASSKEYS_MOST)]
    for device in devices:
        assert (await guest.enrol(device)).status_code == 303
        await guest.learn_token()
    refused = await guest.post("/passkeys/options")
    assert refused.status_code == 422
    assert "Trek er eerst een in" in refused.text
    for device in (devices[0], devices[-1]):
        assert (await (await house.stranger()).come_in(device)).status_code == 303


async def test_a_revoked_passkey_opens_nothing_and_ends_what_it_began(house: House):
    device = await house.passkey_of(OWNER)
    elsewhere = await house.stranger()
    await elsewhere.come_in(device)
    guest = await house.guest(OWNER)
    answer = await guest.post("/passkeys/revoke", passkey=device.passkey)
    assert answer.headers["location"] == "/passkeys"
    assert (await elsewhere.get("/")).status_code == 401
    assert (await (await house.stranger()).come_in(device)).status_code == 403
    assert (await guest.get("/")).status_code == 200


async def test_who_revokes_the_one_in_use_is_signed_out(house: House):
    device = house.device()
    guest = await house.guest(OWNER)
    await guest.enrol(device)
    await guest.learn_token()
    page = (await guest.get("/passkeys")).text
    assert "hiermee bent u nu aangemeld" in page
    assert "Dit is uw laatste passkey" in page
    answer = await guest.post("/passkeys/revoke", passkey=device.passkey)
    assert answer.headers["location"] == "/signed-out"
    assert (await guest.get("/")).status_code == 401


async def test_what_is_done_with_passkeys_is_in_the_audit(house: House):
    guest, device = await house.guest(OWNER), house.device()
    await guest.enrol(device)
    stranger = await house.stranger()
    await stranger.come_in(device, Lies(signed_by=THIEF))
    await stranger.come_in(replace(house.device(), handle=device.handle))
    await stranger.come_in(device)
    await stranger.learn_token()
    await stranger.post("/passkeys/rename", passkey=device.passkey, name="x")
    await stranger.post("/passkeys/revoke", passkey=device.passkey)
    entries = await house.town.pen.execute(
        "select actor, verb, object, subject, result from store.audit"
        " where object like 'passkey:%%' or object like 'session:%%'"
        " or object like 'link:%%' order by entry"
    )
    key, own = f"passkey:{device.passkey[:8]}", f"person:{OWNER}"
    assert await entries.fetchall() == [
        ("command:dashboard link", "change", "link:made", own, "done"),
        (OWNER, "sign_in", "session:link", own, "done"),
        (OWNER, "change", key, own, "done"),
        ("stranger", "sign_in", "session:passkey", own, "refused"),
        ("stranger", "sign_in", "session:passkey", None, "refused"),
        (OWNER, "sign_in", "session:passkey", own, "done"),
        (OWNER, "change", key, own, "done"),
        (OWNER, "delete", key, own, "done"),
    ]


async def test_a_passkey_gets_another_name(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    await guest.post(
        "/passkeys/rename", passkey=device.passkey, name="  Mijn   bureau "
    )
    assert 'value="Mijn bureau"' in (await guest.get("/passkeys")).text


async def test_a_name_that_cannot_be_shown_is_refused(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    for name in ("", "   ", "x" * 61, "a\x07b", "\u202eevil"):
        answer = await guest.post("/passkeys/rename", passkey=device.passkey, name=name)
        assert answer.status_code == 422, name
    assert "Telefoon" in (await guest.get("/passkeys")).text


async def test_anothers_passkey_is_not_there_for_anybody(house: House):
    device = await house.passkey_of(OWNER)
    before = await stored(house)
    for other in (COLLEAGUE, OUTSIDER, "administrator"):
        guest = await house.guest(other)
        assert device.passkey not in (await guest.get("/passkeys")).text
        renamed = await guest.post("/passkeys/rename", passkey=device.passkey, name="x")
        revoked = await guest.post("/passkeys/revoke", passkey=device.passkey)
        nobodys = await guest.post("/passkeys/revoke", passkey="x" * 43)
        assert [a.status_code for a in (renamed, revoked, nobodys)] == [404] * 3
        assert revoked.text == nobodys.text
    assert (await stored(house))["keys"] == before["keys"]


async def test_confirming_takes_ones_own_passkey(house: House):
    own, others = await house.passkey_of(OWNER), await house.passkey_of(COLLEAGUE)
    guest = await house.guest(OWNER)
    await aged(house)
    refused = await guest.post("/passkeys/options")
    assert refused.status_code == 403
    assert "Bevestig eerst met uw passkey" in refused.text
    assert (await guest.confirm(others)).status_code == 403
    assert (await guest.post("/passkeys/options")).status_code == 403
    assert (await guest.confirm(own, Lies(origin="http://x"))).status_code == 403
    assert (await guest.post("/passkeys/options")).status_code == 403
    assert (await guest.confirm(own)).status_code == 303
    assert (await guest.post("/passkeys/options")).status_code == 200


async def test_a_copy_of_the_cookie_gets_nothing_of_the_next_proof(house: House):
    device = await house.passkey_of(OWNER)
    guest, thief = await house.guest(OWNER), await house.stranger()
    copied = guest.client.cookies[SESSION_COOKIE]
    thief.client.cookies.set(SESSION_COOKIE, copied)
    thief.token = guest.token
    await aged(house)
    assert (await thief.get("/")).status_code == 200
    assert (await guest.confirm(device)).status_code == 303
    assert guest.client.cookies[SESSION_COOKIE] != copied
    assert (await thief.post("/passkeys/options")).status_code == 401
    assert (await thief.get("/")).status_code == 401
    # What lies open in another tab goes on, and so does the proof.
    assert (await guest.post("/passkeys/options")).status_code == 200
    assert (await guest.get("/session")).status_code == 204


async def test_signing_in_anew_ends_what_the_browser_had(house: House):
    device = await house.passkey_of(OWNER)
    guest, copy = await house.guest(COLLEAGUE), await house.stranger()
    copy.client.cookies.set(SESSION_COOKIE, guest.client.cookies[SESSION_COOKIE])
    assert (await guest.come_in(device)).status_code == 303
    assert (await guest.get("/")).status_code == 200
    assert (await copy.get("/")).status_code == 401
    row = await house.town.row(
        "select actor, reason from store.audit where verb = 'sign_out'"
    )
    assert row == {"actor": COLLEAGUE, "reason": "anew"}


async def held(house: House, number: int) -> None:
    """Return when so many wait for a row that another transaction holds."""
    waiting = (
        "select count(*) as n from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )
    async with asyncio.timeout(10):
        while (await house.town.row(waiting))["n"] < number:
            pass


async def test_who_is_shut_out_meanwhile_comes_in_no_way(house: House):
    device, link = await house.passkey_of(OWNER), await house.link(OWNER)
    inside = await house.guest(OWNER)
    at_door = await house.stranger()
    token, options = await at_door.options()
    fields = {"token": token, "answer": device.use(options)}
    makes = house.device()
    new = makes.make((await inside.post("/passkeys/options")).json())
    async with (
        asyncio.TaskGroup() as group,
        house.parts.database.transaction() as shutting,
    ):
        row = await shutting.one(QUERIES["shut_out"], person=OWNER)
        assert row["done"]
        tries = [
            group.create_task(inside.post("/passkeys", name="x", answer=new)),
            group.create_task(at_door.client.post("/sign-in/passkey", data=fields)),
            group.create_task((await house.stranger()).sign_in(link)),
        ]
        await held(house, 3)
    assert [each.result().status_code for each in tries] == [401, 403, 403]
    left = await stored(house)
    assert left == {"keys": None, "sessions": None}


async def test_who_came_in_a_moment_before_is_shut_out(house: House):
    guest, database = await house.guest(OWNER), house.parts.database
    device = house.device()
    fresh = Fresh(device.passkey, b"key", 0)
    async with (
        asyncio.TaskGroup() as group,
        database.transaction(OWNER) as transaction,
    ):
        asker = await asker_of(database, guest.client.cookies[SESSION_COOKIE])
        assert asker is not None
        assert await lasts(transaction, asker)
        await enrol(transaction, OWNER, "handle", fresh, "x")
        group.create_task(shut_out(database, OWNER))
        await held(house, 1)
    assert await stored(house) == {"keys": None, "sessions": None}


async def test_revoking_needs_a_fresh_proof(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.guest(OWNER)
    await aged(house)
    answer = await guest.post("/passkeys/revoke", passkey=device.passkey)
    assert answer.status_code == 403
    assert 'href="/confirm' in answer.text
    assert (await house.town.row("select count(*) as n from store.passkey"))["n"] == 1


async def test_an_old_link_makes_no_passkey(house: House):
    guest = await house.guest(OWNER)
    await aged(house)
    answer = await guest.post("/passkeys/options")
    assert answer.status_code == 403
    assert "Vraag een beheerder om een nieuwe link" in answer.text


async def test_a_passkey_of_somebody_who_was_removed_opens_nothing(house: House):
    device = await house.passkey_of("duinland-deputy")
    await house.town.pen.execute(
        "update store.person set removed = now() where person = 'duinland-deputy'"
    )
    assert (await (await house.stranger()).come_in(device)).status_code == 403


async def test_guessing_at_one_account_is_slowed_down_from_everywhere(house: House):
    device = await house.passkey_of(OWNER)
    for _ in range(5):
        await (await house.stranger()).come_in(device, Lies(signed_by=THIEF))
        await forgive(house)  # the next comes from another address
    assert house.slow.waits[-4:] == [0.0, 1.0, 0.0, 2.0]
    colleague = await house.passkey_of(COLLEAGUE)
    await (await house.stranger()).come_in(colleague)
    assert house.slow.waits[-2:] == [0.0, 0.0]


async def test_nobody_is_kept_out_by_who_guesses_at_his_account(house: House):
    device = await house.passkey_of(OWNER)
    account = account_of(OWNER, house.parts.key)
    await house.town.pen.execute(
        "insert into store.sign_in_refusal (at, origin)"
        " select now() - n * interval '1 s', %s from generate_series(1, 500) n",
        [account],
    )
    assert (await (await house.stranger()).come_in(device)).status_code == 303
    assert house.slow.waits[-2:] == [0.0, DELAY_MAX_S]


async def test_nobody_is_kept_out_by_who_asks_where_he_does(house: House):
    device = await house.passkey_of(OWNER)
    here = origin_of("127.0.0.1", house.parts.key)
    await house.town.pen.execute(
        "insert into store.challenge (challenge, holder, purpose, origin, expires)"
        " select n, n, 'sign_in', %s, now() + interval '1 minute'"
        " from generate_series(1, %s) n",
        [here, CROWD],
    )
    assert (await (await house.stranger()).come_in(device)).status_code == 303
    assert house.slow.waits[-3:] == [DELAY_MAX_S, 0.0, 0.0]


async def test_nobody_is_kept_out_by_who_guesses_where_he_does(house: House):
    device, link = await house.passkey_of(OWNER), await house.link(OWNER)
    thief = await house.stranger()
    token, _ = await thief.options()
    fields = {"token": token, "answer": "{}"}
    for _ in range(REMEMBERED_MOST + 5):
        refused = await thief.client.post("/sign-in/passkey", data=fields)
        assert refused.status_code == 403
    assert (await (await house.stranger()).come_in(device)).status_code == 303
    assert house.slow.waits[-2:] == [DELAY_MAX_S, 0.0]
    assert (await (await house.stranger()).sign_in(link)).status_code == 303
    assert house.slow.waits[-1] == DELAY_MAX_S


async def test_who_guesses_without_end_fills_neither_store_nor_audit(house: House):
    thief = await house.stranger()
    token, _ = await thief.options()
    fields = {"token": token, "answer": "{}"}
    for _ in range(REMEMBERED_MOST + 5):
        await thief.client.post("/sign-in/passkey", data=fields)
    kept = await house.town.row("select count(*) as n from store.sign_in_refusal")
    assert kept["n"] == REMEMBERED_MOST
    entries = await house.town.pen.execute(
        "select reason from store.audit where result = 'refused' order by entry"
    )
    reasons = [reason for (reason,) in await entries.fetchall()]
    assert reasons == [None] * (REMEMBERED_MOST - 1) + ["too_many"]


async def test_who_asks_and_never_answers_is_stopped(house: House):
    guest = await house.stranger()
    (token,) = TOKEN.findall((await guest.get("/sign-in")).text)
    path = "/sign-in/passkey/options"
    for _ in range(CHALLENGES_MOST):
        await guest.client.post(path, data={"token": token})
    answer = await guest.client.post(path, data={"token": token})
    assert answer.status_code == 429
    await house.town.pen.execute("update store.challenge set expires = now()")
    again = await guest.client.post(path, data={"token": token})
    assert again.status_code == 200
    assert (await house.town.row("select count(*) as n from store.challenge"))["n"] == 1


async def test_a_form_from_elsewhere_is_refused(house: House):
    guest = await house.guest(OWNER)
    (door,) = TOKEN.findall((await guest.get("/sign-in")).text)
    evil = {"origin": "https://evil.example"}
    for path in FORMS:
        token = door if path.startswith("/sign-in") else guest.token
        fields = {"token": token, "answer": "{}", "name": "x", "passkey": "x"}
        forged = await guest.client.post(path, data={**fields, "token": "0" * 64})
        foreign = await guest.client.post(path, data=fields, headers=evil)
        assert (forged.status_code, foreign.status_code) == (403, 403), path
        assert "Dit formulier komt niet van een pagina" in forged.text, path


async def test_from_a_refusal_one_comes_back_to_where_one_was(house: House):
    device = await house.passkey_of(OWNER)
    guest = await house.stranger()
    refused = await guest.get(f"/site/{HAVEN}?span=week")
    assert 'href="/sign-in?to=%2Fsite%2Fbureau-haven%3Fspan%3Dweek"' in refused.text
    answer = await guest.come_in(device, to=f"/site/{HAVEN}?span=week")
    onward = answer.headers["location"]
    assert f'href="/site/{HAVEN}?span=week"' in (await guest.get(onward)).text


async def test_nobody_is_led_away_after_signing_in(house: House):
    device = await house.passkey_of(OWNER)
    for to in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\tx",
        "x",
    ):
        guest = await house.stranger()
        answer = await guest.come_in(device, to=to)
        assert answer.headers["location"] == "/sound?to=%2F", to
        assert "evil" not in (await guest.get("/sound", params={"to": to})).text
        assert "evil" not in (await guest.get("/sign-in", params={"to": to})).text


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "iPhone"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 8)", "Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64 15917)", "Chromebook"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
        ("", "Passkey"),
    ],
)
def test_a_passkey_is_first_named_after_its_device(agent: str, name: str):
    assert device_name(agent) == name
