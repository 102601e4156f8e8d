"""The whole agent, a process on a real broker: what goes in comes out, and once."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.past import count_written
from sites.blob import Part, join_blob
from sites.event import (
    AlarmRaised,
    ContactOpened,
    MeasurementTaken,
    PanicPressed,
    kind_of,
)
from sites.frame import HOME_BYTES
from sites.health import Heartbeat, RunStarted
from sites.record import Record
from sites.sight import MotionStarted
from sites.topic import Path as Way
from tests.edge.agent_process import by_hand, end, running
from tests.edge.collector_side import CollectorSide
from tests.edge.device_home import make_home, new_site
from tests.edge.test_node import LEAVE_A_HOME
from tests.servers.mosquitto import Broker

BUSY = "seconds,sensor,state\n" + "".join(
    f"{second},1,{state}\n"
    for second, state in enumerate(["open", "closed"] * 100, start=1)
)
QUIET = "seconds,sensor,state\n999999,1,open\n"


def kinds(side: CollectorSide) -> set[str]:
    return {kind_of(record) for record in side.records}


def seen(side: CollectorSide, kind: type[Record]) -> bool:
    return any(isinstance(record, kind) for record in side.records)


def keys(side: CollectorSide) -> set[tuple[str, str, int]]:
    """Give run, lane and number of everything that came."""
    return {
        (frame.header.run, frame.header.lane, record.seq)
        for frame in side.frames
        for record in frame.records
    }


def parts_of(side: CollectorSide, picture: str | None) -> list[Part]:
    return [part for part in side.parts if part.whole == picture]


def is_whole(side: CollectorSide, picture: str | None) -> bool:
    parts = parts_of(side, picture)
    return bool(parts) and len({part.index for part in parts}) == parts[0].count


def runs_of(side: CollectorSide) -> set[str]:
    return {frame.header.run for frame in side.frames}


def enough(side: CollectorSide, count: int, runs: int) -> Callable[[], bool]:
    """Tell whether so many different records have come, and of so many runs."""
    return lambda: len(keys(side)) >= count and len(runs_of(side)) >= runs


def test_a_station_sends_what_happens_and_ends_when_told(
    broker: Broker, tmp_path: Path
):
    site = new_site()
    home = make_home(tmp_path, broker.port, site, contacts="busy.csv", speed=50)
    (home / "busy.csv").write_text(BUSY)
    with CollectorSide(broker.port, Way(site.device, 1)) as side:
        side.answers = side.stored
        with running(home) as agent:
            side.until(lambda: seen(side, ContactOpened) and seen(side, Heartbeat))
            assert isinstance(side.records[0], RunStarted)
            assert by_hand(home, "status")["connected"]
            assert end(agent) == 0
        assert side.gone == []
        assert len(keys(side)) == count_written(home / "outbox")  # seen off, all of it
    assert not (home / "outbox" / "damaged").exists()


def test_a_second_agent_in_one_folder_is_refused(broker: Broker, tmp_path: Path):
    site = new_site()
    home = make_home(tmp_path, broker.port, site, contacts="quiet.csv")
    (home / "quiet.csv").write_text(QUIET)
    with CollectorSide(broker.port, Way(site.device, 1)) as side, running(home):
        side.until(lambda: seen(side, RunStarted))
        with running(home) as second:
            assert second.wait(60) == 1
    assert "has the outbox" in (home / "log").read_text()


def test_what_was_numbered_arrives_though_the_agent_is_killed_again_and_again(
    broker: Broker, tmp_path: Path
):
    site = new_site()
    home = make_home(tmp_path, broker.port, site, contacts="busy.csv", speed=200)
    (home / "busy.csv").write_text(BUSY)
    with CollectorSide(broker.port, Way(site.device, 1)) as side:
        for round_trip in range(1, 4):
            with running(home):
                side.until(enough(side, 15 * round_trip, runs=round_trip))
        side.answers = side.stored
        (home / "busy.csv").write_text(QUIET)
        with running(home) as agent:
            side.until(lambda: len(runs_of(side)) == 4)
            side.until(lambda: len(keys(side)) >= count_written(home / "outbox"))
            assert end(agent) == 0
        assert len(keys(side)) == count_written(home / "outbox")
        starts = [one for one in side.records if isinstance(one, RunStarted)]
        runs = runs_of(side)
        assert len({one.previous for one in starts}) == len(runs) == 4
        for run in runs:
            for lane in ("al", "up"):
                numbers = sorted(
                    s for r, way, s in keys(side) if (r, way) == (run, lane)
                )
                assert numbers == list(range(1, len(numbers) + 1))


def test_a_home_says_one_thing_of_one_size_every_five_seconds(
    broker: Broker, tmp_path: Path
):
    site = new_site("home")
    home = make_home(
        tmp_path,
        broker.port,
        site,
        contacts="busy.csv",
        measurements="office.csv",
        speed=20,
    )
    (home / "busy.csv").write_text(BUSY)
    (home / "office.csv").write_text("date,temperature\n" + "x,20\n" * 50)
    with CollectorSide(broker.port, Way(site.device, 1)) as side, running(home):
        side.answers = side.stored
        side.until(lambda: len(side.came) >= 1)
        assert by_hand(home, "arm")["phase"] in {"arming", "armed"}
        assert by_hand(home, "panic", "--silent")["ok"]
        pressed = len(side.came)
        side.until(lambda: seen(side, PanicPressed))
        # In the next slot; one frame may have been on its way when it was pressed.
        soon = [one for frame in side.frames[: pressed + 2] for one in frame.records]
        panics = {(p.seq, p.silent) for p in soon if isinstance(p, PanicPressed)}
        assert [silent for _, silent in panics] == [True]
        assert {channel for channel, _ in side.came} == {"al"}
        assert {len(payload) for _, payload in side.came} == {HOME_BYTES}
        assert kinds(side) <= LEAVE_A_HOME
        assert side.parts == []


def test_an_alarm_raised_by_hand_and_by_door_reaches_the_other_side(
    broker: Broker, tmp_path: Path
):
    site = new_site(exit_s=0, zones=[{"number": n, "kind": "office"} for n in (1, 2)])
    home = make_home(tmp_path, broker.port, site, contacts="busy.csv", speed=1)
    (home / "busy.csv").write_text(
        "seconds,sensor,state\n"
        + "".join(
            f"{s},2,{w}\n" for s, w in enumerate(["motion", "still"] * 30, start=1)
        )
    )
    with (
        CollectorSide(broker.port, Way(site.device, 1)) as side,
        running(home) as agent,
    ):
        side.answers = side.stored
        side.until(lambda: seen(side, RunStarted))
        assert by_hand(home, "arm")["ok"]
        side.until(lambda: seen(side, AlarmRaised))
        assert by_hand(home, "status")["phase"] == "alarm"
        assert by_hand(home, "arm")["reason"] == "in_alarm"
        assert by_hand(home, "disarm")["phase"] == "disarmed"
        assert end(agent) == 0


def test_recorded_measurements_and_a_film_arrive_with_its_pictures(
    broker: Broker, tmp_path: Path
):
    whole = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    camera = {
        "number": 9,
        "source": "made:7",
        "views": [{"zone": 2, "area": whole}],
    }
    site = new_site(cameras=[camera])
    home = make_home(
        tmp_path,
        broker.port,
        site,
        contacts="quiet.csv",
        measurements="office.csv",
        speed=20,
        loop=True,
    )
    (home / "quiet.csv").write_text(QUIET)
    (home / "office.csv").write_text("date,temperature,CO2\nx,20,700\n")
    with (
        CollectorSide(broker.port, Way(site.device, 1)) as side,
        running(home) as agent,
    ):
        side.answers = side.stored
        side.until(lambda: seen(side, MotionStarted) and bool(side.parts), 60)
        side.until(lambda: seen(side, MeasurementTaken))
        moved = next(one for one in side.records if isinstance(one, MotionStarted))
        side.until(lambda: is_whole(side, moved.picture))
        assert join_blob(parts_of(side, moved.picture)).startswith(b"\xff\xd8")
        assert (moved.sensor, moved.zone) == (9, 2)
        assert end(agent) == 0


def test_nothing_secret_and_no_address_is_in_the_log(broker: Broker, tmp_path: Path):
    site = new_site()
    home = make_home(tmp_path, broker.port, site, contacts="quiet.csv")
    (home / "quiet.csv").write_text(QUIET)
    with (
        CollectorSide(broker.port, Way(site.device, 1)) as side,
        running(home) as agent,
    ):
        side.answers = side.stored
        side.until(lambda: seen(side, RunStarted))
        end(agent)
    log = (home / "log").read_text()
    assert "event=agent.started" in log
    for secret in ((home / "device.key").read_text(), "127.0.0.1", str(broker.port)):
        assert secret not in log


def test_the_agent_waits_for_a_broker_that_is_not_there_yet(
    private_broker: Broker, tmp_path: Path
):
    site = new_site()
    home = make_home(tmp_path, private_broker.port, site, contacts="quiet.csv")
    (home / "quiet.csv").write_text(QUIET)
    private_broker.stop()
    with running(home) as agent:
        with pytest.raises(subprocess.TimeoutExpired):
            agent.wait(2)
        private_broker.start()
        with CollectorSide(private_broker.port, Way(site.device, 1)) as side:
            side.answers = side.stored
            side.until(lambda: seen(side, RunStarted))
        private_broker.kill()
        assert end(agent) == 0
