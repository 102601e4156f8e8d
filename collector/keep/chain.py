"""The chain of audit entries, computed again from what stands in them.

Shares no code with the store, which wrote the hashes: a mistake of one is found by the
other. An entry's hash covers the hash before it, so what was changed, taken out, put in
or moved shows at the first entry that does not fit. Whoever may write anything may
compute all hashes after it again; then the signed heads tell, up to the last of them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Link(NamedTuple):
    """One entry as it stands in the store, its columns in their order."""

    entry: int
    at: datetime
    actor: str
    role: str
    actor_unit: str | None
    verb: str
    object: str
    subject: str | None
    unit: str | None
    result: str
    reason: str | None
    origin: str | None
    subject_prev: str | None
    subject_hash: str | None
    prev: str
    hash: str


class Head(NamedTuple):
    """How far a chain had come: the whole one (subject ''), or that of a subject."""

    subject: str
    entry: int
    hash: str
    at: datetime


@dataclass(frozen=True)
class Finding:
    """What is wrong with the entries `first` to `last`, or with one of them."""

    first: int
    last: int
    what: str

    def __str__(self) -> str:
        if self.first == self.last:
            return f"entry {self.first} {self.what}"
        return f"entries {self.first} to {self.last} {self.what}"


CHANGED = "was changed or put in"
UNLIKE = "do not follow each other: one of them was changed, put in, or follows a loss"
MISSING = "missing"
REWRITTEN = "do not lead to what was signed of them: one of them was changed"
STRAYED = "do not lead to what was signed of them either"
OTHER_SUBJECT = "does not continue what was written about the same subject"


def text_of(*fields: str | None) -> bytes:
    """Write fields as the store does: each with its length in bytes, `-` for null."""
    return b",".join(
        b"-" if one is None else b"%d:%s" % (len(raw := one.encode()), raw)
        for one in fields
    )


def hashes(link: Link) -> tuple[str | None, str]:
    """Compute what stands in an entry as `subject_hash` and `hash`."""
    microseconds = str((link.at - _BEGIN) // _MICROSECOND)
    shared = text_of(str(link.entry), microseconds, *link[2:12])
    own = None
    if link.subject is not None:
        own = _sha256(shared + b"," + text_of(link.subject_prev))
    return own, _sha256(shared + b"," + text_of(link.subject_prev, own, link.prev))


def _sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


class Walk:
    """Goes along the chain behind `begin`; `heads` are those whose signatures hold.

    Give it every entry in the order of their numbers, then `end` it. It names what is
    wrong as it comes upon it, and goes on behind that with what it finds there.
    """

    def __init__(self, heads: Iterable[Head], begin: Head) -> None:
        self.last = begin
        self.news: dict[str, Head] = {}
        self._heads = {(head.subject, head.entry): head for head in heads}
        self.signed = max((e for s, e in self._heads if not s), default=0)
        self._link: Link | None = None
        self._subjects: dict[str, str] = {}
        self._strange = begin.entry > 0  # what went before of a subject is unknown
        self._right = begin.entry  # to here a signed head agrees
        self._told = begin.entry  # to here something wrong was named
        self._strays: list[tuple[int, int]] = []  # first and last head that disagrees

    def step(self, link: Link) -> Iterator[Finding]:
        """Take the next entry; judges the one before, for which it vouches or not."""
        if self._link is not None:
            yield from self._judge(self._link, link)
        self._link = link

    def end(self) -> Iterator[Finding]:
        """Judge the last entry, and whether the chain comes as far as was signed."""
        if self._link is not None:
            yield from self._judge(self._link, None)
        if self.signed > self.last.entry:
            yield Finding(self.last.entry + 1, self.signed, MISSING)
        for first, last in self._strays:
            if last > first:
                yield Finding(first + 1, last, STRAYED)

    def _judge(self, link: Link, after: Link | None) -> Iterator[Finding]:
        found = self._fits(link, after) or self._signed(link)
        if found is not None:
            # What went before of any subject is uncertain from here on.
            self._subjects.clear()
            self._strange = True
            if found.last > self._told or link.entry <= self.last.entry:
                yield found
            self._told = max(self._told, found.last, link.entry)
        if link.entry <= self.last.entry:
            return  # the next one follows the one before
        self.last = Head("", link.entry, link.hash, link.at)
        if link.subject is not None and link.subject_hash is not None:
            self._subjects[link.subject] = link.subject_hash
            if link.entry > self.signed:
                own = Head(link.subject, link.entry, link.subject_hash, link.at)
                self.news[link.subject] = own

    def _fits(self, link: Link, after: Link | None) -> Finding | None:
        before, here = self.last, link.entry
        if here > before.entry + 1:
            return Finding(before.entry + 1, here - 1, MISSING)
        if here <= before.entry:
            return Finding(here, here, CHANGED)
        if link.prev != before.hash:
            return self._apart(link, after)
        if hashes(link) != (link.subject_hash, link.hash):
            return Finding(here, here, CHANGED)
        if not self._continues(link):
            return Finding(here, here, OTHER_SUBJECT)
        return None

    def _apart(self, link: Link, after: Link | None) -> Finding:
        """Tell which of two that do not follow each other is not what it was."""
        before, here = self.last.entry, link.entry
        vouched, trusted = self._vouched(link, after), before <= self._right
        if hashes(link)[1] == link.hash == vouched and not trusted:
            return Finding(before, before, CHANGED)
        right = hashes(link._replace(prev=self.last.hash))[1]
        if trusted or right in {link.hash, vouched}:
            return Finding(here, here, CHANGED)
        return Finding(before, here, UNLIKE)

    def _vouched(self, link: Link, after: Link | None) -> str | None:
        head = self._heads.get(("", link.entry))
        if head is not None:
            return head.hash
        follows = after is not None and after.entry == link.entry + 1
        return after.prev if after is not None and follows else None

    def _continues(self, link: Link) -> bool:
        if link.subject is None:
            return True
        known = self._subjects.get(link.subject)
        if known is None:
            return self._strange or link.subject_prev == ""
        return link.subject_prev == known

    def _signed(self, link: Link) -> Finding | None:
        """Hold an entry against the heads that were signed of it.

        Once one disagrees those behind it do, until one was signed of what stands
        there now: how far that is, tells a later rewriting from an earlier one.
        """
        whole = self._heads.get(("", link.entry))
        own = self._heads.get((link.subject or "", link.entry))
        agree = (whole is None or whole.hash == link.hash) and (
            own is None or own is whole or own.hash == link.subject_hash
        )
        if agree:
            self._right = self._right if whole is None else link.entry
            return None
        if self._strays and self._strays[-1][0] > self._right:
            self._strays[-1] = (self._strays[-1][0], link.entry)
            return None
        self._strays.append((link.entry, link.entry))
        return Finding(self._right + 1, link.entry, REWRITTEN)
