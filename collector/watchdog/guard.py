"""The watchdog's process: looks every few seconds, and tells whom it was given.

It shares the database and the mail server with the collectors, and nothing else: no
row of its own decides whom it tells, for the database may be what is away.
"""

import asyncio
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import structlog

from collector.database import Database, Limits
from collector.metrics import Health, Metrics
from collector.notify.channel import Channel, Letter
from collector.notify.email import Email
from collector.notify.errors import NotAcceptedError
from collector.notify.short import assemble
from collector.notify.sms import Sms
from collector.page import serve
from collector.watchdog.alarm import TROUBLES, Say, Sight, Trouble, to_say
from collector.watchdog.look import look
from collector.watchdog.setting import Ready, is_mobile

Language = Literal["nl", "en"]
LOOK_S = 5.0
SEND_S = 20.0
LIMITS = Limits(connections=1, statement_s=5, wait_s=5.0)
_WORDS = Path(__file__).parent / "words"

log = structlog.get_logger()


class Listener:
    """Somebody to whom the watchdog speaks, and what he was told of and when."""

    def __init__(
        self, address: str, channel: Channel, link: str, language: Language
    ) -> None:
        self._address = address
        self._channel = channel
        self._link = link
        self._language: Language = language
        self._told: dict[Trouble, datetime] = {}
        self._begun: dict[Say, datetime] = {}  # what was not accepted yet

    async def hear(self, sight: Sight, now: datetime) -> int:
        """Tell what is to be told; give how much was not accepted, and comes again."""
        missed = 0
        for say in to_say(sight, self._told, now):
            begun = self._begun.setdefault(say, now)
            letter = self._letter(say, sight, begun)
            try:
                async with asyncio.timeout(SEND_S):
                    await self._channel.send(letter)
            except (TimeoutError, NotAcceptedError) as error:
                log.warning("watchdog.unheard", reason=type(error).__name__)
                missed += 1
                continue
            log.warning("watchdog.told", trouble=say.trouble, word=say.word)
            del self._begun[say]
            if say.word == "well":
                del self._told[say.trouble]
            else:
                self._told[say.trouble] = now
        return missed

    def _letter(self, say: Say, sight: Sight, now: datetime) -> Letter:
        words = words_in(self._language)
        line, clock = words["line"], f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        well = say.word == "well"
        subject = words["subject"]["well" if well else say.trouble]
        mark = words["exercise"]["mark"]
        numbers = ", ".join(
            f"{one} ({mark})" if one in sight.exercises else str(one)
            for one in sight.incidents
        )
        if say.trouble == "overdue" and sight.exercises == {*sight.incidents} != set():
            subject = f"{mark}: {subject}"
        told = [line[say.word].format(clock=clock)]
        do = ""
        if not well:
            told.append(line[say.trouble].format(incidents=numbers))
            do = words["short"][say.trouble].format(number=len(sight.incidents))
        told += [line["link"].format(link=self._link), line["foot"]]
        subject = subject.format(trouble=words["trouble"][say.trouble])
        return Letter(
            # Below those of messages and notices: none takes another's number.
            -int(now.timestamp() * 1000) * 10 - TROUBLES.index(say.trouble),
            self._address,
            subject,
            "\n\n".join(told) + "\n",
            urgent=not well,
            short=assemble(f"{subject}.", do, "", self._link),
            link=self._link,
        )


async def watch(
    database: Database,
    name: str,
    listeners: Sequence[Listener],
    now: datetime,
    health: Health,
) -> Sight:
    """Look once and tell everybody; whoever cannot be reached holds nobody up."""
    sight = await look(database, name, now)
    missed = await asyncio.gather(*(one.hear(sight, now) for one in listeners))
    seen = ", ".join(sorted(sight.troubles))
    health.tell("collectors", seen or None)
    if not listeners:
        health.trouble("telling", "nobody to tell is set: nobody is told")
    elif any(missed):
        health.trouble("telling", "a letter was not accepted: it is tried again")
    else:
        health.well("telling")
    return sight


@cache
def words_in(language: Language) -> dict[str, Any]:
    """Give the words of a language."""
    with (_WORDS / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


async def run(
    ready: Ready,
    stopping: asyncio.Event,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Watch until told to stop."""
    health = Health(clock=clock)
    listeners = _listeners(ready)
    url = ready.settings.database_url.get_secret_value()
    async with (
        Database.open(url, "wachtpost watchdog", LIMITS) as database,
        asyncio.TaskGroup() as group,
    ):
        page = serve(ready.health, health, Metrics.new())
        serving = group.create_task(page, name="health page")
        log.info("watchdog.started", name=ready.settings.name)
        while not stopping.is_set():
            await watch(database, ready.settings.name, listeners, clock(), health)
            await _rest(stopping)
        serving.cancel()
    log.info("watchdog.stopped")


def _listeners(ready: Ready) -> list[Listener]:
    messages = ready.messages
    email = None if messages.email is None else Email(messages.email)
    sms = None if messages.sms is None else Sms(messages.sms)
    channels = [(one, sms if is_mobile(one) else email) for one in ready.tell]
    return [
        Listener(address, channel, messages.address, ready.settings.language)
        for address, channel in channels
        if channel is not None
    ]


async def _rest(stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_S):
            await stopping.wait()
    except TimeoutError:
        return
