"""What our authority makes is taken by real TLS, and by nobody for anything else."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from collector.errors import KeyFileThereError
from collector.fleet import authority, papers
from collector.fleet.authority import Authority
from collector.fleet.errors import AuthorityEndedError, PapersError
from sites import certificate
from sites.certificate import Key, new_key
from sites.errors import CertificateError

NOW = datetime.now(UTC)
PATH = "aaaaaaaaaaaaaaaa-1"
SECRET, OTHER = b"a passphrase that is long", b"another that is long too"


@dataclass(frozen=True)
class Side:
    """A certificate with its key, and the root that this side trusts."""

    pem: bytes
    key: Key
    trusts: Authority

    def context(self, folder: Path, *, server: bool) -> ssl.SSLContext:
        which = ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT
        context = ssl.SSLContext(which)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        root = self.trusts.certificate.public_bytes(Encoding.PEM)
        context.load_verify_locations(cadata=root.decode())
        file = folder / f"{server}.pem"
        file.write_bytes(certificate.key_pem(self.key) + self.pem)
        context.load_cert_chain(file)
        return context


def meet(folder: Path, server: Side, client: Side, host: str = "localhost") -> str:
    """Let both shake hands over a socket; gives whom the server let in."""
    ours, theirs = socket.socketpair()
    told: list[str] = []

    def serve() -> None:
        context = server.context(folder, server=True)
        try:
            with context.wrap_socket(ours, server_side=True) as wrapped:
                found = wrapped.getpeercert(binary_form=True)
                leaf = x509.load_der_x509_certificate(found or b"")
                told.append(certificate.name_of(leaf))
                wrapped.send(b"!")
        except ssl.SSLError as error:
            told.append(str(error.reason))

    thread = Thread(target=serve)
    thread.start()
    try:
        context = client.context(folder, server=False)
        with context.wrap_socket(theirs, server_hostname=host) as wrapped:
            wrapped.recv(1)
    except OSError as error:
        told.append(f"client: {getattr(error, 'reason', error)}")
    finally:
        theirs.close()
        thread.join(10)
    return told[0] if len(told) == 1 else " / ".join(sorted(told))


@dataclass(frozen=True)
class Fleet:
    root: Authority
    issuing: Authority

    def broker(self, *hosts: str) -> Side:
        key = new_key()
        made = authority.issue_broker(self.root, hosts, key.public_key(), NOW)
        return Side(made.public_bytes(Encoding.PEM), key, self.root)

    def device(self, path: str = PATH, now: datetime = NOW) -> Side:
        key = new_key()
        chain = authority.issue(self.issuing, path, key.public_key(), now)
        return Side(chain.pem, key, self.root)


def fleet() -> Fleet:
    root = authority.make_root(NOW)
    return Fleet(root, authority.make_issuing(root, NOW))


def test_a_broker_and_a_device_of_one_root_believe_each_other(tmp_path: Path):
    ours = fleet()
    assert meet(tmp_path, ours.broker("localhost"), ours.device()) == PATH
    by_address = ours.broker("broker.example", "127.0.0.1")
    assert meet(tmp_path, by_address, ours.device(), "127.0.0.1") == PATH


def test_a_device_cannot_stand_in_for_the_broker(tmp_path: Path):
    ours = fleet()
    assert "client: CERTIFICATE_VERIFY_FAILED" in meet(
        tmp_path, ours.device("localhost"), ours.device()
    )


def test_the_issuing_key_cannot_make_a_broker(tmp_path: Path):
    ours, key = fleet(), new_key()
    made = authority.issue_broker(ours.issuing, ["localhost"], key.public_key(), NOW)
    chain = certificate.Chain(made, ours.issuing.certificate)
    forged = Side(chain.pem, key, ours.root)
    assert "client: CERTIFICATE_VERIFY_FAILED" in meet(tmp_path, forged, ours.device())


def test_a_broker_of_another_name_is_not_believed(tmp_path: Path):
    ours = fleet()
    elsewhere = ours.broker("elsewhere.example")
    assert "client: CERTIFICATE_VERIFY_FAILED" in meet(
        tmp_path, elsewhere, ours.device()
    )


def test_a_path_cannot_certify_another(tmp_path: Path):
    ours, key = fleet(), new_key()
    mine = ours.device()
    leaf = x509.load_pem_x509_certificate(mine.pem)
    made = authority.issue(
        Authority(leaf, mine.key), "bbbbbbbbbbbbbbbb-1", key.public_key(), NOW
    )
    forged = Side(made.pem + ours.device().pem, key, ours.root)
    assert "CERTIFICATE_VERIFY_FAILED" in meet(
        tmp_path, ours.broker("localhost"), forged
    )


@pytest.mark.parametrize("age", [timedelta(days=8, hours=2), -timedelta(days=1)])
def test_a_certificate_lives_for_eight_days_and_not_before(
    tmp_path: Path, age: timedelta
):
    ours = fleet()
    old = ours.device(now=NOW - age)
    assert "CERTIFICATE_VERIFY_FAILED" in meet(tmp_path, ours.broker("localhost"), old)
    young = ours.device(now=NOW - timedelta(days=7, hours=23))
    assert meet(tmp_path, ours.broker("localhost"), young) == PATH


def test_no_certificate_outlives_what_signed_it():
    ours = fleet()
    last = ours.issuing.certificate.not_valid_after_utc
    key = certificate.new_key().public_key()
    chain = authority.issue(ours.issuing, PATH, key, last - timedelta(days=2))
    assert certificate.stretch(chain.leaf)[1] == last
    with pytest.raises(AuthorityEndedError, match=f"ended on {last:%F}: make a new"):
        authority.issue(ours.issuing, PATH, key, last)


def test_a_device_of_another_root_is_refused_even_under_the_same_name(tmp_path: Path):
    ours, others = fleet(), fleet()
    stranger = Side(others.device().pem, others.device().key, ours.root)
    assert meet(tmp_path, ours.broker("localhost"), stranger) != PATH
    foreign = others.device()
    told = meet(
        tmp_path,
        ours.broker("localhost"),
        Side(foreign.pem, foreign.key, ours.root),
    )
    assert "CERTIFICATE_VERIFY_FAILED" in told


def test_nothing_that_a_broker_shows_says_whose_it_is():
    ours = fleet()
    shown = ours.broker("relay.example").pem
    leaf = x509.load_pem_x509_certificate(shown)
    names = f"{leaf.subject.rfc4514_string()} {leaf.issuer.rfc4514_string()}".lower()
    assert not any(word in names for word in ("wacht", "polit", "police", "kit"))


def test_the_list_of_the_revoked_names_them_and_is_signed_by_their_issuer():
    ours = fleet()
    at = datetime(2026, 11, 20, tzinfo=UTC)
    pem = authority.revocation_list(ours.issuing, [("ab12", at)], NOW)
    found = x509.load_pem_x509_crl(pem)
    assert [(one.serial_number, one.revocation_date_utc) for one in found] == [
        (0xAB12, at)
    ]
    public = ours.issuing.key.public_key()
    assert found.is_signature_valid(public)
    assert found.issuer == ours.issuing.certificate.subject


def test_what_a_device_is_given_is_checked_in_every_part():
    ours, key = fleet(), new_key()
    root = ours.root.certificate
    chain = authority.issue(ours.issuing, PATH, key.public_key(), NOW)
    assert certificate.unpack(chain.packed()) == chain
    assert certificate.read_pem(chain.pem) == chain
    certificate.check(chain, root, key.public_key(), PATH)
    others = authority.issue(fleet().issuing, PATH, key.public_key(), NOW)
    mixed = certificate.Chain(others.leaf, chain.issuing)
    self_made = certificate.Chain(root, root)
    for wrong, mine, path, why in (
        (chain, key, "aaaaaaaaaaaaaaaa-2", "for another path"),
        (chain, new_key(), PATH, "for another key"),
        (others, key, PATH, "not of our authority"),
        (mixed, key, PATH, "not of our authority"),
        (self_made, key, PATH, "not of our authority"),
    ):
        with pytest.raises(CertificateError, match=why):
            certificate.check(wrong, root, mine.public_key(), path)


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xff", b"\0\x01abc", bytes(900)])
def test_a_chain_that_is_none_is_refused_in_one_sentence(data: bytes):
    for read in (certificate.unpack, certificate.read_pem, certificate.read_root):
        with pytest.raises(CertificateError, match=r"there (are|is) no"):
            read(data)


@pytest.mark.parametrize("text", ["", "zz", "02" + "f" * 64, "04" + "1" * 64, "02ff"])
def test_a_key_that_is_no_point_is_refused(text: str):
    with pytest.raises(CertificateError, match="no point"):
        certificate.public_key(text)
    key = new_key().public_key()
    assert certificate.public_key(certificate.key_text(key)) == key


def test_an_authority_on_disk_opens_with_its_passphrase_alone(tmp_path: Path):
    root = papers.make_root_in(tmp_path, SECRET, NOW)
    issuing = papers.make_issuing_in(tmp_path, root, OTHER, NOW)
    assert papers.read_root(tmp_path, SECRET).certificate == root.certificate
    found = papers.read_issuers(tmp_path, OTHER).present
    assert found.key.private_numbers() == issuing.key.private_numbers()
    for name in ("root.key", "issuing.key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / name).read_bytes()
    assert (tmp_path / "ca.pem").read_bytes() == (tmp_path / "root.pem").read_bytes()
    with pytest.raises(PapersError, match="the passphrase does not open it"):
        papers.read_root(tmp_path, OTHER)
    with pytest.raises(KeyFileThereError):
        papers.make_root_in(tmp_path, SECRET, NOW)
    (tmp_path / "issuing.pem").unlink()
    with pytest.raises(PapersError, match="No such file"):
        papers.read_issuers(tmp_path, OTHER)
    (tmp_path / "root.key").write_bytes(b"rubbish")
    with pytest.raises(PapersError, match="no key behind a passphrase"):
        papers.read_root(tmp_path, SECRET)


def test_a_new_issuing_authority_leaves_the_list_of_the_one_before(tmp_path: Path):
    root = papers.make_root_in(tmp_path, SECRET, NOW)
    before = papers.make_issuing_in(tmp_path, root, OTHER, NOW)
    papers.make_issuing_in(tmp_path, root, OTHER, NOW)
    issuers = papers.read_issuers(tmp_path, OTHER)
    assert issuers.earlier[0].certificate == before.certificate
    lists = issuers.revocation_lists([("ff", NOW)], NOW)
    assert lists.count(b"BEGIN X509 CRL") == 2


def test_a_passphrase_is_the_first_line_of_its_file_and_not_short(tmp_path: Path):
    file = tmp_path / "secret"
    with pytest.raises(PapersError, match="No such file"):
        papers.read_passphrase(file)
    file.write_bytes(SECRET + b"\nmore\n")
    for mode in (0o644, 0o640, 0o604, 0o620):
        file.chmod(mode)
        with pytest.raises(PapersError, match=f"others may read it .mode {mode:o}"):
            papers.read_passphrase(file)
    file.chmod(0o600)
    assert papers.read_passphrase(file) == SECRET
    file.write_bytes(b"short\n")
    with pytest.raises(PapersError, match="at least 12") as told:
        papers.read_passphrase(file)
    assert "short\n" not in str(told.value)
