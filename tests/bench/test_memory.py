"""The agent whose memory is measured is the one that a device runs."""

from importlib.metadata import requires

from packaging.requirements import Requirement

from tests.bench.memory import NO_DEVICE_HAS


def needed(name: str, extras: frozenset[str]) -> set[str]:
    """Give what comes with a distribution, of all that it needs in turn."""
    found: set[str] = set()
    waiting = [(name, extras)]
    while waiting:
        name, extras = waiting.pop()
        for line in requires(name) or ():
            one = Requirement(line)
            marker = one.marker
            if marker and not any(marker.evaluate({"extra": e}) for e in {"", *extras}):
                continue
            if one.name not in found:
                found.add(one.name)
                waiting.append((one.name, frozenset(one.extras)))
    return found


def test_what_is_left_out_comes_with_no_device():
    device = needed("wachtpost", frozenset({"edge"}))
    assert {"av", "structlog", "pydantic-core"} <= device
    assert device.isdisjoint(NO_DEVICE_HAS)
