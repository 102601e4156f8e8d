"""Who is asking: the person of a session, and what that role's home page is."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sites.words import Role

Home = Literal[
    "unit",
    "control_room",
    "administrator",
    "auditor",
    "household",
    "report",
    "nothing_yet",
]
_HOMES: dict[str, Home] = {
    "coordinator": "unit",
    "deputy": "unit",
    "desk": "unit",
    "control_room": "control_room",
    "administrator": "administrator",
    "auditor": "auditor",
    "household": "household",
    "cso": "report",
}
_ON_INCIDENTS: frozenset[Home] = frozenset({"unit", "control_room"})
ENDS_SOON = timedelta(minutes=15)
IDLES_SOON = timedelta(minutes=5)
FRESH = timedelta(minutes=5)


def sha256(secret: str) -> str:
    """Give what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(secret: str) -> str:
    """Give the token that goes into the forms of whoever holds this cookie.

    Nobody can come from the token to the cookie, nor from the stored session to it. It
    hangs on what stands before a dot, which stays when the rest is made anew.
    """
    lasting = secret.partition(".")[0].encode()
    return hmac.digest(lasting, b"wachtpost form", "sha256").hex()


@dataclass(frozen=True)
class Asker:
    """A person with a session, as the store knew him when this request came.

    `idle` is when the session ends unless it is used, `how` in which way it began,
    `proven` when he last proved who he is, `browser` the hash of what he began in.
    `provider`: a group made him, and he comes in by the provider alone.
    """

    person: str
    unit: str | None
    role: Role
    language: str
    expires: datetime
    session: str
    token: str
    idle: datetime
    how: str
    passkey: str | None
    proven: datetime
    browser: str | None
    provider: bool

    @property
    def home(self) -> Home:
        """Which page this role begins with."""
        return _HOMES.get(self.role, "nothing_yet")

    @property
    def on_incidents(self) -> bool:
        """Whether incidents are this role's work."""
        return self.home in _ON_INCIDENTS

    def ends_soon(self, now: datetime) -> bool:
        """Whether the session's end should be shown loudly."""
        return self.expires - now < ENDS_SOON

    def idles_soon(self, now: datetime) -> bool:
        """Whether it ends soon unless it is used."""
        return self.idle < self.expires and self.idle - now < IDLES_SOON

    def fresh(self, now: datetime) -> bool:
        """Whether he proved who he is a moment ago."""
        return now - self.proven < FRESH
