"""An administrator gives, takes away and looks up certificates: the real command."""

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography import x509

from collector.__main__ import main
from collector.database import Database
from collector.fleet.sync import sync
from collector.settings import PREFIX
from edge.paperwork import new_papers
from sites import certificate
from tests.collector import world
from tests.collector.databases import Role
from tests.collector.process import ROOT

Owner = psycopg.Connection[tuple[object, ...]]
Url = Callable[[Role], str]
PATH = f"{world.STATION}-1"
SECRETS = {"root": "the root's own passphrase", "issuing": "the issuing one's own"}


@dataclass(frozen=True)
class Office:
    """Where an administrator works: an authority, a store, a device's folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "authority"

    def secret(self, name: str) -> str:
        file = self.folder / f"{name}.secret"
        file.write_text(SECRETS[name] + "\n")
        file.chmod(0o600)
        return str(file)

    def fleet(self, *words: str) -> int:
        return main(["fleet", *words])

    def with_authority(self, *words: str) -> int:
        own = ("--authority", str(self.authority))
        return self.fleet(*words, *own, "--passphrase-file", self.secret("issuing"))

    def make(self, *more: str) -> int:
        return self.fleet(
            *("authority", str(self.authority), *more),
            *("--root-passphrase-file", self.secret("root")),
            *("--passphrase-file", self.secret("issuing")),
        )

    def issue(self, path: str = PATH, key: str | None = None) -> int:
        if key is None:
            key = certificate.key_text(certificate.new_key().public_key())
        out = str(self.folder / "papers")
        return self.with_authority("issue", path, "--key", key, "--out", out)

    def issued(self) -> certificate.Chain:
        return certificate.read_pem((self.folder / "papers/cert.pem").read_bytes())

    def revoked(self) -> set[int]:
        out = self.folder / "revoked.pem"
        assert self.with_authority("crl", "--out", str(out)) == 0
        return {one.serial_number for one in x509.load_pem_x509_crl(out.read_bytes())}


@pytest.fixture
async def office(
    database_url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Office:
    url = database_url("wachtpost_collector")
    async with Database.open(url, "test") as database:
        await sync(database, world.inventory())
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", url)
    made = Office(tmp_path)
    assert made.make() == 0
    return made


def test_a_device_s_own_key_is_certified_and_listed(
    office: Office, capsys: pytest.CaptureFixture[str]
):
    key = new_papers(office.folder / "device")
    assert office.issue(key=certificate.key_text(key)) == 0
    root = certificate.read_root((office.folder / "papers/ca.pem").read_bytes())
    certificate.check(office.issued(), root, key, PATH)
    since, until = certificate.stretch(office.issued().leaf)
    assert until - since == timedelta(days=8, hours=1)
    assert abs(until - datetime.now(UTC) - timedelta(days=8)) < timedelta(minutes=5)
    capsys.readouterr()
    assert office.fleet("list") == 0
    told = capsys.readouterr().out.splitlines()
    assert f"{PATH} haven in force until {until:%F %T}Z" in told
    assert len(told) == len(world.DEVICE_KEYS)
    assert sum("uncertified" in line for line in told) == len(told) - 1


def test_a_revoked_path_is_on_the_list_for_brokers(
    office: Office, capsys: pytest.CaptureFixture[str]
):
    office.issue()
    first = office.issued().leaf.serial_number
    assert office.revoked() == set()
    assert office.fleet("revoke", PATH, "--reason", "stolen") == 0
    assert office.revoked() == {first}
    capsys.readouterr()
    office.fleet("list")
    assert f"{PATH} haven revoked (stolen)" in capsys.readouterr().out
    assert office.fleet("revoke", PATH, "--reason", "stolen") == 1
    assert "has no certificate in force" in capsys.readouterr().err
    office.issue()
    assert office.revoked() == {first}
    capsys.readouterr()
    office.fleet("list")
    assert f"{PATH} haven in force" in capsys.readouterr().out


def test_what_an_administrator_does_is_in_the_audit_chain(office: Office, owner: Owner):
    office.issue()
    out = str(office.folder / "papers")
    office.with_authority("renew", PATH, "--out", out)
    office.fleet("revoke", world.STATION, "--reason", "ended")
    office.fleet("revoke", PATH, "--reason", "ended")  # nothing is left: not done
    found = owner.execute(
        "select actor, verb, object, subject, unit, result from store.audit"
        " where actor like 'command:fleet%' order by entry"
    ).fetchall()
    assert found == [
        (f"command:fleet {verb}", "change", what, "site:haven", "noord", "done")
        for verb, what in (
            ("issue", f"path:{PATH}"),
            ("renew", f"path:{PATH}"),
            ("revoke", f"device:{world.STATION}"),
        )
    ]


def test_a_device_is_revoked_with_all_its_paths_and_no_other(office: Office):
    for path in (PATH, f"{world.STATION}-2", f"{world.OTHER}-1"):
        assert office.issue(path) == 0
    kept = office.issued().leaf.serial_number
    assert office.fleet("revoke", world.STATION, "--reason", "lost") == 0
    assert len(office.revoked()) == 2
    assert kept not in office.revoked()


def test_a_path_is_renewed_by_hand_for_the_key_that_it_has(
    office: Office, capsys: pytest.CaptureFixture[str]
):
    out = str(office.folder / "papers")
    assert office.with_authority("renew", PATH, "--out", out) == 1
    assert "never had a certificate" in capsys.readouterr().err
    office.issue()
    before = office.issued().leaf
    assert office.with_authority("renew", PATH, "--out", out) == 0
    after = office.issued().leaf
    assert after.public_key() == before.public_key()
    assert after.serial_number != before.serial_number


@pytest.mark.parametrize(
    ("path", "key", "why"),
    [
        ("zzzzzzzzzzzzzzzz-1", None, "the store knows no device"),
        ("nonsense", None, "no topic or path of version 1"),
        (PATH, "00", "no point of P-256"),
        (PATH, "", "no point of P-256"),
    ],
)
def test_what_cannot_be_certified_leaves_nothing_behind(
    office: Office,
    owner: Owner,
    capsys: pytest.CaptureFixture[str],
    path: str,
    key: str | None,
    why: str,
):
    assert office.issue(path, key) == 1
    assert why in capsys.readouterr().err
    assert owner.execute("select count(*) from store.certificate").fetchone() == (0,)
    assert not (office.folder / "papers").exists()


def test_a_wrong_passphrase_is_one_sentence_without_it(
    office: Office, capsys: pytest.CaptureFixture[str]
):
    wrong = office.folder / "wrong"
    wrong.write_text("quite another passphrase")
    wrong.chmod(0o600)
    words = ("--authority", str(office.authority), "--passphrase-file", str(wrong))
    assert office.fleet("crl", *words, "--out", str(office.folder / "crl")) == 1
    told = capsys.readouterr()
    assert "the passphrase does not open it" in told.err
    assert "quite another" not in told.out + told.err


def test_without_a_terminal_nobody_is_asked_for_a_passphrase(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert office.fleet("authority", str(office.folder / "more")) == 1
    assert "nobody is there to be asked" in capsys.readouterr().err
    assert not (office.folder / "more").exists()


def test_no_passphrase_stands_on_the_command_line(office: Office):
    helped = subprocess.run(
        [sys.executable, "-m", "collector", "fleet", "issue", "--help"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "--passphrase-file FILE" in helped.stdout
    assert "--passphrase " not in helped.stdout
    assert office.authority.exists()


def test_brokers_and_collectors_get_theirs_from_the_root(office: Office):
    own = ("--authority", str(office.authority))
    secret = ("--root-passphrase-file", office.secret("root"))
    out = office.folder / "broker"
    words = ("broker", "localhost", "127.0.0.1", *own, *secret, "--out", str(out))
    assert office.fleet(*words) == 0
    assert {path.name for path in out.iterdir()} == {"broker.pem", "broker.key"}
    assert (out / "broker.key").stat().st_mode & 0o077 == 0
    assert office.fleet(*words) == 1
    out = office.folder / "collector"
    named = ("collector", "collector")
    assert office.fleet(*named, *own, *secret, "--out", str(out)) == 0
    leaf = certificate.read_leaf((out / "cert.pem").read_bytes())
    assert certificate.name_of(leaf) == "collector"
    key = certificate.read_key((out / "key.pem").read_bytes())
    assert key.public_key() == leaf.public_key()


def test_a_second_issuing_authority_under_the_same_root(office: Office):
    office.issue()
    office.fleet("revoke", PATH, "--reason", "other")
    before = office.issued()
    assert office.make() == 0
    office.issue()
    assert office.issued().issuing != before.issuing
    root = certificate.read_root((office.folder / "papers/ca.pem").read_bytes())
    office.issued().issuing.verify_directly_issued_by(root)
    assert before.leaf.serial_number in office.revoked()
