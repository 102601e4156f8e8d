"""What `wachtpost look` says of a film, sorted: motion, troubles, the rest.

The same events that people get; the bench knows nothing of how they come about.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from edge.camera.capture import Watch
from edge.camera.sighting import CameraLost, CameraPlan, Sighting
from edge.errors import FilmError
from edge.look.command import events
from edge.look.event import Event
from tests.bench.score import Span

FASTER = 1000.0  # than real time: nothing waits
MOTION = ("motion.started", "motion.ended")


@dataclass(frozen=True)
class Said:
    """What was said of one film.

    Attributes:
        spans: motion, as frames from a start to the zone's end.
        troubles: (seconds, name) of each `camera.*`, without that prefix.
        lights: (seconds, change) of each `light.changed`.
        others: how often each other kind was told.
    """

    spans: list[Span] = field(default_factory=list)
    troubles: list[tuple[float, str]] = field(default_factory=list)
    lights: list[tuple[float, str]] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)


def said_of(path: Path, fps: float) -> Said:
    """Let `look` look at a film of so many frames a second."""
    told: list[Event] = []
    with suppress(FilmError):  # it has said camera.lost by then
        told.extend(events(str(path)))
    return sorted_out(told, fps)


def sorted_out(told: Sequence[Event], fps: float) -> Said:
    """Pair starts with ends, zone by zone.

    Frames are counted from seconds: where packets were lost, numbers of frames are not
    those of the film that was labelled.
    """
    spans: list[Span] = []
    open_: dict[str | None, int] = {}
    troubles: list[tuple[float, str]] = []
    others = Counter[str]()
    for event in told:
        frame = round(event.seconds * fps)
        if event.kind == MOTION[0]:
            open_[event.zone] = len(spans)
            spans.append((frame, frame))
        elif event.kind == MOTION[1] and event.zone in open_:
            place = open_.pop(event.zone)
            spans[place] = (spans[place][0], frame)
        elif event.kind.startswith("camera."):
            troubles.append((event.seconds, event.kind.removeprefix("camera.")))
        else:
            others[event.kind] += 1
    lights: list[tuple[float, str]] = [
        (event.seconds, event.change) for event in told if event.change
    ]
    return Said(spans, troubles, lights, dict(others))


def lost_of(path: Path) -> str | None:
    """Say for which reason the agent's own process loses a film that is not to end."""
    sightings: list[Sighting] = []
    Watch(CameraPlan(index=1, source=str(path), speed=FASTER), sightings.append).run()
    last = sightings[-1]
    return str(last.reason) if isinstance(last, CameraLost) else None
