"""When to say that a disk fills up. Pure."""

LEVELS = (0.8, 0.9)  # of the disk
BACK = 0.03  # a level is told again only after so much of the disk came free below it


class Filling:
    """Tells each level once when it is reached, not at each byte around it."""

    def __init__(self) -> None:
        self._told: set[float] = set()

    def look(self, used: float) -> bool:
        """Say whether a level was crossed upwards; `used` is a share, 0 to 1."""
        self._told = {level for level in self._told if used >= level - BACK}
        reached = {level for level in LEVELS if used >= level}
        news = reached - self._told
        self._told |= reached
        return bool(news)
