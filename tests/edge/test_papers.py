"""A certificate is taken whole or not at all; the one before stays until it works."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from collector.fleet import authority
from edge import paperwork
from edge.errors import PaperworkError
from edge.papers import ASKED, BROUGHT, CURRENT, FIRST_KEY, NEXT, Papers
from edge.pieces import Pieces
from edge.renewal import DAY_S, REST_S, Line, Renewal
from sites import certificate
from sites.answer import ANSWER_BYTES, MOST_PIECES, Piece, pieces_of, seal_answer
from sites.certificate import Chain, PublicKey
from sites.errors import CertificateError
from sites.event import may_leave
from sites.frame import HOME_BYTES, encode_record, size_of
from sites.health import CertificateAsked
from sites.record import Record
from sites.topic import Path as Way
from tests.edge.agent_process import ROOT as ROOT_FOLDER
from tests.edge.collector_side import COLLECTOR_SIGN, DEVICE_KEY

NOW = datetime.now(UTC)
WAY = Way("aaaaaaaaaaaaaaaa", 1)
ROOT = authority.make_root(NOW)
ISSUING = authority.make_issuing(ROOT, NOW)


def issued(key: PublicKey, path: str = WAY.text, at: datetime = NOW) -> Chain:
    return authority.issue(ISSUING, path, key, at)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with papers as they were brought."""
    key = paperwork.new_papers(tmp_path / "tls")
    (tmp_path / "tls" / BROUGHT).write_bytes(issued(key).pem)
    root = ROOT.certificate.public_bytes(Encoding.PEM)
    (tmp_path / "tls" / "ca.pem").write_bytes(root)
    return tmp_path / "tls"


def papers(folder: Path) -> Papers:
    return Papers(folder, WAY.text)


def is_whole(file: Path) -> bool:
    """Tell whether the key in a file is that of the certificate in it."""
    pem = file.read_bytes()
    leaf = certificate.read_leaf(pem)
    return certificate.read_key(pem).public_key() == leaf.public_key()


async def test_what_was_asked_for_is_kept_tried_and_takes_the_place(folder: Path):
    own = papers(folder)
    assert own.choose(0) is None
    text = await own.ask()
    assert await own.ask() == text
    await own.take(issued(certificate.public_key(text)).packed())
    assert not (folder / ASKED).exists()
    assert is_whole(folder / NEXT)
    assert (folder / NEXT).stat().st_mode & 0o077 == 0
    assert own.choose(0) == folder / NEXT
    assert own.choose(1) is None
    assert own.choose(2) == folder / NEXT
    own.worked(None)
    assert own.choose(0) == folder / NEXT
    own.worked(folder / NEXT)
    assert own.choose(0) == folder / CURRENT
    assert is_whole(folder / CURRENT)
    assert await own.ask() != text


@pytest.mark.parametrize("renewed", [False, True], ids=["brought", "renewed"])
async def test_the_key_that_it_has_is_certified_on(folder: Path, *, renewed: bool):
    own = papers(folder)
    if renewed:
        await own.take(issued(certificate.public_key(await own.ask())).packed())
        own.worked(folder / NEXT)
    new = await own.ask()  # for which no answer came
    text = await own.ask(present=True)
    assert text != new
    assert await own.ask(present=True) == text
    key = certificate.public_key(text)
    with pytest.raises(PaperworkError, match="lasts as long"):
        await own.take(issued(key).packed())
    await own.take(issued(key, at=NOW + timedelta(days=6)).packed())
    assert is_whole(folder / NEXT)
    own.worked(folder / NEXT)
    assert certificate.read_key((folder / CURRENT).read_bytes()).public_key() == key
    assert not (folder / ASKED).exists()
    assert await own.ask() not in {text, new}


async def test_what_a_person_brings_later_is_tried_first(folder: Path):
    own = papers(folder)
    await own.take(issued(certificate.public_key(await own.ask())).packed())
    own.worked(folder / NEXT)
    later = (folder / CURRENT).stat().st_mtime + 10
    os.utime(folder / BROUGHT, (later, later))
    assert own.choose(0) is None
    assert own.choose(1) == folder / CURRENT


def of_a_stranger(key: PublicKey) -> bytes:
    stranger = authority.make_issuing(authority.make_root(NOW), NOW)
    return authority.issue(stranger, WAY.text, key, NOW).packed()


def of_another_path(key: PublicKey) -> bytes:
    return issued(key, "aaaaaaaaaaaaaaaa-2").packed()


def of_another_key(_: PublicKey) -> bytes:
    return issued(certificate.new_key().public_key()).packed()


def rubbish(_: PublicKey) -> bytes:
    return b"rubbish"


def nothing(_: PublicKey) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        (of_another_path, "for another path"),
        (of_another_key, "for another key"),
        (of_a_stranger, "not of our authority"),
        (rubbish, "no two certificates"),
        (nothing, "no two certificates"),
    ],
)
async def test_what_is_not_ours_is_not_taken(folder: Path, chain, why: str):
    own = papers(folder)
    key = certificate.public_key(await own.ask())
    with pytest.raises(PaperworkError, match=why):
        await own.take(chain(key))
    assert not (folder / NEXT).exists()
    assert (folder / ASKED).exists()


