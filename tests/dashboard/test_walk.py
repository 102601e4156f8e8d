"""Each route, each method, each person, each object: the exact answer, from a table.

A route without a line in the table fails; so does a line without a route. What a table
does not name is refused: with 404, as if it were not there, or 401 to a stranger.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from tests.dashboard.cast import CAST, PLACES, STRANGER, Place, hire, relation
from tests.dashboard.house import Guest, House

pytestmark = pytest.mark.timeout(300)

Answers = Mapping[str, int]
Key = tuple[str, str]
Fields = Mapping[str, str]

REFUSED, UNKNOWN = 404, 401
FILM = b"\x00\x00\x00\x1cftypisom"
UNIT = ("coordinator", "deputy", "desk")


def to(roles: Iterable[str], status: int) -> dict[str, int]:
    return dict.fromkeys(roles, status)


@dataclass(frozen=True)
class Line:
    """Who gets which answer about a station and about a kit, by what he is to it."""

    station: Answers
    kit: Answers


def both(answers: Answers) -> Line:
    return Line(answers, answers)


# The control room is given what is pressed at a kit, and nothing at a station.
SEEN = to(UNIT, 200)
GIVEN = SEEN | {"control_room": 200}
DONE = to(UNIT, 303)
DONE_GIVEN = DONE | {"control_room": 303}
NOT_HIS_STEP = DONE | {"control_room": 422}  # it is the desk's
OPEN_TO_ALL = {
    ("GET", "/healthz"): 200,
    ("GET", "/metrics"): 200,
    ("GET", "/.well-known/security.txt"): 404,
    ("GET", "/signed-out"): 200,
    ("GET", "/worker.js"): 200,
    ("GET", "/reached/{code}"): 200,
    ("GET", "/sign-in"): 200,
    ("GET", "/sign-in/{link}"): 200,
}
OF_ONES_OWN = {
    ("GET", "/"): 200,
    ("GET", "/live/"): 200,
    ("GET", "/session"): 204,
    ("GET", "/contacts"): 200,
    ("GET", "/live/contacts"): 200,
    ("GET", "/looked"): 200,
    ("GET", "/live/looked"): 200,
}
# What belongs to a role, and to no place.
OF_ROLES: dict[Key, Answers] = {
    ("GET", "/rights"): to(("auditor", "administrator", "coordinator"), 200),
    ("GET", "/live/rights"): to(("auditor", "administrator", "coordinator"), 200),
    ("GET", "/rights.csv"): to(("auditor", "administrator", "coordinator"), 200),
    ("GET", "/report"): to(("cso",), 200),
    ("GET", "/live/report"): to(("cso",), 200),
    ("GET", "/report.csv"): to(("cso",), 200),
    ("GET", "/incidents"): to(UNIT, 200),
    ("GET", "/live/incidents"): to(UNIT, 200),
    ("GET", "/todo"): to(UNIT, 200),
    ("GET", "/live/todo"): to(UNIT, 200),
    ("GET", "/roster"): to(UNIT, 200),
    ("GET", "/live/roster"): to(UNIT, 200),
    ("POST", "/roster"): to(("coordinator", "deputy"), 303),
    ("POST", "/roster/{change}/withdraw"): to(("coordinator", "deputy"), 303),
    ("GET", "/wall"): to(UNIT, 200),
    ("GET", "/live/wall"): to(UNIT, 200),
    ("POST", "/rights/reviewed"): to(("auditor", "coordinator"), 303),
    ("POST", "/attention/{attention}/seen"): to(("auditor", "administrator"), 303),
}
# Their own tests say what they answer: they begin, end or prove a session.
OF_SESSIONS = {
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/wall"),
    ("POST", "/language"),
    ("GET", "/sound"),
    ("POST", "/sign-in/passkey"),
    ("POST", "/sign-in/passkey/options"),
    ("GET", "/confirm"),
    ("POST", "/confirm"),
    ("POST", "/confirm/options"),
    ("GET", "/passkeys"),
    ("POST", "/passkeys"),
    ("POST", "/passkeys/options"),
    ("POST", "/passkeys/rename"),
    ("POST", "/passkeys/revoke"),
    ("POST", "/lapsed"),
    ("POST", "/contacts/push"),
    ("POST", "/reached"),
    ("POST", "/contacts/push/{subscription}/off"),
    ("GET", "/provider"),
    ("GET", "/provider/back"),
}
OF_OBJECTS: dict[Key, Line] = {
    ("GET", "/site/{site}"): both(SEEN),
    ("GET", "/live/site/{site}"): both(SEEN),
    # What happens at a home all day is nobody's but the household's.
    ("GET", "/site/{site}/events"): Line(SEEN, {}),
    ("GET", "/live/site/{site}/events"): Line(SEEN, {}),
    ("GET", "/site/{site}/measurements"): both(SEEN),
    ("GET", "/incident/{incident}"): Line(SEEN, GIVEN),
    ("GET", "/live/incident/{incident}"): Line(SEEN, GIVEN),
    ("GET", "/incident/{incident}/card"): Line(SEEN, GIVEN),
    ("GET", "/live/incident/{incident}/card"): Line(SEEN, GIVEN),
    ("GET", "/picture/{digest}"): both(SEEN),
    ("GET", "/clip/{digest}"): both(SEEN),
    ("POST", "/incident/{incident}/take"): Line(DONE, DONE_GIVEN),
    ("POST", "/incident/{incident}/hold"): Line(DONE, DONE_GIVEN),
    ("POST", "/incident/{incident}/hand-over"): Line(DONE, DONE_GIVEN),
    ("POST", "/incident/{incident}/tick"): Line(DONE, NOT_HIS_STEP),
    ("POST", "/incident/{incident}/untick"): Line(DONE, NOT_HIS_STEP),
    ("POST", "/incident/{incident}/resolve"): Line(DONE, DONE_GIVEN),
    ("POST", "/task/aside"): both(DONE),
    ("GET", "/site/{site}/exercises"): both(SEEN),
    ("GET", "/live/site/{site}/exercises"): both(SEEN),
    ("GET", "/site/{site}/suppressions"): both(SEEN),
    ("GET", "/live/site/{site}/suppressions"): both(SEEN),
    ("POST", "/site/{site}/exercises"): both(to(("coordinator", "deputy"), 303)),
    ("POST", "/site/{site}/suppressions"): both(DONE),
    ("POST", "/site/{site}/suppressions/{suppression}/end"): both(DONE),
}
FORMS = {
    "hand-over": {"to": "role:desk"},
    "resolve": {"outcome": "real", "sentence": "x"},
    "exercises": {"rule": "duress"},
    "suppressions": {"group-line": "1", "why": "works", "hours": "1"},
}
STEP_OF_DESK = """
    select step from store.incident_step where incident = %s and role = 'desk'
     order by place limit 1"""
ACTS = [key for key in OF_OBJECTS if key[0] == "POST"]
LOOKS = [key for key in OF_OBJECTS if key[0] == "GET"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
AS_IT_WAS = """
    update store.incident set state = 'open', owner = null, acknowledged = null,
        resolved = null, outcome = null, sentence = null, to_control_room = %s
     where incident = %s"""
NOTHING_DUE = """
    update store.incident_step set mandatory = false, done = null, done_by = null"""
NOT_ASIDE = "delete from store.task_aside"
NOT_EXERCISED = "delete from store.exercise"
NOT_ENDED = "update store.suppression set ended = null, ended_by = null"
SUPPRESSED = """
    insert into store.suppression (unit, site, kinds, why, since, until, person)
    select unit, site, '{path.lost}', 'works', now(), now() + interval '1 hour',
           (select min(person) from store.person)
      from store.site where site = %s returning suppression"""
ALL_OF_IT = """
    select (select jsonb_agg(i order by incident) from store.incident i) as incidents,
           (select jsonb_agg(s order by incident, step) from store.incident_step s)
               as steps,
           (select jsonb_agg(l order by entry) from store.incident_log l) as log,
           (select jsonb_agg(t) from store.task_aside t) as aside,
           (select jsonb_agg(e) from store.exercise e) as exercises,
           (select jsonb_agg(s order by suppression) from store.suppression s)
               as suppressions"""


@dataclass(frozen=True)
class There:
    """What there is at one place, and what a form about its task says."""

    place: Place
    incident: int
    digest: str
    clip: str
    step: str
    task: Fields
    suppression: int

    def path(self, route: str) -> str:
        digest = self.clip if "clip" in route else self.digest
        return route.format(
            site=self.place.site,
            incident=self.incident,
            digest=digest,
            suppression=self.suppression,
        )

    def form(self, route: str) -> Fields:
        if route.startswith("/task"):
            return self.task
        if route.endswith("tick"):
            return {"step": self.step}
        return FORMS.get(route.rpartition("/")[2], {})


async def furnish(house: House, place: Place) -> There:
    """Have something happen at a place: an incident, a picture, a clip, a task."""
    town, site = house.town, place.site
    picture = await town.picture(site, b"\xff\xd8\xff" + site.encode())
    seen = await town.event(site, "motion.started", timedelta(minutes=4), 2, 1)
    clip = await town.clip(seen, FILM + site.encode().ljust(20, b"."))
    task = await town.event(site, "lens.dirty", timedelta(hours=1), 2, 1)
    if place.home:
        incident = await town.panic(site=site)
    else:
        press = await town.event(site, "tamper.opened", timedelta(minutes=2), 5)
        (incident,) = await town.judged(press)
    fields = {"device": task.device, "sensor": "2", "kind": "lens.dirty"}
    step = (await town.row(STEP_OF_DESK, incident))["step"]
    fields["at"] = task.at.isoformat()
    window = (await town.row(SUPPRESSED, site))["suppression"]
    return There(place, incident, picture, clip, step, fields, window)


@dataclass(frozen=True)
class Walked:
    """The house, who is in it, and what there is at each place."""

    house: House
    guests: Mapping[str, Guest]
    theirs: Sequence[There]

    async def all_of_it(self) -> Mapping[str, Any]:
        return await self.house.town.row(ALL_OF_IT)

    async def as_it_was(self, there: There) -> None:
        """Have nobody have acted on it."""
        pen = self.house.town.pen
        await pen.execute(AS_IT_WAS, [there.place.home, there.incident])
        await pen.execute(NOTHING_DUE)
        for back in (NOT_ASIDE, NOT_EXERCISED, NOT_ENDED):
            await pen.execute(back)


@pytest.fixture
async def walked(house: House) -> Walked:
    theirs = [await furnish(house, place) for place in PLACES]
    await house.keep_blobs()
    return Walked(house, await hire(house), theirs)


def expected(key: Key, name: str, place: Place) -> int:
    """Look up what somebody is to be answered."""
    line, who = OF_OBJECTS[key], relation(CAST[name], place)
    answers = line.kit if place.home else line.station
    return answers.get(who, UNKNOWN if who == STRANGER else REFUSED)


async def status_of(guest: Guest, path: str) -> int:
    """Ask for a page, and wait for no more than the beginning of its answer."""
    async with guest.client.stream("GET", path) as answer:
        return answer.status_code


async def test_every_route_has_a_line_and_every_line_a_route(house: House):
    routes = {
        (method, route.path)
        for route in all_routes(house.app.routes)
        for method in route.methods or ()
    }
    lines = {*OF_OBJECTS, *OPEN_TO_ALL, *OF_ONES_OWN, *OF_SESSIONS, *OF_ROLES}
    assert routes == lines


def all_routes(routes: Iterable[object]) -> Iterator[APIRoute]:
    """Give every route; what is mounted beside them is the front end's own files."""
    for one in routes:
        if isinstance(one, APIRoute):
            yield one
        elif (router := getattr(one, "original_router", None)) is not None:
            yield from all_routes(router.routes)
        else:
            assert isinstance(one, Mount)
            assert one.path == "/static"


