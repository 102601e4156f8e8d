"""Places in a picture, as fractions of its width and height from the left upper corner.

This module knows no picture library, so that the agent's process loads none.
"""

from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = tuple[Point, ...]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, width, height

WHOLE: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
