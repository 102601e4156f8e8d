"""Settings of one agent: read once from DIR/device.toml, checked whole, never changed.

What each one means stands in edge/README.md, which a test holds against this file.
"""

import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from nacl.public import PublicKey
from nacl.signing import SigningKey, VerifyKey
from pydantic import Field, ValidationError

from edge.camera.login import NAME as LOGINS
from edge.camera.login import Login, read_logins
from edge.camera.source import check, is_live, is_network
from edge.errors import CameraError, FilmError, RecordingError, SettingsError
from edge.papers import Papers
from edge.recording import quantities, read_changes, read_rows
from edge.uplink import Broker
from sites.device_file import DeviceFile
from sites.device_file import read as read_device_file
from sites.errors import SitesError
from sites.host import is_here, parse_host
from sites.keys import public_key, signing_key, verify_key
from sites.topic import Path as Way
from sites.topic import parse_path
from sites.words import KeyText, Model

NAME = "device.toml"
_REFUSALS = (OSError, ValueError, SitesError, RecordingError, CameraError)
Found = TypeVar("Found")


class Second(Model):
    """Another path of the same device, on a line of its own."""

    path: str
    broker: str
    tls: Path | None = None


class Settings(Model):
    """What stands in device.toml. Paths are taken from the folder that it is in."""

    path: str
    broker: str
    tls: Path | None = None
    second: Second | None = None
    key_file: Path = Path("device.key")
    collector_seal: KeyText
    collector_sign: KeyText
    site_file: Path = Path("site.json")
    site_file_key: KeyText
    command_key: KeyText | None = None
    outbox_mb: Annotated[int, Field(ge=2, le=1_000_000)] = 512
    clips_mb: Annotated[int, Field(ge=0, le=1_000_000)] = 4096
    clips_hours: Annotated[int | None, Field(ge=1, le=28 * 24)] = None
    contacts: str = "gpio"
    measurements: Path | None = None
    footage: Path | None = None
    speed: Annotated[float, Field(gt=0, le=1000)] = 1.0
    loop: bool = False
    demo: bool = False


@dataclass(frozen=True)
class Route:
    """A path of the device, and the broker that it goes to."""

    way: Way
    broker: Broker


@dataclass(frozen=True)
class Ready:
    """The settings with everything that they point to, read and checked.

    `routes` are the device's paths, each with its broker; the first is preferred.
    """

    home: Path
    settings: Settings
    routes: tuple[Route, ...]
    key: SigningKey
    seal: PublicKey
    sign: VerifyKey
    site: DeviceFile
    logins: Mapping[int, Login] = field(default_factory=dict)
    command: VerifyKey | None = None


def load(home: Path) -> Ready:
    """Read DIR/device.toml and all that it names; raises SettingsError."""
    settings = _settings(home / NAME)
    problems: list[str] = []

    def tried(what: str, read: Callable[[], Found]) -> Found | None:
        try:
            return read()
        except _REFUSALS as error:
            why = error.strerror if isinstance(error, OSError) else None
            problems.append(f"{what}: {why or error}")
            return None

    way = tried("path", lambda: parse_path(settings.path))
    broker = tried("broker", lambda: _broker(home, settings, settings))
    key = tried("key_file", lambda: _key(home / settings.key_file))
    seal = tried("collector_seal", lambda: public_key(settings.collector_seal))
    sign = tried("collector_sign", lambda: verify_key(settings.collector_sign))
    command = tried("command_key", lambda: _command_key(settings))
    site = tried("site_file", lambda: _site(home, settings))
    if way is not None and site is not None:
        tried("site_file", lambda: _check_owner(way, site))
    second = tried("second", lambda: _second(home, settings, way))
    logins = tried(LOGINS, lambda: read_logins(home / LOGINS)) or {}
    if site is not None:
        tried(LOGINS, lambda: _check_logins(logins, site))
        tried("site_file", lambda: _check_sources(site))
        tried("footage", lambda: _check_footage(home, settings, site))
        tried("contacts", lambda: _check_contacts(home, settings, site))
        tried("measurements", lambda: _check_measurements(home, settings, site))
    if problems or not (way and broker and key and seal and sign and site):
        raise SettingsError(tuple(f"{home / NAME}: {one}" for one in problems))
    routes = (Route(way, broker), *(second or ()))
    return Ready(home, settings, routes, key, seal, sign, site, logins, command)


