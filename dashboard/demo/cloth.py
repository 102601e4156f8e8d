"""What a demo does to a camera: a cloth hangs before it for a while.

A station's camera plays a film again and again, and opens it anew each time. So its
film is a link: for one playing it leads to a copy of the film with a cloth in it.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

HANGS = (0.2, 0.8)  # from when to when of the film, as shares of its length
CLOTH = (14, 46)  # brightness of a dark cloth at its left and its right edge
GRAIN = 2.0  # levels; a sensor is noisy in the dark as well
ENCODING = {"preset": "ultrafast", "crf": "23"}
LATE_S = 1.0  # a film that was opened this late still is played once


@dataclass(frozen=True)
class Stage:
    """A folder of links to films, so that what a camera plays can be changed."""

    folder: Path

    @classmethod
    def of(cls, films: Path, folder: Path) -> "Stage":
        """Link every film of a folder."""
        folder.mkdir()
        for film in films.glob("*.mp4"):
            (folder / film.name).symlink_to(film.resolve())
        return cls(folder)

    async def cover(self, name: str, after: float) -> None:
        """Let a cloth hang before a film, once, `after` so many seconds."""
        link = self.folder / name
        film = link.resolve()
        covered = self.folder / f"{name}.covered"
        await asyncio.sleep(after)
        seconds = await asyncio.to_thread(hang, film, covered)
        self._lead(link, covered)
        await asyncio.sleep(seconds + LATE_S)
        self._lead(link, film)

    def _lead(self, link: Path, film: Path) -> None:
        fresh = link.with_suffix(".new")
        fresh.symlink_to(film)
        fresh.replace(link)


def hang(film: Path, covered: Path) -> float:
    """Write a film with a cloth in it; gives its length in seconds.

    Raises FFmpegError, OSError.
    """
    with av.open(film) as source, av.open(covered, "w", format="mp4") as sink:
        seen = source.streams.video[0]
        seconds = (source.duration or 0) / av.time_base
        begin, end = (share * seconds for share in HANGS)
        made = sink.add_stream("libx264", rate=seen.average_rate, options=ENCODING)
        made.width, made.height, made.pix_fmt = seen.width, seen.height, "yuv420p"
        chance = np.random.default_rng(1)
        for frame in source.decode(seen):
            image = frame.to_ndarray(format="bgr24")
            if begin <= (frame.time or 0.0) < end:
                image = _cloth(image.shape[0], image.shape[1], chance)
            sink.mux(made.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        sink.mux(made.encode())
    return seconds


def _cloth(height: int, width: int, chance: np.random.Generator) -> NDArray[np.uint8]:
    shade = np.linspace(*CLOTH, width)[None, :, None]
    grain = chance.normal(0, GRAIN, (height, width, 3))
    return (shade + grain).clip(0, 255).astype(np.uint8)
