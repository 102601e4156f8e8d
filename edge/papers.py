"""The certificates of one path, in a folder: the one it has, and the one that comes.

    ca.pem              our root, the only one that is believed
    cert.pem, key.pem   as they were brought
    asked.key           the key for which a certificate was asked
    next.pem            a key and its certificate, come and not yet tried
    current.pem         those that worked

What a person brings later may be for any of these keys: `paperwork.bring` finds it.
A key and its certificate stand in one file, which is put there whole: so a power cut
leaves both or none. What was there before stays until the new one worked.

What needs the library for certificates is done by a process of its own (`paperwork`):
it is needed once a day, and takes more memory than a device has to spare all day.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from edge.disk import sync_folder
from edge.errors import PaperworkError
from sites.tls import tls_context

log = structlog.get_logger()

NEXT, CURRENT, BROUGHT, ASKED = "next.pem", "current.pem", "cert.pem", "asked.key"
FIRST_KEY, TRUSTED = "key.pem", "ca.pem"
WORK_S = 60.0


@dataclass(frozen=True)
class Papers:
    """What lies in the folder of the path with this name."""

    folder: Path
    path: str

    def choose(self, failures: int) -> Path | None:
        """Give the file for the next connection, after so many that failed.

        The one that came last first, then the others in turn. None is the pair as it
        was brought.
        """
        files = [file for _, file in sorted(self._files(), reverse=True)]
        file = files[failures % len(files)] if files else None
        return None if file is None or file.name == BROUGHT else file

    def require(self) -> None:
        """Raise OSError, as the pair that was brought does, where none can be used."""
        try:
            tls_context(self.folder)
        except OSError:
            for name in (NEXT, CURRENT):
                with suppress(OSError):
                    tls_context(self.folder, self.folder / name)
                    return
            raise

    def worked(self, file: Path | None) -> None:
        """Note that a connection came about with it; the one before it goes."""
        if file is None or file.name != NEXT:
            return
        try:
            file.replace(self.folder / CURRENT)
            sync_folder(self.folder)
        except OSError as error:
            log.warning("certificate.not_kept", error=error.strerror)

    def came(self) -> datetime | None:
        """Say when the last one that worked came, by this device's clock then."""
        times = [at for at, file in self._files() if file.name != NEXT]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    async def ask(self, *, present: bool = False) -> str:
        """Give the public key to ask a certificate for; raises PaperworkError.

        It is the same until an answer came; `present`: the one that it has.
        """
        word = "ask-again" if present else "ask"
        return (await self._work(word, str(self.folder))).strip()

    async def take(self, chain: bytes) -> None:
        """Check what came and keep it, to be tried; raises PaperworkError."""
        await self._work("take", str(self.folder), self.path, given=chain)

    def _files(self) -> list[tuple[float, Path]]:
        found = []
        for name in (NEXT, CURRENT, BROUGHT):
            file = self.folder / name
            with suppress(OSError):
                found.append((file.stat().st_mtime, file))
        return found

    async def _work(self, *words: str, given: bytes = b"") -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "edge.paperwork", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(WORK_S):
                said, wrong = await process.communicate(given)
        except TimeoutError:
            raise PaperworkError("it took too long") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if process.returncode:
            lines = wrong.decode(errors="replace").strip().splitlines()
            raise PaperworkError(lines[-1] if lines else "it ended without a word")
        return said.decode()