def tls_folders(home: Path) -> dict[str, Path]:
    """Give the folder with the papers of each path; raises SettingsError."""
    settings = _settings(home / NAME)
    lines: tuple[Settings | Second | None, ...] = (settings, settings.second)
    return {line.path: home / line.tls for line in lines if line and line.tls}


def footage_source(home: Path, settings: Settings, source: str) -> str:
    """Give what a camera reads: `footage:NAME` is a file in the footage folder."""
    scheme, _, name = source.partition(":")
    if scheme != "footage":
        return source
    if settings.footage is None:
        raise ValueError(f"a camera wants {source!r}, and no folder is set")
    if Path(name).name != name or name in {"", ".."}:
        raise ValueError(f"{source!r} is not the name of a file in the folder")
    return str(home / settings.footage / name)


def _settings(path: Path) -> Settings:
    try:
        fields: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError((f"{path}: {error.strerror}",)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError((f"{path}: not TOML: {error}",)) from None
    try:
        return Settings.model_validate(fields)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise SettingsError(
            tuple(f"{path}: {_told(one)}" for one in problems)
        ) from None


def _told(problem: Any) -> str:
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "missing":
        return f"{name} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{name!r} is no setting"
    shown = repr(problem["input"])[:60]
    return f"{name}: {problem['msg'].lower()}, not {shown}"


def _broker(home: Path, settings: Settings, line: Settings | Second) -> Broker:
    host, port = parse_host(line.broker)
    if line.tls is None:
        if not (settings.demo or is_here(host)):
            raise ValueError("without tls only this machine itself may be the broker")
        return Broker(host, port)
    Papers(home / line.tls, line.path).require()
    return Broker(host, port, home / line.tls)


def _second(home: Path, settings: Settings, first: Way | None) -> tuple[Route, ...]:
    if settings.second is None:
        return ()
    way = parse_path(settings.second.path)
    if first is not None and (way.device != first.device or way == first):
        raise ValueError(f"{way.text} is no other path of device {first.device}")
    return (Route(way, _broker(home, settings, settings.second)),)


def _key(path: Path) -> SigningKey:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ValueError(f"others may read {path.name!r} (mode {mode:o}); chmod 600 it")
    return signing_key(path.read_text("ascii"), f"the key in {path.name!r}")


def _command_key(settings: Settings) -> VerifyKey | None:
    if settings.command_key is None:
        return None
    if settings.command_key == settings.collector_sign:
        # then it lies with the collector, and who holds that commands the device
        raise ValueError("it is the same as collector_sign")
    return verify_key(settings.command_key, "command_key")


def _site(home: Path, settings: Settings) -> DeviceFile:
    key = verify_key(settings.site_file_key, "site_file_key")
    return read_device_file((home / settings.site_file).read_bytes(), key)


def _check_owner(way: Way, site: DeviceFile) -> None:
    if site.device != way.device:
        raise ValueError(f"it is for device {site.device}, not for {way.device}")


def _check_footage(home: Path, settings: Settings, site: DeviceFile) -> None:
    for camera in site.cameras:
        for source in filter(None, (camera.source, camera.substream)):
            footage_source(home, settings, source)


def _check_sources(site: DeviceFile) -> None:
    for camera in site.cameras:
        sources = [camera.source, camera.substream or camera.source]
        try:
            for source in sources:
                check(source)
        except FilmError as error:
            raise ValueError(f"camera {camera.number}: {error}") from None
        if len({is_live(source) for source in sources}) > 1:
            what = "source and substream are a film and a camera"
            raise ValueError(f"camera {camera.number}: {what}")


def _check_logins(logins: Mapping[int, Login], site: DeviceFile) -> None:
    asked = {
        camera.number
        for camera in site.cameras
        if is_network(camera.source) or is_network(camera.substream or "")
    }
    for number in sorted(logins.keys() - asked):
        raise ValueError(f"the site has no network camera {number}")


def _check_contacts(home: Path, settings: Settings, site: DeviceFile) -> None:
    if settings.contacts != "gpio":
        sensors = {sensor.number: sensor for sensor in site.sensors}
        read_changes(home / settings.contacts, sensors)


def _check_measurements(home: Path, settings: Settings, site: DeviceFile) -> None:
    if settings.measurements is not None:
        read_rows(home / settings.measurements, quantities(site.sensors))
