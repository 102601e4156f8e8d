"""An authority as it lies on disk: its keys behind passphrases, each file its own.

root.pem root.key         offline: taken out for a new issuing authority or broker
issuing.pem issuing.key   with the collector that renews
ca.pem                    what brokers and devices trust: the root alone
revoked.pem               what a broker does not let in

A key is written last, and is what says that all beside it is there: whoever was
interrupted does the same again.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from collector.errors import KeyFileThereError
from collector.fleet.authority import (
    Authority,
    make_issuing,
    make_root,
    revocation_list,
)
from collector.fleet.errors import PapersError
from collector.fleet.locked import lock, unlock
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
    _require_none(folder / f"{ROOT}.key")
    root = make_root(now)
    put(folder / TRUSTED, root.certificate.public_bytes(Encoding.PEM))
    _keep(folder, ROOT, root, passphrase)
    return root


def make_issuing_in(
    folder: Path, root: Authority, passphrase: bytes, now: datetime
) -> Authority:
    """Make an issuing authority beside its root; one that was there stays as earlier.

    Raises PapersError where its keys do not open with the same passphrase.
    """
    if (folder / f"{ISSUING}.key").exists():
        _set_aside(folder, read_issuers(folder, passphrase).present)
    issuing = make_issuing(root, now)
    if not list(folder.glob(f"{ISSUING}-*.key")):
        put(folder / REVOKED, Issuers(issuing).revocation_lists([], now))
    _keep(folder, ISSUING, issuing, passphrase)
    return issuing


def _set_aside(folder: Path, before: Authority) -> None:
    """Give the present pair its name as an earlier one; its key leaves last."""
    key = folder / f"{ISSUING}.key"
    earlier = f"{ISSUING}-{before.certificate.serial_number:x}"[: len(ISSUING) + 9]
    put(folder / f"{earlier}.pem", before.certificate.public_bytes(Encoding.PEM))
    if not (folder / f"{earlier}.key").exists():
        put_secret(folder / f"{earlier}.key", key.read_bytes())
    key.unlink()


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
    _require_none(files[1])
    put(files[0], made.public_bytes(Encoding.PEM))
    put_secret(files[1], key_pem(key))


def put(path: Path, content: bytes) -> None:
    """Write a file that anybody may read, whole or not at all."""
    _put(path, content, 0o644)


def put_secret(path: Path, content: bytes) -> None:
    """Write a new file that nobody else may read, whole or not at all.

    Raises KeyFileThereError.
    """
    _require_none(path)
    _put(path, content, 0o600)


def read_passphrase(path: Path) -> bytes:
    """Read the first line of a file; raises PapersError."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            first, _, _ = file.read().partition(b"\n")
    except OSError as error:
        raise PapersError(path, error.strerror or "it cannot be read") from None
    if mode & 0o077:
        raise PapersError(path, f"others may read it (mode {mode:o}); chmod 600 it")
    return checked(first.strip(), str(path))


def checked(passphrase: bytes, where: str) -> bytes:
    """Give a passphrase that is long enough; raises PapersError."""
    if len(passphrase) < SHORTEST:
        short = f"a passphrase has at least {SHORTEST} characters"
        raise PapersError(Path(where), short)
    return passphrase


def _require_none(key: Path) -> None:
    if key.exists():
        raise KeyFileThereError(key)


def _put(path: Path, content: bytes, mode: int) -> None:
    handle, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _keep(folder: Path, name: str, authority: Authority, passphrase: bytes) -> None:
    put(folder / f"{name}.pem", authority.certificate.public_bytes(Encoding.PEM))
    put_secret(folder / f"{name}.key", lock(authority.key, passphrase))


def _read(folder: Path, name: str, passphrase: bytes) -> Authority:
    path, beside = folder / f"{name}.key", folder / f"{name}.pem"
    key = unlock(path, passphrase)
    try:
        certificate = x509.load_pem_x509_certificate(beside.read_bytes())
    except OSError as error:
        raise PapersError(beside, error.strerror or "it cannot be read") from None
    except ValueError:
        raise PapersError(beside, "it is no certificate") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PapersError(path, "it is not a key of P-256")
    if key.public_key() != certificate.public_key():
        raise PapersError(path, "it is not the key of the certificate beside it")
    return Authority(certificate, key)
