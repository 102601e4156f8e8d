"""Whoever calls for help is heard: nothing that always matters is without a rule."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import get_args

from sites.check.reach import Source, reaches, sources
from sites.draft import Draft, Finding
from sites.rule import Rule, fits_loss
from sites.sight import CameraTrouble, Suspect

_ALWAYS = {
    "panic": ("panic.pressed", "the panic button"),
    "tamper": ("tamper.opened", "the tamper switch"),
    "device": ("device.silent", "this device"),
}


def coverage_findings(draft: Draft) -> Iterator[Finding]:
    """Find buttons, tamper switches and devices for which no rule exists."""
    if "rules" in draft.partial:
        return
    rules = [rule.thing for rule in draft.rules]
    for source in sources(draft):
        if source.what in _ALWAYS:
            kind, called = _ALWAYS[source.what]
            if not any(reaches(source, rule, kind) for rule in rules):
                yield _nobody(source, kind, called)
        elif source.what == "camera":
            yield from _unnoticed(source, rules)


def _unnoticed(camera: Source, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Find losses that rules about this camera's other losses leave out."""
    about = [rule for rule in rules if reaches(camera, rule, "camera.lost")]
    for reason, suspect in product(get_args(CameraTrouble), get_args(Suspect)):
        if about and not any(fits_loss(rule, reason, suspect) for rule in about):
            what = f"the rules about the camera {camera.number} leave out its loss by"
            what = f"{what} {reason!r} where {suspect!r} is suspected"
            yield Finding(camera.place, what)
            return


def _nobody(source: Source, kind: str, called: str) -> Finding:
    number = "" if source.number is None else f" {source.number}"
    what = f"no rule is about {called}{number}: {kind!r} would tell nobody"
    return Finding(source.place, what)
