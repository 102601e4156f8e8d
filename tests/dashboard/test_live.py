"""What changes by itself: within a second, and never a claim that we cannot back."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import dashboard
from collector.errors import DatabaseAwayError
from dashboard.bell import Bell
from dashboard.errors import NotFoundError, NotSignedInError
from dashboard.front import WEB
from dashboard.live import BEAT_S, LOOK_AGAIN, Watch, event, stream
from tests.dashboard.house import Guest, House
from tests.dashboard.town import COLLEAGUE, OWNER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WITHIN_S = 1.0
OUT_OF_LIVE = {"keys.html", "entrance.html", "sign_in.html"}


async def events(
    guest: Guest, path: str
) -> AsyncIterator[tuple[str, dict[str, Any], float]]:
    """Read a stream as a browser does; each event with the moment of its arrival."""
    name = ""
    async with guest.client.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield name, json.loads(line[6:]), asyncio.get_running_loop().time()


async def test_a_new_incident_is_on_an_open_page_within_a_second(house: House):
    guest = await house.guest(OWNER)
    stream_ = events(guest, "/live/")
    name, told, _ = await anext(stream_)
    assert name == "truth"
    assert "Geen open incidenten" in told["html"]
    begun = asyncio.get_running_loop().time()
    await house.town.panic(ago=timedelta())
    async for name, told, at in stream_:
        if name == "truth" and "noodknop" in told["html"]:
            assert at - begun < WITHIN_S
            assert 'data-sound="urgent"' in told["html"]
            break


async def test_the_live_part_is_the_same_partial_as_the_first_rendering(house: House):
    await house.town.intrusion(ago=timedelta(hours=2))
    guest = await house.guest(OWNER)
    page = (await guest.get("/")).text
    _, told, _ = await anext(events(guest, "/live/"))
    inside = page.split('<div id="live">\n')[1].partition("</div>\n<dialog")[0]

    def shape(html: str) -> list[str]:
        return [line.split(">")[0] for line in html.split("<") if line.strip()]

    still = [
        a for a, b in zip(shape(inside), shape(told["html"]), strict=True) if a == b
    ]
    assert len(still) > 0.98 * len(shape(inside))


async def test_a_colleague_sees_that_somebody_took_it(house: House):
    incident = await house.town.panic()
    owner, colleague = await house.guest(OWNER), await house.guest(COLLEAGUE)
    stream_ = events(colleague, f"/live/incident/{incident}")
    assert "Nog door niemand opgepakt" in (await anext(stream_))[1]["html"]
    await owner.post(f"/incident/{incident}/take")
    async for name, told, _ in stream_:
        if name == "truth" and "Opgepakt door coördinator" in told["html"]:
            break


async def test_a_session_that_ends_elsewhere_ends_the_stream(house: House):
    guest = await house.guest(OWNER)
    stream_ = events(guest, "/live/")
    await anext(stream_)
    await guest.post("/sign-out")
    await house.town.panic()
    names = [name async for name, _, _ in stream_]
    assert names[-1] == "ended"


async def test_the_control_rooms_page_ends_with_its_incident(house: House):
    incident = await house.town.panic()
    guest = await house.guest("duinland-control-room")
    stream_ = events(guest, f"/live/incident/{incident}")
    await anext(stream_)
    await house.town.pen.execute("update store.incident set to_control_room = false")
    await house.town.panic(site="r7lm-wt")  # rings the bell
    names = [name async for name, _, _ in stream_]
    assert names[-1] == "gone"


async def test_one_connection_to_the_store_listens_for_all_pages(house: House):
    guests = [await house.guest(OWNER) for _ in range(3)]
    streams = [events(guest, "/live/") for guest in guests]
    for each in streams:
        await anext(each)
    row = await house.town.row(
        "select count(*) as n from pg_stat_activity"
        " where datname = current_database() and application_name = 'wachtpost notes'"
    )
    assert row["n"] == 1
    await house.town.panic()
    for each in streams:
        while True:
            name, told, _ = await anext(each)
            if name == "truth" and "noodknop" in told["html"]:
                break


async def test_the_process_ends_though_pages_are_open(house: House):
    guest = await house.guest(OWNER)
    stream_ = events(guest, "/live/")
    await anext(stream_)
    house.parts.bell.close()
    assert [name async for name, _, _ in stream_] in ([], ["beat"], ["truth"])


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Looker:
    """Counts looks; raises what it is given."""

    def __init__(self, *raises: Exception | None) -> None:
        self.looks = 0
        self._raises = list(raises)

    async def __call__(self) -> str:
        self.looks += 1
        wrong = self._raises.pop(0) if self._raises else None
        if wrong is not None:
            raise wrong
        return "<p>"


async def run(
    bell: Bell, look: Looker, rounds: int, clock: Clock, step: timedelta
) -> list[str]:
    """Take so many events, letting the clock go on by a step between them."""
    found: list[str] = []
    async for said in stream(Watch(bell, look, clock, beat_s=0.001)):
        found.append(said.split(b"\n")[0].removeprefix(b"event: ").decode())
        clock.now += step
        if len(found) == rounds:
            break
    return found


async def test_while_nothing_rings_it_beats_and_looks_again_in_time():
    bell, look = Bell(), Looker()
    bell.live = True
    found = await run(bell, look, 8, Clock(), LOOK_AGAIN / 3)
    assert found == ["truth", "beat", "beat", "truth", "beat", "beat", "truth", "beat"]
    assert look.looks == 3


async def test_while_the_line_is_lost_it_beats_never_and_looks_always():
    bell, look = Bell(), Looker()
    found = await run(bell, look, 4, Clock(), timedelta(seconds=1))
    assert found == ["truth"] * 4


async def test_a_store_that_is_away_is_doubt_and_not_a_beat():
    bell = Bell()
    bell.live = True
    look = Looker(None, DatabaseAwayError("gone"), DatabaseAwayError("gone"))
    found = await run(bell, look, 5, Clock(), LOOK_AGAIN)
    assert found == ["truth", "doubt", "doubt", "truth", "truth"]


@pytest.mark.parametrize(
    ("wrong", "name"), [(NotSignedInError(), "ended"), (NotFoundError(), "gone")]
)
async def test_the_end_is_said_and_then_nothing(wrong: Exception, name: str):
    bell = Bell()
    bell.live = True
    found = await run(bell, Looker(None, wrong), 9, Clock(), LOOK_AGAIN)
    assert found == ["truth", name]


async def test_a_ring_makes_it_look_at_once():
    bell, look = Bell(), Looker()
    bell.live = True
    watch = Watch(bell, look, Clock(), beat_s=60)
    each = stream(watch)
    await anext(each)
    asyncio.get_running_loop().call_soon(bell._ring)
    assert (await anext(each)).startswith(b"event: truth")
    assert look.looks == 2


async def test_nobody_can_tell_when_something_happens_in_another_unit(house: House):
    guest = await house.guest(OWNER)
    stream_ = events(guest, "/live/")
    assert (await anext(stream_))[0] == "truth"
    await house.town.panic(site="9cpv-d5")
    for _ in range(2):  # the next is no sooner than it would have been
        assert (await anext(stream_))[0] == "beat"


@pytest.mark.parametrize(("unit", "heard"), [("a", [1, 0, 1, 1]), (None, [1, 1, 1, 1])])
async def test_an_ear_hears_its_own_unit(unit: str | None, heard: list[int]):
    bell = Bell()
    with bell.ear(unit) as ear:
        found = []
        for rung in ("a", "b", "a", None):
            bell._ring(rung)
            found.append(int(await ear.wait(0.001)))
    assert found == heard


async def test_nobody_listens_any_more_after_a_page_is_left():
    bell, look = Bell(), Looker()
    each = stream(Watch(bell, look, Clock(), beat_s=60))
    await anext(each)
    assert len(bell._ears) == 1
    await each.aclose()
    assert bell._ears == set()


def test_an_event_is_one_line_whatever_it_holds():
    said = event("truth", html="a\nb\r\nevent: fake\n\n")
    assert said.count(b"\n") == 3
    assert json.loads(said.split(b"data: ")[1])["html"] == "a\nb\r\nevent: fake\n\n"


def test_two_heartbeats_may_be_missed_before_a_page_covers_itself():
    script = (WEB / "src" / "page.js").read_text()
    (silent_ms,) = re.findall(r"const SILENT_MS = (\d+);", script)
    assert 2 * BEAT_S * 1000 < int(silent_ms) <= 10_000


def test_no_form_forgets_what_is_filled_in_when_its_page_changes():
    forgetful = [
        (path.name, form.partition(">")[0])
        for path in sorted((Path(dashboard.__file__).parent / "templates").glob("*"))
        for form in re.findall(r"<form.*?</form>", path.read_text(), re.DOTALL)
        if re.search(r"<select|<textarea|<input type=\"(?!hidden)", form)
        and "data-fill" not in form.partition(">")[0]
        and path.name not in OUT_OF_LIVE
    ]
    assert forgetful == []
