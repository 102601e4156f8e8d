"""Reads a camera's full stream for clips while its smaller one is looked at.

In a thread of its own, as a line may keep its reader waiting; nothing is decoded.
"""

import sys
import threading
from typing import Any, Self

from edge.camera.film import Film
from edge.camera.sighting import CameraPlan
from edge.clip.recorder import Recorder
from edge.errors import FilmError

RETRY_S = 5.0
END_S = 1.0  # a line that is silent is not waited for: the process ends anyway
AHEAD_S = 0.5  # of a film's packets, before what is looked at
_LOOK_S = 0.02


class Beside:
    """The full stream of one camera, as long as it is entered.

    Where it cannot be read there are no clips meanwhile; that is no loss of the camera,
    whose pictures are looked at all the same.

    Args:
        plan: the camera's plan; its source is read.
        recorder: gets the packets.
        begins: the seconds at which a film begins; a live stream begins when it comes.
    """

    def __init__(self, plan: CameraPlan, recorder: Recorder, begins: float) -> None:
        self._plan, self._recorder, self._begins = plan, recorder, begins
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="beside", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(END_S)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._read()
            except FilmError as error:
                words = f"no clips, its full stream is {error.reason}"
                sys.stderr.write(f"camera process: {words}\n")
            if not self._plan.is_live:
                return
            self._stop.wait(RETRY_S)

    def _read(self) -> None:
        plan = self._plan
        with Film(plan.source, plan.fps, login=plan.login, tap=self._take) as film:
            begins = self._recorder.looked if plan.is_live else self._begins
            with self._recorder.film(film.rate, begins):
                for _ in film.packets():
                    if self._stop.is_set():
                        return

    def _take(self, packet: Any) -> None:
        """Hand on a packet; those of a film when what is looked at has come so far."""
        self._recorder.tap(packet)
        if self._plan.is_live:
            return
        while self._recorder.taken > self._recorder.looked + AHEAD_S:
            if self._stop.wait(_LOOK_S):
                return
