"""One message to a real receiver: accepted, refused, not understood, not answered."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from collector.notify import dc09
from collector.notify.dc09 import Event, Signal
from collector.notify.errors import NotAcceptedError
from collector.notify.receiver import Receiver, ReceiverSettings
from tests.notify.centre import (
    HOUSE,
    KEY,
    Centre,
    accounts,
    moment,
    open_centre,
    open_other,
)

PANIC = Signal(HOUSE, 42, Event("PA", 3))


def utc_now() -> datetime:
    return datetime.now(UTC)


def off(seconds: float):
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def receiver(*ports: int, clock=utc_now, **more) -> Receiver:
    addresses = tuple(("127.0.0.1", port) for port in ports)
    return Receiver(ReceiverSettings(addresses, **({"answer_s": 5} | more)), clock)


async def trouble(of: Receiver, signal: Signal = PANIC) -> NotAcceptedError:
    with pytest.raises(NotAcceptedError) as caught:
        await of.say(signal)
    return caught.value


@pytest.mark.parametrize("key", [None, KEY, "L" * 16, "M" * 24])
async def test_what_is_accepted_is_said_once(key):
    async with open_centre(accounts(HOUSE, key=key)) as centre:
        await receiver(centre.port, key=key and key.encode()).say(PANIC)
        (event,) = centre.events
    assert (event.account, event.sequence, event.code) == (HOUSE, "0042", "PA")
    assert event.message == "003"
    assert event.encrypted == (key is not None)
    assert abs(moment(event) - utc_now()) < timedelta(seconds=5)


async def test_a_question_is_answered(centre: Centre):
    await receiver(centre.port).say(Signal(HOUSE, 0, None))


async def test_a_message_goes_inside_tls(served, trusting):
    async with open_centre(accounts(HOUSE), served) as centre:
        await receiver(centre.port, tls=trusting).say(PANIC)
        assert centre.codes == [(HOUSE, "PA")]


async def test_a_centre_that_we_do_not_know_hears_nothing(served):
    stranger = ssl.create_default_context()
    async with open_centre(accounts(HOUSE), served) as centre:
        error = await trouble(receiver(centre.port, tls=stranger))
        assert (error.trouble, error.retry) == ("not to be trusted", True)
        assert centre.events == []


async def test_a_code_that_the_centre_does_not_know_is_given_up():
    async with open_centre(accounts(HOUSE)) as centre:
        error = await trouble(receiver(centre.port), Signal(HOUSE, 1, Event("QQ", 0)))
    assert (error.trouble, error.retry) == ("answered DUH", False)


async def test_an_account_that_the_centre_does_not_know_is_tried_again():
    async with open_centre(accounts("999")) as centre:
        error = await trouble(receiver(centre.port))
    assert (error.trouble, error.retry) == ("answer unreadable, frame", True)


@pytest.mark.parametrize("theirs", [None, "X" * 32])
async def test_a_wrong_key_is_no_acceptance_and_no_matter_of_the_clock(theirs):
    async with open_centre(accounts(HOUSE, key=theirs)) as centre:
        ours = receiver(centre.port, key=KEY.encode())
        error = await trouble(ours)
        assert (error.trouble, error.retry) == ("answered NAK", True)
        assert ours.clock_off == timedelta()
        assert centre.events == []


@pytest.mark.parametrize("seconds", [-41, 21, 3600, -86400])
async def test_a_clock_that_is_off_is_told_and_the_message_goes_all_the_same(seconds):
    async with open_centre(accounts(HOUSE)) as centre:
        ours = receiver(centre.port, clock=off(seconds))
        await ours.say(PANIC)
        assert abs(moment(centre.events[0]) - utc_now()) < timedelta(seconds=3)
        assert abs(ours.clock_off.total_seconds() + seconds) < 3
        await ours.say(PANIC)  # the next one needs no refusal first
        assert len(centre.events) == 2


async def test_a_clock_within_the_window_is_nobodys_business():
    async with open_centre(accounts(HOUSE)) as centre:
        ours = receiver(centre.port, clock=off(-30))
        await ours.say(PANIC)
        assert ours.clock_off == timedelta()


async def test_a_receiver_that_refuses_any_time_is_asked_twice_and_no_more():
    def refuse(_: bytes) -> bytes:
        body = b'"NAK"0000R0L0A0[]_12:00:00,01-01-2031'
        return b"\n%04X%04X%s\r" % (dc09.checksum(body), len(body), body)

    async with open_other(refuse) as (port, heard):
        error = await trouble(receiver(port))
        assert (error.trouble, error.retry) == ("answered NAK", True)
        assert len(heard) == 2
        assert b"01-01-2031" in heard[1]


async def test_a_receiver_of_the_year_9999_is_not_believed():
    body = b'"NAK"0000R0L0A0[]_23:59:59,12-31-9999'
    said = b"\n%04X%04X%s\r" % (dc09.checksum(body), len(body), body)
    async with open_other(lambda _: said) as (port, heard):
        ours = receiver(port)
        assert (await trouble(ours)).trouble == "answered NAK"
        assert (ours.clock_off, len(heard)) == (timedelta(), 1)


async def test_silence_is_no_acceptance():
    async with open_other(lambda _: None) as (port, heard):
        error = await trouble(receiver(port, answer_s=0.2))
    assert (error.trouble, error.retry) == ("no answer", True)
    assert len(heard) == 1


@pytest.mark.parametrize(
    "said",
    [
        b"\n\r",  # what pysiaalarm says where the checksum is wrong
        b"\n00000014" + b'"ACK"0042R0L0#1A2B[]\r',
        b"HTTP/1.1 400 Bad Request\r",
        b"x" * 9000,
        b'\n3D51001A"ACK"0042R0L0#1A2B[]_\r',
    ],
)
async def test_what_cannot_be_read_is_no_acceptance(said):
    async with open_other(lambda _: said) as (port, _):
        error = await trouble(receiver(port))
    assert error.trouble.startswith("answer unreadable")
    assert error.retry


async def test_an_acceptance_of_another_message_is_none():
    def accept_another(_: bytes) -> bytes:
        body = b'"ACK"0041R0L0#1A2B[]'
        return b"\n%04X%04X%s\r" % (dc09.checksum(body), len(body), body)

    async with open_other(accept_another) as (port, _):
        assert (await trouble(receiver(port))).trouble == "answered ACK"


async def test_nobody_there_is_tried_again_at_the_second_place():
    async with open_centre(accounts(HOUSE)) as gone:
        nobody = gone.port
    async with open_centre(accounts(HOUSE)) as second:
        ours = receiver(nobody, second.port)
        error = await trouble(ours)
        assert (error.trouble, error.retry) == ("not reachable", True)
        await ours.say(PANIC, attempt=2)
        assert second.codes == [(HOUSE, "PA")]


async def test_twenty_accounts_speak_at_once():
    ids = [f"{number:04X}" for number in range(20)]
    async with open_centre(accounts(*ids)) as centre:
        ours = receiver(centre.port)
        await asyncio.gather(*(ours.say(Signal(one, 7, Event("BA", 1))) for one in ids))
        assert sorted(str(one.account) for one in centre.events) == ids


async def test_a_number_that_comes_twice_is_accepted_twice(centre: Centre):
    """The centre tells by account and number that it has that one already."""
    ours = receiver(centre.port)
    await ours.say(PANIC)
    await ours.say(PANIC)
    assert [one.sequence for one in centre.events] == ["0042", "0042"]


async def test_no_secret_is_shown_by_what_is_printed():
    settings = ReceiverSettings((("127.0.0.1", 1),), key=KEY.encode())
    assert KEY not in repr(settings)
