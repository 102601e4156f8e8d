"""Why nothing is forgotten, rolled up or drawn."""

from datetime import timedelta

from collector.errors import CollectorError


class ElsewhereError(CollectorError):
    """Another collector of this database keeps house in this very moment."""

    retry = True

    def __init__(self) -> None:
        super().__init__("another collector keeps house at present")


class WidthError(CollectorError):
    """A chart cannot have bins of this width."""

    def __init__(self, width: timedelta) -> None:
        super().__init__(
            f"bins of {width} are neither less than an hour, nor whole hours or days"
        )
        self.width = width
