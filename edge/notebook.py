"""Where it stands which command was obeyed last: on disk before it is obeyed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge.command import Memory
from edge.disk import Disk, replace_file
from edge.errors import NotebookError

NAME = "command.json"


@dataclass(frozen=True)
class Notebook:
    """A small file with its own checksum, replaced whole."""

    path: Path
    disk: Disk | None = None

    def read(self) -> Memory:
        """Give the memory; raises NotebookError where it is missing or damaged."""
        try:
            check, _, body = self.path.read_bytes().partition(b"\n")
        except OSError as error:
            raise NotebookError(self.path, error.strerror or "no reason") from None
        if check != _check(body):
            raise NotebookError(self.path, "its checksum is another")
        try:
            return msgspec.json.decode(body, type=Memory)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotebookError(self.path, str(error)) from None

    def write(self, memory: Memory) -> None:
        """Return when it is on the medium; raises OSError, the old one still there."""
        body = msgspec.json.encode(memory)
        replace_file(self.path, _check(body) + b"\n" + body, disk=self.disk)


def _check(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode()
