"""What is kept of a scene over a restart. Pure, and without a picture library.

Whoever covers a camera and cuts its power must not teach it the cover. No picture can
be made of what is kept: of each cell only how strong its edges are in six directions.
"""

import msgspec

CELLS = (20, 12)  # across and down
DIRECTIONS = 6
BLOCKS = 48
SHARP_PARTS = 4


class Kept(msgspec.Struct, frozen=True):
    """One scene in one light.

    Attributes:
        edges: how strong edges are, by cell and direction.
        rich: usual share of blocks with edges.
        sharp: near, single and far edges, and where they are clear, by block.
    """

    edges: tuple[float, ...]
    rich: float
    sharp: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if len(self.edges) != CELLS[0] * CELLS[1] * DIRECTIONS:
            raise ValueError("edges of another grid")
        if [len(part) for part in self.sharp] != [BLOCKS] * SHARP_PARTS:
            raise ValueError("sharpness of another grid")


class Memory(msgspec.Struct, frozen=True):
    """What is kept of one camera: by day, by night, and how lively it was."""

    day: Kept | None = None
    night: Kept | None = None
    usual: float | None = None
