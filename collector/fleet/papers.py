"""An authority as it lies on disk: its keys behind passphrases, each file its own.

root.pem root.key         offline: taken out for a new issuing authority or broker
issuing.pem issuing.key   with the collector that renews
ca.pem                    what brokers and devices trust: the root alone
revoked.pem               what a broker does not let in
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from collector.errors import KeyFileThereError
from collector.fleet.authority import (
    Authority,
    make_issuing,
    make_root,
    revocation_list,
)
from collector.fleet.errors import PapersError
from sites.certificate import Key, key_pem

ROOT, ISSUING, TRUSTED, REVOKED = "root", "issuing", "ca.pem", "revoked.pem"
SHORTEST = 12  # characters of a passphrase


@dataclass(frozen=True)
class Issuers:
    """The authority that issues, and those before it whose certificates may live."""

    present: Authority
    earlier: tuple[Authority, ...] = ()

    def revocation_lists(
        self, revoked: Sequence[tuple[str, datetime]], now: datetime
    ) -> bytes:
        """Write a list for each, in one file: a broker wants one of every issuer."""
        own = (self.present, *self.earlier)
        return b"".join(revocation_list(one, revoked, now) for one in own)


def make_root_in(folder: Path, passphrase: bytes, now: datetime) -> Authority:
    """Make a root in a folder; raises KeyFileThereError, PapersError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root = make_root(now)
    _keep(folder, ROOT, root, passphrase)
    put(folder / TRUSTED, root.certificate.public_bytes(Encoding.PEM))
    return root


def make_issuing_in(
    folder: Path, root: Authority, passphrase: bytes, now: datetime
) -> Authority:
    """Make an issuing authority beside its root; one that was there stays as earlier.

    Raises PapersError where its keys do not open with the same passphrase.
    """
    earlier: tuple[Authority, ...] = ()
    if (folder / f"{ISSUING}.pem").exists():
        before = read_issuers(folder, passphrase)
        earlier = (before.present, *before.earlier)
        for end in (".key", ".pem"):
            serial = f"{before.present.certificate.serial_number:x}"[:8]
            (folder / f"{ISSUING}{end}").rename(folder / f"{ISSUING}-{serial}{end}")
    issuing = make_issuing(root, now)
    _keep(folder, ISSUING, issuing, passphrase)
    if not earlier:
        put(folder / REVOKED, Issuers(issuing).revocation_lists([], now))
    return issuing


def read_root(folder: Path, passphrase: bytes) -> Authority:
    """Open the root; raises PapersError."""
    return _read(folder, ROOT, passphrase)


def read_issuers(folder: Path, passphrase: bytes) -> Issuers:
    """Open the issuing authority and those before it; raises PapersError."""
    names = sorted(path.stem for path in folder.glob(f"{ISSUING}-*.key"))
    earlier = tuple(_read(folder, name, passphrase) for name in names)
    return Issuers(_read(folder, ISSUING, passphrase), earlier)


def put_pair(files: tuple[Path, Path], made: x509.Certificate, key: Key) -> None:
    """Write a new certificate and its key, in clear, for a server of ours.

    Raises KeyFileThereError.
    """
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put_secret(files[1], key_pem(key))
    put(files[0], made.public_bytes(Encoding.PEM))


def put(path: Path, content: bytes) -> None:
    """Write a file that anybody may read, whole or not at all."""
    handle, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), 0o644)
        os.fsync(file.fileno())
    Path(draft).replace(path)


def put_secret(path: Path, content: bytes) -> None:
    """Write a new file that nobody else may read; raises KeyFileThereError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileThereError(path) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def read_passphrase(path: Path) -> bytes:
    """Read the first line of a file; raises PapersError."""
    try:
        first, _, _ = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise PapersError(path, error.strerror or "it cannot be read") from None
    return checked(first.strip(), str(path))


def checked(passphrase: bytes, where: str) -> bytes:
    """Give a passphrase that is long enough; raises PapersError."""
    if len(passphrase) < SHORTEST:
        short = f"a passphrase has at least {SHORTEST} characters"
        raise PapersError(Path(where), short)
    return passphrase


def _keep(folder: Path, name: str, authority: Authority, passphrase: bytes) -> None:
    locked = authority.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)
    )
    put_secret(folder / f"{name}.key", locked)
    put(folder / f"{name}.pem", authority.certificate.public_bytes(Encoding.PEM))


def _read(folder: Path, name: str, passphrase: bytes) -> Authority:
    path = folder / f"{name}.key"
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
        certificate = x509.load_pem_x509_certificate(
            (folder / f"{name}.pem").read_bytes()
        )
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise PapersError(folder / f"{name}.*", why) from None
    except (ValueError, TypeError):
        # What cryptography says may quote what it read.
        raise PapersError(path, "the passphrase does not open it") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PapersError(path, "it is not a key of P-256")
    return Authority(certificate, key)
