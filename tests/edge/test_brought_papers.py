"""A certificate that a person brings is for whichever key was certified last."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from collector.fleet import authority
from edge import paperwork
from edge.__main__ import main
from edge.errors import SettingsError
from edge.papers import ASKED, BROUGHT, CURRENT, NEXT, Papers
from edge.settings import load
from sites import certificate
from sites.certificate import Chain, Key, PublicKey
from tests.edge.device_home import make_home, new_site

NOW = datetime.now(UTC)
ROOT = authority.make_root(NOW)
ISSUING = authority.make_issuing(ROOT, NOW)
SITE = new_site()
FIRST, SECOND = f"{SITE.device}-1", f"{SITE.device}-2"


def issued(key: PublicKey, path: str = FIRST) -> Chain:
    return authority.issue(ISSUING, path, key, NOW)


def make_papers(folder: Path, path: str) -> Path:
    key = paperwork.new_papers(folder)
    (folder / BROUGHT).write_bytes(issued(key, path).pem)
    (folder / "ca.pem").write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give the folder of a device whose first path has renewed itself."""
    second = {"path": SECOND, "broker": "127.0.0.1:2", "tls": "tls-2"}
    folder = make_home(
        tmp_path / "device", 1, SITE, tls="tls", second=second, contacts="contacts.csv"
    )
    (folder / "contacts.csv").write_text("seconds,sensor,state\n1,1,open\n")
    tls = make_papers(folder / "tls", FIRST)
    make_papers(folder / "tls-2", SECOND)
    paperwork.take(tls, FIRST, issued(paperwork.ask(tls)))
    Papers(tls, FIRST).worked(tls / NEXT)
    return folder


def bring(home: Path, chain: Chain) -> int:
    file = home.parent / "cert.pem"
    file.write_bytes(chain.pem)
    return main(["papers", "--home", str(home), str(file)])


def key_in(file: Path) -> Key:
    return certificate.read_key(file.read_bytes())


def leaf_in(file: Path) -> bytes:
    leaf = certificate.read_leaf(file.read_bytes())
    return leaf.public_bytes(Encoding.DER)


@pytest.mark.parametrize("name", ["key.pem", CURRENT, NEXT, ASKED])
def test_what_is_brought_is_kept_beside_the_key_that_it_is_for(
    home: Path, name: str, capsys: pytest.CaptureFixture[str]
):
    tls = home / "tls"
    if name in {NEXT, ASKED}:
        paperwork.ask(tls)
    if name == NEXT:
        paperwork.take(tls, FIRST, issued(paperwork.ask(tls)))
    fitting = key_in(tls / name)
    chain = issued(fitting.public_key())
    before = (tls / CURRENT).read_bytes()
    assert bring(home, chain) == 0
    assert str(tls) in capsys.readouterr().out
    assert key_in(tls / NEXT).public_key() == fitting.public_key()
    assert leaf_in(tls / NEXT) == chain.leaf.public_bytes(Encoding.DER)
    assert (tls / NEXT).stat().st_mode & 0o077 == 0
    assert (tls / CURRENT).read_bytes() == before
    assert Papers(tls, FIRST).choose(0) == tls / NEXT
    load(home)


def test_the_certificate_says_itself_for_which_path_it_is(home: Path):
    key = key_in(home / "tls-2" / "key.pem").public_key()
    assert bring(home, issued(key, SECOND)) == 0
    assert (home / "tls-2" / NEXT).exists()
    assert not (home / "tls" / NEXT).exists()


@pytest.mark.parametrize(
    ("path", "stranger", "told"),
    [
        ("aaaaaaaaaaaaaaaa-1", False, "it is for 'aaaaaaaaaaaaaaaa-1', not for"),
        (SECOND, False, "no key in"),
        (FIRST, True, "it is not of our authority"),
    ],
    ids=["another device", "no key", "another authority"],
)
def test_what_is_not_for_this_device_changes_nothing(
    home: Path,
    path: str,
    stranger: bool,  # noqa: FBT001  # a parameter of the cases
    told: str,
    capsys: pytest.CaptureFixture[str],
):
    key = key_in(home / "tls" / CURRENT).public_key()
    by = authority.make_issuing(authority.make_root(NOW), NOW) if stranger else ISSUING
    assert bring(home, authority.issue(by, path, key, NOW)) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (home / "tls" / NEXT).exists()
    assert not (home / "tls-2" / NEXT).exists()


def test_a_file_without_certificates_is_told(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    (home / "rubbish").write_text("rubbish")
    for name in ("rubbish", "none"):
        words = ["papers", "--home", str(home), str(home / name)]
        assert main(words) == 1
    told = capsys.readouterr().err.splitlines()
    assert "there are no two certificates in it" in told[0]
    assert "No such file" in told[1]


def test_one_copied_over_the_first_that_fits_no_key_strands_nobody(home: Path):
    tls = home / "tls"
    key = key_in(tls / CURRENT).public_key()
    (tls / BROUGHT).write_bytes(issued(key).pem)
    later = (tls / CURRENT).stat().st_mtime + 10
    os.utime(tls / BROUGHT, (later, later))
    load(home)
    own = Papers(tls, FIRST)
    assert [own.choose(0), own.choose(1)] == [None, tls / CURRENT]


def test_where_no_pair_can_be_used_the_agent_does_not_start(home: Path):
    tls = home / "tls"
    (tls / CURRENT).write_bytes((tls / CURRENT).read_bytes()[:300])
    load(home)
    (tls / BROUGHT).unlink()
    with pytest.raises(SettingsError, match="broker: No such file or directory"):
        load(home)
