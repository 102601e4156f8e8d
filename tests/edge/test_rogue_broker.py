"""A device speaks to the broker that our root certified, and to nobody else (a15).

Real sockets: whoever listens here answers with TLS of its own.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from collector.fleet import authority
from collector.fleet.authority import Authority
from edge.errors import LinkError
from edge.uplink import Broker, Link
from sites import certificate
from sites.certificate import Key, new_key
from sites.topic import Path as Way

NOW = datetime.now(UTC)
WAY = Way("aaaaaaaaaaaaaaaa", 1)
ROOT = authority.make_root(NOW)
ISSUING = authority.make_issuing(ROOT, NOW)
CONNACK = b"\x20\x02\x00\x00"

Shown = tuple[bytes, Key]


@dataclass
class Listener:
    """Somebody who listens; `met` is who was let in, `sent` what it got to read."""

    port: int = 0
    met: list[str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    async def meet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        leaf = x509.load_der_x509_certificate(shown)
        self.met.append(certificate.name_of(leaf))
        self.sent.append(await reader.read(2))
        writer.write(CONNACK)
        await writer.drain()
        await reader.read(4)
        # an answer to the subscription: packet 1, QoS 1
        writer.write(b"\x90\x03\x00\x01\x01")
        await reader.read()
        writer.close()


@asynccontextmanager
async def listening(
    folder: Path, shown: Shown, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> AsyncIterator[Listener]:
    """Listen with a certificate and its key, at one version of TLS."""
    pem, key = shown
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    file = folder / "broker.pem"
    file.write_bytes(certificate.key_pem(key) + pem)
    context.load_cert_chain(file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=pem_of(ROOT).decode())
    there = Listener()
    async with await asyncio.start_server(
        there.meet, "127.0.0.1", 0, ssl=context
    ) as server:
        there.port = server.sockets[0].getsockname()[1]
        yield there


def pem_of(one: Authority) -> bytes:
    return one.certificate.public_bytes(Encoding.PEM)


def broker_of(root: Authority, *hosts: str) -> Shown:
    key = new_key()
    hosts = hosts or ("127.0.0.1", "localhost")
    made = authority.issue_broker(root, hosts, key.public_key(), NOW)
    return made.public_bytes(Encoding.PEM), key


def of_a_public_authority() -> Shown:
    return broker_of(PUBLIC)


def of_another_key_under_our_name() -> Shown:
    """Say all that our root says, name, serial and key identifier, with another key."""
    ours, key = ROOT.certificate, new_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(ours.subject)
        .issuer_name(ours.issuer)
        .serial_number(ours.serial_number)
        .not_valid_before(ours.not_valid_before_utc)
        .not_valid_after(ours.not_valid_after_utc)
        .public_key(key.public_key())
    )
    for one in ours.extensions:
        builder = builder.add_extension(one.value, critical=one.critical)
    rogue = Authority(builder.sign(key, hashes.SHA256()), key)
    pem, own = broker_of(rogue)
    return pem + pem_of(rogue), own


def of_another_name() -> Shown:
    return broker_of(ROOT, "elsewhere.example")


def of_another_device() -> Shown:
    """Show the certificate of a kit that was stolen."""
    key = new_key()
    chain = authority.issue(ISSUING, "bbbbbbbbbbbbbbbb-1", key.public_key(), NOW)
    return chain.pem, key


def of_a_stolen_issuing_key() -> Shown:
    pem, key = broker_of(ISSUING)
    return pem + pem_of(ISSUING), key


PUBLIC = authority.make_root(NOW)


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """Give the TLS folder of a device."""
    key, folder = new_key(), tmp_path / "tls"
    folder.mkdir()
    chain = authority.issue(ISSUING, WAY.text, key.public_key(), NOW)
    (folder / "ca.pem").write_bytes(pem_of(ROOT))
    (folder / "cert.pem").write_bytes(chain.pem)
    (folder / "key.pem").write_bytes(certificate.key_pem(key))
    return folder


def ring() -> None:
    """Hear the bell and do nothing."""


async def connect(device: Path, port: int) -> None:
    async with Link(Broker("127.0.0.1", port, device), WAY, ring):
        pass


async def test_our_own_broker_is_spoken_to(device: Path, tmp_path: Path):
    async with listening(tmp_path, broker_of(ROOT)) as there:
        await connect(device, there.port)
    assert there.met == [WAY.text]
    assert there.sent[0][:1] == b"\x10"


@pytest.mark.parametrize(
    "shown",
    [
        of_a_public_authority,
        of_another_key_under_our_name,
        of_another_name,
        of_another_device,
        of_a_stolen_issuing_key,
    ],
)
async def test_a_rogue_broker_is_refused_and_learns_nothing_a15(
    device: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shown: Callable[[], Shown],
):
    # This machine itself would believe it: the device asks the machine nothing.
    store = tmp_path / "store.pem"
    store.write_bytes(pem_of(PUBLIC))
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    async with listening(tmp_path, shown()) as there:
        with pytest.raises(LinkError):
            await connect(device, there.port)
    assert there.met == []
    assert there.sent == []


async def test_the_store_of_this_machine_would_have_believed_it(
    tmp_path: Path, device: Path, monkeypatch: pytest.MonkeyPatch
):
    """So the test above can fail: the rogue is a good broker for others."""
    store = tmp_path / "store.pem"
    store.write_bytes(pem_of(PUBLIC))
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    trusting = ssl.create_default_context()
    trusting.load_cert_chain(device / "cert.pem", device / "key.pem")
    async with listening(tmp_path, of_a_public_authority()) as there:
        port = there.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.write(b"\x10\x00")
        assert await reader.readexactly(4) == CONNACK
        writer.write(bytes(4))
        assert await reader.readexactly(5)
        writer.close()
        await asyncio.sleep(0.05)
    assert there.met == [WAY.text]


async def test_tls_1_2_is_refused_though_all_else_is_right_a15(
    device: Path, tmp_path: Path
):
    version = ssl.TLSVersion.TLSv1_2
    async with listening(tmp_path, broker_of(ROOT), version) as there:
        with pytest.raises(LinkError):
            await connect(device, there.port)
    assert there.met == []
