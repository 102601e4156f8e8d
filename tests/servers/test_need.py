"""A missing server: a skip with its reason on a bare machine, a failure in CI."""

import pytest

from tests.servers.errors import ServerMissing
from tests.servers.need import done_without, must_have_everything, needed


def look_for_something() -> None:
    raise ServerMissing("mosquitto", "apt install mosquitto")


@pytest.mark.parametrize("value", ["true", "1", "True", "yes"])
def test_in_ci_a_missing_server_fails(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CI", value)
    with pytest.raises(ServerMissing), needed():
        look_for_something()


@pytest.mark.parametrize("value", [None, "", "false", "0"])
def test_on_a_bare_machine_it_skips_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("CI", raising=False)
    if value is not None:
        monkeypatch.setenv("CI", value)
    with pytest.raises(pytest.skip.Exception) as skipped, needed():
        look_for_something()
    assert str(skipped.value) == (
        "mosquitto is not on this machine: apt install mosquitto"
    )


def test_what_a_run_does_without_is_a_failure_in_ci_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = ServerMissing("a tmpfs", "only root may mount one")
    monkeypatch.setenv("CI", "false")
    assert done_without(missing) == str(missing)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(ServerMissing) as raised:
        done_without(missing)
    assert raised.value is missing


def test_any_other_trouble_is_no_reason_to_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "false")
    assert not must_have_everything()
    with pytest.raises(ZeroDivisionError), needed():
        raise ZeroDivisionError
