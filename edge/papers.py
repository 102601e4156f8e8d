"""The certificates of one path, in a folder: the one it has, and the one that comes.

    ca.pem              our root, the only one that is believed
    cert.pem, key.pem   as they were brought
    asked.key           the key for which a certificate was asked
    next.pem            a key and its certificate, come and not yet tried
    current.pem         those that worked

A key and its certificate stand in one file, which is put there whole: so a power cut
leaves both or none. What was there before stays until the new one worked.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from edge.disk import replace_file, sync_folder
from sites import certificate
from sites.certificate import Chain, Key, PublicKey
from sites.errors import CertificateError

log = structlog.get_logger()

NEXT, CURRENT, BROUGHT, ASKED = "next.pem", "current.pem", "cert.pem", "asked.key"


def new_papers(folder: Path) -> PublicKey:
    """Make the first key of a path; gives its public half. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = certificate.new_key()
    replace_file(folder / "key.pem", certificate.key_pem(key))
    return key.public_key()


@dataclass(frozen=True)
class Paper:
    """A file with a certificate, and from when until when that is in force.

    Its key stands in the same file, but for the one that was brought.
    """

    file: Path
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Papers:
    """What lies in the folder of the path with this name."""

    folder: Path
    path: str

    def all(self) -> list[Paper]:
        """Give those that can be read, the one that holds longest first."""
        found = list(self._read())
        return sorted(found, key=lambda paper: paper.until, reverse=True)

    def choose(self, failures: int) -> Path | None:
        """Give the file for the next connection, after so many that failed.

        None is the pair as it was brought.
        """
        files = [paper.file for paper in self.all()]
        file = files[failures % len(files)] if files else None
        return None if file is None or file.name == BROUGHT else file

    def worked(self, file: Path | None) -> None:
        """Note that a connection came about with it; the one before it goes."""
        if file is None or file.name != NEXT:
            return
        try:
            file.replace(self.folder / CURRENT)
            sync_folder(self.folder)
        except OSError as error:
            log.warning("certificate.not_kept", error=error.strerror)

    def ask(self) -> PublicKey:
        """Give the key to ask a certificate for: the one that was asked for already.

        Raises OSError.
        """
        key = self._asked()
        if key is None:
            key = certificate.new_key()
            replace_file(self.folder / ASKED, certificate.key_pem(key))
        return key.public_key()

    def take(self, chain: Chain) -> None:
        """Keep what came, to be tried; raises CertificateError, OSError."""
        key = self._asked()
        if key is None:
            raise CertificateError("nothing was asked for")
        root = certificate.read_root((self.folder / "ca.pem").read_bytes())
        certificate.check(chain, root, key.public_key(), self.path)
        replace_file(self.folder / NEXT, certificate.key_pem(key) + chain.pem)
        (self.folder / ASKED).unlink(missing_ok=True)

    def _asked(self) -> Key | None:
        """Give the key of an open request; one that was answered is none."""
        try:
            pem = (self.folder / ASKED).read_bytes()
            key = certificate.read_key(pem)
        except (OSError, CertificateError):
            return None
        for name in (NEXT, CURRENT):
            with suppress(OSError):
                if (self.folder / name).read_bytes().startswith(pem):
                    return None
        return key

    def _read(self) -> Iterator[Paper]:
        for name in (NEXT, CURRENT, BROUGHT):
            file = self.folder / name
            with suppress(OSError, CertificateError):
                leaf = certificate.read_leaf(file.read_bytes())
                yield Paper(file, *certificate.stretch(leaf))
