"""The way from a program to a server, and all that can befall it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.chaos.air import STILL, Air, Line, Storm
from tests.chaos.relay import (
    CALM,
    DEAF,
    MUTE,
    STALLED,
    Direction,
    Network,
    Relay,
    Weather,
)

WEATHERS: Mapping[str, Weather] = {
    "slow": Weather(delay_s=0.4),
    "trickling": Weather(rate=3_000),
    "stalled": STALLED,
    "mute": MUTE,
    "deaf": DEAF,
    "cut": CALM,
    "unreachable": Weather(refused=True),
}
BOTH: tuple[Direction, ...] = ("up", "down")
STORMS: Mapping[str, Storm] = {
    "lossy": Storm(delay_s=0.02, lost=0.15),
    "doubled": Storm(doubled=0.3),
    "shuffled": Storm(delay_s=0.01, late=0.3),
    "one way": Storm(dead=frozenset({"up"})),
    "parted": Storm(dead=frozenset(BOTH)),
}


@dataclass(frozen=True)
class Link:
    """A relay, at the far end of a line where there is air."""

    relay: Relay
    line: Line | None = None

    @property
    def address(self) -> str:
        """Where to connect to, as `HOST:PORT`."""
        return self.relay.address

    def strike(self, fault: str, dice: int = 0) -> None:
        """Let one of these befall it; which way is dead is a matter of the dice."""
        if fault in STORMS and self.line is not None:
            storm = STORMS[fault]
            if fault == "one way":
                storm = Storm(dead=frozenset({BOTH[dice % 2]}))
            self.line.storm = storm
            return
        self.relay.change(WEATHERS[fault])
        if fault in {"cut", "unreachable"}:
            self.relay.cut()

    def mend(self) -> None:
        """Let it be as good as any."""
        self.relay.change(CALM)
        if self.line is not None:
            self.line.storm = STILL


class Links:
    """Makes the links of a run; through the air where there is any."""

    def __init__(self, network: Network, sky: Air | None, seed: int) -> None:
        self._network, self._sky, self._seed = network, sky, seed

    @property
    def prefix(self) -> tuple[str, ...]:
        """The words before a command that uses these links."""
        return self._sky.near.prefix if self._sky else ()

    def link(self, target: int) -> Link:
        """Give a new link to a port of loopback."""
        if self._sky is None:
            return Link(self._network.link(target))
        line = self._sky.line(self._seed)
        return Link(self._network.link(target, self._sky.listen(line)), line)
