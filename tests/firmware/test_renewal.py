"""A device renews its certificate by itself: real agent, broker, collector, store."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509

from collector.fleet import authority
from edge.__main__ import main as edge
from edge.papers import ASKED, CURRENT, NEXT
from sites import certificate
from tests.collector.setting import Url
from tests.collector.waiting import until
from tests.edge.agent_process import by_hand, end, running
from tests.firmware.served import Served, served

Owner = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
async def place(database_url: Url, tmp_path: Path) -> AsyncIterator[Served]:
    async with served(database_url, tmp_path, renewing=True) as running_there:
        yield running_there


def serials(owner: Owner) -> list[str]:
    query = "select serial from store.certificate order by issued"
    return [str(serial) for (serial,) in owner.execute(query).fetchall()]


def serial_of(file: Path) -> str:
    return f"{certificate.read_leaf(file.read_bytes()).serial_number:x}"


def said(home: Path) -> str:
    return (home / "log").read_text()


def a_day_later(owner: Owner) -> None:
    """Another key of a path is certified once in ten minutes: let more pass."""
    owner.execute("update store.certificate set issued = issued - interval '1 day'")


async def wait_for(true: Callable[[], object], home: Path) -> None:
    try:
        await until(true)
    except TimeoutError:
        pytest.fail(said(home))


async def test_the_agent_renews_and_connects_anew_and_again_a_day_later(
    place: Served, owner: Owner
):
    home, papers = place.home(), place.folder / f"{place.device}-1"
    a_day_later(owner)
    (first,) = serials(owner)
    with running(home) as agent:
        await wait_for((papers / CURRENT).exists, home)
        second = serial_of(papers / CURRENT)
        assert serials(owner) == [first, second]
        await wait_for(lambda: "connections=2" in said(home), home)
        assert end(agent) == 0
    assert not (papers / NEXT).exists()
    assert not (papers / ASKED).exists()
    assert (papers / CURRENT).stat().st_mode & 0o077 == 0
    assert by_store(owner) == {"certificate.asked": 1, "run.started": 1}
    place.aged(papers)
    a_day_later(owner)
    with running(home):
        await wait_for(lambda: serial_of(papers / CURRENT) != second, home)
        await wait_for(lambda: said(home).count("connections=2") == 2, home)
        # All that was written meanwhile is there: nothing waits but the last beat.
        await wait_for(lambda: by_hand(home, "status")["waiting"]["al"] == 0, home)
    assert len(serials(owner)) == 3
    assert "127.0.0.1" not in place.broker.said()


def by_store(owner: Owner) -> dict[str, int]:
    query = (
        "select kind, count(*) from store.event where kind <> 'heartbeat' group by 1"
    )
    return {str(kind): int(n) for kind, n in owner.execute(query).fetchall()}


async def test_an_agent_that_is_killed_goes_on_with_the_key_that_it_asked_for(
    place: Served, owner: Owner
):
    home, papers = place.home(), place.folder / f"{place.device}-1"
    a_day_later(owner)
    place.setting.process.kill()  # so that nobody answers
    with running(home) as agent:
        await wait_for((papers / ASKED).exists, home)
        agent.kill()
        agent.wait()
    asked = certificate.read_key((papers / ASKED).read_bytes()).public_key()
    await place.setting.start()
    with running(home):
        await wait_for((papers / CURRENT).exists, home)
    got = certificate.read_key((papers / CURRENT).read_bytes()).public_key()
    assert got == asked
    assert len(serials(owner)) == 2


async def test_a_path_that_expired_is_renewed_by_the_other_path_of_its_device(
    place: Served, owner: Owner
):
    second = place.aged(place.issue(2))
    owner.execute("update store.certificate set until = now() where way = 2")
    home = place.home(second)
    a_day_later(owner)
    with running(home):
        await wait_for((second / CURRENT).exists, home)
        await wait_for(lambda: "way=2 connections=1" in said(home), home)


@pytest.mark.parametrize("why", ["revoked", "uncertified"])
async def test_who_is_not_present_gets_none_and_its_records_are_stored(
    place: Served, owner: Owner, why: str
):
    second = place.aged(place.issue(2))
    acts = {
        "revoked": "update store.certificate set revoked = now(), reason = 'lost'"
        " where device = %s and way = 2",
        "uncertified": "delete from store.certificate where device = %s and way = 2",
    }
    owner.execute(acts[why].encode(), [place.device])
    home = place.home(second)
    a_day_later(owner)
    query = "select refused from store.renewal where way = 2"
    with running(home):
        await wait_for(lambda: owner.execute(query).fetchone() == (why,), home)
        await wait_for(lambda: by_hand(home, "status")["waiting"]["al"] == 0, home)
    assert not (second / NEXT).exists()
    noted = owner.execute(
        "select object, result, reason from store.audit where result = 'refused'"
    ).fetchall()
    assert (f"path:{place.device}-2", "refused", why) in noted


async def test_the_collector_writes_what_was_revoked_and_the_broker_believes_it(
    place: Served, owner: Owner
):
    place.issue()
    list_ = place.broker.folder / "revoked.pem"
    assert place.fleet("revoke", f"{place.device}-1", "--reason", "stolen") == 0
    (gone,) = serials(owner)

    def written() -> set[str]:
        found = x509.load_pem_x509_crl(list_.read_bytes())
        return {f"{one.serial_number:x}" for one in found}

    await until(lambda: written() == {gone})
    public = place.broker.issuing.key.public_key()
    assert x509.load_pem_x509_crl(list_.read_bytes()).is_signature_valid(public)


async def test_a_certificate_that_the_broker_refuses_leaves_the_one_before(
    place: Served, owner: Owner
):
    home, papers = place.home(), place.folder / f"{place.device}-1"
    a_day_later(owner)
    key = certificate.new_key()
    now = place.broker.root.certificate.not_valid_before_utc
    stranger = authority.make_issuing(authority.make_root(now), now)
    chain = authority.issue(stranger, f"{place.device}-1", key.public_key(), now)
    (papers / NEXT).write_bytes(certificate.key_pem(key) + chain.pem)
    with running(home):
        await wait_for(lambda: "connections=1" in said(home), home)
        await wait_for((papers / CURRENT).exists, home)
    root = certificate.read_root((papers / "ca.pem").read_bytes())
    got = certificate.read_key((papers / CURRENT).read_bytes()).public_key()
    pem = (papers / CURRENT).read_bytes()
    chain = certificate.read_pem(pem[pem.index(b"-----BEGIN CERT") :])
    certificate.check(chain, root, got, f"{place.device}-1")


async def test_a_path_that_renewed_itself_takes_what_an_administrator_renewed(
    place: Served, owner: Owner
):
    home, papers = place.home(), place.folder / f"{place.device}-1"
    a_day_later(owner)
    with running(home) as agent:
        await wait_for((papers / CURRENT).exists, home)
        assert end(agent) == 0
    brought = place.folder / "brought"
    words = ("renew", f"{place.device}-1", "--out", str(brought))
    assert place.with_authority(*words) == 0
    renewed = serial_of(brought / "cert.pem")
    # Nothing else lets it in: all before are on the broker's list.
    owner.execute(
        "update store.certificate set revoked = now(), reason = 'other'"
        " where serial <> %s",
        [renewed],
    )
    assert edge(["papers", "--home", str(home), str(brought / "cert.pem")]) == 0
    # And the other way, which the first certificate allowed, stops nobody either.
    shutil.copy(brought / "cert.pem", papers / "cert.pem")
    with running(home):
        await wait_for(lambda: serial_of(papers / CURRENT) == renewed, home)
        await wait_for(lambda: by_hand(home, "status")["waiting"]["al"] == 0, home)
