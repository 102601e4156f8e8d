"""As what a change of the light of the whole picture was told."""

from collections import Counter
from collections.abc import Iterable

from tests.bench.job import Outcome
from tests.bench.tamper import NOTHING

WANTED = {
    "infrared switch": "infrared_on",
    "light step": "lamp",
    "exposure ramp": "exposure",
    "headlight sweep": "headlight",
}
CHANGES = ("infrared_on", "infrared_off", "lamp", "exposure", "headlight")
SOON_S = 12.0  # after it began; a ramp takes its time


def told_as(outcome: Outcome) -> str:
    """Give what was told first of the light once it changed.

    The right word counts though another came before it: other light changes, too.
    """
    begin = outcome.when.begin
    told = [
        change
        for seconds, change in outcome.said.lights
        if begin <= seconds <= begin + SOON_S
    ]
    wanted = WANTED.get(outcome.name or "")
    if wanted in told:
        return wanted
    return told[0] if told else NOTHING


def confusion_of_light(outcomes: Iterable[Outcome]) -> dict[str, Counter[str]]:
    """Count for each change of light as what it was told."""
    table: dict[str, Counter[str]] = {name: Counter() for name in WANTED}
    for outcome in outcomes:
        if outcome.name in table:
            table[outcome.name][told_as(outcome)] += 1
    return {name: counts for name, counts in table.items() if counts}
