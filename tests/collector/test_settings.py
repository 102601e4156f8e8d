"""Every problem of the environment is told at once, and every setting is explained."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import collector.settings
from collector.errors import SettingsError
from collector.fleet import papers
from collector.notify.setting import MessageSettings
from collector.settings import (
    PREFIX,
    SECRETS,
    Settings,
    read_database_url,
    read_settings,
)
from sites.keys import key_text
from tests.collector import world

README = Path(collector.settings.__file__).parent / "README.md"
GOOD = {
    f"{PREFIX}DATABASE_URL": "postgresql://wachtpost_collector@127.0.0.1/wachtpost",
    f"{PREFIX}INVENTORY": "sites/examples",
    f"{PREFIX}SEALING_KEY": key_text(world.COLLECTOR_SEAL),
    f"{PREFIX}SIGNING_KEY": key_text(world.COLLECTOR_SIGN),
}


def problems(**changes: str) -> tuple[str, ...]:
    environ = {**GOOD, **{PREFIX + name: value for name, value in changes.items()}}
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    return caught.value.problems


def test_what_is_needed_is_enough():
    ready = read_settings({**GOOD, "PATH": "/bin", "WACHTPOST_TRIXIE": "/elsewhere"})
    assert (ready.broker.host, ready.broker.port, ready.broker.tls) == (
        "127.0.0.1",
        1883,
        None,
    )
    assert ready.sealing == world.COLLECTOR_SEAL
    assert ready.signing == world.COLLECTOR_SIGN
    assert ready.health == ("127.0.0.1", 9464)
    assert ready.messages.email is None
    assert ready.messages.receiver is None


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    file = tmp_path / "seal.key"
    file.write_text(key_text(world.COLLECTOR_SEAL) + "\n")
    environ = {**GOOD, f"{PREFIX}SEALING_KEY_FILE": str(file)}
    del environ[f"{PREFIX}SEALING_KEY"]
    assert read_settings(environ).sealing == world.COLLECTOR_SEAL


def test_who_syncs_needs_the_database_and_no_key(tmp_path: Path):
    file = tmp_path / "url"
    file.write_text("postgresql://wachtpost_collector@127.0.0.1/wachtpost\n")
    environ = {f"{PREFIX}DATABASE_URL_FILE": str(file)}
    assert read_database_url(environ) == file.read_text().strip()
    with pytest.raises(SettingsError, match="DATABASE_URL is missing"):
        read_database_url({})
    with pytest.raises(SettingsError, match="No such file"):
        read_database_url({f"{PREFIX}DATABASE_URL_FILE": str(tmp_path / "none")})


def test_secrets_are_not_shown():
    assert key_text(world.COLLECTOR_SIGN) not in repr(read_settings(GOOD))
    assert "postgresql" not in repr(read_settings(GOOD).settings)


def test_everything_that_is_missing_is_told_at_once():
    with pytest.raises(SettingsError) as caught:
        read_settings({})
    assert caught.value.problems == tuple(
        f"{PREFIX}{name} is missing"
        for name in ("DATABASE_URL", "INVENTORY", "SEALING_KEY", "SIGNING_KEY")
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"COLOUR": "red"}, "COLOUR is no setting"),
        ({"NAME": "Has Spaces"}, "NAME: string should match pattern"),
        ({"SHARE": "perhaps"}, "SHARE: input should be a valid boolean"),
        ({"BROKER": "http://127.0.0.1"}, "is not mqtt or mqtts://HOST:PORT"),
        ({"BROKER": "mqtt://127.0.0.1:x"}, "is not mqtt or mqtts://HOST:PORT"),
        ({"BROKER": "mqtt://127.0.0.1:99999"}, "is not mqtt or mqtts://HOST:PORT"),
        ({"BROKER": "mqtt://broker.example"}, "is another machine: use mqtts://"),
        ({"BROKER": "mqtts://broker.example"}, "BROKER_TLS: is missing"),
        ({"SEALING_KEY": "abc"}, "SEALING_KEY is not 64 hexadecimal digits"),
        ({"SIGNING_KEY_FILE": "/nowhere"}, "SIGNING_KEY_FILE: '/nowhere' cannot"),
        ({"HEALTH": "here"}, "HEALTH: 'here' is not HOST:PORT"),
        ({"HEALTH": "127.0.0.1:99999"}, "HEALTH: '127.0.0.1:99999' is not HOST:PORT"),
        ({"SMTP": "mail.example"}, "is not smtp or smtps or starttls://HOST:PORT"),
        ({"SMTP": "smtp://mail.example"}, "is another machine: use smtps://"),
        ({"SMS": "gateway.example"}, "is not http or https://HOST:PORT"),
        ({"SMS": "http://gateway.example/sms"}, "is another machine: use https://"),
        ({"SMS": "https://gateway.example/?key=1"}, "not in the address"),
        ({"SMS": "https://me:secret@gateway.example/"}, "not in the address"),
        ({"PUSH_KEY": "x"}, "PUSH_KEY: this is no key"),
        ({"RECEIVER": "centre.example:7000"}, "is not sia or sias://HOST:PORT"),
        ({"RECEIVER": "sias://centre.example"}, "names no port"),
        ({"RECEIVER": "sia://centre.example:7000"}, "is another machine: use sias://"),
        (
            {"RECEIVER": "sia://127.0.0.1:1,sias://centre.example:7000"},
            "do not go together",
        ),
        (
            {"RECEIVER": "sias://centre.example:7", "RECEIVER_CA": "/nowhere"},
            "RECEIVER_CA: '/nowhere'",
        ),
        (
            {"RECEIVER": "sias://centre.example:7", "RECEIVER_KEY": "abc"},
            "RECEIVER_KEY: this is not 32, 48 or 64 hexadecimal digits",
        ),
    ],
)
def test_what_is_wrong_is_told(changes: dict[str, str], told: str):
    (problem,) = problems(**changes)
    assert told in problem


def test_a_wrong_key_is_not_repeated_in_what_is_told():
    (problem,) = problems(SIGNING_KEY="f" * 63)
    assert "fff" not in problem


def test_two_problems_are_two_lines():
    assert len(problems(HEALTH="here", SMTP="there", SEALING_KEY="x")) == 3


def test_a_missing_certificate_is_told(tmp_path: Path):
    (problem,) = problems(BROKER="mqtts://broker.example", BROKER_TLS=str(tmp_path))
    assert problem.startswith(f"{PREFIX}BROKER_TLS: ")


def test_mail_is_sent_as_it_is_set():
    more = {
        "SMTP": "starttls://user@mail.example",
        "SMTP_PASSWORD": "secret",
        "MAIL_FROM": "wachtpost@police.example",
    }
    environ = {**GOOD, **{PREFIX + name: value for name, value in more.items()}}
    email = read_settings(environ).messages.email
    assert email is not None
    assert (email.host, email.port, email.security) == ("mail.example", 587, "starttls")
    assert (email.username, email.password) == ("user", "secret")
    assert "secret" not in repr(email)


def test_sms_go_to_the_gateway_that_is_set():
    more = {"SMS": "https://gateway.example/v1/sms", "SMS_TOKEN": "let-us-in"}
    environ = {**GOOD, **{PREFIX + name: value for name, value in more.items()}}
    sms = read_settings(environ).messages.sms
    assert sms is not None
    assert (sms.url, sms.token) == (more["SMS"], "let-us-in")
    assert "let-us-in" not in repr(read_settings(environ))


def test_the_centre_is_spoken_to_as_it_is_set():
    more = {
        "RECEIVER": "sias://centre.example:7000, sias://second.example:7001",
        "RECEIVER_KEY": "ab" * 32,
    }
    environ = {**GOOD, **{PREFIX + name: value for name, value in more.items()}}
    receiver = read_settings(environ).messages.receiver
    assert receiver is not None
    assert receiver.addresses == (("centre.example", 7000), ("second.example", 7001))
    assert receiver.tls is not None
    assert receiver.tls.check_hostname
    assert receiver.key == b"\xab" * 32
    assert "abab" not in repr(read_settings(environ))


def test_every_setting_is_explained_and_nothing_else_is():
    line = re.compile(rf"^\| `{PREFIX}([A-Z_]+)`( \*)? ", re.MULTILINE)
    told = line.findall(README.read_text())
    assert {name.lower() for name, _ in told} == set(Settings.model_fields)
    assert {name.lower() for name, secret in told if secret} == SECRETS


def test_there_are_few():
    of_messages = set(MessageSettings.model_fields)
    assert len(of_messages) <= 15
    assert len(set(Settings.model_fields) - of_messages) <= 12


def test_who_renews_certificates_has_an_authority_and_what_opens_it(tmp_path: Path):
    secret = tmp_path / "passphrase"
    secret.write_text("a passphrase that is long")
    secret.chmod(0o600)
    now = datetime.now(UTC)
    root = papers.make_root_in(tmp_path, secret.read_bytes(), now)
    papers.make_issuing_in(tmp_path, root, secret.read_bytes(), now)
    own = {
        f"{PREFIX}AUTHORITY": str(tmp_path),
        f"{PREFIX}AUTHORITY_PASSPHRASE_FILE": str(secret),
    }
    ready = read_settings({**GOOD, **own})
    assert ready.issuers is not None
    assert not ready.issuers.earlier
    assert problems(AUTHORITY=str(tmp_path)) == (
        f"{PREFIX}AUTHORITY_PASSPHRASE_FILE: is missing: nothing opens it",
    )
    secret.write_text("quite another one, which is long")
    (told,) = problems(AUTHORITY=str(tmp_path), AUTHORITY_PASSPHRASE_FILE=str(secret))
    assert "the passphrase does not open it" in told
    assert "quite another" not in told
    given = {"AUTHORITY_PASSPHRASE": "a passphrase that is long"}
    assert problems(**given) == (f"{PREFIX}AUTHORITY_PASSPHRASE is no setting",)
