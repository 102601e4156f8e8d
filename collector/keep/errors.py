"""Why nothing is forgotten or rolled up at present."""

from collector.errors import CollectorError


class ElsewhereError(CollectorError):
    """Another collector of this database keeps house in this very moment."""

    retry = True

    def __init__(self) -> None:
        super().__init__("another collector keeps house at present")
