"""What can be set about the watchdog, from the environment, read once.

Without a way and somebody to tell it watches all the same: the collectors see
that it is there, and `/healthz` says that nobody is told.

What each one means stands in collector/README.md, which a test holds against this file.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError

from collector.environment import read_fields, sentence_of
from collector.errors import SettingsError
from collector.notify import setting
from collector.notify.setting import Messages, MessageSettings, messages_of
from sites.errors import HostError
from sites.host import parse_host
from sites.person import E164, EMAIL

PREFIX = "WACHTPOST_WATCHDOG_"
SECRETS = setting.SECRETS | {"database_url"}


class Settings(MessageSettings):
    """Every setting of the watchdog's process, as it stands in the environment."""

    database_url: SecretStr
    tell: str = ""
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "watchdog"
    language: Literal["nl", "en"] = "nl"
    health: str = "127.0.0.1:9465"


@dataclass(frozen=True)
class Ready:
    """The settings with all that they point to, read and checked."""

    settings: Settings
    tell: tuple[str, ...]
    health: tuple[str, int]
    messages: Messages


def read_settings(environ: Mapping[str, str]) -> Ready:
    """Read the environment; raises SettingsError with every problem at once."""
    fields, problems = read_fields(environ, PREFIX, SECRETS)
    try:
        settings = Settings.model_validate(fields)
    except ValidationError as error:
        problems += [
            sentence_of(one, PREFIX) for one in error.errors(include_url=False)
        ]
        raise SettingsError(problems) from None

    def wrong(name: str, what: str) -> None:
        problems.append(f"{PREFIX}{name.upper()}: {what}")

    messages = messages_of(settings, wrong)
    tell = tuple(one.strip() for one in settings.tell.split(",") if one.strip())
    for number, address in enumerate(tell, start=1):
        if not is_mobile(address) and not re.fullmatch(EMAIL, address):
            wrong("tell", f"the {number}. is no e-mail address and no +31612345678")
    health = None
    try:
        health = parse_host(settings.health, least_port=0)
    except HostError as error:
        wrong("health", str(error))
    for lacks in _lacking(settings, tell):
        wrong(lacks, "is missing: somebody would be told nothing")
    if problems or health is None:
        raise SettingsError(problems)
    return Ready(settings, tell, health, messages)


def is_mobile(address: str) -> bool:
    """Tell whether somebody is told by SMS."""
    return re.fullmatch(E164, address) is not None


def _lacking(settings: Settings, tell: tuple[str, ...]) -> Iterator[str]:
    if settings.smtp is None and not all(map(is_mobile, tell)):
        yield "smtp"
    if settings.sms is None and any(map(is_mobile, tell)):
        yield "sms"
    if not tell and (settings.smtp or settings.sms):
        yield "tell"
