"""Makes a picture of each page, in both languages, light and dark, at three widths.

`python -m tests.browser.screenshots [FOLDER [PART]]`; the default is build/screenshots,
and every page. One of each page is as somebody sees it who is blind to red and green.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from collector.migrate import migrate
from dashboard.front import build
from dashboard.parts import SESSION_COOKIE
from tests.browser.scene import diverted, hear_again, play
from tests.collector.databases import url_as
from tests.dashboard.crowd import DESK, crowded
from tests.dashboard.house import House, opened
from tests.dashboard.town import (
    COLLEAGUE,
    EXAMPLES,
    HAVEN,
    KIT,
    OWNER,
    Town,
    founded,
)
from tests.servers import postgres
from tests.servers.chromium import LaunchOptions, launch_options

WIDTHS = (360, 1280, 1920)
LANGUAGES = ("nl", "en")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BLIND_TO_RED_AND_GREEN = ("protanopia", "deuteranopia")
FOLDER = Path(__file__).parents[2] / "build" / "screenshots"


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it; `person` None: nobody is signed in."""

    name: str
    path: str
    person: str | None
    lost: bool = False


@dataclass(frozen=True)
class Show:
    """An inventory, what happens in it, and the pages that show it."""

    inventory: Callable[[Path], Path]
    play: Callable[[Town], Awaitable[dict[str, int]]]
    shots: Callable[[dict[str, int]], Iterator[Shot]]


def shots(incidents: dict[str, int]) -> Iterator[Shot]:
    """Name every page."""
    yield Shot("unit", "/", OWNER)
    yield Shot("incident", f"/incident/{incidents['back_door']}", COLLEAGUE)
    yield Shot("incident-camera", f"/incident/{incidents['camera']}", COLLEAGUE)
    yield Shot("incident-kit", f"/incident/{incidents['panic']}", COLLEAGUE)
    yield Shot("incident-resolved", f"/incident/{incidents['resolved']}", OWNER)
    yield Shot("card", f"/incident/{incidents['back_door']}/card", COLLEAGUE)
    yield Shot("card-kit", f"/incident/{incidents['panic']}/card", COLLEAGUE)
    yield Shot("todo", "/todo", OWNER)
    yield Shot("roster", "/roster", OWNER)
    yield Shot("wall", "/wall", OWNER)
    yield Shot("wall-calm", "/wall", "veenrand-coordinator")
    yield Shot("search", "/incidents", OWNER)
    yield Shot("search-nothing", "/incidents?number=9&who=nobody", OWNER)
    yield Shot("exercises", f"/site/{HAVEN}/exercises", OWNER)
    yield Shot("suppressions", f"/site/{HAVEN}/suppressions", OWNER)
    yield Shot("site", f"/site/{HAVEN}", OWNER)
    yield Shot("kit", f"/site/{KIT}", OWNER)
    yield from _others()


def _others() -> Iterator[Shot]:
    """Name the pages that need no incident: those of other roles, and of nobody."""
    yield Shot("control-room", "/", "duinland-control-room")
    yield Shot("administrator", "/", "administrator")
    yield Shot("household", "/", "household")
    yield Shot("auditor", "/", "auditor")
    yield Shot("rights", "/rights", "auditor")
    yield Shot("cso", "/", "cso")
    yield Shot("calm", "/", "veenrand-coordinator")
    yield Shot("sound", "/sound", OWNER)
    yield from _of_anybody()
    yield Shot("refused", "/incident/999", OWNER)
    yield Shot("lost", "/", OWNER, lost=True)


def _of_anybody() -> Iterator[Shot]:
    yield Shot("contacts", "/contacts", OWNER)
    yield Shot("reached", "/reached/an-example", None)
    yield Shot("sign-in", "/sign-in/an-example", None)


def many(_incidents: dict[str, int]) -> Iterator[Shot]:
    """Name the pages that are another thing where there is very much."""
    yield Shot("flood", "/", DESK)
    yield Shot("wall-flood", "/wall", DESK)


