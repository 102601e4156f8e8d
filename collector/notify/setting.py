"""What can be set about messages, read from texts: by the collector, and the watchdog.

What each one means stands in collector/README.md.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from collector.notify.dc09 import KEY_BYTES
from collector.notify.email import EmailSettings
from collector.notify.push import PushSettings
from collector.notify.push_key import is_push_key
from collector.notify.receiver import Address, ReceiverSettings
from collector.notify.sms import SmsSettings
from sites.host import is_here

Wrong = Callable[[str, str], None]

SECRETS = frozenset({"smtp_password", "sms_token", "push_key", "receiver_key"})
_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
_SECURITY: Mapping[str, Literal["tls", "starttls", "none"]] = {
    "smtps": "tls",
    "starttls": "starttls",
    "smtp": "none",
}


class MessageSettings(BaseModel):
    """Every setting about messages, as it stands in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    smtp: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca: Path | None = None
    mail_from: str = "wachtpost@localhost"
    sms: str | None = None
    sms_token: SecretStr | None = None
    sms_ca: Path | None = None
    push_key: SecretStr | None = None
    receiver: str | None = None
    receiver_ca: Path | None = None
    receiver_key: SecretStr | None = None
    address: str = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Messages:
    """Where messages go out, None where a way is not set; `address`: our pages."""

    address: str
    email: EmailSettings | None = None
    sms: SmsSettings | None = None
    push: PushSettings | None = None
    receiver: ReceiverSettings | None = None


def messages_of(settings: MessageSettings, wrong: Wrong) -> Messages:
    """Turn texts into things; each that cannot be is told to `wrong(name, what)`."""
    return Messages(
        settings.address,
        _email(settings, wrong),
        _sms(settings, wrong),
        _push(settings, wrong),
        _receiver(settings, wrong),
    )


def url_of(name: str, text: str, schemes: set[str], wrong: Wrong) -> SplitResult | None:
    """Read a URL with a host, of one of these schemes."""
    try:
        url = urlsplit(text)
        if url.scheme in schemes and url.hostname and url.port != 0:
            return url
    except ValueError:  # a port or brackets that are none
        pass
    wrong(name, f"{text!r} is not {' or '.join(sorted(schemes))}://HOST:PORT")
    return None


def _email(settings: MessageSettings, wrong: Wrong) -> EmailSettings | None:
    if settings.smtp is None:
        return None
    url = url_of("smtp", settings.smtp, set(_SECURITY), wrong)
    if url is None or url.hostname is None:
        return None
    if url.scheme == "smtp" and not is_here(url.hostname):
        told = f"{settings.smtp!r} is another machine: use smtps:// or starttls://"
        wrong("smtp", told)
        return None
    password = settings.smtp_password
    return EmailSettings(
        host=url.hostname,
        port=url.port or _PORTS[url.scheme],
        sender=settings.mail_from,
        security=_SECURITY[url.scheme],
        username=url.username,
        password=None if password is None else password.get_secret_value(),
        ca_file=settings.smtp_ca,
    )


def _sms(settings: MessageSettings, wrong: Wrong) -> SmsSettings | None:
    if settings.sms is None:
        return None
    url = url_of("sms", settings.sms, {"http", "https"}, wrong)
    if url is None or url.hostname is None:
        return None
    if url.scheme == "http" and not is_here(url.hostname):
        wrong("sms", "it is another machine: use https://")
        return None
    if url.username or url.password or url.query:
        wrong("sms", "a secret may stand in sms_token alone, not in the address")
        return None
    token = settings.sms_token
    return SmsSettings(
        settings.sms,
        None if token is None else token.get_secret_value(),
        settings.sms_ca,
    )


def _push(settings: MessageSettings, wrong: Wrong) -> PushSettings | None:
    if settings.push_key is None:
        return None
    key = settings.push_key.get_secret_value()
    if not is_push_key(key):
        wrong("push_key", "this is no key as `wachtpost collector push-key` makes it")
        return None
    return PushSettings(key, f"mailto:{settings.mail_from}")


def _receiver(settings: MessageSettings, wrong: Wrong) -> ReceiverSettings | None:
    if settings.receiver is None:
        return None
    texts = [text.strip() for text in settings.receiver.split(",")]
    addresses = [_centre(text, wrong) for text in texts]
    ciphered = {text.startswith("sias:") for text in texts}
    if len(ciphered) > 1:
        wrong("receiver", "sia:// and sias:// do not go together")
    tls = None
    if True in ciphered:
        try:
            tls = ssl.create_default_context(cafile=settings.receiver_ca)
        except OSError as error:
            wrong("receiver_ca", f"{str(settings.receiver_ca)!r}: {error}")
    known = tuple(address for address in addresses if address is not None)
    return ReceiverSettings(known, tls, _cipher_key(settings.receiver_key, wrong))


def _centre(text: str, wrong: Wrong) -> Address | None:
    url = url_of("receiver", text, {"sia", "sias"}, wrong)
    if url is None or url.hostname is None:
        return None
    if url.port is None:
        wrong("receiver", f"{text!r} names no port")
        return None
    if url.scheme == "sia" and not is_here(url.hostname):
        wrong("receiver", f"{text!r} is another machine: use sias://")
        return None
    return url.hostname, url.port


def _cipher_key(secret: SecretStr | None, wrong: Wrong) -> bytes | None:
    if secret is None:
        return None
    try:
        key = bytes.fromhex(secret.get_secret_value())
    except ValueError:
        key = b""
    if len(key) not in KEY_BYTES:
        wrong("receiver_key", "this is not 32, 48 or 64 hexadecimal digits")
        return None
    return key
