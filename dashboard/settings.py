"""What can be set about the dashboard, from the environment, read once."""

import os
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from collector.environment import read_fields, sentence_of
from dashboard.ceremony import Party
from dashboard.errors import SettingsError
from dashboard.storing import addresses
from sites.host import is_here

PREFIX = "WACHTPOST_DASHBOARD_"
SECRETS = frozenset({"database_url", "provider_secret"})
KEY_BYTES = 32
LAST_PORT = 65_535
USUAL_PORTS = {"http": 80, "https": 443}


class Settings(BaseModel):
    """Every setting of the dashboard's process, documented by its description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: Annotated[
        SecretStr,
        Field(
            description="PostgreSQL's URL, as the role wachtpost_dashboard;"
            " or the file that holds it in ..._DATABASE_URL_FILE"
        ),
    ]
    host: Annotated[str, Field(description="the address to listen on")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=1, le=LAST_PORT, description="the port to listen on")
    ] = 8080
    address: Annotated[
        str,
        Field(
            pattern=r"^https?://[^/\s]+$",
            description="where browsers find it, such as https://wachtpost.example;"
            " without https only on this machine itself",
        ),
    ] = "http://127.0.0.1:8080"
    key_file: Annotated[
        Path,
        Field(
            description="the secret under which origins of refused sign-ins are"
            " hashed; made where it is missing"
        ),
    ] = Path(".state/dashboard.key")
    blobs: Annotated[
        str,
        Field(
            description="where the collector keeps pictures:"
            " a folder, or a URL such as s3://bucket/prefix"
        ),
    ] = ".state/blobs"
    inventory: Annotated[
        Path | None,
        Field(description="the inventory's folder, for the safeguards' dates"),
    ] = None
    collector: Annotated[
        str | None,
        Field(
            pattern=r"^[^\s:,]+:[0-9]{1,5}(,[^\s:,]+:[0-9]{1,5})*$",
            description="HOST:PORT of the collector's /healthz, several with commas:"
            " why nothing is stored",
        ),
    ] = None
    session_hours: Annotated[
        float, Field(gt=0, le=24, description="how long a sign-in lasts")
    ] = 12.0
    idle_minutes: Annotated[
        int,
        Field(
            ge=5,
            le=12 * 60,
            description="how long a sign-in lasts that nobody uses; for whom incidents"
            " are work, an open page is use",
        ),
    ] = 30
    passkeys: Annotated[
        Literal["required", "offered"] | None,
        Field(
            description="required: whoever comes by a link makes a passkey first;"
            " offered: he may; required where it is not set and the address is https"
        ),
    ] = None
    provider: Annotated[
        Path | None,
        Field(description="the file about the OpenID Connect provider, see the README"),
    ] = None
    provider_secret: Annotated[
        SecretStr | None,
        Field(
            description="our secret as the provider's client; or the file that holds it"
            " in ..._PROVIDER_SECRET_FILE"
        ),
    ] = None
    push_key: Annotated[
        str | None,
        Field(
            pattern=r"^B[A-Za-z0-9_-]{86}$",
            description="what `wachtpost collector push-key` printed: then people can"
            " turn messages in their browser on",
        ),
    ] = None
    connections: Annotated[
        int, Field(ge=2, le=100, description="connections to the database at most")
    ] = 8

    security_contact: Annotated[
        str | None,
        Field(
            pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)$",
            description="who is told of a weakness, for /.well-known/security.txt:"
            " mailto:security@..., or an https address",
        ),
    ] = None

    @field_validator("collector")
    @classmethod
    def _with_ports(cls, value: str | None) -> str | None:
        for _, port in addresses(value):
            if not 1 <= port <= LAST_PORT:
                raise ValueError(f"{port} is no port: they go from 1 to {LAST_PORT}")
        return value

    @model_validator(mode="after")
    def _plain_only_here(self) -> Self:
        if not self.secure and not is_here(urlsplit(self.address).hostname or ""):
            raise ValueError(
                f"address: {self.address!r} is plain http and not this machine:"
                " a session would travel in the clear"
            )
        return self

    @model_validator(mode="after")
    def _passkeys_have_a_domain(self) -> Self:
        if self.passkeys_required and self.party is None:
            raise ValueError(
                f"address: {self.address!r} has no domain, so no passkey can belong to"
                " it: give it a name, or set PASSKEYS to 'offered'"
            )
        return self

    @property
    def passkeys_required(self) -> bool:
        """Whether whoever comes by a link must make a passkey."""
        return self.passkeys == "required" or (self.passkeys is None and self.secure)

    @property
    def party(self) -> Party | None:
        """What passkeys belong to; None where the address is a bare number."""
        split = urlsplit(self.address)
        host = split.hostname or ""
        try:
            ip_address(host)
        except ValueError:
            usual = split.port in {None, USUAL_PORTS[split.scheme]}
            port = "" if usual else f":{split.port}"
            return Party(domain=host, origin=f"{split.scheme}://{host}{port}")
        return None

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.address.startswith("https://")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings that `environ` holds.

    Raises:
        SettingsError: with every problem.
    """
    given, problems = read_fields(environ, PREFIX, SECRETS)
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [
            sentence_of(one, PREFIX) for one in error.errors(include_url=False)
        ]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def explain() -> str:
    """Describe every setting, one a line, for `--help`."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = "" if field.is_required() else f" [{field.default}]"
        lines.append(f"  {PREFIX}{name.upper()}: {field.description}{default}")
    return "\n".join(lines)


def read_key(file: Path) -> bytes:
    """Read the process's secret; make it, readable by its owner alone, if missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        new = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(new, "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise SettingsError(
            [f"key_file: {str(file)!r} does not hold {KEY_BYTES} bytes"]
        )
    return key
