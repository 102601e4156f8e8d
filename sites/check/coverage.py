"""Whoever calls for help is heard: nothing that always matters is without a rule."""

from collections.abc import Iterator

from sites.check.reach import Source, reaches, sources
from sites.draft import Draft, Finding

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


def _nobody(source: Source, kind: str, called: str) -> Finding:
    number = "" if source.number is None else f" {source.number}"
    what = f"no rule is about {called}{number}: {kind!r} would tell nobody"
    return Finding(source.place, what)
