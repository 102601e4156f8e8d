"""The agent: puts the parts of a device together, and runs them until told to end.

The only place that chooses real clocks, real disks and real pins.
"""

import asyncio
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from edge.camera import scene_memory
from edge.camera.camera import Camera
from edge.camera.sighting import CameraLost, ClipKept, Sighting
from edge.camera.sightings import Cameras
from edge.camera_plans import camera_plans
from edge.clip.keeper import Keeper, Line, Signer
from edge.clip.post import Post
from edge.clock import ClockWatch
from edge.command import Addressee
from edge.contact import Contacts, NoContacts
from edge.disk import sync_files
from edge.dispatch import Dispatch, Sender
from edge.errors import GpioError
from edge.hand import Hand
from edge.heartbeat import Pulse
from edge.kin import adopt_orphans
from edge.node import Node, Stores
from edge.notebook import NAME as NOTEBOOK
from edge.notebook import Notebook
from edge.obedience import Clocks, Obedience
from edge.order import Answer
from edge.panel_state import plan_of
from edge.paths import Paths
from edge.receipts import Receipts
from edge.recording import Playing, RecordedContacts, RecordedMeasurements
from edge.settings import Ready
from edge.slots import Slots
from edge.stores import open_stores
from edge.timekeeper import is_trusted, read_clocks
from edge.trusted_time import TrustedTime
from edge.ways import Ways

log = structlog.get_logger()

SYNC_S = 0.1
TICK_S = 1.0
LAST_S = 8.0  # a kit's slot may be 5 s away, and its receipt takes a moment
_FILM_S = 30.0  # how long each camera is kept from an alarm on, motion or not


