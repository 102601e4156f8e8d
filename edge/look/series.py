"""Pictures in a folder as a film: what datasets and some cameras leave behind."""

import glob
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Self

import cv2

from edge.camera.film import BAD_IN_A_ROW, Film
from edge.camera.pacing import Pacing
from edge.camera.source import is_live
from edge.errors import FilmError, Loss
from edge.sight.picture import Moment, Pixels, Still

RATE = 25.0  # pictures a second, where nobody says otherwise
SUFFIXES = frozenset(
    {".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"}
)
SMALLEST = 2  # px; half the colour needs a pair


@dataclass(frozen=True)
class Reel:
    """Something to look at: a film by its path, or a row of pictures.

    `name` is what events are told under.
    """

    name: str
    pictures: tuple[Path, ...] | None = None

    def open(self, fps: float, rate: float) -> "Film | Series":
        """Open it; `rate` is that of a row of pictures. Raises FilmError."""
        if is_live(self.name):
            raise FilmError(Loss.REFUSED, "look reads files, not live cameras")
        if self.pictures is None:
            return Film(self.name, fps)
        return Series(self.pictures, fps, rate)


class Series:
    """A row of pictures that is looked at like a film; it has no clock of its own."""

    def __init__(self, pictures: Sequence[Path], fps: float, rate: float) -> None:
        if not pictures:
            raise FilmError(Loss.MISSING, "the folder holds no pictures")
        if not all(path.exists() for path in pictures):
            raise FilmError(Loss.MISSING, "the file does not exist")
        self._pictures, self._fps = pictures, fps
        self.rate = rate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close: each picture is read whole."""

    def stills(self) -> Iterator[Still]:
        """Yield the stills to be looked at; a picture that is broken is passed over."""
        pacing = Pacing(self._fps)
        bad = seen = 0
        for number, path in enumerate(self._pictures):
            if not pacing.is_due(number / self.rate):
                continue
            still = _still(Moment(number, number / self.rate), path)
            bad = 0 if still else bad + 1
            if still:
                seen += 1
                yield still
            elif bad >= BAD_IN_A_ROW:
                break
        if bad >= BAD_IN_A_ROW or not seen:
            raise FilmError(Loss.RUBBISH, f"{bad} pictures in a row cannot be decoded")


def gather(arguments: Sequence[str]) -> list[Reel]:
    """Tell what was meant by a list of films, folders, patterns and pictures.

    1. What exists is what it says it is, also if its name looks like a pattern.
    2. A pattern stands for what it matches.
    3. Pictures of one folder that follow each other are one row: a shell has
       expanded a pattern.
    """
    reels: list[Reel] = []
    for folder, group in groupby(_expanded(arguments), _folder_of_picture):
        if folder is None:
            reels += [_reel(name) for name in group]
        else:
            row = sorted({Path(name) for name in group}, key=_natural)
            name = str(row[0]) if len(row) == 1 else str(folder)
            reels.append(Reel(name, tuple(row)))
    return reels


def _expanded(arguments: Sequence[str]) -> Iterator[str]:
    for argument in arguments:
        meant = [] if is_live(argument) or Path(argument).exists() else _match(argument)
        yield from meant or [argument]


def _match(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern)) if glob.has_magic(pattern) else []  # noqa: PTH207 - a whole pattern, as a shell takes it


def _folder_of_picture(name: str) -> Path | None:
    path = Path(name)
    if is_live(name) or path.is_dir() or path.suffix.lower() not in SUFFIXES:
        return None
    return path.parent


def _reel(name: str) -> Reel:
    if is_live(name) or not Path(name).is_dir():
        return Reel(name)
    pictures = [
        path for path in Path(name).iterdir() if path.suffix.lower() in SUFFIXES
    ]
    return Reel(name, tuple(sorted(pictures, key=_natural)))


def _natural(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Sort `frame10` after `frame9`."""
    return tuple(
        (0, int(part), part) if part.isdecimal() else (1, 0, part)
        for part in re.split(r"(\d+)", path.name)
        if part
    )


def _still(moment: Moment, path: Path) -> Still | None:
    """Read one picture, with an even size; None if it cannot be."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imread(str(path), flags)
    except cv2.error:  # its header promises more than memory holds
        return None
    if image is None or min(image.shape[:2]) < SMALLEST:
        return None
    height, width = image.shape[0] & ~1, image.shape[1] & ~1
    i420 = cv2.cvtColor(image[:height, :width], cv2.COLOR_BGR2YUV_I420)
    planes: Pixels = i420.astype("uint8", copy=False)
    return Still(moment, planes[:height], lambda: planes)
