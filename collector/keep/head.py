"""Signed heads of the audit chain, and the look through all of it.

A head says how far the chain had come, and with what hash, when it was signed. Those of
one moment are signed together. What a head vouches for nobody rewrites without the
collector's signing key, whatever he may write into the database.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from collector.database import Transaction, jsonb
from collector.keep.chain import Finding, Head, Link, Walk, text_of
from collector.keep.turn import QUERIES
from collector.query import Row
from sites.errors import KeyTextError
from sites.keys import key_text, verify_key

BATCH = 250  # some milliseconds of the loop
KEPT = timedelta(days=3 * 365)  # an older entry may have gone, and no younger one
UNSIGNED = "has a head that no key of ours signed"
OF_OLD = -(2**62)  # before every number

_PURPOSE = "wachtpost audit head 1"


@dataclass(frozen=True)
class Verdict:
    """What a look through the chain found: all that is wrong, the first of it first.

    `last` is where the chain ends; `news` are the heads that nobody signed yet.
    """

    findings: tuple[Finding, ...]
    entries: int
    last: Head
    news: tuple[Head, ...]
    at: datetime


@dataclass
class Keys:
    """The keys whose heads count; remembers which signatures it saw to hold."""

    trusted: Collection[VerifyKey]
    _seen: set[bytes] = field(default_factory=set)

    def hold(self, heads: Sequence[Row]) -> bool:
        """Tell whether heads that say they were signed together were so by us."""
        one = heads[0]
        said = message(one["at"], [_head(row) for row in heads])
        name = said + one["key"].encode() + one["signature"].encode()
        if name not in self._seen and not self._signed(one, said):
            return False
        self._seen.add(name)
        return True

    def _signed(self, one: Row, said: bytes) -> bool:
        try:
            key = verify_key(one["key"])
            key.verify(said, bytes.fromhex(one["signature"]))
        except (KeyTextError, BadSignatureError, ValueError):
            return False
        return key in self.trusted


def message(at: datetime, heads: Iterable[Head]) -> bytes:
    """Give what is signed of heads: the moment, and each of them in order."""
    fields = [_PURPOSE, at.isoformat()]
    for head in sorted(heads):
        fields += [head.subject, str(head.entry), head.hash]
    return text_of(*fields)


async def sign(transaction: Transaction, key: SigningKey, verdict: Verdict) -> bool:
    """Sign how far the chain came; tells whether there was anything new."""
    if not verdict.news:
        return False
    signature = key.sign(message(verdict.at, verdict.news)).signature.hex()
    heads = [
        {"subject": one.subject, "entry": one.entry, "hash": one.hash}
        for one in verdict.news
    ]
    await transaction.run(
        QUERIES["audit_sign"],
        heads=jsonb(heads),
        at=verdict.at,
        key=key_text(key.verify_key),
        signature=signature,
    )
    return True


async def look_through(
    transaction: Transaction,
    keys: Keys,
    since: datetime | None = None,
    witnessed: Collection[Head] = (),
) -> Verdict:
    """Look through the chain, or through what came after a head of `since`.

    `witnessed` are heads that somebody kept elsewhere. The transaction sees one state
    of everything: `QUERIES["audit_snapshot"]` comes first in it.

    Raises:
        DatabaseError: it cannot be read.
    """
    now: datetime = (await transaction.one(QUERIES["now"]))["now"]
    heads, findings = _trusted(await transaction.all(QUERIES["audit_heads"]), keys)
    heads += witnessed
    begin, after = Head("", 0, "", now), OF_OLD
    if since is not None:
        begin = _newest(heads, lambda head: head.at <= since) or begin
        after = begin.entry or OF_OLD
    links = await _links(transaction, after)
    if begin.entry == 0 and links and links[0].entry > 1:
        # What was there before went, where there is a head that is old enough.
        cut, old = links[0].entry - 1, now - KEPT
        begin = _newest(heads, lambda h: h.entry == cut and h.at <= old) or begin
    walk, entries = Walk(heads, begin), 0
    while links:
        entries += len(links)
        for link in links:
            findings += walk.step(link)
        links = await _links(transaction, links[-1].entry)
    findings += walk.end()
    findings.sort(key=lambda finding: finding.first)
    return Verdict(tuple(findings), entries, walk.last, _news(walk, now), now)


def _trusted(rows: Sequence[Row], keys: Keys) -> tuple[list[Head], list[Finding]]:
    heads: list[Head] = []
    findings = []
    for _, group in groupby(rows, lambda row: (row["at"], row["signature"])):
        together = list(group)
        if keys.hold(together):
            heads += [_head(row) for row in together]
        else:
            entry = together[0]["entry"]
            findings.append(Finding(entry, entry, UNSIGNED))
    return heads, findings


def _newest(heads: Iterable[Head], fits: Callable[[Head], bool]) -> Head | None:
    found = [head for head in heads if not head.subject and fits(head)]
    return max(found, key=lambda head: head.entry, default=None)


def _news(walk: Walk, now: datetime) -> tuple[Head, ...]:
    if walk.last.entry <= walk.signed:
        return ()
    news = [walk.last, *walk.news.values()]
    return tuple(sorted(head._replace(at=now) for head in news))


def _head(row: Row) -> Head:
    return Head(row["subject"], row["entry"], row["hash"], row["at"])


async def _links(transaction: Transaction, after: int) -> list[Link]:
    return await transaction.all(
        QUERIES.of("audit_links", Link), after=after, most=BATCH
    )