class Agent:
    """One device at work."""

    def __init__(self, ready: Ready, stores: Stores, contacts: Contacts) -> None:
        """Put the parts together; `stores` are open already."""
        site, chance = ready.site, random.SystemRandom()
        self._ready = ready
        self._stores = stores
        self._contacts = contacts
        self._node = Node(stores, plan_of(site), _now, home=site.home)
        numbers = [camera.number for camera in site.cameras]
        self._cameras = Cameras(numbers, self._node.see)
        time = TrustedTime(_now)
        self._keeper = Keeper(
            stores.shelf,
            Signer(site.device, ready.key),
            Line(self._node.write, self._ring, _now, time.now, home=site.home),
        )
        self._watching = dict(self._make_cameras())
        self._pulse = Pulse(stores.outbox, ready.home, self._cameras, _now, is_trusted)
        self._clock = ClockWatch(read_clocks())
        sender = Sender(site.device, ready.key, ready.seal, _now)
        self.hand = Hand(
            ready.home, self._node, self._status, self._accept_view, self._keeper
        )
        self._obedience = Obedience(
            Addressee(site.device, ready.command, site.home),
            Notebook(ready.home / NOTEBOOK),
            self.hand.obey,
            self._node.write,
            Clocks(_now, time.told),
        )
        receipts = Receipts(
            *(site.device, ready.key, ready.sign, time.hear),
            hear_piece=lambda piece: self._paths.hear(piece),  # noqa: PLW0108  # they are made below
            hear_command=self._obedience.hear,
        )
        self._dispatch: Dispatch | Slots
        if site.home:
            self._dispatch = Slots(sender, stores.outbox, receipts, self._beat, chance)
        else:
            post = Post(stores.album, stores.shelf, site.device)
            self._dispatch = Dispatch(sender, stores.outbox, post, receipts, chance)
        self._node.ring = self._dispatch.ring
        self._node.film = self._film
        self._ways = ways = Ways(self._dispatch)
        self._paths = Paths(ready.routes, ways, self._node.write, _now, chance)

    async def run(self) -> None:
        """Watch until cancelled; then see off what is in hand, for LAST_S at most."""
        self._node.begin(self._contacts.ajar())
        self._obedience.begin()
        async with asyncio.TaskGroup() as carrying:
            carrying.create_task(self._sync(), name="sync")
            self._paths.start(carrying)
            try:
                await self._sense()
            except asyncio.CancelledError:
                self._obedience.close()
                await self._see_off()
                raise

    async def _sense(self) -> None:
        measurements = self._measurements()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick(), name="tick")
            group.create_task(self.hand.listen(), name="hand")
            group.create_task(self._contacts.watch(self._node.see), name="contacts")
            if measurements is not None:
                watching = measurements.watch(self._node.see)
                group.create_task(watching, name="measurements")
            group.create_task(self._keeper.work(), name="clips")
            for number, camera in self._watching.items():
                group.create_task(camera.watch(), name=f"camera {number}")

    async def _see_off(self) -> None:
        """Wait for the receipts of what is written down; without a line, not at all."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_S):
                while self._ways.connected and self._waiting():  # noqa: ASYNC110  # two conditions, from two parts
                    await asyncio.sleep(SYNC_S)
        log.info("agent.seen_off", left=self._waiting())

    def _waiting(self) -> int:
        outbox = self._stores.outbox
        return outbox.backlog("al") + outbox.backlog("up")

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(SYNC_S)
            files = self._stores.outbox.unsynced() + self._stores.album.unsynced()
            if not files:
                continue
            self._dispatch.ring()
            try:
                await asyncio.to_thread(sync_files, files)
            except OSError as error:
                log.warning("outbox.not_synced", error=error.strerror)

    async def _tick(self) -> None:
        while True:
            changed = self._clock.look(read_clocks(), trusted=is_trusted())
            if changed is not None:
                self._node.write(changed)
            self._node.tick()
            self._obedience.tick()
            self._cameras.tick(_now())
            if not self._ready.site.home and self._pulse.due(
                connected=self._ways.connected
            ):
                self._beat()
            await asyncio.sleep(TICK_S)

    def _beat(self) -> None:
        self._node.write(self._pulse.beat())

    def _measurements(self) -> RecordedMeasurements | None:
        settings, site = self._ready.settings, self._ready.site
        if settings.measurements is None:
            return None
        path = self._ready.home / settings.measurements
        playing = Playing(settings.speed, settings.loop)
        return RecordedMeasurements(path, site.sensors, playing, _now)

    def _make_cameras(self) -> Iterator[tuple[int, Camera]]:
        for plan in camera_plans(self._ready, self._stores.shelf):
            yield plan.index, Camera(plan, self._taker(plan.index))

    def _taker(self, number: int) -> Callable[[Sighting], None]:
        def take(sighting: Sighting) -> None:
            if isinstance(sighting, ClipKept):
                self._keeper.take(number, sighting)
                return
            self._cameras.take(number, sighting)
            if isinstance(sighting, CameraLost) and sighting.reason.is_seen:
                self._film()  # whoever blinds one camera may stand before another

        return take

    def _film(self) -> None:
        self._keeper.order()
        for camera in self._watching.values():
            camera.keep(_FILM_S)

    def _ring(self) -> None:
        self._dispatch.ring()

    def _accept_view(self, number: int) -> Answer:
        """Have a camera learn its scene anew: a person has aimed it elsewhere."""
        camera = self._watching.get(number)
        if camera is None:
            return Answer(ok=False, reason="unknown_camera")
        try:
            scene_memory.forget(scene_memory.folder_of(self._ready.home, number))
        except OSError:
            return Answer(ok=False, reason="not_forgotten")
        camera.begin_anew()
        log.info("camera.view_accepted", camera=number)
        return Answer(ok=True, reason="view_accepted")

    def _status(self) -> Answer:
        outbox, state = self._stores.outbox, self._node.state
        return Answer(
            ok=True,
            reason="status",
            phase=state.phase,
            mode=state.mode,
            written={str(lane): count for lane, count in outbox.written.items()},
            waiting={"al": outbox.backlog("al"), "up": outbox.backlog("up")},
            connected=self._ways.connected,
            clips_mb=round(self._stores.shelf.size / 2**20, 1),
            days_left=self._keeper.days_left(),
        )


def watch(ready: Ready) -> None:
    """Run a device until SIGTERM or SIGINT.

    Raises OutboxBusyError, GpioError or RecordingError where it cannot even begin.
    """
    adopt_orphans()
    contacts = make_contacts(ready)
    with open_stores(ready, _now(), clock_trusted=is_trusted()) as stores:
        asyncio.run(_until_told(Agent(ready, stores, contacts)))
    log.info("agent.ended")


async def _until_told(agent: Agent) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(agent.run(), name="agent")
    agent.hand.end = lambda: _soon(loop, work)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    log.info("agent.started")
    try:
        await work
    except asyncio.CancelledError:
        log.info("agent.told_to_end")


def _soon(loop: asyncio.AbstractEventLoop, work: asyncio.Task[None]) -> None:
    """End once what is in hand is done: a command says first that it was obeyed."""
    loop.call_soon(work.cancel)


def make_contacts(ready: Ready) -> Contacts:
    """Choose where switches are read; raises GpioError or RecordingError."""
    settings, site = ready.settings, ready.site
    if settings.contacts != "gpio":
        path = ready.home / settings.contacts
        playing = Playing(settings.speed, settings.loop)
        return RecordedContacts(path, site.sensors, playing, _now)
    if all(sensor.pin is None for sensor in site.sensors):
        return NoContacts()
    from edge.pin import PinContacts, still_pins  # noqa: PLC0415  # takes 5 MB

    try:
        return PinContacts(site.sensors, _now)
    except GpioError:
        if not settings.demo:
            raise
        log.warning("contacts.made_up", reason="there are no pins here")
        return PinContacts(site.sensors, _now, still_pins(site.sensors))


def _now() -> datetime:
    return datetime.now(UTC)
