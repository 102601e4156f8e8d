"""With TLS the edge believes its own authority alone, and nothing below TLS 1.3."""

import asyncio
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from collector.fleet import authority
from edge.errors import LinkError
from edge.uplink import Broker, Link
from sites import certificate
from sites.keys import new_device_id
from sites.tls import tls_context
from sites.topic import Path as Way
from tests.servers import mosquitto
from tests.servers.need import needed

WAY = Way(new_device_id(), 1)


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(
        ["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60
    )


def make_authority(folder: Path) -> None:
    """Make ca.pem with its key."""
    openssl(
        folder, "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2",
        "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority",
        "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip


def make_certificate(folder: Path, name: str, subject: str) -> None:
    """Make a certificate and its key, signed by the authority in the folder."""
    (folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        folder, "req", "-newkey", "ed25519", "-nodes",
        "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={subject}",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-days", "2", "-CA", "ca.pem",
        "-CAkey", "ca.key", "-CAcreateserial", "-extfile", f"{name}.ext",
        "-out", f"{name}.pem",
    )  # fmt: skip


@pytest.fixture(scope="module")
def papers() -> Iterator[Path]:
    """Give a folder with an authority, and what the broker and the device need."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_authority(folder)
        make_certificate(folder, "broker", "broker")
        make_certificate(folder, "device", WAY.text)
        own = folder / "own"
        own.mkdir()
        shutil.copy(folder / "ca.pem", own / "ca.pem")
        shutil.copy(folder / "device.pem", own / "cert.pem")
        shutil.copy(folder / "device.key", own / "key.pem")
        for path in [folder, own, *folder.rglob("*.*")]:
            path.chmod(0o755)  # Mosquitto reads them as another user
        yield folder


@contextmanager
def tls_broker(papers: Path, version: str) -> Iterator[mosquitto.Broker]:
    settings = [
        f"cafile {papers / 'ca.pem'}",
        f"certfile {papers / 'broker.pem'}",
        f"keyfile {papers / 'broker.key'}",
        "require_certificate true",
        "use_identity_as_username true",
        f"tls_version {version}",
    ]
    with needed(), mosquitto.started(settings) as running:
        yield running


def ring() -> None:
    """Hear the bell and do nothing."""


async def test_a_device_connects_with_its_certificate(papers: Path):
    with tls_broker(papers, "tlsv1.3") as running:
        broker = Broker("127.0.0.1", running.port, papers / "own")
        async with Link(broker, WAY, ring) as link:
            link.publish("up", b"frame")


@contextmanager
def broker_of_another_time(
    papers: Path, folder: Path, at: datetime
) -> Iterator[mosquitto.Broker]:
    """Run a broker whose root and certificate were made at `at`, as `folder` knows."""
    root, key = authority.make_root(at), certificate.new_key()
    pem = root.certificate.public_bytes(Encoding.PEM)
    shutil.copytree(papers / "own", folder, dirs_exist_ok=True)
    (folder / "ca.pem").write_bytes(pem)
    made = authority.issue_broker(root, ["127.0.0.1"], key.public_key(), at)
    with tempfile.TemporaryDirectory() as name:
        there = Path(name)
        there.chmod(0o755)
        shutil.copy(papers / "ca.pem", there)
        (there / "broker.pem").write_bytes(made.public_bytes(Encoding.PEM))
        (there / "broker.key").write_bytes(certificate.key_pem(key))
        for path in there.iterdir():
            path.chmod(0o644)
        with tls_broker(there, "tlsv1.3") as running:
            yield running


@pytest.mark.parametrize("days", [-3 * 365, 2 * 365])
async def test_a_wrong_clock_of_the_device_cuts_no_path(
    papers: Path, tmp_path: Path, days: int
):
    at = datetime.now(UTC) + timedelta(days=days)
    with broker_of_another_time(papers, tmp_path, at) as running:
        broker = Broker("127.0.0.1", running.port, tmp_path)
        async with Link(broker, WAY, ring) as link:
            link.publish("up", b"frame")
        shutil.copy(papers / "own" / "ca.pem", tmp_path)
        with pytest.raises(LinkError):
            async with Link(broker, WAY, ring):
                pass


async def test_a_broker_of_another_name_is_refused_whatever_the_clock_says(
    papers: Path, tmp_path: Path
):
    at = datetime.now(UTC) - timedelta(days=3 * 365)
    with broker_of_another_time(papers, tmp_path, at) as running:
        async with Link(Broker("127.0.0.1", running.port, tmp_path), WAY, ring):
            pass
        with pytest.raises(LinkError):
            async with Link(Broker("localhost", running.port, tmp_path), WAY, ring):
                pass


async def test_another_authority_is_refused(papers: Path, tmp_path: Path):
    shutil.copytree(papers / "own", tmp_path / "own")
    make_authority(tmp_path)
    shutil.copy(tmp_path / "ca.pem", tmp_path / "own" / "ca.pem")
    with tls_broker(papers, "tlsv1.3") as running:
        broker = Broker("127.0.0.1", running.port, tmp_path / "own")
        with pytest.raises(LinkError):
            async with Link(broker, WAY, ring):
                pass


async def test_a_broker_that_offers_tls_1_2_alone_is_refused(papers: Path):
    versions: list[str | None] = []

    def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        versions.append(writer.get_extra_info("ssl_object").version())
        writer.close()

    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(papers / "broker.pem", papers / "broker.key")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with await asyncio.start_server(met, "127.0.0.1", 0, ssl=old) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(LinkError, match="cannot be reached"):
            async with Link(Broker("127.0.0.1", port, papers / "own"), WAY, ring):
                pass
    assert versions == []


async def test_a_connection_without_tls_is_refused_by_a_broker_with_it(papers: Path):
    with tls_broker(papers, "tlsv1.3") as running, pytest.raises(LinkError):
        async with Link(Broker("127.0.0.1", running.port), WAY, ring):
            pass


def test_missing_papers_are_an_error_of_the_system(tmp_path: Path):
    with pytest.raises(OSError, match="No such file"):
        tls_context(tmp_path)