async def test_nothing_is_taken_that_was_not_asked_for(folder: Path):
    key = certificate.new_key().public_key()
    with pytest.raises(PaperworkError, match="nothing was asked for"):
        await papers(folder).take(issued(key).packed())
    with pytest.raises(PaperworkError, match="No such file"):
        await papers(folder / "none").ask()


class PowerCutError(Exception):
    """The device went out in the middle of a step."""


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Cut the power before the so manieth step on the disk: `cut[0]`."""
    left = [10**6]
    steps = ("open", "replace", "unlink", "fsync", "ftruncate")

    def cutting(real: Any) -> Any:
        def step(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise PowerCutError
            return real(*args, **named)

        return step

    for name in steps:
        monkeypatch.setattr(os, name, cutting(getattr(os, name)))
    monkeypatch.setattr(Path, "replace", cutting(Path.replace))
    monkeypatch.setattr(Path, "unlink", cutting(Path.unlink))
    yield left
    monkeypatch.undo()


def renew(folder: Path) -> None:
    """Ask, take, try: everything that a renewal does on the disk."""
    key = paperwork.ask(folder)
    paperwork.take(folder, WAY.text, issued(key))
    papers(folder).worked(papers(folder).choose(0))


@pytest.mark.parametrize("steps", range(30))
def test_a_power_cut_at_any_step_leaves_papers_that_are_whole(
    folder: Path, cut: list[int], steps: int
):
    renew(folder)
    before = (folder / CURRENT).read_bytes()
    cut[0] = steps
    try:
        renew(folder)
    except PowerCutError:
        pass
    finally:
        cut[0] = 10**6
    for name in (NEXT, CURRENT):
        assert not (folder / name).exists() or is_whole(folder / name)
    assert (folder / CURRENT).exists()
    # and the next time it goes on, with whatever is there
    renew(folder)
    assert is_whole(folder / CURRENT)
    assert (folder / CURRENT).read_bytes() != before
    assert not (folder / ASKED).exists()
    assert not (folder / NEXT).exists()


def test_the_steps_were_enough_to_cut_all_of_it(folder: Path, cut: list[int]):
    cut[0] = 30
    renew(folder)
    assert 0 <= cut[0] < 30


def test_pieces_fit_in_an_answer_and_come_together_in_any_order():
    whole = issued(certificate.new_key().public_key()).packed()
    parts = pieces_of(WAY.device, "certificate", whole)
    assert 1 < len(parts) <= MOST_PIECES
    for part in parts:
        sealed = seal_answer(part, COLLECTOR_SIGN, DEVICE_KEY.verify_key)
        assert len(sealed) == ANSWER_BYTES
    pieces = Pieces()
    shuffled = [*parts[1:], parts[1]]
    Random(7).shuffle(shuffled)  # noqa: S311  # an order, no secret
    assert [pieces.hear(part) for part in shuffled] == [None] * len(shuffled)
    assert pieces.hear(parts[0]) == whole
    assert pieces.hear(parts[0]) is None


def test_pieces_of_several_things_do_not_mix_and_do_not_pile_up():
    pieces = Pieces()
    things = [bytes([n]) * 500 for n in range(9)]
    cut_up = [pieces_of(WAY.device, "certificate", one) for one in things]
    for parts in cut_up:
        for part in parts[:-1]:
            assert pieces.hear(part) is None
    assert [pieces.hear(parts[-1]) for parts in cut_up[-4:]] == things[-4:]
    assert pieces.hear(cut_up[0][-1]) is None
    lying = Piece(WAY.device, "certificate", "0" * 32, 0, 1, b"not that")
    assert pieces.hear(lying) is None


@dataclass(frozen=True)
class Counted(Papers):
    """Papers that note what they were given to look into."""

    taken: list[bytes] = field(default_factory=list)

    async def take(self, chain: bytes) -> None:
        self.taken.append(chain)
        await super().take(chain)


class Agent:
    """What a renewal sees of it, with a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.wrote: list[Record] = []
        self.renewed = 0
        self.connected = True
        line = Line(
            self.wrote.append, lambda: self.connected, self._renew, lambda: self.now
        )
        self.papers = Counted(folder, WAY.text)
        self.renewal = Renewal(WAY, self.papers, line, SystemRandom())

    async def hear(self, chain: Chain) -> None:
        for piece in pieces_of(WAY.device, "certificate", chain.packed()):
            self.renewal.hear(piece)
        await asyncio.sleep(0.05)

    def _renew(self) -> None:
        self.renewed += 1


def age(folder: Path, by: timedelta) -> None:
    at = (NOW - by).timestamp()
    for name in (BROUGHT, CURRENT):
        if (folder / name).exists():
            os.utime(folder / name, (at, at))


