"""What a channel is: one way to bring a letter to somebody."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, ready to go. `message` is its number in the store.

    The number is the same at every attempt, so that whoever receives it twice can
    tell. The address is kept out of anything printed. `short` says the same in 160
    characters, with its `link`.
    """

    message: int
    to: str = field(repr=False)
    subject: str
    text: str
    urgent: bool
    short: str = ""
    link: str = ""


class Channel(Protocol):
    """Brings letters; `name` is the word in `store.message.channel`."""

    @property
    def name(self) -> str:
        """Say which rows of the store are for this channel."""
        ...

    async def send(self, letter: Letter) -> None:
        """Return when the other side has accepted the letter, and only then.

        Raises:
            NotAcceptedError: it has not, as far as can be known; says whether to retry.
        """
        ...