async def test_everybody_sees_what_is_his_and_nothing_else(walked: Walked):
    wrong = []
    for key in LOOKS:
        for there in walked.theirs:
            for name, guest in walked.guests.items():
                answer = await status_of(guest, there.path(key[1]))
                if answer != expected(key, name, there.place):
                    wrong.append((key[1], there.place.site, name, answer))
    assert wrong == []


async def test_nobody_acts_but_on_what_is_his(walked: Walked):
    wrong = []
    for key in ACTS:
        for there in walked.theirs:
            wrong += await all_act(walked, key, there)
    assert wrong == []


async def all_act(walked: Walked, key: Key, there: There) -> list[object]:
    """Have everybody act, first those who may not: that must change nothing at all."""
    wrong: list[object] = []
    answers = {name: expected(key, name, there.place) for name in walked.guests}
    refused = {name for name, wanted in answers.items() if wanted in {REFUSED, UNKNOWN}}
    await walked.as_it_was(there)
    before = await walked.all_of_it()
    for name in (*refused, *(answers.keys() - refused)):
        if name not in refused:
            await walked.as_it_was(there)
        path, form = there.path(key[1]), there.form(key[1])
        answer = (await walked.guests[name].post(path, **form)).status_code
        if answer != answers[name]:
            wrong.append((key[1], there.place.site, name, answer, answers[name]))
        if name in refused and await walked.all_of_it() != before:
            wrong.append((key[1], there.place.site, name, "changed something"))
    return wrong


