"""The last seconds of a camera, as compressed packets in memory.

Pure: what a packet is, nobody here knows. Seconds are those of the film, as moments of
its stills are.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Slice:
    """One compressed picture.

    Attributes:
        seconds: when it is shown.
        pts: the same in ticks of its stream, counted on without a jump back.
        dts: when it is decoded, in ticks; never less than that of the slice before.
        size: bytes.
        is_key: it can be decoded without any before it.
        packet: the compressed picture itself.
    """

    seconds: float
    pts: int
    dts: int
    size: int
    is_key: bool
    packet: object


@dataclass(slots=True)
class _Group:
    """A keyframe and the slices that need it."""

    slices: list[Slice] = field(default_factory=list)
    size: int = 0

    @property
    def begins(self) -> float:
        return self.slices[0].seconds

    def add(self, one: Slice) -> None:
        self.slices.append(one)
        self.size += one.size


class Ring:
    """Keeps whole groups, from keyframe to keyframe.

    The oldest group goes when those after it reach back `seconds`; so at least that
    much is there, more where keyframes are rare. Where this takes more than `limit`
    bytes, the oldest groups go all the same, and a single group that is larger goes
    whole: `short` says that there is less than promised for that reason.
    """

    def __init__(self, seconds: float, limit: int) -> None:
        self._seconds, self._limit = seconds, limit
        self._groups: deque[_Group] = deque()
        self._newest = 0.0
        self.size = 0
        self.short = False

    @property
    def span(self) -> float:
        """How many seconds it reaches back."""
        return self._newest - self._groups[0].begins if self._groups else 0.0

    def add(self, one: Slice) -> None:
        """Take the next slice; those before the first keyframe are of no use."""
        self._newest = one.seconds
        if one.is_key:
            self._groups.append(_Group())
        if not self._groups:
            return
        self._groups[-1].add(one)
        self.size += one.size
        while len(self._groups) > 1 and self._is_old(self._groups[1]):
            self._drop()
        while self.size > self._limit:
            self.short = True
            self._drop()
        if self.span >= self._seconds:
            self.short = False

    def since(self, seconds: float) -> Iterator[Slice]:
        """Yield all from the last keyframe at or before `seconds`, or from the first.

        Where nothing reaches so far back, it begins with the oldest keyframe there is.
        """
        first = 0
        for number, group in enumerate(self._groups):
            if group.begins <= seconds:
                first = number
        for number, group in enumerate(self._groups):
            if number >= first:
                yield from group.slices

    def clear(self) -> None:
        """Forget all: the film is over."""
        self._groups.clear()
        self.size = 0

    def _is_old(self, second: _Group) -> bool:
        return second.begins <= self._newest - self._seconds

    def _drop(self) -> None:
        self.size -= self._groups.popleft().size