@pytest.mark.parametrize(
    ("old", "least", "most"),
    [
        (timedelta(0), 0.8 * DAY_S, DAY_S),
        (timedelta(hours=12), 0.3 * DAY_S, 0.5 * DAY_S),
        (timedelta(days=1), 0, 0),
        (timedelta(days=7), 0, 0),
        (-timedelta(days=300), 0, 0),  # the clock starts long ago
    ],
)
def test_it_is_asked_when_the_one_that_works_is_a_day_old(
    folder: Path, old: timedelta, least: float, most: float
):
    age(folder, old)
    assert least <= Agent(folder).renewal.wait_s() <= most


async def until(true) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  # what nobody announces
            await asyncio.sleep(0.01)


async def test_it_asks_when_somebody_hears_and_takes_what_comes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("edge.renewal.TICK_S", 0.01)
    monkeypatch.setattr("edge.renewal.REST_S", 0.01)
    age(folder, timedelta(days=2))
    agent = Agent(folder)
    agent.connected = False
    task = asyncio.create_task(agent.renewal.run())
    await asyncio.sleep(0.1)
    assert agent.wrote == []
    agent.connected = True
    await until(lambda: agent.wrote)
    (asked,) = agent.wrote
    assert isinstance(asked, CertificateAsked)
    assert (asked.way, asked.at) == (WAY.way, NOW)
    others = issued(certificate.public_key(asked.key), "aaaaaaaaaaaaaaaa-2")
    await agent.hear(others)
    await until(lambda: agent.papers.taken)
    await agent.hear(issued(certificate.public_key(asked.key)))
    await until(lambda: agent.renewed)
    assert (folder / NEXT).exists()
    await asyncio.sleep(0.1)
    assert len(agent.wrote) == 1
    task.cancel()
    await asyncio.wait([task])


async def asking(agent: Agent) -> tuple[asyncio.Task[None], PublicKey]:
    """Run it until it asked; gives the key as well."""
    task = asyncio.create_task(agent.renewal.run())
    await until(lambda: agent.wrote)
    (asked,) = agent.wrote
    assert isinstance(asked, CertificateAsked)
    return task, certificate.public_key(asked.key)


@pytest.mark.parametrize(("days", "has"), [(5, False), (6, True), (30, True)])
async def test_after_days_without_an_answer_it_asks_with_the_key_that_it_has(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, days: int, has: bool
):
    monkeypatch.setattr("edge.renewal.TICK_S", 0.01)
    age(folder, timedelta(days=days))
    present = certificate.read_key((folder / FIRST_KEY).read_bytes()).public_key()
    task, key = await asking(Agent(folder))
    assert (key == present) is has
    task.cancel()
    await asyncio.wait([task])


async def test_old_answers_that_come_again_cost_no_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("edge.renewal.TICK_S", 0.01)
    monkeypatch.setattr("edge.renewal.REST_S", 0.01)
    age(folder, timedelta(days=2))
    agent = Agent(folder)
    old = [issued(certificate.new_key().public_key()) for _ in range(5)]
    for one in old:
        await agent.hear(one)
    task, key = await asking(agent)
    for one in old:
        await agent.hear(one)
    assert agent.papers.taken == []
    answer = issued(key)
    await agent.hear(answer)
    await until(lambda: agent.renewed)
    for _ in range(5):
        await agent.hear(answer)
    assert agent.papers.taken == [answer.packed()]
    task.cancel()
    await asyncio.wait([task])


async def test_what_fits_and_is_refused_is_looked_into_once_a_minute(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("edge.renewal.TICK_S", 0.01)
    age(folder, timedelta(days=2))
    agent = Agent(folder)
    task, key = await asking(agent)
    wrong = certificate.unpack(of_a_stranger(key))
    for _ in range(20):
        await agent.hear(wrong)
    assert agent.papers.taken == [wrong.packed()]
    assert REST_S == 60.0
    task.cancel()
    await asyncio.wait([task])


def test_what_the_child_says_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert paperwork.main(["ask", str(folder)]) == 0
    text = capsys.readouterr().out
    certificate.public_key(text)
    (folder / ASKED).unlink()
    (folder / ASKED).mkdir()
    assert paperwork.main(["ask", str(folder)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(CertificateError, match="cannot be read"):
        certificate.read_key(b"rubbish")


def test_a_request_fits_in_one_frame_of_a_home():
    key = certificate.key_text(certificate.new_key().public_key())
    asked = CertificateAsked(seq=10**9, at=NOW, way=9, key=key)
    assert may_leave(asked, home=True, in_alarm=False)
    assert size_of([encode_record(asked)]) <= HOME_BYTES


def test_the_agent_itself_never_loads_the_library_for_certificates():
    """It takes more than ten megabytes, for something that is done once a day."""
    code = "import sys, edge.agent; print('cryptography' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT_FOLDER, check=True, capture_output=True
    )
    assert done.stdout == b"False\n"
