"""The unit that hands the list of the revoked to the broker, as it is installed."""

import shlex
import subprocess
from pathlib import Path

from tests.firmware.broker import CONFIGURATION

WRITTEN = "/var/lib/wachtpost/authority/revoked.pem"
READ = "/etc/wachtpost/broker/revoked.pem"


def unit() -> dict[str, list[str]]:
    """Give each setting of the unit with its values, under `section.name`."""
    found: dict[str, list[str]] = {}
    section = ""
    text = (CONFIGURATION / "wachtpost-revoked.service").read_text()
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(f"{section}.{name}", []).append(value)
    return found


def test_no_number_of_revocations_within_seconds_stops_the_unit():
    assert unit()["Unit.StartLimitIntervalSec"] == ["0"]


def test_the_list_takes_its_place_whole_before_the_broker_reads_it(tmp_path: Path):
    (tmp_path / "written").write_bytes(b"a new list")
    (tmp_path / "read").write_bytes(b"the one before")
    *steps, last = unit()["Service.ExecStart"]
    assert last == "/usr/bin/systemctl reload mosquitto.service"
    before = (tmp_path / "read").stat().st_ino
    with (tmp_path / "read").open("rb") as reading:
        for step in steps:
            here = step.replace(WRITTEN, str(tmp_path / "written"))
            words = shlex.split(here.replace(READ, str(tmp_path / "read")))
            # only a rename puts something in the place of the list, in one step
            assert words[-1] != str(tmp_path / "read") or Path(words[0]).name == "mv"
            subprocess.run(words, check=True)
        assert reading.read() == b"the one before"
    assert (tmp_path / "read").read_bytes() == b"a new list"
    assert (tmp_path / "read").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "read").stat().st_ino != before
    assert {one.name for one in tmp_path.iterdir()} == {"written", "read"}
