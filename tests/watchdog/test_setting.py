"""Every problem of the watchdog's environment is told, every setting is explained."""

import re
from pathlib import Path

import pytest

import collector.watchdog
from collector.errors import SettingsError
from collector.notify.setting import MessageSettings
from collector.watchdog.guard import _listeners
from collector.watchdog.setting import PREFIX, Ready, Settings, read_settings

README = Path(collector.watchdog.__file__).parents[1] / "README.md"
GOOD = {
    f"{PREFIX}DATABASE_URL": "postgresql://wachtpost_collector@127.0.0.1/wachtpost",
    f"{PREFIX}SMTP": "smtp://127.0.0.1:25",
    f"{PREFIX}TELL": "one@dienst.example, two@dienst.example",
}


def problems(**changes: str | None) -> tuple[str, ...]:
    changed = {**GOOD, **{PREFIX + name: value for name, value in changes.items()}}
    environ = {name: value for name, value in changed.items() if value is not None}
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    return tuple(caught.value.problems)


def _channels(ready: Ready) -> list[object]:
    return [one._channel for one in _listeners(ready)]


def test_what_is_needed_is_enough():
    ready = read_settings(GOOD)
    assert ready.tell == ("one@dienst.example", "two@dienst.example")
    assert ready.health == ("127.0.0.1", 9465)
    assert ready.messages.email is not None


def test_without_anybody_to_tell_it_watches_all_the_same():
    name = f"{PREFIX}DATABASE_URL"
    ready = read_settings({name: GOOD[name]})
    assert ready.tell == ()
    assert ready.messages.email is None


def test_each_problem_is_told_at_once_and_no_address_is_quoted():
    found = problems(TELL="one@dienst.example,nobody", HEALTH="here", SMTP="x://y")
    assert [one.removeprefix(PREFIX).split(":")[0] for one in found] == [
        "SMTP",
        "TELL",
        "HEALTH",
    ]
    assert "nobody" not in " ".join(found)
    assert f"{PREFIX}TELL: the 2. is no e-mail address and no +31612345678" in found


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"SMTP": None}, "SMTP"),
        ({"TELL": None}, "TELL"),
        ({"TELL": "one@dienst.example,+31612345678"}, "SMS"),
        ({"TELL": "+31612345678", "SMTP": None}, "SMS"),
    ],
)
def test_a_way_without_anybody_and_somebody_without_a_way_are_refused(changes, lacks):
    told = f"{PREFIX}{lacks}: is missing: somebody would be told nothing"
    assert problems(**changes) == (told,)


def test_who_has_a_mobile_is_told_by_sms_alone():
    changes = {"TELL": "+31612345678", "SMS": "http://127.0.0.1:1/sms"}
    ready = read_settings({**GOOD, **{PREFIX + k: v for k, v in changes.items()}})
    assert [type(one).__name__ for one in _channels(ready)] == ["Sms"]


def test_a_setting_that_is_none_is_refused():
    assert problems(BROKER="x") == (f"{PREFIX}BROKER is no setting",)


def test_every_setting_is_explained_and_nothing_else_is():
    line = re.compile(rf"^\| `{PREFIX}([A-Z_]+)`", re.MULTILINE)
    told = {name.lower() for name in line.findall(README.read_text())}
    assert told == (set(Settings.model_fields) - set(MessageSettings.model_fields)) | {
        "smtp"
    }
