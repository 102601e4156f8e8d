"""Runs everything at once on this machine, and ends all of it again.

1. An embedded PostgreSQL, migrated; the example inventory with keys of today.
2. A broker, the collector, the dashboard: the same programs as anywhere else.
3. A station and a kit, on recorded or made input; armed by hand, as a person would.
   Of the demo's own films one has a cloth in it for a while.
4. Sign-in links, one a role. Then it goes on until told, or counts and ends.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic

from collector.database import Database
from collector.migrate import migrate
from dashboard.demo.cast import (
    Keys,
    Player,
    furnish,
    players,
    settings_of,
    write_inventory,
)
from dashboard.demo.cloth import Stage
from dashboard.demo.errors import CommandError, PortTakenError
from dashboard.demo.material import ROOT, Material
from dashboard.demo.postgres import Server, started
from dashboard.demo.program import Program, free_port, port_answers
from dashboard.demo.story import CLOTH_S, covered_film
from dashboard.demo.tally import Tally, counts, duplicates_refused
from dashboard.front import build
from dashboard.sign_in import make_link
from sites.inventory import Inventory
from sites.keys import key_text
from sites.load import load

UNIT = "duinland"
EXAMPLES = ROOT / "sites" / "examples"
LINK_MINUTES = 12 * 60
COMMAND_S = 30.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What was asked for: the pages' port, what is played, how to tell progress."""

    port: int
    films: Material
    say: Say


