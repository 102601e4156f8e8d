"""What can be set about the collector, from the environment, read once.

What each one means stands in collector/README.md, which a test holds against this file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from nacl.public import PrivateKey
from nacl.signing import SigningKey, VerifyKey
from pydantic import Field, SecretStr, ValidationError

from collector.environment import read_fields, sentence_of
from collector.errors import SettingsError
from collector.fleet.errors import PapersError
from collector.fleet.papers import Issuers, read_issuers, read_passphrase
from collector.intake.source import Broker
from collector.notify import setting
from collector.notify.setting import Messages, MessageSettings, messages_of, url_of
from sites.errors import HostError, KeyTextError
from sites.host import is_here, parse_host
from sites.keys import private_key, signing_key
from sites.tls import tls_context

Key = TypeVar("Key")

PREFIX = "WACHTPOST_COLLECTOR_"
SECRETS = setting.SECRETS | {"database_url", "sealing_key", "signing_key"}
_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Settings(MessageSettings):
    """Every setting of the collector's process, as it stands in the environment."""

    database_url: SecretStr
    inventory: Path
    broker: str = "mqtt://127.0.0.1:1883"
    broker_tls: Path | None = None
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "collector"
    share: bool = False
    sealing_key: SecretStr
    signing_key: SecretStr
    authority: Path | None = None
    authority_passphrase_file: Path | None = None
    blobs: str = ".state/blobs"
    health: str = "127.0.0.1:9464"


@dataclass(frozen=True)
class Ready:
    """The settings with all that they point to, read and checked."""

    settings: Settings
    broker: Broker
    sealing: PrivateKey
    signing: SigningKey
    health: tuple[str, int]
    messages: Messages
    issuers: Issuers | None = None


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
    ready = _Check(settings, problems).ready()
    if ready is None or problems:
        raise SettingsError(problems)
    return ready


def read_database_url(environ: Mapping[str, str]) -> str:
    """Read that one setting; who syncs holds no keys. Raises SettingsError."""
    fields, problems = read_fields(environ, PREFIX, SECRETS)
    url = fields.get("database_url")
    if url is None:
        raise SettingsError(problems or [f"{PREFIX}DATABASE_URL is missing"])
    return url


def read_stores(environ: Mapping[str, str]) -> tuple[str, str]:
    """Read where the rows and the blobs are; raises SettingsError."""
    blobs = environ.get(f"{PREFIX}BLOBS", str(Settings.model_fields["blobs"].default))
    return read_database_url(environ), blobs


def read_audit_key(environ: Mapping[str, str]) -> VerifyKey:
    """Give the public half of our key, which signs heads of the audit chain.

    Raises:
        SettingsError: it is missing, or is no key.
    """
    fields, problems = read_fields(environ, PREFIX, SECRETS)
    name = f"{PREFIX}SIGNING_KEY"
    if "signing_key" not in fields:
        raise SettingsError(problems or [f"{name} is missing"])
    try:
        return signing_key(fields["signing_key"], name).verify_key
    except KeyTextError as error:
        raise SettingsError([str(error)]) from None


class _Check:
    """Turns texts into things; each that cannot be is one problem."""

    def __init__(self, settings: Settings, problems: list[str]) -> None:
        self._settings = settings
        self._problems = problems

    def ready(self) -> Ready | None:
        settings = self._settings
        broker = self._broker()
        sealing = self._key(private_key, "sealing_key")
        signing = self._key(signing_key, "signing_key")
        health = self._health()
        messages = messages_of(self._settings, self._wrong)
        issuers = self._issuers()
        if broker is None or sealing is None or signing is None or health is None:
            return None
        return Ready(settings, broker, sealing, signing, health, messages, issuers)

    def _wrong(self, name: str, what: str) -> None:
        self._problems.append(f"{PREFIX}{name.upper()}: {what}")

    def _broker(self) -> Broker | None:
        text, folder = self._settings.broker, self._settings.broker_tls
        url = url_of("broker", text, {"mqtt", "mqtts"}, self._wrong)
        if url is None or url.hostname is None:
            return None
        port = url.port or _PORTS[url.scheme]
        if url.scheme == "mqtt":
            if not is_here(url.hostname):
                self._wrong("broker", f"{text!r} is another machine: use mqtts://")
                return None
            return Broker(url.hostname, port)
        if folder is None:
            self._wrong("broker_tls", "is missing, and mqtts:// needs it")
            return None
        try:
            return Broker(url.hostname, port, tls_context(folder))
        except OSError as error:
            self._wrong("broker_tls", f"{str(folder)!r}: {error}")
            return None

    def _key(self, read: Callable[[str, str], Key], name: str) -> Key | None:
        secret: SecretStr = getattr(self._settings, name)
        try:
            return read(secret.get_secret_value(), PREFIX + name.upper())
        except KeyTextError as error:
            self._problems.append(str(error))
            return None

    def _issuers(self) -> Issuers | None:
        folder = self._settings.authority
        secret = self._settings.authority_passphrase_file
        if folder is None or secret is None:
            if folder is not None:
                self._wrong("authority_passphrase_file", "is missing: nothing opens it")
            return None
        try:
            return read_issuers(folder, read_passphrase(secret))
        except PapersError as error:
            self._wrong("authority", str(error))
            return None

    def _health(self) -> tuple[str, int] | None:
        try:
            return parse_host(self._settings.health, least_port=0)
        except HostError as error:
            self._wrong("health", str(error))
            return None
