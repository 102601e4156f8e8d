"""`make bench PART=pages`: a table, and build/bench/pages.json."""

import asyncio
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from collector.database import Database, Limits
from dashboard.app import make_app
from dashboard.bell import Bell
from tests.bench import kernel
from tests.bench.collector import history, post
from tests.bench.collector.figure import spread
from tests.bench.collector.post import Post, load_average
from tests.bench.collector.sealed import DEVICES_A_SITE, Device, fresh, sealed
from tests.bench.collector.sender import Connection, Flood, drive, packets_of
from tests.bench.collector.wire import publish
from tests.bench.pages import front
from tests.bench.pages.figure import Figures, goals, summary
from tests.bench.pages.front import Front, truths
from tests.bench.pages.plans import Explained
from tests.bench.pages.scope import Scope, scope_of
from tests.bench.table import row
from tests.dashboard.house import Guest

SITES, DEVICES = 100, 2  # at each of them
WHO, CSO = "veenrand-coordinator", "national-cso"
BUSY, FRAME = 1_000, 50  # records a second, and in a frame
WINDOW = 1_000
SEEN_S = 30.0  # by then a press is on each screen, or never
ROUNDS = 5
CARD = 'id="incident-'
MILLION = 1_000_000
OVER = b"""
    update store.incident
       set state = 'resolved', owner = 'veenrand-desk', acknowledged = now(),
           resolved = now(), outcome = 'test', sentence = 'x'
     where state <> 'resolved'"""
LATEST = b"select max(incident) from store.incident where unit = 'veenrand'"


@dataclass
class Run:
    """One run of the bench: its post, the dashboard, and what came out so far."""

    post: Post
    front: Front
    scope: Scope
    devices: Sequence[Device]
    figures: Figures = field(default_factory=Figures)

    def press(self, site: int) -> None:
        """Have somebody call for help at a place."""
        device = self.devices[site * DEVICES]
        frame = fresh(device, os.urandom(8).hex(), 1, "al", self.post.key)
        topic, down = device.topic("al"), device.topic("down")
        connection = Connection(self.post.broker.port, f"press-{site}", [down])
        connection.send(publish(topic, frame, 1))
        connection.poll(SEEN_S)
        connection.close()

    def owner(self, query: bytes, **named: object) -> list[tuple[int]]:
        """Do something as the store's owner."""
        with psycopg.connect(self.post.server.admin_url, autocommit=True) as hand:
            cursor = hand.execute(query, named or None)
            return cursor.fetchall() if cursor.description else []


@dataclass
class Screens:
    """Pages that are open; notes when each shows as many calls for help as wanted."""

    wanted: dict[int, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    ready: int = 0

    async def watch(self, guest: Guest) -> None:
        """Keep one page open."""
        shown = -1
        async for html in truths(guest, "/live/"):
            now, count = time.perf_counter(), html.count(CARD)
            if shown < 0:
                self.ready += 1
            for number, since in self.wanted.items():
                if shown < number <= count:
                    self.took.append(now - since)
            shown = max(shown, count)


@asynccontextmanager
async def _open(run: Run, count: int) -> AsyncIterator[Screens]:
    screens = Screens()
    async with run.front.guest(WHO) as guest:
        tasks = [asyncio.create_task(screens.watch(guest)) for _ in range(count)]
        try:
            await _until(lambda: screens.ready == count, tasks)
            yield screens
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def _until(
    is_so: Callable[[], bool], tasks: Sequence["asyncio.Task[None]"]
) -> None:
    """Wait until that is so, for SEEN_S; a page that closed is an error."""
    async with asyncio.timeout(SEEN_S * 4):
        while not is_so():
            for task in tasks:
                if task.done():
                    await task
            await asyncio.sleep(0.002)


async def _press(run: Run, screens: Screens, number: int, pages: int) -> None:
    """Press a button, and wait until each page shows it."""
    seen = len(screens.took) + pages
    screens.wanted[number] = time.perf_counter()
    pressing = asyncio.create_task(asyncio.to_thread(run.press, number - 1))
    await _until(lambda: len(screens.took) >= seen, ())
    await pressing


async def screen(run: Run) -> None:
    """From a record to a changed screen, idle and beside 1,000 records a second."""
    for what in ("idle", f"beside {BUSY:,} records/s"):
        with run.post.collectors(1):
            async with _open(run, 1) as screens:
                flooding = None
                if what != "idle":
                    flooding = asyncio.create_task(asyncio.to_thread(_flood, run))
                    await asyncio.sleep(2)
                for number in range(1, run.scope.presses + 1):
                    await _press(run, screens, number, 1)
                    await asyncio.sleep(random.uniform(0.1, 0.4))  # noqa: S311  # no secret
                if flooding:
                    await flooding
        run.figures.screen[what] = screens.took
        run.owner(OVER)


def _flood(run: Run) -> None:
    frames = run.scope.presses * BUSY // FRAME  # as many seconds as there are presses
    some = [one for one in run.devices if one.number % DEVICES_A_SITE == 1][:20]
    load = sealed(some, frames, FRAME, run.post.key)
    down = [f"wp/1/{device}-1/down" for device in load.devices]
    connection = Connection(run.post.broker.port, "flood", down)
    flood = Flood(connection, list(packets_of(load.frames)), WINDOW)
    flood.pace(BUSY / FRAME)
    drive(flood, None, lambda: flood.done)
    connection.close()


async def fan_out(run: Run) -> None:
    """From a record to each of many open pages; and what they take of memory."""
    for count in run.scope.screens:
        with run.post.collectors(1):
            async with _open(run, count) as screens:
                for number in range(1, ROUNDS + 1):
                    await _press(run, screens, number, count)
                    await asyncio.sleep(1)
                mb = kernel.most_mb(run.front.pid)
        run.figures.fan_out[count] = screens.took
        run.figures.memory[f"{count} pages open"] = mb
        run.owner(OVER)


def _paths(run: Run) -> dict[str, str]:
    (latest,) = run.owner(LATEST)
    site = "/site/bench-0007"
    return {
        "unit": "/",
        "todo": "/todo",
        "search": "/incidents",
        "incident": f"/incident/{latest[0]}",
        "site": site,
        "events": f"{site}/events",
        "exercises": f"{site}/exercises",
        "roster": "/roster",
        "wall": "/wall",
    }


async def times(run: Run) -> None:
    """How soon each page comes, where more and more is stored."""
    stored = 0
    for millions in run.scope.millions:
        rows = round(millions * MILLION)
        await asyncio.to_thread(
            history.grow, run.post.server.admin_url, run.devices, stored, rows
        )
        stored = rows
        pages = run.figures.pages.setdefault(millions, {})
        async with run.front.guest(WHO) as guest, run.front.guest(CSO) as cso:
            for page, path in _paths(run).items():
                pages[page] = await _timed(guest, path, run.scope.looks)
            pages["report"] = await _timed(cso, "/report", run.scope.looks)


async def _timed(guest: Guest, path: str, looks: int) -> list[float]:
    took = []
    for look in range(looks + 2):
        since = time.perf_counter()
        answer = await guest.get(path)
        if answer.status_code != httpx.codes.OK:
            raise AssertionError(f"{path}: {answer.status_code}")
        if look >= 2:  # the first ones fill caches
            took.append(time.perf_counter() - since)
    return took


async def plans(run: Run) -> None:
    """Keep what the database did for each query of each page."""
    url = run.front.environment[f"{front.PREFIX}DATABASE_URL"]
    async with Database.open(url, "bench", Limits(2)) as database:
        explained = Explained(database)
        app = make_app(run.front.parts(explained, Bell()))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url=run.front.address, timeout=60
        ) as client:
            guest = Guest(client)
            await guest.sign_in(run.front.link(WHO))
            for path in _paths(run).values():
                await guest.get(path)
    file = Path("build") / "bench" / "pages-plans.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(explained.plans, indent=1) + "\n")
    slowest = sorted(explained.plans.items(), key=lambda one: -one[1]["Execution Time"])
    run.figures.notes += [
        f"slowest query: {name}, {plan['Execution Time']:.0f} ms"
        for name, plan in slowest[:5]
    ]


