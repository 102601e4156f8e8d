"""A command is what its signature says, and fits into what goes down."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from sites import device_file
from sites.answer import ANSWER_BYTES, Delivery, deliver, open_answer, seal_answer
from sites.command import (
    AT_HOME,
    LONGEST,
    TITLE,
    AcceptView,
    Arm,
    Command,
    HoldClip,
    Order,
    ReleaseClip,
    Restart,
    Signed,
    parse,
    read,
    sign,
    word_of,
)
from sites.errors import AnswerError, CommandError
from sites.health import OrderWord
from tests.sites.records import HEX

KEY, OTHER = SigningKey(bytes([1]) * 32), SigningKey(bytes([2]) * 32)
COLLECTOR, DEVICE = SigningKey(bytes([3]) * 32), SigningKey(bytes([4]) * 32)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLIPS = st.text(HEX, min_size=64, max_size=64)
TIMES = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001  # hypothesis wants it so
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001  # and adds the zone below
    timezones=st.timezones(),
)
ORDERS: st.SearchStrategy[Order] = st.one_of(
    st.builds(AcceptView, camera=st.integers(1, 65_535)),
    st.builds(HoldClip, clip=CLIPS),
    st.builds(ReleaseClip, clip=CLIPS),
    st.builds(Arm, mode=st.sampled_from(["away", "night"])),
    st.just(Restart()),
)
COMMANDS = st.builds(
    Command,
    device=st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16),
    number=st.integers(1, 2**53),
    made=TIMES,
    expires=TIMES,
    order=ORDERS,
)


def command(**changes: Any) -> Command:
    fields: dict[str, Any] = {
        "device": "abcdefghij234567",
        "number": 7,
        "made": NOON,
        "expires": NOON + timedelta(hours=1),
        "order": Restart(),
    }
    return Command(**(fields | changes))


@given(COMMANDS)
def test_a_command_is_read_as_it_was_signed_to_the_second(made: Command):
    found = read(sign(made, KEY), KEY.verify_key)
    assert (found.device, found.number, found.order) == (
        *(made.device, made.number),
        made.order,
    )
    for ours, theirs in ((made.made, found.made), (made.expires, found.expires)):
        assert timedelta() <= ours - theirs < timedelta(seconds=1)


@given(COMMANDS, st.datetimes(timezones=st.just(UTC)))
def test_every_command_fits_and_looks_like_every_receipt(made: Command, at: datetime):
    signed = sign(made, KEY)
    sealed = seal_answer(deliver(signed, at), COLLECTOR, DEVICE.verify_key)
    assert len(sealed) == ANSWER_BYTES
    found = open_answer(sealed, DEVICE, COLLECTOR.verify_key)
    assert isinstance(found, Delivery)
    assert (found.at, found.command) == (at, signed)


def test_what_does_not_fit_is_not_sealed():
    long = Signed(b'"' + b"x" * 400 + b'"', bytes(64))
    with pytest.raises(AnswerError, match="too many"):
        seal_answer(deliver(long, NOON), COLLECTOR, DEVICE.verify_key)


@given(COMMANDS, st.data())
def test_a_single_bit_that_differs_makes_it_forged(made: Command, data: st.DataObject):
    whole = sign(made, KEY)
    said, signature = bytearray(whole.said), bytearray(whole.signature)
    part = data.draw(st.sampled_from([said, signature]))
    part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CommandError) as caught:
        read(Signed(bytes(said), bytes(signature)), KEY.verify_key)
    assert caught.value.trouble == "forged"


@given(st.binary(max_size=300), st.binary(max_size=80))
def test_rubbish_is_forged(said: bytes, signature: bytes):
    with pytest.raises(CommandError, match="forged"):
        read(Signed(said, signature), KEY.verify_key)


def test_no_other_signature_of_ours_passes_for_one():
    said = sign(command(), KEY).said
    for signed in (said, b"wachtpost-device-file 1 " + said, bytes(said) + TITLE):
        signature = KEY.sign(signed).signature
        with pytest.raises(CommandError, match="forged"):
            read(Signed(said, signature), KEY.verify_key)
    assert not TITLE.startswith(device_file._TITLE)
    assert not device_file._TITLE.startswith(TITLE)


def test_the_key_of_another_signs_nothing_for_us():
    with pytest.raises(CommandError, match="forged"):
        read(sign(command(), OTHER), KEY.verify_key)


@pytest.mark.parametrize(
    "order",
    [
        {"order": "disarm"},
        {"order": "panic"},
        {"order": "arm", "mode": "home"},
        {"order": "arm", "mode": "away", "more": 1},
        {"order": "accept_view", "camera": 0},
        {"order": "hold_clip", "clip": "../../device.key"},
        {"order": "hold_clip", "clip": "ab"},
        {},
        [],
        None,
    ],
)
def test_what_is_no_order_is_known_as_none_though_well_signed(order: object):
    body = msgspec.to_builtins(command()) | {"order": order}
    said = msgspec.json.encode(body)
    found = read(Signed(said, KEY.sign(TITLE + said).signature), KEY.verify_key)
    assert found.order is None
    assert found.number == 7


@pytest.mark.parametrize(
    "said",
    [b"", b"{}", b"[" * 300, b"\xff", b'{"device":"a"}', msgspec.json.encode({"a": 1})],
)
def test_what_is_no_command_is_refused_though_well_signed(said: bytes):
    signed = Signed(said, KEY.sign(TITLE + said).signature)
    with pytest.raises(CommandError, match="unknown_order"):
        read(signed, KEY.verify_key)


@given(COMMANDS)
def test_none_lives_longer_than_a_week_whatever_it_says(made: Command):
    whole = parse(sign(made, KEY).said)
    assert whole.end <= whole.expires
    assert whole.end - whole.made <= LONGEST


def test_every_order_has_its_word_and_none_disarms_or_calls_for_help():
    words = {str(one.__struct_config__.tag) for one in get_args(Order)}
    assert words == set(get_args(OrderWord))
    assert not words & {"disarm", "duress", "panic"}
    assert {word_of(Restart()), word_of(Arm("away"))} == {"restart", "arm"}


def test_at_home_nothing_is_ordered_that_is_the_household_s():
    assert set(AT_HOME) == {Restart}


def test_a_command_that_the_collector_did_not_sign_is_known_for_an_attempt():
    sealed = seal_answer(deliver(sign(command(), KEY), NOON), OTHER, DEVICE.verify_key)
    with pytest.raises(AnswerError) as caught:
        open_answer(sealed, DEVICE, COLLECTOR.verify_key)
    assert caught.value.command


def test_a_command_holds_no_word_that_a_person_chose():
    told = msgspec.json.decode(sign(command(), KEY).said)
    assert set(told) == {"device", "number", "made", "expires", "order"}
