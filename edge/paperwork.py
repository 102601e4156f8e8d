"""Makes keys and checks certificates: a process of its own, see `edge.papers`."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from edge.disk import replace_file
from edge.errors import PaperworkError
from edge.papers import ASKED, BROUGHT, CURRENT, FIRST_KEY, NEXT, TRUSTED
from sites import certificate
from sites.certificate import Chain, Key, PublicKey
from sites.errors import CertificateError


def new_papers(folder: Path) -> PublicKey:
    """Make the first key of a path; gives its public half. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = certificate.new_key()
    replace_file(folder / FIRST_KEY, certificate.key_pem(key))
    return key.public_key()


def ask(folder: Path, *, present: bool = False) -> PublicKey:
    """Give the key to ask a certificate for: that of an open request, or a new one.

    `present`: the one that the path has, since no new one was certified for days.
    Raises OSError, CertificateError.
    """
    key = _asked(folder)
    if present:
        key = _present(folder)
    elif key is None:
        key = certificate.new_key()
    pem = certificate.key_pem(key)
    if _asked(folder) is None or (folder / ASKED).read_bytes() != pem:
        replace_file(folder / ASKED, pem)
    return key.public_key()


def take(folder: Path, path: str, chain: Chain) -> None:
    """Keep what came, to be tried; raises CertificateError, OSError."""
    key = _asked(folder)
    if key is None:
        raise CertificateError("nothing was asked for")
    root = certificate.read_root((folder / TRUSTED).read_bytes())
    certificate.check(chain, root, key.public_key(), path)
    if not _is_longer(folder, chain):
        raise CertificateError("the one that it has lasts as long")
    replace_file(folder / NEXT, certificate.key_pem(key) + chain.pem)
    (folder / ASKED).unlink(missing_ok=True)


def bring(folders: Mapping[str, Path], pem: bytes) -> Path:
    """Keep the certificate that a person brought, to be tried; gives its folder.

    `folders` are those of the paths. It is for whichever key was certified last: of a
    path that has renewed itself that is no longer the first. Raises PaperworkError,
    OSError.
    """
    try:
        folder, whole = _fitting(folders, certificate.read_pem(pem))
    except CertificateError as error:
        raise PaperworkError(str(error)) from None
    replace_file(folder / NEXT, whole)
    return folder


def main(words: list[str]) -> int:
    """Do one of them; a sentence and 1 where it cannot."""
    folder = Path(words[1])
    try:
        if words[0] in {"ask", "ask-again"}:
            key = ask(folder, present=words[0] == "ask-again")
            sys.stdout.write(certificate.key_text(key))
        else:
            take(folder, words[2], certificate.unpack(sys.stdin.buffer.read()))
    except (CertificateError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _fitting(folders: Mapping[str, Path], chain: Chain) -> tuple[Path, bytes]:
    """Find the folder of a certificate and its key; gives what `next.pem` holds."""
    path, of_leaf = certificate.name_of(chain.leaf), chain.leaf.public_key()
    if path not in folders:
        raise CertificateError(f"it is for {path!r}, not for {', '.join(folders)}")
    folder = folders[path]
    root = certificate.read_root((folder / TRUSTED).read_bytes())
    for key in _keys(folder):
        if key.public_key() == of_leaf:
            certificate.check(chain, root, key.public_key(), path)
            return folder, certificate.key_pem(key) + chain.pem
    raise CertificateError(f"no key in {str(folder)!r} is the one in it")


def _keys(folder: Path) -> Iterator[Key]:
    """Give every key of a path that can be read."""
    for name in (FIRST_KEY, CURRENT, NEXT, ASKED):
        with suppress(OSError, CertificateError):
            yield certificate.read_key((folder / name).read_bytes())


def _present(folder: Path) -> Key:
    """Give the key of the certificate that worked last."""
    with suppress(OSError):
        return certificate.read_key((folder / CURRENT).read_bytes())
    return certificate.read_key((folder / FIRST_KEY).read_bytes())


def _is_longer(folder: Path, chain: Chain) -> bool:
    """Say whether it outlasts those for its key: else an old one is sent again."""
    for name in (CURRENT, BROUGHT):
        with suppress(OSError, CertificateError):
            had = certificate.read_leaf((folder / name).read_bytes())
            same = had.public_key() == chain.leaf.public_key()
            if same and chain.leaf.not_valid_after_utc <= had.not_valid_after_utc:
                return False
    return True


def _asked(folder: Path) -> Key | None:
    """Give the key of an open request; one that was answered since is none."""
    try:
        pem = (folder / ASKED).read_bytes()
        key = certificate.read_key(pem)
        at = (folder / ASKED).stat().st_mtime_ns
    except (OSError, CertificateError):
        return None
    for name in (NEXT, CURRENT):
        with suppress(OSError):
            file = folder / name
            if file.stat().st_mtime_ns >= at and file.read_bytes().startswith(pem):
                return None
    return key


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
