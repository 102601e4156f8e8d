"""What can go wrong with a server of the tests, in words for who will fix it."""

from collections.abc import Iterable


class ServerError(Exception):
    """Something about a server of the tests."""


class ServerMissing(ServerError):  # noqa: N818 - a state, not a mistake
    """The machine has no such server; says what to install."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what} is not on this machine: {hint}")
        self.what = what


class ServerDidNotStart(ServerError):  # noqa: N818 - reads as what happened
    """The server ended, or kept silent, before it was ready."""

    def __init__(self, name: str, said: Iterable[str]) -> None:
        lines = "\n  ".join(said) or "(nothing)"
        super().__init__(f"{name} did not start; it said last:\n  {lines}")
        self.name = name