def _crowd(folder: Path) -> Path:
    crowded(folder, 30)
    return folder


SHOWS = (Show(lambda _folder: EXAMPLES, play, shots), Show(_crowd, diverted, many))


async def main(folder: Path, only: str = "") -> int:
    """Make the pictures; gives how many there are."""
    build()
    number = 0
    with postgres.started("plain") as server:
        async with async_playwright() as player:
            browser = await player.chromium.launch(**_audible())
            for show in SHOWS:
                if any(only in shot.name for shot in show.shots(defaultdict(int))):
                    url = postgres.create_database(server)
                    await migrate(url)
                    number += await _shown(browser, url, show, folder, only)
            await browser.close()
    return number


async def _shown(
    browser: Browser, url: str, show: Show, folder: Path, only: str
) -> int:
    number = 0
    with TemporaryDirectory() as blobs:
        async with AsyncExitStack() as stack:
            town = await stack.enter_async_context(
                founded(
                    url_as(url, "wachtpost_collector"),
                    url,
                    folder=show.inventory(Path(blobs) / "inventory"),
                )
            )
            incidents = await show.play(town)
            house = await stack.enter_async_context(
                opened(
                    lambda role: url_as(url, role),  # type: ignore[arg-type]  # one of three
                    town,
                    Path(blobs),
                    now=lambda: datetime.now(UTC),
                )
            )
            wanted = [shot for shot in show.shots(incidents) if only in shot.name]
            for scheme, language in product(SCHEMES, LANGUAGES):
                number += await _rounds(
                    browser, house, wanted, (scheme, language), folder
                )
    return number


def _audible() -> LaunchOptions:
    options = launch_options()
    options["args"].append("--autoplay-policy=no-user-gesture-required")
    return options


async def _rounds(
    browser: Browser,
    house: House,
    wanted: list[Shot],
    look: tuple[Literal["light", "dark"], str],
    folder: Path,
) -> int:
    scheme, language = look
    number = 0
    for shot in wanted:
        context = await browser.new_context(
            base_url=house.address, color_scheme=scheme, locale=language
        )
        await context.add_cookies(
            [{"name": "taal", "value": language, "url": house.address}]
        )
        page = await _opened(context, house, shot)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await page.wait_for_timeout(300)  # charts follow the width
            name = f"{shot.name}-{language}-{scheme}-{width}.png"
            await page.screenshot(path=folder / name, full_page=True)
            number += 1
        if look == (SCHEMES[0], LANGUAGES[0]):
            number += await _blind_to_red_and_green(page, folder / shot.name)
        await context.close()
    return number


async def _blind_to_red_and_green(page: Page, name: Path) -> int:
    await page.set_viewport_size({"width": 1280, "height": 900})
    session = await page.context.new_cdp_session(page)
    for sort in BLIND_TO_RED_AND_GREEN:
        said = {"type": sort}
        await session.send("Emulation.setEmulatedVisionDeficiency", said)
        path = name.with_name(f"{name.name}-{sort}.png")
        await page.screenshot(path=path, full_page=True)
    return len(BLIND_TO_RED_AND_GREEN)


async def _opened(context: BrowserContext, house: House, shot: Shot) -> Page:
    page = await context.new_page()
    if shot.person is not None:
        agent = await page.evaluate("navigator.userAgent")
        guest = await house.guest(shot.person, **{"user-agent": agent})
        secret = guest.client.cookies[SESSION_COOKIE]
        await context.add_cookies(
            [{"name": SESSION_COOKIE, "value": secret, "url": house.address}]
        )
    await hear_again(house.town, datetime.now(UTC))
    if shot.lost:
        await context.route("**/live/**", lambda route: route.abort())
    await page.goto(shot.path)
    if shot.lost:
        await page.locator("#cover").wait_for(state="visible")
    else:
        await page.wait_for_load_state("load")
    return page


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    target.mkdir(parents=True, exist_ok=True)
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    made = asyncio.run(main(target, part))
    print(f"{made} screenshots in {target}")  # noqa: T201 - a command's answer
