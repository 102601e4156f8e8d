"""All checks of an inventory, one after the other."""

from collections.abc import Iterator

from sites.check.contact import contact_findings
from sites.check.coverage import coverage_findings
from sites.check.device import device_findings
from sites.check.geometry import geometry_findings
from sites.check.identity import identity_findings
from sites.check.place import place_findings
from sites.check.roster import roster_findings
from sites.check.rule import rule_findings
from sites.check.unit import unit_findings
from sites.draft import Draft, Finding


def findings(draft: Draft) -> Iterator[Finding]:
    """Yield everything that is wrong with a draft."""
    yield from identity_findings(draft)
    yield from unit_findings(draft)
    yield from roster_findings(draft)
    yield from contact_findings(draft)
    yield from place_findings(draft)
    yield from device_findings(draft)
    yield from geometry_findings(draft)
    yield from rule_findings(draft)
    yield from coverage_findings(draft)
