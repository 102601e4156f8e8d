"""Who asks for a certificate gets one, once, or is told nothing; and why is noted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509

from collector.fleet import authority, certificate, papers
from collector.fleet.authority import Authority
from collector.fleet.directory import directory_of
from collector.fleet.errors import AuthorityEndedError
from collector.fleet.issuing import RevokedList
from collector.fleet.papers import Issuers
from collector.fleet.renewal import Renewals
from edge.pieces import Pieces
from sites import certificate as wire
from sites.answer import Piece, open_answer
from sites.health import CertificateAsked
from sites.topic import Path as Way
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.intake.bench import Bench, bench
from tests.collector.world import Sender

Owner = psycopg.Connection[tuple[Any, ...]]
NOW = datetime.now(UTC)
WAY = Way(world.STATION, 1)
ROOT = authority.make_root(NOW)
ISSUING: Authority = authority.make_issuing(ROOT, NOW)


def new_key() -> str:
    return wire.key_text(wire.new_key().public_key())


@dataclass
class Office:
    """A lane that hears requests, and what answers them."""

    lane: Bench
    owner: Owner
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    sender: Sender = field(default_factory=Sender)

    def __post_init__(self) -> None:
        self.renewals = Renewals(
            self.lane.database,
            ISSUING,
            directory_of(world.inventory()),
            world.COLLECTOR_SIGN,
            self._send,
        )

    def _send(self, topic: str, payload: bytes) -> bool:
        self.sent.append((topic, payload))
        return True

    async def certify(self, way: Way = WAY) -> None:
        """Give a path its first certificate, a while ago."""
        async with self.lane.database.transaction() as transaction:
            await certificate.issue(transaction, ISSUING, way, new_key(), NOW)
        self.let_time_pass()

    def let_time_pass(self) -> None:
        """Let eleven minutes pass since the last certificate."""
        query = "update store.certificate set issued = issued - interval '11 minutes'"
        self.owner.execute(query)

    async def ask(self, key: str, way: int = 1) -> bytes:
        """Let the device ask; gives the frame."""
        frame = self.sender.frame(CertificateAsked(at=world.NOW, way=way, key=key))
        await self.lane.take(frame)
        return frame

    async def answer(self) -> wire.Chain | None:
        """Answer all; gives what the device makes of what comes down."""
        self.sent.clear()
        await self.renewals.answer(NOW)
        pieces, whole = Pieces(), None
        for topic, sealed in self.sent:
            assert topic == WAY.topic("down")
            key = world.DEVICE_KEYS[WAY.device]
            piece = open_answer(sealed, key, world.COLLECTOR_SIGN.verify_key)
            assert isinstance(piece, Piece)
            whole = pieces.hear(piece) or whole
        return None if whole is None else wire.unpack(whole)

    def count(self) -> int:
        query = "select count(*) from store.certificate"
        ((count,),) = self.owner.execute(query).fetchall()
        return int(count)

    def refused(self) -> list[str]:
        query = "select reason from store.audit where result = 'refused' order by entry"
        return [str(why) for (why,) in self.owner.execute(query).fetchall()]


@pytest.fixture
async def office(
    database_url: Callable[[Role], str], owner: Owner, tmp_path: Path
) -> AsyncIterator[Office]:
    async with bench(database_url("wachtpost_collector"), tmp_path) as lane:
        yield Office(lane, owner)


async def test_what_a_path_asks_for_it_gets_for_its_own_key(office: Office):
    await office.certify()
    key = new_key()
    await office.ask(key)
    chain = await office.answer()
    assert chain is not None
    public = wire.public_key(key)
    wire.check(chain, ROOT.certificate, public, WAY.text)
    assert office.count() == 2
    assert await office.answer() is None


async def test_an_answer_that_was_lost_is_given_again_and_not_made_anew(
    office: Office,
):
    await office.certify()
    key = new_key()
    await office.ask(key)
    first = await office.answer()
    await office.ask(key)
    assert await office.answer() == first
    assert office.count() == 2


async def test_a_request_that_is_played_again_asks_for_nothing(office: Office):
    await office.certify()
    frame = await office.ask(new_key())
    await office.answer()
    await office.lane.take(frame)
    assert await office.answer() is None
    assert office.count() == 2


async def test_the_latest_request_counts_and_another_key_has_to_wait(office: Office):
    await office.certify()
    early, late = new_key(), new_key()
    await office.ask(early)
    await office.ask(late)
    chain = await office.answer()
    assert chain is not None
    assert wire.key_text(chain.leaf.public_key()) == late  # type: ignore[arg-type]  # ours are of P-256
    await office.ask(new_key())
    assert await office.answer() is None
    assert office.count() == 2
    office.let_time_pass()
    assert await office.answer() is not None


async def test_a_key_that_is_no_point_is_refused_and_the_others_are_not(
    office: Office,
):
    await office.certify()
    await office.certify(Way(world.STATION, 2))
    await office.ask("02" + "f" * 64, way=2)
    await office.ask(new_key())
    assert await office.answer() is not None
    assert office.refused() == ["bad_key"]


async def test_who_asks_on_and_on_is_noted_once_until_it_is_let_in(office: Office):
    await office.ask(new_key())
    for _ in range(3):
        assert await office.answer() is None
        await office.ask(new_key())
    assert await office.answer() is None
    assert office.refused() == ["uncertified"]
    await office.certify()
    await office.ask(new_key())
    assert await office.answer() is not None
    async with office.lane.database.transaction() as transaction:
        await certificate.revoke(transaction, WAY.device, None, "lost")
    office.let_time_pass()
    await office.ask(new_key())
    assert await office.answer() is None
    assert office.refused() == ["uncertified", "revoked"]


async def in_force(office: Office) -> int:
    query = "select count(*) from store.certificate where revoked is null"
    ((count,),) = office.owner.execute(query).fetchall()
    return int(count)


async def test_no_renewal_runs_ahead_of_a_revocation_that_is_not_yet_committed(
    office: Office,
):
    await office.certify()
    await office.ask(new_key())
    async with office.lane.database.transaction() as transaction:
        await certificate.revoke(transaction, WAY.device, 1, "stolen")
        assert await office.answer() is None
    assert await office.answer() is None
    assert await in_force(office) == 0
    await office.ask(new_key())
    assert await office.answer() is None
    assert office.refused() == ["revoked"]


async def test_a_revocation_takes_the_certificate_that_is_being_made_with_it(
    office: Office,
):
    await office.certify()

    async def revoke() -> None:
        async with office.lane.database.transaction() as transaction:
            await certificate.revoke(transaction, WAY.device, None, "stolen")

    async with office.lane.database.transaction() as transaction:
        await certificate.issue(transaction, ISSUING, WAY, new_key(), NOW)
        revoking = asyncio.create_task(revoke())
        await asyncio.wait({revoking}, timeout=1)
    await revoking
    assert await in_force(office) == 0


async def test_a_path_that_expired_before_its_device_was_revoked_is_not_renewed(
    office: Office,
):
    second = Way(WAY.device, 2)
    await office.certify()
    await office.certify(second)
    office.owner.execute("update store.certificate set until = now() where way = 2")
    async with office.lane.database.transaction() as transaction:
        await certificate.revoke(transaction, WAY.device, None, "stolen")
    await office.ask(new_key(), way=2)
    assert await office.answer() is None
    assert office.refused() == ["revoked"]


async def test_a_request_waits_while_the_authority_has_ended(office: Office):
    await office.certify()
    await office.ask(new_key())
    with pytest.raises(AuthorityEndedError):
        await office.renewals.answer(ISSUING.certificate.not_valid_after_utc)
    assert office.refused() == []
    assert await office.answer() is not None


async def test_a_clone_gets_none_but_for_the_keys_that_it_has_a14(office: Office):
    await office.certify()
    theirs = [new_key(), new_key()]  # each box had renewed itself before it was found
    for key in theirs:
        await office.ask(key)
        assert await office.answer() is not None
        office.let_time_pass()
    office.owner.execute(
        "insert into store.clone (device, unit, site, runs) select device, unit, site,"
        " '{a,b}' from store.device where device = %s",
        [WAY.device],
    )
    await office.ask(new_key())
    assert await office.answer() is None
    assert office.refused() == ["cloned"]
    for days in ("1 days", "-1 days"):  # without one a broker lets neither box in
        office.owner.execute(
            "update store.certificate set until = now() + %s::interval", [days]
        )
        for key in theirs:
            office.let_time_pass()
            await office.ask(key)
            chain = await office.answer()
            assert chain is not None
            wire.check(chain, ROOT.certificate, wire.public_key(key), WAY.text)
    async with office.lane.database.transaction() as transaction:
        await certificate.revoke(transaction, WAY.device, None, "stolen")
    office.let_time_pass()
    await office.ask(theirs[0])
    assert await office.answer() is None
    assert office.refused()[-1] == "revoked"


async def test_the_list_is_written_again_when_a_clock_that_was_ahead_comes_back(
    office: Office, tmp_path: Path
):
    file = tmp_path / papers.REVOKED
    keeper = RevokedList(office.lane.database, Issuers(ISSUING), file)
    await keeper.write(NOW + timedelta(days=400))
    await keeper.write(NOW)
    written = x509.load_pem_x509_crl(file.read_bytes())
    assert written.last_update_utc < NOW
    assert written.next_update_utc is not None
    assert NOW < written.next_update_utc < NOW + timedelta(days=31)


async def test_the_list_is_written_when_there_is_news_and_not_else(
    office: Office, tmp_path: Path
):
    file = tmp_path / papers.REVOKED
    keeper = RevokedList(office.lane.database, Issuers(ISSUING), file)
    await keeper.write(NOW)
    first = file.read_bytes()
    await office.certify()
    file.unlink()
    await keeper.write(NOW)
    assert not file.exists()
    async with office.lane.database.transaction() as transaction:
        await certificate.revoke(transaction, WAY.device, 1, "stolen")
    await keeper.write(NOW)
    assert file.read_bytes() != first
    assert file.stat().st_mode & 0o777 == 0o644
