"""What every answer carries: a strict policy, nothing kept, nothing inline."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import dashboard
from dashboard.front import STATIC, build
from dashboard.headers import POLICY, Headers
from tests.dashboard.house import House
from tests.dashboard.town import HAVEN, OWNER

ROOM = Path(dashboard.__file__).parent
INLINE = re.compile(r"<style|\bstyle=|\son[a-z]+=|javascript:|<script(?![^>]*src=)")


@pytest.fixture(scope="module", autouse=True)
def front_end() -> None:
    """Have it built before any page is made."""
    build()


async def test_every_answer_has_the_policy_and_is_never_kept(house: House):
    incident = await house.town.intrusion()
    guest = await house.guest(OWNER)
    for path in ("/", f"/incident/{incident}", f"/site/{HAVEN}", "/nothing",
                 "/sign-in/x", "/signed-out", "/healthz", "/metrics"):  # fmt: skip
        answer = await guest.get(path)
        assert answer.headers["content-security-policy"] == POLICY, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "server" not in answer.headers
        assert not INLINE.search(answer.text), path


def test_the_policy_lets_nothing_in_from_elsewhere():
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


@pytest.mark.parametrize("path", sorted((ROOM / "templates").glob("*.html")), ids=str)
def test_no_template_holds_a_style_or_a_script(path: Path):
    text = path.read_text()
    assert not INLINE.search(text)
    assert "|safe" not in text
    assert "http" not in text


async def test_the_front_ends_files_may_be_kept_since_their_address_changes(
    house: House,
):
    guest = await house.stranger()
    page = (await guest.get("/sign-in/x")).text
    (script,) = re.findall(r'src="(/static/page\.js\?v=\w+)"', page)
    answer = await guest.get(script)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_the_built_files_ask_for_nothing_from_elsewhere():
    sheet = (STATIC / "look.css").read_text()
    assert re.findall(r'url\(["\']?(?!["\']?\./|["\']?\)|data:)[^)]*\)', sheet) == []
    assert "@import" not in sheet


async def test_over_tls_browsers_are_told_to_stay_there():
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.extend(message["headers"])

    async def receive():
        return {"type": "http.request"}

    await Headers(app, secure=True)({"type": "http"}, receive, send)
    assert b"strict-transport-security" in dict(sent)
    sent.clear()
    await Headers(app, secure=False)({"type": "http"}, receive, send)
    assert b"strict-transport-security" not in dict(sent)


async def test_health_tells_whether_the_store_answers_and_is_heard(house: House):
    guest = await house.stranger()
    async with asyncio.timeout(10):
        while (answer := await guest.get("/healthz")).status_code != 200:
            pass
    assert answer.text == "ok\n"
    house.parts.bell.live = False
    assert (await guest.get("/healthz")).status_code == 503
    assert "python_info" in (await guest.get("/metrics")).text


async def test_a_stranger_learns_whom_to_tell_of_a_weakness(house: House):
    stranger = await house.stranger()
    assert (await stranger.get("/.well-known/security.txt")).status_code == 404
    settings = house.parts.settings.model_copy(
        update={"security_contact": "mailto:security@wachtpost.example"}
    )
    house.app.state.parts = replace(house.parts, settings=settings)
    answer = await stranger.get("/.well-known/security.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    contact, expires, languages = answer.text.splitlines()
    assert contact == "Contact: mailto:security@wachtpost.example"
    assert languages == "Preferred-Languages: nl, en"
    until = datetime.fromisoformat(expires.removeprefix("Expires: "))
    assert timedelta(days=30) < until - house.parts.now() < timedelta(days=365)
