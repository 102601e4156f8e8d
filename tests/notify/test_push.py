"""Web Push to a real service and a real browser's keys: read there, nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from py_vapid import Vapid02

from collector.__main__ import main
from collector.database import Database
from collector.notify.channel import Letter
from collector.notify.errors import NotAcceptedError
from collector.notify.push import SERVICES, Push, PushSettings, is_service
from collector.notify.push_key import is_push_key, make_push_key, public_half
from collector.notify.sender import Sender
from tests.incident.sending import BASE, drain, judged, told
from tests.incident.stage import alarm, look
from tests.notify.push_service import Browser, Service, open_service

KEY = make_push_key()
DESK = "desk-noord"
LINK = "https://wachtpost.example/incident/7"
LETTER = Letter(
    7,
    DESK,
    "Spoed: incident 7, actie nodig",
    "a text",
    urgent=True,
    short=f"Spoed 7: bel. {LINK}",
    link=LINK,
)
PUT = """insert into store.push_subscription (person, endpoint, p256dh, auth)
    values (%(person)s, %(endpoint)s, %(p256dh)s, %(auth)s)"""


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with open_service() as running:
        yield running


def push(database: Database, timeout_s: float = 5) -> Push:
    settings = PushSettings(
        KEY, "mailto:wachtpost@dienst.example", ("127.0.0.1",), timeout_s=timeout_s
    )
    return Push(database, settings, lambda: datetime.now(UTC))


def turned_on(
    world: Any, service: Service, name: str, person: str = DESK, **more: str
) -> Browser:
    browser = Browser(name)
    world.execute(PUT, browser.subscription(service) | {"person": person} | more)
    return browser


def left(world: Any) -> list[str]:
    rows = look(world, "select endpoint from store.push_subscription order by 1")
    return [endpoint.rpartition("/")[2] for (endpoint,) in rows]


async def trouble(of: Push) -> tuple[str, bool]:
    with pytest.raises(NotAcceptedError) as caught:
        await of.send(LETTER)
    return caught.value.trouble, caught.value.retry


async def test_only_the_browser_can_read_it(world, collector, service):
    browser = turned_on(world, service, "office")
    await push(collector).send(LETTER)
    (pushed,) = service.pushed["office"]
    assert browser.read(pushed) == {
        "title": "Spoed: incident 7, actie nodig",
        "text": "Spoed 7: bel.",
        "link": "/incident/7",
    }
    assert b"Spoed" not in pushed


async def test_it_is_signed_by_the_key_that_the_browser_knows(
    world, collector, service
):
    turned_on(world, service, "office")
    await push(collector).send(LETTER)
    (headers,) = service.headers
    assert Vapid02.verify(headers["Authorization"])
    assert f"k={public_half(KEY)}" in headers["Authorization"]
    assert headers["Urgency"] == "high"
    assert headers["Ttl"] == "14400"


async def test_every_browser_of_a_person_gets_it_and_nobody_elses(
    world, collector, service
):
    for name in ("office", "telephone"):
        turned_on(world, service, name)
    turned_on(world, service, "strange", "deputy-noord")
    await push(collector).send(LETTER)
    assert sorted(service.pushed) == ["office", "telephone"]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(world, collector, service, status):
    turned_on(world, service, "office")
    turned_on(world, service, "telephone")
    service.answers = {"office": status}
    await push(collector).send(LETTER)
    assert left(world) == ["telephone"]
    service.answers = {"telephone": status}
    assert await trouble(push(collector)) == ("browser gone", False)
    assert await trouble(push(collector)) == ("no browser", False)


@pytest.mark.parametrize(
    ("status", "retry"), [(429, True), (500, True), (503, True), (413, False)]
)
async def test_a_service_that_refuses_keeps_its_browser(
    world, collector, service, status, retry
):
    turned_on(world, service, "office")
    service.answers = {"office": status}
    assert await trouble(push(collector)) == (f"refused {status}", retry)
    assert left(world) == ["office"]
    failed = "select failed is not null from store.push_subscription"
    assert look(world, failed) == [(True,)]


async def test_a_service_that_is_away_is_tried_again(world, collector):
    async with open_service() as gone:
        turned_on(world, gone, "office")
    assert await trouble(push(collector)) == ("service away", True)


async def test_a_service_that_hangs_is_left(world, collector, service):
    turned_on(world, service, "office")
    service.hangs = asyncio.Event()
    found = await trouble(push(collector, timeout_s=0.2))
    service.hangs.set()
    assert found == ("service away", True)


async def test_keys_that_are_none_are_forgotten(world, collector, service):
    turned_on(world, service, "office", p256dh="nonsense")
    assert await trouble(push(collector)) == ("keys unusable", False)
    assert left(world) == []


async def test_nothing_is_called_but_a_push_service(world, collector, service):
    turned_on(world, service, "office", endpoint="https://10.0.0.1/admin")
    assert await trouble(push(collector)) == ("no push service", False)
    assert left(world) == []


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://db5p.notify.windows.com/w/?token=x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilpush.apple.com.example/x", False),
        ("https://xpush.apple.com/x", False),
        ("https://127.0.0.1/x", False),
        ("https://[/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_which_hosts_are_push_services(endpoint, known):
    assert is_service(endpoint, SERVICES) is known


async def test_an_incident_is_pushed_in_its_short_form_and_the_log_says_so(
    world, collector, service, clock
):
    browser = turned_on(world, service, "office")
    (incident,) = await judged(collector, alarm())
    assert await drain(Sender(collector, push(collector), BASE, clock)) == 1
    (pushed,) = service.pushed["office"]
    read = browser.read(pushed)
    assert read["text"].startswith(f"Spoed {incident}: actie nodig. Doe nu: doe look.")
    assert read["link"] == f"/incident/{incident}"
    assert told(world) == [("told", DESK, None)]


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path, capsys):
    file = tmp_path / "push.key"
    assert main(["push-key", str(file)]) == 0
    key = file.read_text().strip()
    assert is_push_key(key)
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"push_key = {public_half(key)}" in capsys.readouterr().out
    assert main(["push-key", str(file)]) == 1
    assert file.read_text().strip() == key


@pytest.mark.parametrize("text", ["", "abc", "!" * 43, "A" * 43, "A" * 90])
def test_what_is_no_key_is_told_to_be_none(text):
    assert not is_push_key(text)


def test_no_secret_is_shown_by_what_is_printed():
    assert KEY not in repr(PushSettings(KEY, "mailto:x@y.example"))
