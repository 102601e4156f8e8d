"""What the agent asks of the clips of a camera; part of its plan. Pure."""

import msgspec


class ClipPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What films of a camera are kept of what it sees.

    Attributes:
        folder: where they lie; only we write there.
        before: seconds from before a motion that are promised.
        after: seconds that a film goes on after the last motion.
        longest: seconds after which it is cut, at the next keyframe.
        ring_bytes: most that the last seconds may take in memory.
    """

    folder: str
    before: float = 5.0
    after: float = 10.0
    longest: float = 60.0
    ring_bytes: int = 16 * 2**20