class Show:
    """A running demo."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.broker, self.health, self.watched = (free_port() for _ in range(3))
        self.programs: list[Program] = []
        self.players: list[Player] = []
        self.stage: Stage | None = None
        self.server = Server("")
        self.inventory = Inventory()
        self.address = f"http://localhost:{plan.port}"  # a passkey needs a name

    async def raise_curtain(self, stack: AsyncExitStack) -> None:
        """Start everything, in order; what was started ends with the stack."""
        if await port_answers(self.plan.port):
            raise PortTakenError(self.plan.port)
        began = monotonic()

        def done(what: str) -> None:
            self.plan.say(f"  {what:<48} {monotonic() - began:5.1f} s")

        await asyncio.to_thread(build)
        done("pages built")
        database = started(self.folder / "postgres")
        self.server = await stack.enter_async_context(database)
        await migrate(self.server.admin)
        done("PostgreSQL")
        self._prepare()
        done(f"inventory: {len(self.inventory.sites)} places in two units")
        await self._services(stack)
        done("broker, collector, watchdog, dashboard")
        await self._devices(stack)
        done("a station, armed, and a kit")

    def _prepare(self) -> None:
        films = self.plan.films
        if films.footage is not None and films.ours:
            self.stage = Stage.of(films.footage, self.folder / "films")
            films = replace(films, footage=self.stage.folder)
        keys = Keys.new(load(EXAMPLES))
        where = self.folder / "inventory"
        self.inventory = write_inventory(EXAMPLES, where, keys, films)
        for name, key in (("seal", keys.sealing), ("sign", keys.answering)):
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_text(key_text(key))
        for site in players(self.inventory, UNIT):
            player = furnish(self.folder, self.inventory, site, keys, films)
            text = settings_of(player, keys, self.broker, films)
            (player.folder / "device.toml").write_text(text)
            self.players.append(player)

    async def _services(self, stack: AsyncExitStack) -> None:
        arguments = ["-m", "dashboard.demo.broker", str(self.broker)]
        broker = await self._start(stack, "broker", arguments)
        await broker.ready(lambda: port_answers(self.broker))
        collector, dashboard = await asyncio.gather(
            self._start(
                stack,
                "collector",
                ["-m", "wachtpost", "collector", "run"],
                self._for_collector(),
            ),
            self._start(
                stack,
                "dashboard",
                ["-m", "wachtpost", "dashboard", "run"],
                self._for_dashboard(),
            ),
        )
        words = ["-m", "wachtpost", "collector", "watchdog"]
        watchdog = await self._start(stack, "watchdog", words, self._for_watchdog())
        await watchdog.ready(lambda: port_answers(self.watched))
        await collector.ready(lambda: port_answers(self.health))
        await dashboard.ready(lambda: port_answers(self.plan.port))

    async def _devices(self, stack: AsyncExitStack) -> None:
        await asyncio.gather(*(self._device(stack, one) for one in self.players))

    async def _device(self, stack: AsyncExitStack, player: Player) -> None:
        home = player.folder
        words = ["-m", "wachtpost", "edge", "run", "--home", str(home)]
        agent = await self._start(stack, f"edge {player.device}", words)
        await agent.ready(partial(_listens, home / "hand.sock"))
        if player.site.kind == "home":  # somebody is in
            return
        if await self._by_hand("arm", home) is None:
            raise CommandError(f"edge arm --home {home}")

    def _for_collector(self) -> dict[str, str]:
        return {
            "WACHTPOST_COLLECTOR_DATABASE_URL": self.server.url("wachtpost_collector"),
            "WACHTPOST_COLLECTOR_INVENTORY": str(self.folder / "inventory"),
            "WACHTPOST_COLLECTOR_BROKER": f"mqtt://127.0.0.1:{self.broker}",
            "WACHTPOST_COLLECTOR_SEALING_KEY_FILE": str(self.folder / "seal"),
            "WACHTPOST_COLLECTOR_SIGNING_KEY_FILE": str(self.folder / "sign"),
            "WACHTPOST_COLLECTOR_BLOBS": str(self.folder / "blobs"),
            "WACHTPOST_COLLECTOR_HEALTH": f"127.0.0.1:{self.health}",
            "WACHTPOST_COLLECTOR_ADDRESS": self.address,
        }

    def _for_watchdog(self) -> dict[str, str]:
        return {
            "WACHTPOST_WATCHDOG_DATABASE_URL": self.server.url("wachtpost_collector"),
            "WACHTPOST_WATCHDOG_HEALTH": f"127.0.0.1:{self.watched}",
            "WACHTPOST_WATCHDOG_ADDRESS": self.address,
        }

    def _for_dashboard(self) -> dict[str, str]:
        return {
            "WACHTPOST_DASHBOARD_DATABASE_URL": self.server.url("wachtpost_dashboard"),
            "WACHTPOST_DASHBOARD_COLLECTOR": f"127.0.0.1:{self.health}",
            "WACHTPOST_DASHBOARD_PORT": str(self.plan.port),
            "WACHTPOST_DASHBOARD_ADDRESS": self.address,
            "WACHTPOST_DASHBOARD_INVENTORY": str(self.folder / "inventory"),
            "WACHTPOST_DASHBOARD_BLOBS": str(self.folder / "blobs"),
            "WACHTPOST_DASHBOARD_KEY_FILE": str(self.folder / "dashboard.key"),
        }

    async def _start(
        self,
        stack: AsyncExitStack,
        name: str,
        arguments: Sequence[str],
        environment: dict[str, str] | None = None,
    ) -> Program:
        said = self.folder / f"{name.replace(' ', '-')}.log"
        program = await Program.start(name, arguments, said, environment)
        stack.push_async_callback(program.stop)
        self.programs.append(program)
        return program

    async def _by_hand(self, verb: str, home: Path) -> str | None:
        """Command an agent as a person would; its answer, None where it refused."""
        said = self.folder / f"{verb}-{home.name}.log"
        words = ["-m", "wachtpost", "edge", verb, "--home", str(home)]
        hand = await Program.start("hand", words, said)
        async with asyncio.timeout(COMMAND_S):
            code = await hand.process.wait()
        return hand.said() if code == 0 else None

    async def _written(self, home: Path) -> int:
        answer = await self._by_hand("written", home)
        if answer is None:
            raise CommandError(f"edge written --home {home}")
        return int(answer)

    async def links(self) -> list[tuple[str, str]]:
        """Make a sign-in link for one person of each role; gives role and address."""
        unit, policy = self.inventory.units[UNIT], self.inventory.policy
        people: dict[str, str] = {one.role: one.id for one in policy.people[::-1]}
        people |= {one.role: one.id for one in unit.people[::-1]}
        url = self.server.url("wachtpost_dashboard")
        async with Database.open(url, "wachtpost demo") as database:
            return [
                (role, f"{self.address}/sign-in/{secret}")
                for role, person in reversed(people.items())
                for secret in [await make_link(database, person, LINK_MINUTES)]
            ]

    async def watch(self, stop: asyncio.Event) -> None:
        """Return when `stop` is set; raises DemoError when one of the programs ends."""
        async with asyncio.TaskGroup() as group:
            watching = [
                group.create_task(program.watch(), name=program.name)
                for program in self.programs
            ]
            watching.append(group.create_task(self._cover(), name="cloth"))
            await stop.wait()
            for task in watching:
                task.cancel()

    async def _cover(self) -> None:
        film = covered_film(self.players[0].site)
        if self.stage is not None and film is not None:
            await self.stage.cover(film, CLOTH_S)

    async def count(self) -> Tally:
        """End the devices, let what they wrote arrive, and count."""
        agents = [one for one in self.programs if one.name.startswith("edge")]
        await asyncio.gather(*(agent.stop() for agent in agents))
        written = sum([await self._written(one.folder) for one in self.players])
        url = self.server.url("wachtpost_collector")
        found = await counts(url)
        return Tally(
            written=written,
            stored=found.stored,
            duplicates_refused=await duplicates_refused(self.health),
            incidents=found.incidents,
            delay_median_s=round(found.delay_median_s, 3),
            delay_max_s=round(found.delay_max_s, 3),
            footage=self.plan.films.word,
        )


async def _listens(socket: Path) -> bool:
    return await asyncio.to_thread(socket.is_socket)


@asynccontextmanager
async def raised(plan: Plan) -> AsyncIterator[Show]:
    """Run a demo in a folder of its own; all of it is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="wachtpost-demo-") as name:
        async with AsyncExitStack() as stack:
            show = Show(plan, Path(name))
            await show.raise_curtain(stack)
            yield show
