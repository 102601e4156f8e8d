"""What a camera's process knows of its scene from before, and keeps for later."""

from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from edge.camera import scene_memory
from edge.camera.sighting import CameraPlan
from edge.sight.eye import Eye
from edge.sight.liveness import Liveness
from edge.sight.memory import Memory

KEEP_FIRST_S = 60.0  # of the scene, before it is written down
KEEP_S = 300.0  # between two writings


class Recall:
    """The memory of one camera's scene, if its plan names a folder for it."""

    def __init__(self, plan: CameraPlan) -> None:
        self._folder = Path(plan.memory) if plan.memory else None
        self.kept = scene_memory.read(self._folder) if self._folder else None
        self._due = KEEP_FIRST_S

    def keep(self, eye: Eye, liveness: Liveness, seconds: float) -> None:
        """Write down what is known, now and then, while nothing is wrong."""
        if self._folder is None or seconds < self._due or eye.trouble:
            return
        self._due = seconds + KEEP_S
        known = eye.remember()
        if known and (known.day or known.night):
            self._write(replace(known, usual=liveness.usual))

    def keep_usual(self, liveness: Liveness) -> None:
        """Write down how lively the scene is: what stands still now stays told."""
        if liveness.usual is not None:
            self._write(replace(self.kept or Memory(), usual=liveness.usual))

    def _write(self, memory: Memory) -> None:
        if self._folder is None:
            return
        self.kept = memory
        with suppress(OSError):  # a full disk must not blind the camera
            scene_memory.write(self._folder, memory)