MEASURES: dict[str, Callable[[Run], Awaitable[None]]] = {
    "screen": screen,
    "fan-out": fan_out,
    "times": times,
    "plans": plans,
}


def lines(figures: Figures) -> Iterator[str]:
    """Give the whole table, goals last."""
    head = ("p50", "p95", "p99", "worst", "of")
    for rows, pages in figures.pages.items():
        yield from ("", row((f"PAGES AT {rows:g} M, MS", *head)))
        yield from (_spread(page, one) for page, one in pages.items())
    if figures.screen:
        yield from ("", row(("SCREEN, MS", *head)))
    yield from (_spread(what, one) for what, one in figures.screen.items())
    if figures.fan_out:
        yield from ("", row(("TO EACH OF, MS", *head)))
    yield from (_spread(f"{n} pages", one) for n, one in figures.fan_out.items())
    yield from ("", "CONDITIONS", *(f"  {note}" for note in figures.notes))
    yield from ("", "GOALS")
    for goal in goals(figures):
        yield f"  {'yes' if goal.met else 'NO ':<4}{goal.what:<64}{goal.got}"


def _spread(name: str, seconds: Sequence[float]) -> str:
    numbers = [f"{1000 * (one or 0):.0f}" for one in spread(seconds).values()]
    return row((f"  {name}", *numbers, len(seconds)))


async def _measure(run: Run) -> None:
    await front.answers(run.front)
    for section in run.scope.only:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {section}\n")
        await MEASURES[section](run)


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print."""
    scope = scope_of(arguments)
    every = range(SITES * DEVICES_A_SITE)
    known = [Device(one) for one in every if one % DEVICES_A_SITE < DEVICES]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with post.opened(folder, known) as opened:
            with opened.collectors(1):
                pass  # it brings the inventory into the store
            with front.opened(opened.server.admin_url, folder) as pages:
                run = Run(opened, pages, scope, known)
                past = (Path(__file__).parent / "past.sql").read_bytes()
                run.owner(past, count=scope.incidents)
                cores, python = os.cpu_count(), platform.python_version()
                run.figures.notes += [
                    f"{cores} processors, Python {python}, {SITES} places",
                    f"{scope.incidents:,} incidents in a year",
                    f"load at the begin: {load_average()}",
                ]
                asyncio.run(_measure(run))
    figures = run.figures
    figures.notes.append(f"load at the end: {load_average()}")
    sys.stdout.write("\n".join(lines(figures)) + "\n")
    path = Path("build") / "bench" / f"{scope.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"quick": scope.quick, **summary(figures)}
    path.write_text(json.dumps(told, indent=1) + "\n")
    sys.stdout.write(f"\nall of it stands in {path}\n")
    return 0
