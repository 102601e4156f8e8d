"""Who is revoked is not believed any more, and loses the connection that it has.

Mosquitto with the very file that is installed, a collector's process, real TLS.
"""

import asyncio
import queue
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from nacl.signing import VerifyKey

from sites.answer import Receipt, open_answer
from sites.frame import digest
from sites.keys import signing_key
from sites.topic import Path as Way
from tests.collector.setting import Url
from tests.collector.waiting import until
from tests.firmware.broker import NOTHING_CAME_S, PATIENCE_S, Peer
from tests.firmware.served import KEY, Served, served

Owner = psycopg.Connection[tuple[Any, ...]]
PROMISED_S = 60.0
AGAIN_S = 5.0


@pytest.fixture
async def place(database_url: Url, tmp_path: Path) -> AsyncIterator[Served]:
    async with served(database_url, tmp_path) as running:
        yield running


class Device(Peer):
    """A path that hears its receipts."""

    def __init__(self, place: Served, folder: Path) -> None:
        super().__init__(place.broker, folder, client_id=f"{place.device}-1")
        assert self.answers.get(timeout=PATIENCE_S) == "Success"
        self.listen(Way(place.device, 1).topic("down"))
        self.place = place

    def confirmed(self, frame: bytes, seconds: float = PATIENCE_S) -> bool:
        """Tell whether a receipt of this frame comes in time."""
        collector: VerifyKey = signing_key(self.place.signing).verify_key
        try:
            while True:
                sealed = bytes(self.heard.get(timeout=seconds).payload)
                answer = open_answer(sealed, KEY, collector)
                if isinstance(answer, Receipt) and answer.frame == digest(frame):
                    return answer.outcome == "stored"
        except queue.Empty:
            return False


def refusals(owner: Owner) -> dict[str, int]:
    query = "select refusal, sum(times) from store.frame_set_aside group by refusal"
    return {str(why): int(times) for why, times in owner.execute(query).fetchall()}


def count_stored(owner: Owner) -> int:
    query = "select count(*) from store.event where run = repeat('0', 16)"
    ((count,),) = owner.execute(query).fetchall()
    return int(count)


def refused_frame(device: Device) -> bytes:
    """Give the first frame that is not confirmed: it takes a note some milliseconds."""
    for _ in range(10):
        frame = device.place.say(device)
        if not device.confirmed(frame, NOTHING_CAME_S):
            return frame
    raise AssertionError


async def cut(device: Device) -> float:
    """Give the seconds until it loses its connection."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    await until(device.lost.is_set, PROMISED_S)
    return clock() - begun


async def test_a_revoked_path_is_refused_at_once_and_cut_each_time_it_comes_back(
    place: Served, owner: Owner
):
    folder = place.issue()
    device = Device(place, folder)
    assert device.confirmed(place.say(device))
    assert place.fleet("revoke", f"{place.device}-1", "--reason", "stolen") == 0
    late = refused_frame(device)
    assert await cut(device) < PROMISED_S
    device.close()
    # The broker was not given the list: so it comes in again, and is cut again.
    back = Device(place, folder)
    frame = place.say(back)
    assert await cut(back) < PROMISED_S
    assert not back.confirmed(frame, NOTHING_CAME_S)
    back.close()
    silent = Device(place, folder)
    assert await cut(silent) < PROMISED_S
    silent.close()
    await until(lambda: refusals(owner).get("revoked", 0) >= 1)
    assert set(refusals(owner)) == {"revoked"}
    stored = count_stored(owner)
    counted = 'wachtpost_frames_set_aside_total{reason="revoked"}'
    assert counted in place.setting.ask("/metrics")[1]
    # A new certificate lets the path speak again, and what was refused may come again.
    renewed = Device(place, place.issue())
    assert renewed.confirmed(place.say(renewed))
    renewed.say(Way(place.device, 1).topic("up"), late)
    assert renewed.confirmed(late)
    assert count_stored(owner) == stored + 2
    renewed.close()
    assert "127.0.0.1" not in place.broker.said()


async def test_a_connection_whose_certificate_expires_is_cut(
    place: Served, owner: Owner
):
    device = Device(place, place.issue())
    assert device.confirmed(place.say(device))
    owner.execute("update store.certificate set until = now() + interval '1 s'")
    owner.execute("select pg_notify('certificate', '')")
    assert await cut(device) < PROMISED_S
    device.close()
    back = Device(place, place.folder / f"{place.device}-1")
    frame = place.say(back)
    await until(lambda: "expired" in refusals(owner))
    assert not back.confirmed(frame, NOTHING_CAME_S)
    assert await cut(back) < PROMISED_S
    back.close()


async def test_a_path_that_nobody_issued_a_certificate_for_is_refused(
    place: Served, owner: Owner
):
    # of our authority, but the store knows nothing of it
    stray = Device(place, place.broker.device(f"{place.device}-1"))
    frame = place.say(stray)
    await until(lambda: refusals(owner) == {"uncertified": 1})
    assert not stray.confirmed(frame, NOTHING_CAME_S)
    assert await cut(stray) < PROMISED_S
    stray.close()


async def test_a_path_that_is_revoked_does_not_take_the_others_with_it(place: Served):
    first = Device(place, place.issue())
    second = Peer(place.broker, place.issue(2), client_id=f"{place.device}-2")
    assert second.answers.get(timeout=PATIENCE_S) == "Success"
    assert place.fleet("revoke", f"{place.device}-2", "--reason", "lost") == 0
    await until(second.lost.is_set, PROMISED_S)
    assert first.confirmed(place.say(first))
    assert not first.lost.is_set()
    first.close()
    second.close()


async def test_a_path_that_floods_is_cut_and_the_others_are_heard(place: Served):
    second = Peer(place.broker, place.issue(2), client_id=f"{place.device}-2")
    assert second.answers.get(timeout=PATIENCE_S) == "Success"
    topic = Way(place.device, 2).topic("up")

    def pour() -> None:
        while not second.lost.is_set():
            for _ in range(1000):
                second.client.publish(topic, b"x")

    pouring = asyncio.create_task(asyncio.to_thread(pour))
    await until(second.lost.is_set, PROMISED_S)
    await pouring
    first = Device(place, place.issue())
    # The broker's queue is full of rubbish yet, and it drops what does not fit: so it
    # is sent again, as a device does.
    tries = range(int(PROMISED_S / AGAIN_S))
    assert any(first.confirmed(place.say(first), AGAIN_S) for _ in tries)
    first.close()
    second.close()
