"""What a site is and what it can say: the words that every room speaks.

Here stand the words of the wire, which are light. The inventory is in
`sites.inventory`, `sites.load` and `sites.device_file`.
"""

from sites.answer import Receipt
from sites.errors import AnswerError, FrameError, SitesError, TopicError
from sites.event import KINDS, AnyRecord, kind_of, may_leave
from sites.frame import Frame, Header, UnknownRecord
from sites.record import Lane, Record
from sites.topic import Path, parse_path, parse_topic

__all__ = [
    "KINDS",
    "AnswerError",
    "AnyRecord",
    "Frame",
    "FrameError",
    "Header",
    "Lane",
    "Path",
    "Receipt",
    "Record",
    "SitesError",
    "TopicError",
    "UnknownRecord",
    "kind_of",
    "may_leave",
    "parse_path",
    "parse_topic",
]
