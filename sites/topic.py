"""The topics of the wire, version 1. A topic names a path and nothing else."""

import re
from typing import Literal, NamedTuple

from sites.errors import TopicError

Channel = Literal["al", "up", "bl", "gone", "down"]

_PATH = re.compile(r"([a-z2-7]{16})-([1-9])")
_TOPIC = re.compile(r"wp/1/([a-z2-7]{16}-[1-9])/(al|up|bl|gone|down)")

ALARMS = "wp/1/+/al"
PLAIN = "wp/1/+/up"
BLOBS = "wp/1/+/bl"
GONE = "wp/1/+/gone"


class Path(NamedTuple):
    """One way of a device to the broker: user name, client id and topic are `text`.

    `device` is 80 random bits as 16 letters of base32, `way` 1 (cable) to 9.
    """

    device: str
    way: int

    @property
    def text(self) -> str:
        return f"{self.device}-{self.way}"

    def topic(self, channel: Channel) -> str:
        """Give the topic on which this path speaks or is spoken to."""
        return f"wp/1/{self.text}/{channel}"


def probe_topic(client_id: str) -> str:
    """Give the topic on which a client of the collector hears its own words."""
    return f"wp/1/probe/{client_id}"


def parse_path(text: str) -> Path:
    """Read `<device>-<way>`; raises TopicError for anything else."""
    match = _PATH.fullmatch(text)
    if match is None:
        raise TopicError(text)
    return Path(match[1], int(match[2]))


def parse_topic(topic: str) -> tuple[Path, Channel]:
    """Read a topic of version 1; raises TopicError for anything else."""
    match = _TOPIC.fullmatch(topic)
    if match is None:
        raise TopicError(topic)
    channel: Channel = match[2]  # type: ignore[assignment]  # the pattern admits these
    return parse_path(match[1]), channel
