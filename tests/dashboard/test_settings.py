"""The settings: few, documented, read whole, and refused with every problem."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import structlog

import dashboard.settings
from dashboard.__main__ import main
from dashboard.errors import SettingsError
from dashboard.settings import (
    KEY_BYTES,
    PREFIX,
    Settings,
    explain,
    read_key,
    read_settings,
)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    yield
    structlog.reset_defaults()  # a command sets it up for its own process


README = Path(dashboard.settings.__file__).parent / "README.md"
URL = {f"{PREFIX}DATABASE_URL": "postgresql://somewhere/x"}


def test_there_are_few_and_each_is_documented():
    assert len(Settings.model_fields) <= 16
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"{PREFIX}{name.upper()}: {field.description}" in explain()


def test_the_readme_tells_each_with_its_default_and_nothing_else():
    line = re.compile(rf"^\| `{PREFIX}([A-Z_]+)`(?: \*)? \| (.+?) \|", re.MULTILINE)
    told = {name.lower(): default for name, default in line.findall(README.read_text())}
    assert set(told) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        shown = "none" if field.default is None else f"`{field.default}`"
        assert told[name] == ("needed" if field.is_required() else shown)


def test_help_explains_them(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"{PREFIX}SESSION_HOURS" in capsys.readouterr().out


def test_a_secret_may_stand_in_a_file_and_is_never_printed(tmp_path: Path):
    file = tmp_path / "url"
    file.write_text("postgresql://secret/x\n")
    settings = read_settings({f"{PREFIX}DATABASE_URL_FILE": str(file)})
    assert settings.database_url.get_secret_value() == "postgresql://secret/x"
    assert "secret/x" not in repr(settings)


def test_what_is_no_secret_stands_in_no_file(tmp_path: Path):
    with pytest.raises(SettingsError, match="PORT_FILE is no setting"):
        read_settings({**URL, f"{PREFIX}PORT_FILE": str(tmp_path / "port")})


def test_a_secret_that_is_no_text_is_told(tmp_path: Path):
    file = tmp_path / "url"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"DATABASE_URL_FILE.* cannot be read"):
        read_settings({f"{PREFIX}DATABASE_URL_FILE": str(file)})


def test_every_problem_is_told_at_once(tmp_path: Path):
    with pytest.raises(SettingsError) as refused:
        read_settings(
            {
                f"{PREFIX}PORT": "70000",
                f"{PREFIX}SESSION_HOURS": "48",
                f"{PREFIX}COLOUR": "red",
                f"{PREFIX}DATABASE_URL_FILE": str(tmp_path / "none"),
                "OTHER": "is not ours",
            }
        )
    said = str(refused.value)
    for part in ("PORT", "SESSION_HOURS", "COLOUR", "No such file"):
        assert part in said
    assert "OTHER" not in said


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://wachtpost.example", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://wachtpost.example", False),
        ("http://10.0.0.1", False),
        ("ftp://127.0.0.1", False),
    ],
)
def test_plain_http_is_for_this_machine_alone(address: str, *, fine: bool):
    given = {**URL, f"{PREFIX}ADDRESS": address}
    if fine:
        settings = read_settings(given)
        assert settings.secure is address.startswith("https")
    else:
        with pytest.raises(SettingsError):
            read_settings(given)


@pytest.mark.parametrize(
    ("given", "required"),
    [
        ({"ADDRESS": "https://wachtpost.example"}, True),
        ({"ADDRESS": "https://wachtpost.example", "PASSKEYS": "offered"}, False),
        ({"ADDRESS": "http://localhost:8080"}, False),
        ({"ADDRESS": "http://localhost:8080", "PASSKEYS": "required"}, True),
        ({}, False),
    ],
)
def test_passkeys_are_required_over_tls(given: dict[str, str], *, required: bool):
    named = {f"{PREFIX}{name}": value for name, value in given.items()}
    assert read_settings({**URL, **named}).passkeys_required is required


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://wachtpost.example", ("wachtpost.example", "https://wachtpost.example")),
        ("https://Wachtpost.Example:443", ("wachtpost.example", "https://wachtpost.example")),
        ("https://w.example:8443", ("w.example", "https://w.example:8443")),
        ("http://localhost:80", ("localhost", "http://localhost")),
        ("http://127.0.0.1:8080", None),
        ("http://[::1]:8080", None),
    ],
)  # fmt: skip
def test_passkeys_belong_to_the_addresss_domain(address: str, party):
    settings = Settings.model_validate({"database_url": "x", "address": address})
    found = settings.party
    assert (found and (found.domain, found.origin)) == party


@pytest.mark.parametrize("passkeys", [{}, {f"{PREFIX}PASSKEYS": "required"}])
def test_where_no_passkey_can_be_none_is_required(passkeys: dict[str, str]):
    scheme = "http" if passkeys else "https"
    given = {**URL, f"{PREFIX}ADDRESS": f"{scheme}://127.0.0.1:8080", **passkeys}
    with pytest.raises(SettingsError, match="has no domain"):
        read_settings(given)


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_collector_at_what_is_no_port_is_refused(port: str):
    given = {**URL, f"{PREFIX}COLLECTOR": f"127.0.0.1:8083,there:{port}"}
    with pytest.raises(SettingsError, match=f"COLLECTOR: .*{port} is no port"):
        read_settings(given)


@pytest.mark.parametrize("text", ["127.0.0.1:1", "127.0.0.1:8083,there:65535"])
def test_collectors_are_asked_at_their_ports(text: str):
    assert read_settings({**URL, f"{PREFIX}COLLECTOR": text}).collector == text


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    file = tmp_path / "state" / "key"
    key = read_key(file)
    assert len(key) == KEY_BYTES
    assert read_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_cut_short_is_refused(tmp_path: Path):
    file = tmp_path / "key"
    file.write_bytes(b"short")
    with pytest.raises(SettingsError, match="does not hold 32 bytes"):
        read_key(file)


def test_the_command_tells_every_problem_and_fails(monkeypatch, capsys):
    monkeypatch.delenv(f"{PREFIX}DATABASE_URL", raising=False)
    assert main(["link", "somebody"]) == 1
    assert f"{PREFIX}DATABASE_URL is missing" in capsys.readouterr().err


def test_the_command_prints_a_link_once(database_url, monkeypatch, capsys):
    with psycopg.connect(database_url("postgres"), autocommit=True) as owner:
        owner.execute("insert into store.person values ('p', null, 'cso', 'nl')")
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", database_url("wachtpost_dashboard"))
    assert main(["link", "p", "--minutes", "5"]) == 0
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    assert line.startswith("http://127.0.0.1:8080/sign-in/")
    assert line.rpartition("/")[2] not in said.err
    assert main(["link", "nobody"]) == 1
    assert "there is no person 'nobody'" in capsys.readouterr().err


def test_the_command_shuts_a_person_out_of_everything(
    database_url, monkeypatch, capsys
):
    with psycopg.connect(database_url("postgres"), autocommit=True) as owner:
        for who in ("p", "q"):
            for row in (
                "person values (%(p)s, null, 'cso', 'nl')",
                "passkey values (%(p)s, %(p)s, 'h', 'n', 'k', 0)",
                "session values (%(p)s, %(p)s, now(), now() + '1 h')",
                "sign_in_link values (%(p)s, %(p)s, now(), now() + '1 h')",
            ):
                owner.execute(f"insert into store.{row}".encode(), {"p": who})
        monkeypatch.setenv(f"{PREFIX}DATABASE_URL", database_url("wachtpost_dashboard"))
        assert main(["shut-out", "p"]) == 0
        left = owner.execute(
            "select person from store.passkey union all"
            " select person from store.session where ended is null union all"
            " select person from store.sign_in_link where expires > now()"
        ).fetchall()
        assert left == [("q",)] * 3
        told = owner.execute("select actor, verb, subject from store.audit").fetchall()
        assert told == [("command:dashboard shut-out", "delete", "person:p")]
    assert "p: signed out everywhere" in capsys.readouterr().out
    assert main(["shut-out", "nobody"]) == 1
    assert "there is no person 'nobody'" in capsys.readouterr().err


@pytest.mark.parametrize("minutes", ["0", "1441", "soon"])
def test_a_link_lasts_a_day_at_most(minutes: str, capsys):
    with pytest.raises(SystemExit):
        main(["link", "p", "--minutes", minutes])
    assert "minutes" in capsys.readouterr().err
