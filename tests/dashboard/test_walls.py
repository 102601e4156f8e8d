"""Each route, each role, each object of one's own and of another: exact answers."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, KIT, OUTSIDER, PLEIN

UNIT_ROLES = ("duinland-coordinator", "duinland-deputy", "duinland-desk")
CONTROL_ROOM = "duinland-control-room"
BLIND_ROLES = (
    "duinland-case-manager",
    "duinland-head",
    "cso",
    "auditor",
    "administrator",
    "household",
)
EVERYBODY = (*UNIT_ROLES, CONTROL_ROOM, *BLIND_ROLES, OUTSIDER)

# What may be learnt of Duinland from a page of somebody to whom it does not belong.
SECRETS = ("Haven", "7F3K-QG", "AOL-20417", "R7LM-WT", "duinland-desk")


FILM = b"\x00\x00\x00\x1cftypisom" + bytes(20)


@dataclass
class Objects:
    """One of each, of Duinland."""

    station: int
    kit: int
    digest: str
    clip: str

    def paths(self) -> dict[str, str]:
        return {
            "station incident": f"/incident/{self.station}",
            "kit incident": f"/incident/{self.kit}",
            "station": f"/site/{HAVEN}",
            "kit": f"/site/{KIT}",
            "measurements": f"/site/{HAVEN}/measurements",
            "picture": f"/picture/{self.digest}",
            "clip": f"/clip/{self.clip}",
        }


@pytest.fixture
async def objects(house: House) -> Objects:
    digest = await house.town.picture(HAVEN, b"\xff\xd8\xffpicture")
    clip = await house.town.clip(await house.town.covered(), FILM)
    await house.keep_blobs()
    station = await house.town.intrusion(picture=digest)
    return Objects(station, await house.town.panic(), digest, clip)


@pytest.mark.parametrize("person", UNIT_ROLES)
async def test_who_answers_for_the_unit_sees_all_of_it(
    house: House, objects: Objects, person: str
):
    guest = await house.guest(person)
    answers = {
        name: (await guest.get(path)).status_code
        for name, path in objects.paths().items()
    }
    assert answers == dict.fromkeys(objects.paths(), 200)


async def test_the_control_room_sees_what_was_handed_to_it_and_no_more(
    house: House, objects: Objects
):
    guest = await house.guest(CONTROL_ROOM)
    answers = {
        name: (await guest.get(path)).status_code
        for name, path in objects.paths().items()
    }
    assert answers == {**dict.fromkeys(objects.paths(), 404), "kit incident": 200}
    home = (await guest.get("/")).text
    assert "Kit 7F3K-QG" in home
    assert "AOL-20417" in home
    assert "Haven" not in home


@pytest.mark.parametrize("person", [*BLIND_ROLES, OUTSIDER])
async def test_nobody_else_sees_anything_of_the_unit(
    house: House, objects: Objects, person: str
):
    guest = await house.guest(person)
    answers = {name: await guest.get(path) for name, path in objects.paths().items()}
    assert {name: answer.status_code for name, answer in answers.items()} == (
        dict.fromkeys(objects.paths(), 404)
    )
    said = "".join(answer.text for answer in answers.values())
    assert [secret for secret in SECRETS if secret in said] == []
    home = (await guest.get("/")).text
    # The CSO's report names stations, and nothing else of a unit.
    named = ["Haven"] if person == "cso" else []
    assert [secret for secret in SECRETS if secret in home] == named


async def test_what_is_anothers_looks_like_what_is_not_there(
    house: House, objects: Objects
):
    guest = await house.guest(OUTSIDER)
    there = await guest.get(f"/incident/{objects.station}")
    nowhere = await guest.get("/incident/999999")
    assert (there.status_code, there.text) == (nowhere.status_code, nowhere.text)


@pytest.mark.parametrize("person", EVERYBODY)
async def test_live_parts_have_the_same_walls_as_their_pages(
    house: House, objects: Objects, person: str
):
    guest = await house.guest(person)
    for path in (f"/incident/{objects.kit}", f"/site/{KIT}"):
        page = await guest.get(path)
        async with guest.client.stream("GET", f"/live{path}") as live:
            assert live.status_code == page.status_code


ACTS = {
    "take": {},
    "hold": {},
    "hand-over": {"to": "role:desk"},
    "tick": {"step": "look-at-picture"},
    "untick": {"step": "look-at-picture"},
    "resolve": {"outcome": "real", "sentence": "x"},
}


@pytest.mark.parametrize("person", [*BLIND_ROLES, OUTSIDER, CONTROL_ROOM])
async def test_nobody_acts_on_what_he_may_not_see(
    house: House, objects: Objects, person: str
):
    guest = await house.guest(person)
    before = await house.town.row("select jsonb_agg(i) as all from store.incident i")
    answers = {
        verb: (await guest.post(f"/incident/{objects.station}/{verb}", **fields))
        for verb, fields in ACTS.items()
    }
    assert {verb: answer.status_code for verb, answer in answers.items()} == (
        dict.fromkeys(ACTS, 404)
    )
    after = await house.town.row("select jsonb_agg(i) as all from store.incident i")
    assert before == after


@pytest.mark.parametrize("person", ["auditor", OUTSIDER, CONTROL_ROOM])
async def test_nobody_sets_aside_what_a_unit_of_others_has_to_do(
    house: House, person: str
):
    row = await house.town.event(HAVEN, "lens.dirty", timedelta(hours=1), 6)
    task = {"device": row.device, "sensor": "6", "kind": "lens.dirty"}
    guest = await house.guest(person)
    answer = await guest.post("/task/aside", at=row.at.isoformat(), **task)
    assert answer.status_code == 404
    assert await house.town.row("select 1 from store.task_aside") == {}


async def test_the_control_room_loses_sight_when_it_is_resolved(
    house: House, objects: Objects
):
    guest = await house.guest(CONTROL_ROOM)
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    answer = await guest.post(
        f"/incident/{objects.kit}/resolve", outcome="false", sentence="Per ongeluk."
    )
    assert answer.headers["location"] == "/"
    assert (await guest.get(f"/incident/{objects.kit}")).status_code == 404


async def test_a_stranger_sees_nothing(house: House):
    stranger = await house.stranger()
    for path in (
        "/", "/sound", "/incident/1", f"/site/{HAVEN}", f"/site/{HAVEN}/measurements",
        f"/picture/{'0' * 64}", f"/clip/{'0' * 64}", "/live/", "/live/incident/1",
        f"/live/site/{HAVEN}", f"/site/{HAVEN}/events", f"/live/site/{HAVEN}/events",
        "/session", "/passkeys", "/confirm", "/looked", "/live/looked", "/rights",
        "/live/rights", "/rights.csv",
    ):  # fmt: skip
        answer = await stranger.get(path)
        assert answer.status_code == 401, path
        assert "Niet aangemeld" in answer.text


async def test_a_stranger_does_nothing(house: House):
    stranger = await house.stranger()
    paths = [f"/incident/1/{verb}" for verb in ACTS]
    own = [f"/passkeys{each}" for each in ("", "/options", "/rename", "/revoke")]
    again = ("/confirm", "/confirm/options", "/lapsed")
    watch = ("/attention/1/seen", "/rights/reviewed")
    for path in (*paths, *own, *again, *watch, "/task/aside", "/sign-out", "/language"):
        answer = await stranger.client.post(path, data={"token": "x"})
        assert answer.status_code == 401, path


@pytest.mark.parametrize("person", BLIND_ROLES)
async def test_a_role_without_rows_is_told_what_will_come(house: House, person: str):
    page = (await (await house.guest(person)).get("/")).text
    own = {
        "administrator": "Gezondheid van de apparaten",
        "auditor": "De auditketen",
        "household": "Wie keek er?",
        "cso": "Hoe u dit leest",
    }
    if person in own:
        assert own[person] in page
    else:
        assert "Er is hier nog niets voor u" in page
        assert "krijgt u nooit te zien" in page


async def test_the_outsider_has_a_unit_of_his_own(house: House):
    guest = await house.guest(OUTSIDER)
    assert (await guest.get(f"/site/{PLEIN}")).status_code == 200
    assert "Bureau Plein" in (await guest.get("/")).text