async def test_what_is_ones_own_is_everybodys_and_no_strangers(walked: Walked):
    for (_, path), status in OF_ONES_OWN.items():
        answers = {
            name: await status_of(guest, path) for name, guest in walked.guests.items()
        }
        assert answers.pop(STRANGER) == UNKNOWN, path
        assert set(answers.values()) == {status}, path


async def test_what_belongs_to_a_role_is_that_roles(walked: Walked):
    pen = walked.house.town.pen
    wrong = []
    for (method, route), answers in OF_ROLES.items():
        for name, guest in walked.guests.items():
            who = CAST[name]
            wanted = answers.get(who.role, UNKNOWN if name == STRANGER else REFUSED)
            unit = who.unit or "duinland"
            path = route.format(
                attention=await told_of(walked), change=await changed_of(walked, unit)
            )
            if method == "GET":
                answer = await status_of(guest, path)
            else:
                reviews = route == "/rights/reviewed"
                fields = roster_form(unit) if route == "/roster" else {}
                said = await (
                    guest.review(unit) if reviews else guest.post(path, **fields)
                )
                answer = said.status_code
            if answer != wanted:
                wrong.append((method, path, name, answer, wanted))
    reviewed = await pen.execute("select distinct unit, by from store.right_review")
    assert set(await reviewed.fetchall()) == {
        ("duinland", "national-auditor"),
        ("duinland", "duinland-coordinator"),
        ("veenrand", "veenrand-coordinator"),
    }
    assert wrong == []


