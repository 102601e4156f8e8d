"""A device with two paths: the first that lives carries, the other says it is there."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import ways as room
from edge.outbox import Outbox
from edge.ways import IDLE_S, LIVES_S, Ways
from sites.event import ContactOpened
from sites.frame import HOME_BYTES
from sites.topic import Path as Way
from tests.edge.agent_process import by_hand, running
from tests.edge.collector_side import CollectorSide
from tests.edge.device_home import make_home, new_site
from tests.edge.line import on, until
from tests.edge.records import NOON, measurement, panic
from tests.edge.wire import dispatch, receipt, slots
from tests.servers import mosquitto
from tests.servers.mosquitto import Broker
from tests.servers.need import needed

LONG_S = 1000.0


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox", NOON) as outbox:
        yield outbox


@pytest.fixture
def ways(box: Outbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ways:
    """Give the ways of a station whose idle path speaks often."""
    monkeypatch.setattr(room, "IDLE_S", 0.02)
    monkeypatch.setattr(room, "LOOK_S", 0.02)
    return Ways(dispatch(box, tmp_path))


def write(ways: Ways, box: Outbox) -> None:
    box.append(panic())
    box.append(measurement())
    ways.ring()


def nothing_waits(box: Outbox) -> bool:
    return not box.backlog("al") and not box.backlog("up")


def test_an_idle_path_is_heard_three_times_before_it_counts_as_lost():
    assert 3 * IDLE_S <= 90
    assert LIVES_S > IDLE_S


async def test_one_path_alone_carries_and_says_nothing_more(box: Outbox, ways: Ways):
    async with on(ways, 0) as line:
        write(ways, box)
        await until(lambda: nothing_waits(box))
        assert line.idled == []
        assert ways.connected
    assert not ways.connected


async def test_the_first_carries_and_the_other_says_it_is_there(
    box: Outbox, ways: Ways
):
    async with on(ways, 0) as first, on(ways, 1) as second:
        write(ways, box)
        await until(lambda: nothing_waits(box) and len(second.idled) >= 3)
        assert second.carried == []
        assert first.idled == []
        assert {channel for channel, _ in second.sent} == {"up"}


async def test_what_was_under_way_goes_again_on_the_other_path(box: Outbox, ways: Ways):
    async with on(ways, 0) as first:
        await until(lambda: nothing_waits(box))
        async with on(ways, 1) as second:
            await until(lambda: second.idled)
            first.deaf = True
            write(ways, box)
            await until(lambda: len(first.carried) >= 3)
            assert not nothing_waits(box)
            first.cut()
            await until(lambda: nothing_waits(box))
            flying = {payload for _, payload in first.sent[-2:]}
            assert flying <= {payload for _, payload in second.sent}


async def test_a_path_that_comes_back_carries_when_it_lives(box: Outbox, ways: Ways):
    async with on(ways, 1) as second:
        write(ways, box)
        await until(lambda: nothing_waits(box))
        async with on(ways, 0) as first:
            await until(lambda: first.idled)
            await until(lambda: second.idled)
            write(ways, box)
            await until(lambda: nothing_waits(box))
            assert first.carried
            count = len(second.carried)
        write(ways, box)
        await until(lambda: nothing_waits(box))
        assert len(second.carried) > count


async def test_a_path_on_which_nothing_comes_down_does_not_take_over(
    box: Outbox, ways: Ways
):
    async with on(ways, 1) as second, on(ways, 0) as first:
        first.deaf = True
        first.coming.clear()
        await until(lambda: second.carried)
        sent = len(first.sent)
        await until(lambda: len(first.sent) > sent + 3)
        write(ways, box)
        await until(lambda: nothing_waits(box))
        assert ways.first == 1


async def test_a_path_that_falls_deaf_gives_its_turn_away(
    box: Outbox, ways: Ways, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(room, "LIVES_S", 0.4)
    async with on(ways, 0) as first, on(ways, 1) as second:
        await until(lambda: nothing_waits(box) and second.idled)
        first.deaf = True
        write(ways, box)
        await until(lambda: nothing_waits(box))
        assert second.carried
        assert first.lost is False


async def test_while_no_collector_answers_the_first_keeps_its_turn(
    box: Outbox, ways: Ways, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(room, "LIVES_S", 0.05)
    async with on(ways, 0) as first, on(ways, 1) as second:
        first.deaf = second.deaf = True
        write(ways, box)
        await until(lambda: len(second.idled) >= 5)
        await until(lambda: ways.first == 0)
        first.deaf = second.deaf = False
        for payload in {sealed for _, sealed in [*first.sent, *second.sent]}:
            first.coming.append(receipt(payload))
        ways.ring()
        await until(lambda: nothing_waits(box))


async def test_both_paths_of_a_home_send_frames_of_one_size(
    box: Outbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(room, "IDLE_S", 0.02)
    home = Ways(slots(box))
    async with on(home, 0) as first, on(home, 1) as second:
        for _ in range(5):
            box.append(panic())
        home.ring()
        await until(lambda: len(second.idled) >= 5 and first.sent)
        sent = [*first.sent, *second.sent]
        assert {channel for channel, _ in sent} == {"al"}
        assert {len(payload) for _, payload in sent} == {HOME_BYTES}
        assert second.carried == []
        assert len({payload for _, payload in sent}) == len(sent)


async def test_an_idle_path_keeps_its_rhythm_whatever_happens(
    box: Outbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(room, "IDLE_S", LONG_S)
    home = Ways(slots(box))
    async with on(home, 0), on(home, 1) as second:
        await until(lambda: second.idled)
        for _ in range(20):
            box.append(panic())
            home.ring()
            await asyncio.sleep(0)
        assert len(second.sent) == 1


def test_a_late_look_does_not_move_the_grid_of_an_idle_path():
    assert room._next(None, 7.0) == 7.0 + IDLE_S
    assert room._next(100.0, 100.2) == 100.0 + IDLE_S
    assert room._next(100.0, 100.0 + 2.5 * IDLE_S) == 100.0 + 3 * IDLE_S


@pytest.fixture
def lines() -> Iterator[tuple[Broker, Broker]]:
    """Give a broker for each of two paths, to be killed and started again."""
    with needed(), mosquitto.started() as cable, mosquitto.started() as mobile:
        yield cable, mobile


def test_the_loss_of_one_path_or_the_other_or_both_loses_nothing_a10(
    lines: tuple[Broker, Broker], tmp_path: Path
):
    cable, mobile = lines
    site = new_site()
    device = site.device
    home = make_home(
        tmp_path,
        cable.port,
        site,
        contacts="busy.csv",
        speed=20,
        second={"path": f"{device}-2", "broker": f"127.0.0.1:{mobile.port}"},
    )
    swinging = [f"{n},1,{('open', 'closed')[n % 2]}" for n in range(1, 20_001)]
    (home / "busy.csv").write_text("\n".join(["seconds,sensor,state", *swinging]))
    with (
        CollectorSide(cable.port, Way(device, 1)) as first,
        CollectorSide(mobile.port, Way(device, 2)) as second,
        running(home),
    ):
        sides = (first, second)
        for side in sides:
            side.answers = side.stored
        first.until(lambda: carries(first))
        second.until(lambda: bool(second.frames))
        cable.kill()  # A: the other takes over
        count = len(second.frames)
        second.until(lambda: len(second.frames) > count + 5)
        cable.start()  # and gives it back
        count = len(first.frames)
        first.until(lambda: len(first.frames) > count + 5)
        mobile.kill()  # B: nothing changes
        count = len(first.frames)
        first.until(lambda: len(first.frames) > count + 5)
        cable.kill()  # both: everything waits
        assert by_hand(home, "panic", "--silent")["ok"]
        mobile.start()
        second.until(lambda: any(one.lane == "al" for one in second.records[2:]))
        written = by_hand(home, "status")["written"]
        second.until(lambda: came(*sides) >= written_keys(written))


def carries(side: CollectorSide) -> bool:
    return any(isinstance(record, ContactOpened) for record in side.records)


def came(*sides: CollectorSide) -> set[tuple[str, int]]:
    """Give lane and number of every record that came on any path."""
    return {
        (frame.header.lane, record.seq)
        for side in sides
        for frame in side.frames
        for record in frame.records
    }


def written_keys(written: dict[str, int]) -> set[tuple[str, int]]:
    return {(lane, n) for lane, last in written.items() for n in range(1, last + 1)}
