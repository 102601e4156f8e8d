"""Why a message did not go out; never with an address in it."""

from collector.errors import CollectorError


class NotAcceptedError(CollectorError):
    """A channel did not take a message; `trouble` is a word or two for the screen.

    `retry`: the same message may be taken later. Not: only a person can mend it.
    """

    def __init__(self, channel: str, trouble: str, *, retry: bool) -> None:
        again = "later again" if retry else "for good"
        super().__init__(f"{channel}: not accepted ({trouble}), {again}")
        self.channel = channel
        self.trouble = trouble
        self.retry = retry


class GarbledError(CollectorError):
    """What a receiver answered cannot be read; `what` says which part of it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the receiver's answer cannot be read: {what}")
        self.what = what
