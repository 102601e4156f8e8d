"""Nuisances and attacks put on pictures, for quick tests: recipes of the bench.

`staged(name, pictures, begin, end, rate)` plays BGR pictures with the thing named put
on from `begin` to `end` (seconds since the first). Recipes live in `tests.bench`.
"""

from collections.abc import Iterable, Iterator

from edge.sight.picture import Pixels
from tests.bench import attack, nuisance, recipe
from tests.bench.recipe import Make, When, still_of

__all__ = ["ATTACKS", "NUISANCES", "staged", "still_of"]

_CLEAN = Make("nothing", lambda picture, _: picture)
NUISANCES: dict[str, Make] = {
    **{name: makes[1] for name, makes in nuisance.NUISANCES.items()},
    "jitter": nuisance.NUISANCES["jitter"][0],
    "clock": nuisance.NUISANCES["clock"][0],
    "light step up": nuisance.NUISANCES["light step"][0],
    "drop-outs, drawn": Make("blocks in the wrong place", nuisance.torn),
}
ATTACKS: dict[str, tuple[str, Make]] = {
    "covered fast": ("covered", attack.make("covered fast", 0)),
    "covered slowly": ("covered", attack.make("covered slowly", 0)),
    "sprayed": ("covered", attack.make("covered slowly", 1)),
    "in a bag": ("covered", attack.make("covered fast", 1)),
    "defocused": ("defocused", attack.make("defocused", 0)),
    "defocused much": ("defocused", attack.make("defocused", 2)),
    "panned": ("turned", attack.make("turned", 0)),
    "tilted": ("turned", attack.make("turned", 2)),
    "rolled": ("turned", attack.make("turned", 3)),
    "turned away": ("turned", attack.make("turned", 4)),
    "black": ("black", attack.make("black", 0)),
    "frozen": ("frozen", attack.make("frozen", 0)),
    "looped": ("looping", attack.make("looped", 0)),
}


def staged(
    name: str, pictures: Iterable[Pixels], begin: float, end: float, rate: float
) -> Iterator[Pixels]:
    """Play pictures with a nuisance or an attack put on; other names change nothing."""
    make = NUISANCES.get(name) or ATTACKS.get(name, ("", _CLEAN))[1]
    return recipe.staged(make, pictures, When(begin, end), rate)
