"""Over which side of the picture something came in or went out. Pure."""

from edge.sight.shape import Box
from sites.sight import Side

EDGE = 0.02  # of the picture; a box so near touches the side

_OUTWARD: dict[Side, tuple[int, int]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "top": (0, -1),
    "bottom": (0, 1),
}


def touched(box: Box) -> list[Side]:
    """Name the sides of the picture that a box touches."""
    left, top, width, height = box
    gaps: dict[Side, float] = {
        "left": left,
        "right": 1 - left - width,
        "top": top,
        "bottom": 1 - top - height,
    }
    return [side for side, gap in gaps.items() if gap <= EDGE]


def came_in(box: Box, way: tuple[float, float]) -> Side | None:
    """Name the side that something came in over.

    `box` is its first one, `way` how far it then went, across and down. Of two sides
    that it touched it came over the one that it went away from: somebody near the
    camera touches the lower side all the time.
    """
    return went_out(box, (-way[0], -way[1]))


def went_out(box: Box, way: tuple[float, float]) -> Side | None:
    """Name the side that something went out over, from its last box and way."""
    outward: dict[Side, float] = {
        side: way[0] * _OUTWARD[side][0] + way[1] * _OUTWARD[side][1]
        for side in touched(box)
    }
    side = max(outward, key=outward.__getitem__, default=None)
    return side if side and outward[side] > 0 else None
