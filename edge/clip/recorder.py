"""In a camera's process: keeps the last seconds, and has clips written of visits.

The packets may come in another thread than that which looks: see `edge.clip.beside`.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from edge.camera.sighting import CameraPlan, ClipKept
from edge.clip.adopt import Note, adopt
from edge.clip.mp4 import Pattern, StillEncoder
from edge.clip.occasion import Occasion
from edge.clip.plan import ClipPlan
from edge.clip.reel import Reel
from edge.clip.ring import Ring, Slice
from edge.clip.writer import Writer
from edge.sight.motion import Ended, Started
from edge.sight.picture import Masked

SPARE_S = 5.0  # of the ring, beside what is promised: a motion is decided on later
MOST_BYTES = 32 * 2**20  # of a clip, then it is cut at the next keyframe
LAG_S = 1.0  # by which the smaller stream of a camera may come before the full one
PATIENCE_S = 5.0  # with the disk and the encoder at the end


class Recorder:
    """The clips of one camera.

    Args:
        plan: the camera's plan.
        clips: its part for clips.
        when: gives the seconds since 1970 for a moment of the film.
        tell: hands on a clip that is kept; called in another thread too.
    """

    def __init__(
        self,
        plan: CameraPlan,
        clips: ClipPlan,
        when: Callable[[float], float],
        tell: Callable[[ClipKept], None],
    ) -> None:
        self._plan, self._clips, self._when, self._tell = plan, clips, when, tell
        self._folder = Path(clips.folder)
        self._beside = plan.substream is not None
        self._before = clips.before + (LAG_S if self._beside else 0.0)
        self._ring = Ring(self._before + SPARE_S, clips.ring_bytes)
        self._lock = threading.RLock()
        self._occasion = Occasion(clips.after)
        self._writer: Writer | None = None
        self._orders: SimpleQueue[float] = SimpleQueue()
        self._running: _Running | None = None
        self._told_short = False
        self._reel: Reel | None = None
        self._pattern: Pattern | None = None
        self._source: object = None
        self._encoder: StillEncoder | None = None
        self._rate, self._begins = 25.0, 0.0
        self.taken = 0.0  # seconds of the film up to which packets have come
        self.looked = 0.0  # and of the last picture that was looked at

    def adopt(self, beat: Callable[[], None]) -> None:
        """Tell what an earlier process left behind; raises OSError.

        `beat` is called meanwhile.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for kept in adopt(self._folder, self._plan.index, beat):
            self._tell(kept)

    @contextmanager
    def film(self, rate: float, begins: float) -> Iterator[None]:
        """A film is open that begins at `begins`; at its end the clip is finished."""
        with self._lock:
            self._rate, self._begins, self.taken = rate, begins, begins
            self._source = self._encoder = None
        try:
            yield
        finally:
            with self._lock:
                self._end()
                self._ring.clear()
                self._reel = None

    def tap(self, packet: Any) -> None:
        """Take the next packet of the film, before it is decoded."""
        if not packet.size:
            return
        with self._lock:
            if packet.stream is not self._source:
                self._begin_reel(Pattern(packet.stream), packet.stream)
            self._take(packet)

    def show(self, picture: Masked, seconds: float) -> None:
        """Take what is looked at now; of a film without packets, encode it."""
        self.looked = seconds
        if self._encoder is None:
            if self._source is not None or self._beside:
                return
            self._encoder = StillEncoder(min(self._rate, self._plan.fps))
            self._begins = seconds
        for packet in self._encoder.encode(picture.planes(), seconds):
            if self._reel is None:
                self._begin_reel(Pattern(packet.stream), None)
            self._take(packet)

    def note(self, decision: object) -> None:
        """Take what was decided on the film; only motion matters here."""
        with self._lock:
            if isinstance(decision, Started):
                self._occasion.begin(decision.zone)
                self._begin(decision.moment.seconds)
            elif isinstance(decision, Ended):
                self._occasion.end(decision.zone, decision.moment.seconds)

    def order(self, seconds: float) -> None:
        """Keep what there is, and the next `seconds`; from any thread."""
        self._orders.put(seconds)

    def close(self, beat: Callable[[], None]) -> None:
        """Finish what is being written; `beat` is called meanwhile."""
        with self._lock:
            self._end()
        if self._writer:
            self._writer.close(PATIENCE_S, beat)

    def _begin_reel(self, pattern: Pattern, source: object) -> None:
        self._source, self._pattern = source, pattern
        self._reel = Reel(pattern.base, self._rate, self._begins)

    def _take(self, packet: Any) -> None:
        if self._reel is None:
            return
        place = self._reel.place(packet.pts, packet.dts, is_key=packet.is_keyframe)
        if place is None:
            return
        pts, dts, seconds = place
        one = Slice(seconds, pts, dts, packet.size, packet.is_keyframe, packet)
        self.taken = max(seconds, self._begins)
        self._obey()  # what it begins holds all up to here, and not this one
        self._ring.add(one)
        if self._running:
            self._go_on(one)
        elif one.is_key and self._occasion.lasts(self.taken):
            self._begin(self.taken)  # none was there when it was wanted

    def _tell_short(self) -> None:
        if self._ring.short and not self._told_short:
            self._told_short = True
            what = f"{self._clips.ring_bytes} bytes do not hold the seconds promised"
            sys.stderr.write(f"camera process: clips begin late: {what}\n")

    def _obey(self) -> None:
        if self._orders.empty():
            return
        seconds = self._orders.get()
        self._occasion.order(self.taken + seconds)
        self._begin(self.taken)
        if self._running and self._writer:
            self._writer.order()

    def _begin(self, moment: float) -> None:
        """Begin a clip with what the ring holds; join the one that runs."""
        if self._running:
            return
        slices = list(self._ring.since(moment - self._before))
        if not slices or moment - slices[0].seconds < self._clips.before:
            self._tell_short()
        if slices:
            self._open(slices[0], moment)
            for one in slices:
                self._add(one)

    def _open(self, first: Slice, moment: float) -> None:
        if self._pattern is None:
            return
        if self._writer is None:
            self._writer = Writer(self._folder, self._plan.masks, self._tell)
        moment = max(moment, first.seconds)
        before = moment - first.seconds
        note = Note(self._plan.index, self._when(moment), before)
        self._writer.begin(note, self._pattern)
        if self._occasion.ordered:
            self._writer.order()
        self._running = _Running(first.seconds)

    def _go_on(self, one: Slice) -> None:
        """Append to the clip, cut it or end it."""
        if not self._occasion.lasts(self.taken):
            self._end()
            return
        running = self._running
        if running and one.is_key and running.is_long(one, self._clips.longest):
            self._cut()
            self._open(one, one.seconds)
        self._add(one)

    def _add(self, one: Slice) -> None:
        running, writer = self._running, self._writer
        if running is None or writer is None:
            return
        if writer.behind and not running.skips:
            running.skip()
        if running.skips and one.is_key:
            running.skips = writer.behind
        if not running.skips:
            running.size += one.size
            writer.add(one)

    def _cut(self) -> None:
        if self._writer:
            self._writer.end()
        self._running = None

    def _end(self) -> None:
        if self._running:
            self._cut()
            self._occasion.close()


class _Running:
    """What is known here of the clip that is being written."""

    def __init__(self, begins: float) -> None:
        self._begins = begins
        self.size = 0
        self.skips = False
        self._has_gap = False

    def skip(self) -> None:
        """Leave out what comes, up to a keyframe; tell it once a clip."""
        self.skips = True
        if not self._has_gap:
            self._has_gap = True
            sys.stderr.write("camera process: a clip has a gap: writing is too slow\n")

    def is_long(self, one: Slice, longest: float) -> bool:
        """Say whether it is time for another clip."""
        return one.seconds - self._begins >= longest or self.size >= MOST_BYTES
