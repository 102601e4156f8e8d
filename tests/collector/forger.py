"""Chains of audit entries on paper, and what a forger does to them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from collector.keep.chain import Link, hashes

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def linked(
    body: Sequence[tuple[str, str | None, str | None, str | None]],
) -> list[Link]:
    """Chain entries as the store does."""
    links: list[Link] = []
    for number, (what, subject, unit, reason) in enumerate(body, 1):
        links.append(
            Link(
                number,
                BEGIN + timedelta(microseconds=number * 1234567),
                what,
                "desk",
                unit,
                "consult",
                what,
                subject,
                unit,
                "done",
                reason,
                None,
                None if subject is None else "",
                None if subject is None else "",
                "",
                "",
            )
        )
    return chained(links)


def chained(links: Sequence[Link], begin: int = 0) -> list[Link]:
    """Compute all hashes again, from a place on."""
    done: list[Link] = list(links[:begin])
    own = {one.subject: one.subject_hash for one in done}
    for link in links[begin:]:
        fresh = link._replace(prev=done[-1].hash if done else "")
        if fresh.subject is not None:
            fresh = fresh._replace(subject_prev=own.get(fresh.subject) or "")
        else:
            fresh = fresh._replace(subject_prev=None)
        subject_hash, _ = hashes(fresh)
        fresh = fresh._replace(subject_hash=subject_hash)
        fresh = fresh._replace(hash=hashes(fresh)[1])
        own[fresh.subject] = subject_hash
        done.append(fresh)
    return done


def numbered(links: Sequence[Link]) -> list[Link]:
    """Count them anew, as a forger does who wants to leave no gap."""
    return [link._replace(entry=number) for number, link in enumerate(links, 1)]


def rehashed(link: Link) -> Link:
    """Make an entry agree with itself."""
    own, _ = hashes(link)
    link = link._replace(subject_hash=own)
    return link._replace(hash=hashes(link)[1])
