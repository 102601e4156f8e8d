"""What the three presets mean. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sites.sight import Preset


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How easily motion starts.

    Attributes:
        threshold: levels by which a pixel must differ from the scene.
        least_area: share of a zone; smaller things do not start an event.
        seen_of: a thing must be seen in so many of the last so many looks.
    """

    threshold: float
    least_area: float
    seen_of: tuple[int, int]


PRESETS: Mapping[Preset, Sensitivity] = MappingProxyType(
    {
        "low": Sensitivity(26.0, 0.006, (5, 6)),
        "normal": Sensitivity(18.0, 0.001, (3, 4)),
        "high": Sensitivity(13.0, 0.0005, (3, 4)),
    }
)
