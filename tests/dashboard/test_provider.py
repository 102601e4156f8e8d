"""Signing in by OpenID Connect, at a real provider: there and back, or refused."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from collector.errors import ForbiddenError
from dashboard.ceremony import Fresh
from dashboard.errors import PersonOfProviderError
from dashboard.group import Provider
from dashboard.parts import SESSION_COOKIE
from dashboard.passkey import enrol
from dashboard.sign_in import make_link
from tests.dashboard.house import Guest, House, opened
from tests.dashboard.town import OUTSIDER, OWNER, Town
from tests.servers.need import needed
from tests.servers.oidc_provider import CLIENT, SECRET, OidcProvider, install, running

PEOPLE = {
    OWNER: ["wp-duinland-coordinator", "everybody"],
    "k4711": ["wp-duinland-desk"],
    "administrator": [],
    OUTSIDER: ["wp-duinland-coordinator"],
    "both": ["wp-duinland-desk", "wp-veenrand-desk"],
    "stranger": ["everybody"],
    "nowhere": ["wp-nowhere"],
    "Not A Slug": ["wp-duinland-desk"],
}
GROUPS = {
    "wp-duinland-coordinator": {"role": "coordinator", "unit": "duinland"},
    "wp-duinland-desk": {"role": "desk", "unit": "duinland"},
    "wp-veenrand-desk": {"role": "desk", "unit": "veenrand"},
    "wp-nowhere": {"role": "desk", "unit": "nowhere"},
}


@dataclass
class Abroad:
    """A house, and the provider that it trusts."""

    house: House
    provider: OidcProvider

    async def there(self, guest: Guest, person: str, path: str = "/provider") -> str:
        """Go to the provider and sign in; give where that leads back to."""
        answer = await guest.get(path)
        assert answer.status_code == 303, answer.text
        browser = await self.house.stranger()
        way = answer.headers["location"]
        back = await self.provider.sign_in(browser.client, way, person)
        # The house is at two addresses; cookies belong to the one that was asked.
        return back.replace(self.house.parts.settings.address, self.house.address)

    async def come(self, person: str, path: str = "/provider") -> httpx.Response:
        """Go there and come back in a fresh browser."""
        guest = await self.house.stranger()
        return await guest.get(await self.there(guest, person, path))

    async def guest(self, person: str, path: str = "/provider") -> Guest:
        guest = await self.house.stranger()
        answer = await guest.get(await self.there(guest, person, path))
        assert answer.status_code == 303, answer.text
        await guest.learn_token()
        return guest


@pytest.fixture
async def abroad(
    database_url: Callable[[str], str], town: Town, tmp_path: Path
) -> AsyncIterator[Abroad]:
    """Give a house whose provider really runs."""
    with needed():
        install()
    given = {"provider_secret": SECRET}
    async with opened(
        database_url, town, tmp_path, now=lambda: datetime.now(UTC), given=given
    ) as house:
        back = f"{house.parts.settings.address}/provider/back"
        async with running(back, PEOPLE) as provider:
            told = Provider.model_validate(
                {
                    "issuer": provider.issuer,
                    "client": CLIENT,
                    "name": "Politie",
                    "groups": GROUPS,
                }
            )
            house.parts = replace(house.parts, provider=told)
            house.app.state.parts = house.parts
            yield Abroad(house, provider)


async def refusals(house: House) -> list[tuple[object, ...]]:
    cursor = await house.town.pen.execute(
        "select actor, subject, result from store.audit where verb = 'sign_in'"
        " and object = 'session:provider' order by entry"
    )
    return await cursor.fetchall()


async def test_whom_both_name_comes_in_without_a_passkey(abroad: Abroad):
    guest = await abroad.house.stranger()
    page = (await guest.get("/sign-in?to=/site/bureau-haven")).text
    assert "Aanmelden via Politie" in page
    assert 'href="/provider?to=%2Fsite%2Fbureau-haven"' in page
    back = await abroad.there(guest, OWNER, "/provider?to=/site/bureau-haven")
    answer = await guest.get(back)
    assert answer.headers["location"] == "/sound?to=%2Fsite%2Fbureau-haven"
    assert "Eenheid Duinland" in (await guest.get("/")).text
    row = await abroad.house.town.row(
        "select how, passkey, now() - proven < interval '1 minute' as fresh"
        " from store.session"
    )
    assert row == {"how": "provider", "passkey": None, "fresh": True}
    assert await refusals(abroad.house) == [(OWNER, f"person:{OWNER}", "done")]


async def test_what_is_asked_carries_state_nonce_and_a_challenge(abroad: Abroad):
    answers = [await (await abroad.house.stranger()).get("/provider") for _ in "ab"]
    asked = [parse_qs(urlsplit(answer.headers["location"]).query) for answer in answers]
    for one in asked:
        assert one["response_type"] == ["code"]
        assert one["code_challenge_method"] == ["S256"]
        assert one["scope"] == ["openid"]
        assert one["max_age"] == ["43200"]
        assert one["redirect_uri"][0].endswith("/provider/back")
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) == 43
    (cookie,) = answers[0].headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_group_makes_somebody_of_a_unit_and_no_more(abroad: Abroad):
    guest = await abroad.guest("k4711")
    assert "Eenheid Duinland" in (await guest.get("/")).text
    assert (await guest.get("/site/bureau-plein")).status_code == 404
    entries = await abroad.house.town.pen.execute(
        "select subject, unit from store.audit where object = 'right:desk'"
    )
    assert await entries.fetchall() == [("person:k4711", "duinland")]
    row = await abroad.house.town.row(
        "select role, unit, provider, tell from store.person where person = 'k4711'"
    )
    assert row == {"role": "desk", "unit": "duinland", "provider": True, "tell": None}


@pytest.mark.parametrize(
    "groups", [["everybody"], ["wp-duinland-desk", "wp-veenrand-desk"]]
)
async def test_who_leaves_the_group_is_out_at_the_next_sign_in(
    abroad: Abroad, groups: list[str]
):
    guest = await abroad.guest("k4711")
    await abroad.provider.say({**PEOPLE, "k4711": groups})
    assert (await abroad.come("k4711")).status_code == 403
    assert (await guest.get("/")).status_code == 401
    await abroad.provider.say(PEOPLE)
    assert (await abroad.come("k4711")).status_code == 303


async def test_who_gets_another_group_begins_anew_there(abroad: Abroad):
    guest = await abroad.guest("k4711")
    await abroad.provider.say({**PEOPLE, "k4711": ["wp-veenrand-desk"]})
    other = await abroad.guest("k4711")
    assert (await guest.get("/")).status_code == 401
    assert (await other.get("/site/bureau-plein")).status_code == 200
    assert (await other.get("/site/bureau-haven")).status_code == 404


@pytest.mark.parametrize(
    "person",
    [
        *(OUTSIDER, "both", "stranger", "nowhere", "Not A Slug", "cso2"),
        "administrator",  # what no group can give, the provider cannot
    ],
)
async def test_nobody_else_comes_in_and_all_are_told_the_same(
    abroad: Abroad, person: str
):
    people = "select jsonb_agg(p order by person) as all from store.person p"
    before = await abroad.house.town.row(people)
    answer = await abroad.come(person)
    assert answer.status_code == 403
    assert "Via de identiteitsdienst komt u hier niet binnen" in answer.text
    assert person not in answer.text
    assert await abroad.house.town.row("select 1 from store.session") == {}
    assert await abroad.house.town.row(people) == before
    ((actor, _, result),) = await refusals(abroad.house)
    assert (actor, result) == ("stranger", "refused")


async def test_the_way_back_works_once_and_in_one_browser(abroad: Abroad):
    guest, thief = await abroad.house.stranger(), await abroad.house.stranger()
    back = await abroad.there(guest, OWNER)
    assert (await thief.get(back)).status_code == 403
    await thief.get("/provider")
    assert (await thief.get(back)).status_code == 403
    kept = guest.client.cookies["heen"]
    assert (await guest.get(back)).status_code == 303
    guest.client.cookies.set("heen", kept)
    assert (await guest.get(back)).status_code == 403
    assert SESSION_COOKIE not in thief.client.cookies


async def test_a_way_back_that_was_bent_is_refused(abroad: Abroad):
    for name, wrong in (
        ("state", "x" * 43),
        ("code", "x" * 43),
        ("iss", "https://evil.example"),
        ("code", ""),
    ):
        guest = await abroad.house.stranger()
        back = httpx.URL(await abroad.there(guest, OWNER))
        answer = await guest.get(str(back.copy_set_param(name, wrong)))
        assert answer.status_code == 403, name
    guest = await abroad.house.stranger()
    await guest.get("/provider")
    for path in ("", "?error=access_denied", "?state=%00", "?state=é&code=é"):
        answer = await guest.get(f"/provider/back{path}")
        assert answer.status_code == 403, path
    assert (await guest.get(f"/provider/back?code={'x' * 9000}")).status_code == 404
    assert await abroad.house.town.row("select 1 from store.session") == {}


async def test_a_way_back_that_is_too_old_is_refused(abroad: Abroad):
    guest = await abroad.house.stranger()
    back = await abroad.there(guest, OWNER)
    await abroad.house.town.pen.execute("update store.challenge set expires = now()")
    assert (await guest.get(back)).status_code == 403


async def test_confirming_there_is_signing_in_anew(abroad: Abroad):
    guest = await abroad.guest(OWNER)
    page = (await guest.get("/confirm?to=/passkeys")).text
    assert "Bevestig via Politie" in page
    assert 'href="/provider?to=%2Fpasskeys&amp;again=true"' in page
    answer = await guest.get("/provider?again=true")
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert (await abroad.come(OWNER, "/provider?again=true")).status_code == 303


async def test_a_provider_that_is_away_is_told_and_nothing_else_is(abroad: Abroad):
    away = abroad.house.parts.provider
    assert away is not None
    gone = away.model_copy(update={"issuer": "http://127.0.0.1:1"})
    other = away.model_copy(update={"issuer": f"{away.issuer}/"})
    for provider in (gone, other):
        abroad.house.app.state.parts = replace(abroad.house.parts, provider=provider)
        answer = await (await abroad.house.stranger()).get("/provider")
        assert answer.status_code == 503
        assert "De identiteitsdienst antwoordt niet" in answer.text


async def test_that_the_provider_is_away_is_nobodys_refusal(abroad: Abroad):
    house, told = abroad.house, abroad.house.parts.provider
    assert told is not None
    guest = await house.stranger()
    back = await abroad.there(guest, OWNER)
    gone = told.model_copy(update={"issuer": "http://127.0.0.1:1"})
    house.app.state.parts = replace(house.parts, provider=gone)
    path = back.replace(f"&iss={quote(told.issuer, safe='')}", "")
    assert "iss=" not in path
    assert (await guest.get(path)).status_code == 503
    assert await house.town.row("select 1 from store.sign_in_refusal") == {}
    assert await refusals(house) == []


async def test_where_there_is_no_provider_there_is_no_way_to_it(house: House):
    guest = await house.stranger()
    assert (await guest.get("/provider")).status_code == 404
    assert (await guest.get("/provider/back")).status_code == 404
    assert "Aanmelden via" not in (await guest.get("/sign-in")).text


async def test_whom_a_group_made_has_no_way_in_but_the_provider(abroad: Abroad):
    house = abroad.house
    guest = await abroad.guest("k4711")
    page = (await guest.get("/passkeys")).text
    assert "alleen daarmee; een passkey is er voor u niet" in page
    assert "data-passkey" not in page
    for path in ("/passkeys/options", "/passkeys"):
        answer = await guest.post(path, name="x", answer="{}")
        assert answer.status_code == 403, path
        assert "alleen daarmee" in answer.text, path
    with pytest.raises(PersonOfProviderError, match="'k4711' was made by a group"):
        await make_link(house.parts.database, "k4711", 15)
    fresh = Fresh(house.device().passkey, b"key", 0)
    async with house.parts.database.transaction("k4711") as transaction:
        with pytest.raises(ForbiddenError):
            await enrol(transaction, "k4711", "handle", fresh, "x")


async def test_a_passkey_or_link_of_whom_a_group_made_opens_nothing(abroad: Abroad):
    house = abroad.house
    device = await house.passkey_of(OWNER)
    link = await house.link(OWNER)
    by_link = await house.guest(OWNER)
    by_provider = await abroad.guest(OWNER)
    await house.town.pen.execute(
        "update store.person set provider = true where person = %s", [OWNER]
    )
    assert (await by_link.get("/")).status_code == 401
    assert (await by_provider.get("/")).status_code == 200
    assert (await (await house.stranger()).come_in(device)).status_code == 403
    assert (await (await house.stranger()).sign_in(link)).status_code == 403


async def test_leaving_the_group_takes_every_way_in_and_is_in_the_audit(abroad: Abroad):
    house = abroad.house
    await house.passkey_of(OWNER)
    await house.link(OWNER)
    await abroad.guest(OWNER)
    await house.town.pen.execute(
        "update store.person set provider = true where person = %s", [OWNER]
    )
    await abroad.provider.say({**PEOPLE, OWNER: ["everybody"]})
    for _ in "ab":
        assert (await abroad.come(OWNER)).status_code == 403
    left = await house.town.row(
        """select (select count(*) from store.passkey) as passkeys,
                  (select count(*) from store.session where ended is null) as sessions,
                  (select count(*) from store.sign_in_link
                    where used is null and expires > now()) as links"""
    )
    assert left == {"passkeys": 0, "sessions": 0, "links": 0}
    entries = await house.town.pen.execute(
        "select subject, unit, result from store.audit"
        " where verb = 'delete' and object = 'right:coordinator'"
    )
    assert await entries.fetchall() == [(f"person:{OWNER}", "duinland", "done")]
