"""One SMS to a real HTTP gateway: accepted, refused, tried again, never twice."""

import asyncio

import pytest

from collector.notify.channel import Letter
from collector.notify.errors import NotAcceptedError
from collector.notify.sms import Sms, SmsSettings
from tests.notify.gateway import TOKEN, open_gateway

LETTER = Letter(
    7, "+31612345678", "a subject", "a text", urgent=True, short="Spoed 7: bel."
)


def sms(url: str, token: str | None = TOKEN, timeout_s: float = 5) -> Sms:
    return Sms(SmsSettings(url, token, timeout_s=timeout_s))


async def trouble(of: Sms) -> tuple[str, bool]:
    with pytest.raises(NotAcceptedError) as caught:
        await of.send(LETTER)
    return caught.value.trouble, caught.value.retry


async def test_a_message_is_said_in_its_short_form():
    async with open_gateway() as gateway:
        await sms(gateway.url).send(LETTER)
        assert gateway.delivered == {
            "wachtpost-7": {
                "to": "+31612345678",
                "text": "Spoed 7: bel.",
                "reference": "wachtpost-7",
            }
        }


async def test_one_whose_answer_was_lost_is_delivered_once():
    async with open_gateway() as gateway:
        gateway.answers = [599]
        assert await trouble(sms(gateway.url)) == ("refused 503", True)
        await sms(gateway.url).send(LETTER)
        assert gateway.requests == 2
        assert len(gateway.delivered) == 1


@pytest.mark.parametrize(
    ("status", "retry"),
    [
        (400, False),
        (422, False),
        (410, False),
        (401, True),
        (403, True),
        (404, True),
        (408, True),
        (429, True),
        (500, True),
        (503, True),
        (204, True),
        (302, True),
    ],
)
async def test_what_is_tried_again_is_as_the_gateway_says(status, retry):
    async with open_gateway() as gateway:
        gateway.answers = [status]
        assert await trouble(sms(gateway.url)) == (f"refused {status}", retry)
        assert gateway.requests == 1
        assert gateway.delivered == {}


async def test_without_the_right_token_nothing_goes_and_it_may_be_mended():
    async with open_gateway() as gateway:
        assert await trouble(sms(gateway.url, None)) == ("refused 401", True)
        assert await trouble(sms(gateway.url, "x")) == ("refused 401", True)


async def test_a_gateway_that_is_away_is_tried_again():
    async with open_gateway() as gateway:
        url = gateway.url
    assert await trouble(sms(url)) == ("gateway away", True)


async def test_a_gateway_that_hangs_is_left():
    async with open_gateway() as gateway:
        gateway.hangs = asyncio.Event()
        assert await trouble(sms(gateway.url, timeout_s=0.2)) == ("timeout", True)
        gateway.hangs.set()


async def test_a_gateway_that_we_do_not_know_hears_nothing():
    async with open_gateway() as gateway:
        strange = gateway.url.replace("http://", "https://")
        assert await trouble(sms(strange)) == ("gateway away", True)
        assert gateway.requests == 0


def test_no_secret_is_shown_by_what_is_printed():
    assert TOKEN not in repr(SmsSettings("https://x.example", TOKEN))
    assert "+316" not in repr(LETTER)