def roster_form(unit: str) -> Fields:
    """Give a form that puts a unit's deputy on duty until tomorrow."""
    until = datetime.now(UTC) + timedelta(days=1)
    person = f"{unit}-deputy"
    return {"part": "first", "person": person, "until": f"{until:%Y-%m-%dT%H:%M}"}


async def changed_of(walked: Walked, unit: str) -> int:
    """Give the number of a change of a unit's roster that holds."""
    row = await walked.house.town.row(
        "insert into store.roster_change (unit, part, person, since, until, made_by)"
        " values (%s, 'first', %s, now(), now() + interval '1 day', %s)"
        " returning change",
        unit,
        *[f"{unit}-desk"] * 2,
    )
    number: int = row["change"]
    return number


async def told_of(walked: Walked) -> int:
    """Give the number of something that nobody has seen yet."""
    row = await walked.house.town.row(
        "insert into store.attention (sort, entry) values ('too_many_looks', 1)"
        " returning attention"
    )
    number: int = row["attention"]
    return number


async def test_what_is_open_is_open_to_a_stranger(walked: Walked):
    stranger = walked.guests[STRANGER]
    answers = {key: await status_of(stranger, key[1]) for key in OPEN_TO_ALL}
    assert answers == OPEN_TO_ALL


async def test_a_method_that_no_route_has_is_not_there(walked: Walked):
    there = walked.theirs[0]
    known = {*OF_OBJECTS, *OPEN_TO_ALL, *OF_ONES_OWN, *OF_SESSIONS, *OF_ROLES}
    wrong = []
    for path in sorted({path for _, path in known}):
        for method in METHODS:
            takes = path.startswith("/sign-in") and method == "GET"  # any link
            if (method, path) in known or takes:
                continue
            for name in ("duinland-coordinator", STRANGER):
                client = walked.guests[name].client
                url = path.format(
                    site=there.place.site,
                    incident=there.incident,
                    digest=there.digest,
                    link="x",
                    attention=1,
                    subscription=1,
                    code="x",
                    change=1,
                    suppression=there.suppression,
                )
                answer = await client.request(method, url)
                if answer.status_code != REFUSED:
                    wrong.append((method, path, name, answer.status_code))
    assert wrong == []
