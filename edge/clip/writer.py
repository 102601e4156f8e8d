"""Writes clips in a thread of its own: neither disk nor encoder may hold us up."""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import msgspec

from edge.camera.sighting import ClipKept
from edge.clip.adopt import Note, adopt_draft
from edge.clip.draft import Draft
from edge.clip.mp4 import Film, Pattern, film_into
from edge.clip.ring import Slice
from edge.errors import ClipError
from edge.sight.shape import Polygon

MOST_WAITING = (
    16 * 2**20
)  # bytes; then the writer is too slow, and packets are left out


@dataclass(slots=True)
class _Clip:
    """One that is being written."""

    note: Note
    draft: Draft
    film: Film
    ordered: bool = False
    first: float | None = None
    last: float = 0.0

    @property
    def seconds(self) -> float:
        return self.last - (self.first or 0.0)


class Writer:
    """Takes slices in order and tells of each clip that lies in the folder.

    Args:
        folder: where clips lie.
        masks: what nobody may see.
        tell: called in the writer's thread.
    """

    def __init__(
        self,
        folder: Path,
        masks: tuple[Polygon, ...],
        tell: Callable[[ClipKept], None],
    ) -> None:
        self._folder, self._masks, self._tell = folder, masks, tell
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._clip: _Clip | None = None
        self._step = 0.0
        self._number = 0
        self._thread = threading.Thread(target=self._work, name="clip", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> bool:
        """Whether so much waits that nothing more should be added."""
        return self._waiting > MOST_WAITING

    def begin(self, note: Note, pattern: Pattern) -> None:
        """Begin a clip; the next slice is a keyframe."""
        self._jobs.put(partial(self._begin, note, pattern))

    def add(self, one: Slice) -> None:
        """Append a slice to the clip."""
        with self._lock:
            self._waiting += one.size
        self._jobs.put(partial(self._add, one))

    def order(self) -> None:
        """Note that somebody asked for the clip."""
        self._jobs.put(self._order)

    def end(self) -> None:
        """Finish the clip."""
        self._jobs.put(self._finish)

    def close(self, patience: float, beat: Callable[[], None]) -> None:
        """Finish all; where that takes longer, what is on disk is adopted later.

        `beat` is called each half second meanwhile.
        """
        self._jobs.put(self._finish)
        self._jobs.put(None)
        while self._thread.is_alive() and patience > 0:
            self._thread.join(0.5)
            patience -= 0.5
            beat()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except (ClipError, OSError) as error:
                self._abandon(error)

    def _begin(self, note: Note, pattern: Pattern) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._new_draft(note.camera)
        self._step = float(1 / pattern.rate)
        try:
            comment = msgspec.json.encode(note).decode()
            film = film_into(draft, pattern, self._masks, comment)
        except (ClipError, OSError):
            draft.drop()
            raise
        self._clip = _Clip(note, draft, film)

    def _new_draft(self, camera: int) -> Draft:
        while True:
            self._number += 1
            with suppress(FileExistsError):
                return Draft(self._folder, camera, self._number)

    def _add(self, one: Slice) -> None:
        with self._lock:
            self._waiting -= one.size
        clip = self._clip
        if clip is None:
            return
        if clip.first is None:
            clip.first = one.seconds
        clip.last = max(clip.last, one.seconds + self._step)
        clip.film.add(one)

    def _order(self) -> None:
        if self._clip:
            self._clip.ordered = True
            self._clip.draft.order()

    def _finish(self) -> None:
        clip = self._clip
        if clip is None:
            return
        clip.film.close()
        kept = clip.draft.finish()
        self._clip = None
        note = clip.note
        self._tell(
            ClipKept(
                note.at, kept.clip, clip.seconds, note.before, kept.size, clip.ordered
            )
        )

    def _abandon(self, error: Exception) -> None:
        """Give up the clip; of one that somebody asked for, keep what is whole."""
        why = error if isinstance(error, ClipError) else type(error).__name__
        sys.stderr.write(f"camera process: a clip cannot be written: {why}\n")
        clip, self._clip = self._clip, None
        if clip is None:
            return
        with suppress(OSError):
            if clip.ordered:
                for kept in adopt_draft(clip.draft.leave()):
                    self._tell(kept)
            else:
                clip.draft.drop()
