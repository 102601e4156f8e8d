"""A person can command a device at its own folder, and nobody else can."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from edge.errors import HandError
from edge.hand import Hand
from edge.node import Node
from edge.order import SOCKET, Answer, ClipLine, give
from sites.event import PanicPressed, TamperOpened
from sites.sight import MotionStarted
from tests.edge.records import NOON, opened, waiting
from tests.edge.test_node import kinds, node


class OneClip:
    """Keeps one clip, whose digest begins with 1f."""

    def lines(self) -> tuple[ClipLine, ...]:
        return (ClipLine("1f" * 32, 6, NOON, 12.5, 1000, "motion"),)

    def hold(self, start: str, *, held: bool) -> str:
        if not start.startswith("1f"):
            return "no_such_clip"
        return "held" if held else "released"


def hand_of(folder: Path, own: Node) -> Hand:
    status = Answer(ok=True, reason="status")
    return Hand(folder, own, lambda: status, accept, OneClip())


def accept(number: int) -> Answer:
    return Answer(ok=number == 7, reason=f"camera {number}")


@asynccontextmanager
async def listening(folder: Path, own: Node) -> AsyncIterator[None]:
    hand = hand_of(folder, own)
    task = asyncio.create_task(hand.listen())
    await hand.ready.wait()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def given(folder: Path, line: str) -> Answer:
    return await asyncio.to_thread(give, folder, line)


def obey(own: Node, line: str) -> Answer:
    return hand_of(Path(), own).obey(line)


async def test_commands_go_in_and_answers_come_out(tmp_path: Path):
    with node(tmp_path) as (own, outbox):
        async with listening(tmp_path, own):
            assert (await given(tmp_path, "arm night")).phase == "arming"
            assert (await given(tmp_path, "disarm")).reason == "disarmed"
            assert (await given(tmp_path, "panic")).ok
            assert (await given(tmp_path, "status")).reason == "status"
            nonsense = await given(tmp_path, "open sesame")
            assert (nonsense.ok, nonsense.reason) == (False, "unknown_command")
        assert kinds(outbox) == ["panic.pressed", "panel.disarmed"]


async def test_clips_are_listed_held_and_released_over_the_socket(tmp_path: Path):
    with node(tmp_path) as (own, _):
        async with listening(tmp_path, own):
            (line,) = (await given(tmp_path, "clips")).clips
            assert (line.camera, line.begins, line.kept) == (6, NOON, "motion")
            assert (await given(tmp_path, "hold 1f1f")).reason == "held"
            assert (await given(tmp_path, "release 1f1f")).reason == "released"
            refused = await given(tmp_path, "hold 2e")
            assert (refused.ok, refused.reason) == (False, "no_such_clip")


@pytest.mark.parametrize("line", ["hold", "release", "hold 1f 1f", "clips all"])
def test_half_an_order_about_clips_is_none(tmp_path: Path, line: str):
    with node(tmp_path) as (own, _):
        answer = obey(own, line)
    assert (answer.ok, answer.reason) == (False, "unknown_command")


async def test_only_the_owner_opens_the_socket(tmp_path: Path):
    with node(tmp_path) as (own, _):
        async with listening(tmp_path, own):
            mode = (tmp_path / SOCKET).stat().st_mode
            assert stat.S_ISSOCK(mode)
            assert stat.S_IMODE(mode) == 0o600


async def test_a_long_folder_name_is_no_hindrance(tmp_path: Path):
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    with node(tmp_path) as (own, _):
        async with listening(deep, own):
            assert (await given(deep, "status")).ok


async def test_a_socket_of_an_agent_that_died_is_taken_over(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / SOCKET))
    with pytest.raises(HandError, match="ended without saying goodbye"):
        give(tmp_path, "status")
    with node(tmp_path) as (own, _):
        async with listening(tmp_path, own):
            assert (await given(tmp_path, "status")).ok


def test_without_an_agent_a_command_is_refused_in_words(tmp_path: Path):
    with pytest.raises(HandError, match="it does not run in this folder"):
        give(tmp_path, "status")


async def test_rubbish_and_silence_do_no_harm(tmp_path: Path):
    with node(tmp_path) as (own, _):
        async with listening(tmp_path, own):
            for rubbish in (b"", b"\xff\n", b"x" * 100_000 + b"\n"):
                await asyncio.to_thread(throw, tmp_path, rubbish)
            assert (await given(tmp_path, "status")).ok


def throw(folder: Path, rubbish: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(str(folder / SOCKET))
        try:
            door.sendall(rubbish)
        except OSError:
            return  # it hung up on us, which is its right


def test_duress_answers_exactly_as_disarming_does(tmp_path: Path):
    for number, before in enumerate(([], ["arm"], ["arm", "tick"])):
        answers = []
        for word in ("disarm", "duress"):
            with node(tmp_path / f"{number}-{word}") as (own, _):
                for step in before:
                    _ = own.tick() if step == "tick" else obey(own, step)
                answers.append(obey(own, word))
        assert answers[0] == answers[1]


def test_duress_in_alarm_answers_as_disarming_does(tmp_path: Path):
    answers = []
    for word in ("disarm", "duress"):
        with node(tmp_path / word) as (own, _):
            own.arm("away")
            own.tick()
            own.see(MotionStarted(at=NOON, sensor=2, zone=2))
            answers.append(obey(own, word))
    assert answers[0] == answers[1]


def test_arming_says_what_stands_in_the_way(tmp_path: Path):
    with node(tmp_path) as (own, _):
        own._plan = replace(own._plan, contacts={1: 2})
        own.see(opened(sensor=1, zone=2))
        assert obey(own, "arm") == Answer(
            ok=False, reason="sensor_open", phase="disarmed", sensors=(1,)
        )


def test_arming_twice_is_no_failure(tmp_path: Path):
    with node(tmp_path) as (own, _):
        assert obey(own, "arm away").ok
        assert obey(own, "arm").reason == "already_armed"
        assert obey(own, "arm").ok


def test_in_alarm_nothing_can_be_armed(tmp_path: Path):
    with node(tmp_path) as (own, _):
        own.see(TamperOpened(at=NOON, sensor=3))
        assert obey(own, "arm") == Answer(ok=False, reason="in_alarm", phase="alarm")


def test_a_silent_panic_is_silent(tmp_path: Path):
    with node(tmp_path) as (own, outbox):
        obey(own, "panic silent")
        found = waiting(outbox, "al")[-1][1]
        assert isinstance(found, PanicPressed)
        assert found.silent


def test_the_view_of_one_camera_is_accepted_by_its_number(tmp_path: Path):
    with node(tmp_path) as (own, _):
        assert obey(own, "accept-view 7") == Answer(ok=True, reason="camera 7")
        assert obey(own, "accept-view 8") == Answer(ok=False, reason="camera 8")


@pytest.mark.parametrize("line", ["accept-view", "accept-view x", "accept-view 1 2"])
def test_no_view_is_accepted_without_one_number(tmp_path: Path, line: str):
    with node(tmp_path) as (own, _):
        assert obey(own, line) == Answer(ok=False, reason="unknown_command")
