"""A channel that nobody set up: what is put down for it goes nowhere, and says so."""

from dataclasses import dataclass

from collector.notify.channel import Letter
from collector.notify.errors import NotAcceptedError

TROUBLE = "not set up"


@dataclass(frozen=True)
class Unset:
    """Accepts nothing, for good; `/healthz` told the administrator."""

    name: str

    async def send(self, letter: Letter) -> None:
        """Refuse whatever comes.

        Raises:
            NotAcceptedError: always.
        """
        raise NotAcceptedError(self.name, TROUBLE, retry=False)
