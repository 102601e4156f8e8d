"""Any change of the chain is found, and the first entry that is not as it was is named.

On paper, with hypothesis: forged in every way that whoever may write anything has.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.keep.chain import (
    CHANGED,
    MISSING,
    REWRITTEN,
    STRAYED,
    Finding,
    Head,
    Link,
    Walk,
    text_of,
)
from tests.collector.forger import BEGIN, chained, linked, numbered, rehashed

START = Head("", 0, "", BEGIN)
WORDS = st.text(alphabet="aé:,-01 \n", max_size=6)
SUBJECTS = st.sampled_from([None, "site:a", "site:b", "person:c"])
BODY = st.tuples(WORDS, SUBJECTS, st.none() | WORDS, st.none() | WORDS)


def findings(
    links: Sequence[Link], heads: Sequence[Head], begin: Head = START
) -> list[Finding]:
    walk = Walk(heads, begin)
    found = [one for link in links for one in walk.step(link)]
    return found + list(walk.end())


def heads_of(links: Sequence[Link], every: int = 4) -> list[Head]:
    """Sign (on paper) the last, and some before it, of the whole and each subject."""
    found = []
    for link in links:
        if link.entry % every == 0 or link is links[-1]:
            found.append(Head("", link.entry, link.hash, link.at))
            if link.subject is not None and link.subject_hash is not None:
                found.append(Head(link.subject, link.entry, link.subject_hash, link.at))
    return found


CHAINS = st.lists(BODY, min_size=2, max_size=12).map(linked)


@given(CHAINS)
def test_a_chain_that_nobody_touched_is_whole(links: list[Link]):
    assert findings(links, heads_of(links)) == []


@given(CHAINS)
def test_what_is_new_since_the_last_head_is_there_to_be_signed(links: list[Link]):
    walk = Walk([Head("", 1, links[0].hash, BEGIN)], START)
    assert [one for link in links for one in walk.step(link)] == []
    assert list(walk.end()) == []
    assert walk.last[:3] == ("", links[-1].entry, links[-1].hash)
    expected = {one.subject: one.entry for one in links[1:] if one.subject}
    assert {subject: head.entry for subject, head in walk.news.items()} == expected


FIELDS = [name for name in Link._fields if name != "entry"]


def other(link: Link, name: str, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Link:
    """Change one column of an entry into something else that it can hold."""
    old = getattr(link, name)
    if name == "at":
        step = draw(st.integers(1, 10**9))
        return link._replace(at=old + timedelta(microseconds=step))
    return link._replace(**{name: draw(WORDS.filter(lambda word: word != old))})


@given(CHAINS, st.data())
def test_a_column_that_was_changed_is_named(links: list[Link], data: st.DataObject):
    place = data.draw(st.integers(0, len(links) - 1))
    forged = list(links)
    forged[place] = other(links[place], data.draw(st.sampled_from(FIELDS)), data.draw)
    found = findings(forged, heads_of(links))
    assert found[0] == Finding(place + 1, place + 1, CHANGED)


@given(CHAINS, st.data())
def test_an_entry_that_agrees_with_itself_again_is_named(
    links: list[Link], data: st.DataObject
):
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from(["actor", "at", "object", "reason", "prev"]))
    forged = list(links)
    forged[place] = rehashed(other(links[place], name, data.draw))
    (first, *_) = findings(forged, heads_of(links, every=99))
    if name == "prev" or place < len(links) - 1:
        assert (first.first, first.last) == (place + 1, place + 1)
    else:
        assert first.last == place + 1
        assert first.what == REWRITTEN


@given(CHAINS, st.data())
def test_a_chain_that_agrees_with_itself_again_is_told_by_its_heads(
    links: list[Link], data: st.DataObject
):
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from(["actor", "at", "object", "reason", "unit"]))
    forged = list(links)
    forged[place] = other(links[place], name, data.draw)
    heads = heads_of(links)
    (first, *strayed) = findings(chained(forged, place), heads)
    signed = [head.entry for head in heads if not head.subject]
    before = max((one for one in signed if one <= place), default=0)
    after = min(one for one in signed if one > place)
    assert first == Finding(before + 1, after, REWRITTEN)
    newest = max(head.entry for head in heads)
    whole = [Finding(after + 1, newest, STRAYED)] if newest > after else []
    assert strayed == whole or (strayed and first.last < after)


@given(CHAINS, st.data())
def test_entries_that_are_gone_are_named(links: list[Link], data: st.DataObject):
    first = data.draw(st.integers(0, len(links) - 1))
    last = data.draw(st.integers(first, len(links) - 1))
    found = findings(links[:first] + links[last + 1 :], heads_of(links))
    assert found == [Finding(first + 1, last + 1, MISSING)]


@pytest.mark.parametrize("again", [False, True])
@given(CHAINS, st.data())
def test_a_loss_is_found_though_the_others_were_counted_anew(
    again: bool,  # noqa: FBT001  # a parameter of the test
    links: list[Link],
    data: st.DataObject,
):
    place = data.draw(st.integers(0, len(links) - 1))
    forged = numbered(links[:place] + links[place + 1 :])
    forged = chained(forged, place) if again else forged
    first = findings(forged, heads_of(links))[0]
    # Where no head stands between it and the end, only the number tells.
    by_number = Finding(len(links), len(links), MISSING)
    assert first.first <= place + 1 <= first.last or (again and first == by_number)
    if not again and place < len(links) - 1:
        assert first.last - first.first <= 1


@pytest.mark.parametrize("again", [False, True])
@given(CHAINS, BODY, st.data())
def test_an_entry_that_was_put_in_is_found(
    again: bool,  # noqa: FBT001  # a parameter of the test
    links: list[Link],
    body: tuple[str, str | None, str | None, str | None],
    data: st.DataObject,
):
    place = data.draw(st.integers(0, len(links) - 1))
    (made,) = linked([body])
    if made.hash == links[place].hash:
        return  # it is the very same
    before = links[place - 1] if place else None
    made = made._replace(prev=before.hash if before else "", entry=place + 1)
    forged = numbered([*links[:place], made, *links[place:]])
    forged[place] = rehashed(forged[place])
    forged = chained(forged, place) if again else forged
    first = findings(forged, heads_of(links))[0]
    assert first.first <= place + 1 <= first.last or (
        # The very entry stands there twice: then the second is the one put in.
        forged[place]._replace(hash="", subject_hash="", subject_prev="")
        == links[place]._replace(hash="", subject_hash="", subject_prev="")
    )


@given(CHAINS, st.data())
def test_entries_that_changed_places_are_found(links: list[Link], data: st.DataObject):
    places = st.integers(0, len(links) - 1)
    one, two = sorted(data.draw(st.lists(places, min_size=2, max_size=2, unique=True)))
    forged = list(links)
    forged[one], forged[two] = forged[two], forged[one]
    first = findings(numbered(forged), heads_of(links))[0]
    assert first.first <= one + 1 <= first.last
    assert first.last - first.first <= 1


@given(CHAINS, st.data())
def test_a_second_forgery_is_found_behind_the_first(
    links: list[Link], data: st.DataObject
):
    forged = list(links)
    for place in (0, len(links) - 1):
        forged[place] = other(links[place], "object", data.draw)
    found = findings(forged, heads_of(links))
    assert [(one.first, one.last) for one in found] == [
        (1, 1),
        (len(links), len(links)),
    ]


@given(CHAINS, st.data())
def test_a_chain_whose_old_entries_went_goes_on_from_their_head(
    links: list[Link], data: st.DataObject
):
    cut = data.draw(st.integers(1, len(links) - 1))
    head = Head("", cut, links[cut - 1].hash, BEGIN)
    assert findings(links[cut:], [head, *heads_of(links)], head) == []
    wrong = head._replace(hash="0" * 64)
    (first, *_) = findings(links[cut:], [], wrong)
    assert (first.first, first.last) == (cut + 1, cut + 1)


@given(st.lists(st.none() | WORDS, max_size=5), st.lists(st.none() | WORDS, max_size=5))
def test_no_two_lists_of_fields_read_alike(
    one: list[str | None], two: list[str | None]
):
    assert (text_of(*one) == text_of(*two)) == (one == two)
