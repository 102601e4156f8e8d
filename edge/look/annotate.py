"""Draws into a picture what was decided on it, so that a person sees why.

Drawn upon is the masked picture: what a mask hides is not there to be shown.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from edge.sight.motion import Started
from edge.sight.picture import Masked, Moment, Pixels
from edge.sight.shape import Box, Polygon

READABLE_WIDTH = 640  # px; smaller pictures are enlarged, so that words fit
BAND = 22  # px; a line of words
FONT = cv2.FONT_HERSHEY_SIMPLEX
SIZE = 0.45
CALM = (120, 200, 80)  # blue, green, red
BUSY = (60, 60, 240)
HIDDEN = (150, 150, 150)
WORDS = (240, 240, 240)


class Note(NamedTuple):
    """An event in words. `name` says what and where, in a word that fits a file."""

    frame: int
    name: str
    words: str
    box: Box | None = None


class Drawing:
    """Draws the pictures of one camera.

    Args:
        zones: (zone id, polygon in fractions of the picture).
        masks: polygons that are hidden; their outline is drawn.
    """

    def __init__(
        self, zones: Sequence[tuple[str, Polygon]], masks: Sequence[Polygon]
    ) -> None:
        self._zones, self._masks = zones, masks

    def draw(
        self,
        picture: Masked,
        moment: Moment,
        going_on: Sequence[Started],
        notes: Sequence[Note],
    ) -> Pixels:
        """Give the picture (BGR, even sizes) with zones, boxes and words.

        Above it stand frame and time, below it the notes, a line each.
        """
        image = _enlarged(picture.colours())
        busy = {one.zone for one in going_on}
        for mask in self._masks:
            _outline(image, mask, HIDDEN, "mask")
        for name, shape in self._zones:
            _outline(image, shape, BUSY if name in busy else CALM, f"zone {name}")
        for note in notes:
            if note.box:
                _frame(image, note.box, CALM, "")
        for one in going_on:
            label = f"area {one.area:.2%}  score {one.score:.2f}"
            _frame(image, one.box, BUSY, label)
        when = f"frame {moment.frame}  {moment.seconds:.2f} s"
        width = image.shape[1]
        lines = [_line(width, note.words, BUSY) for note in notes]
        whole = np.vstack([_line(width, when, WORDS), image, *lines])
        return np.ascontiguousarray(whole[: whole.shape[0] & ~1, : width & ~1])


def _enlarged(image: Pixels) -> Pixels:
    times = -(-READABLE_WIDTH // image.shape[1])
    if times == 1:
        return image
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _line(width: int, words: str, colour: tuple[int, int, int]) -> Pixels:
    band = np.zeros((BAND, width, 3), np.uint8)
    _write(band, (6, BAND - 7), words, colour)
    return band


def _outline(
    image: Pixels, shape: Polygon, colour: tuple[int, int, int], name: str
) -> None:
    height, width = image.shape[:2]
    corners = np.array([[x * (width - 1), y * (height - 1)] for x, y in shape])
    dots = corners.round().astype(np.int32)
    cv2.polylines(image, [dots], isClosed=True, color=colour, thickness=2)
    left, top = dots.min(axis=0).tolist()
    _write(image, (left + 6, top + BAND - 5), name, colour)


def _frame(image: Pixels, box: Box, colour: tuple[int, int, int], label: str) -> None:
    height, width = image.shape[:2]
    left, top = round(box[0] * width), round(box[1] * height)
    right, bottom = round((box[0] + box[2]) * width), round((box[1] + box[3]) * height)
    cv2.rectangle(image, (left, top), (right - 1, bottom - 1), colour, 2)
    _write(image, (left, top - 6 if top > BAND else bottom + BAND - 6), label, colour)


def _write(
    image: Pixels, place: tuple[int, int], words: str, colour: tuple[int, int, int]
) -> None:
    """Write words over a dark edge, so that they can be read on anything."""
    for thick, paint in ((3, (0, 0, 0)), (1, colour)):
        cv2.putText(image, words, place, FONT, SIZE, paint, thick, cv2.LINE_AA)
