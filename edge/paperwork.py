"""Makes keys and checks certificates: a process of its own, see `edge.papers`."""

import sys
from contextlib import suppress
from pathlib import Path

from edge.disk import replace_file
from edge.papers import ASKED, CURRENT, NEXT, TRUSTED
from sites import certificate
from sites.certificate import Chain, Key, PublicKey
from sites.errors import CertificateError


def new_papers(folder: Path) -> PublicKey:
    """Make the first key of a path; gives its public half. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = certificate.new_key()
    replace_file(folder / "key.pem", certificate.key_pem(key))
    return key.public_key()


def ask(folder: Path) -> PublicKey:
    """Give the key to ask a certificate for: that of an open request, or a new one.

    Raises OSError.
    """
    key = _asked(folder)
    if key is None:
        key = certificate.new_key()
        replace_file(folder / ASKED, certificate.key_pem(key))
    return key.public_key()


def take(folder: Path, path: str, chain: Chain) -> None:
    """Keep what came, to be tried; raises CertificateError, OSError."""
    key = _asked(folder)
    if key is None:
        raise CertificateError("nothing was asked for")
    root = certificate.read_root((folder / TRUSTED).read_bytes())
    certificate.check(chain, root, key.public_key(), path)
    replace_file(folder / NEXT, certificate.key_pem(key) + chain.pem)
    (folder / ASKED).unlink(missing_ok=True)


def main(words: list[str]) -> int:
    """Do one of the two; a sentence and 1 where it cannot."""
    folder = Path(words[1])
    try:
        if words[0] == "ask":
            sys.stdout.write(certificate.key_text(ask(folder)))
        else:
            take(folder, words[2], certificate.unpack(sys.stdin.buffer.read()))
    except (CertificateError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _asked(folder: Path) -> Key | None:
    """Give the key of an open request; one that was answered is none."""
    try:
        pem = (folder / ASKED).read_bytes()
        key = certificate.read_key(pem)
    except (OSError, CertificateError):
        return None
    for name in (NEXT, CURRENT):
        with suppress(OSError):
            if (folder / name).read_bytes().startswith(pem):
                return None
    return key


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
