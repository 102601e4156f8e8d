"""The rest of an hour in one message: nobody gets more than he can read.

An operator manages twelve alarms an hour at most (ISA-18.2). What is not urgent and
goes beyond that is held back, by person and channel, until the hour is over. Nothing
urgent is ever held back, or counts.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from collector.notify.channel import Letter
from collector.notify.letter import words_in
from collector.notify.short import fold

MOST = 12  # messages a person, channel and hour; ISA-18.2's "maximum manageable"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Digest:
    """What was held back for somebody; `message` is the first of `messages`.

    `incidents` are those that still stand, `nobody` how many of them nobody took, and
    `since` when the first of them began.
    """

    message: int
    messages: list[int]
    made: datetime
    tries: int
    person: str
    role: str
    language: str
    tell: str | None = field(repr=False)
    removed: bool
    incidents: list[int]
    nobody: int
    since: datetime | None
    time_zone: str
    exercise: bool


def hour_of(now: datetime) -> tuple[datetime, datetime]:
    """Give the hour in which a moment lies."""
    since = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return since, since + _HOUR


def write(digest: Digest, to: str, base_url: str) -> Letter:
    """Write it; numbers alone, in the words of whoever gets it."""
    words = words_in(digest.language)
    said, line = words["digest"], words["line"]
    since = (digest.since or digest.made).astimezone(ZoneInfo(digest.time_zone))
    mark = words["exercise"] + " " if digest.exercise else ""
    values = {
        "priority": mark + words["priority"]["attention"],
        "n": len(digest.incidents),
        "numbers": ", ".join(map(str, digest.incidents)),
        "nobody": digest.nobody,
        "most": MOST,
        "link": f"{base_url.rstrip('/')}/incidents",
    }
    told = [
        said["do"].format(**values),
        line["since"].format(since=since.strftime(words["time"])),
        said["nobody"].format(**values),
        said["why"].format(**values),
        line["link"].format(**values),
        line["foot"],
    ]
    short_since = since.strftime(words["short"]["time"])
    return Letter(
        digest.message,
        to,
        said["subject"].format(**values),
        "\n\n".join(told) + "\n",
        urgent=False,
        short=fold(said["short"].format(**values, since=short_since)),
        link=values["link"],
    )
