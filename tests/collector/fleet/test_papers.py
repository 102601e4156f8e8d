"""Whoever is interrupted while keys are made does the same again; none is lost."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from collector.errors import KeyFileThereError
from collector.fleet import authority, papers
from collector.fleet.authority import Authority
from collector.fleet.errors import PapersError
from sites.certificate import key_pem, new_key

SECRET = b"of a root that lies offline"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STEPS = 90
MANY = 10**6


class PowerCutError(Exception):
    """The machine went out in the middle of a step."""


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Cut the power before the so manieth step on the disk: `cut[0]`."""
    left = [MANY]

    def cutting(real: Any) -> Any:
        def step(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise PowerCutError
            return real(*args, **named)

        return step

    for name in ("open", "fdopen", "fsync", "fchmod"):
        monkeypatch.setattr(os, name, cutting(getattr(os, name)))
    for name in ("replace", "unlink", "mkdir"):
        monkeypatch.setattr(Path, name, cutting(getattr(Path, name)))
    yield left
    monkeypatch.undo()


def make(folder: Path) -> Authority:
    """Do what `fleet authority` does."""
    if (folder / "root.key").exists():
        root = papers.read_root(folder, SECRET)
    else:
        root = papers.make_root_in(folder, SECRET, NOW)
    return papers.make_issuing_in(folder, root, SECRET, NOW)


def interrupted(folder: Path, cut: list[int], steps: int) -> bool:
    cut[0] = steps
    try:
        make(folder)
    except PowerCutError:
        return True
    finally:
        cut[0] = MANY
    return False


@pytest.mark.parametrize("steps", range(0, STEPS, 3))
def test_an_authority_that_was_interrupted_is_made_by_the_same_command_again(
    tmp_path: Path, cut: list[int], steps: int
):
    folder = tmp_path / "devices"
    for start in range(2):  # the first one, and one after it
        before = None
        if start:
            before = papers.read_issuers(folder, SECRET).present.certificate
        interrupted(folder, cut, steps)
        present = make(folder)
        found = papers.read_issuers(folder, SECRET)
        assert found.present.certificate == present.certificate
        if before is not None:
            assert before in [one.certificate for one in found.earlier]
        root = papers.read_root(folder, SECRET).certificate
        present.certificate.verify_directly_issued_by(root)
        pem = root.public_bytes(Encoding.PEM)
        assert (folder / "ca.pem").read_bytes() == pem
        assert (folder / "revoked.pem").read_bytes().count(b"BEGIN X509 CRL") == 1


def test_the_steps_were_enough_to_cut_all_of_it(tmp_path: Path, cut: list[int]):
    assert interrupted(tmp_path, cut, 1)
    assert not interrupted(tmp_path, cut, STEPS)
    assert not interrupted(tmp_path, cut, STEPS)


def test_a_key_is_there_whole_or_not_at_all(tmp_path: Path, cut: list[int]):
    root = authority.make_root(NOW)
    for steps in range(20):
        key = new_key()
        made = authority.issue_collector(root, "collector", key.public_key(), NOW)
        files = (tmp_path / f"{steps}.pem", tmp_path / f"{steps}.key")
        cut[0] = steps
        try:
            papers.put_pair(files, made, key)
        except PowerCutError:
            assert not files[1].exists() or files[1].read_bytes() == key_pem(key)
        finally:
            cut[0] = MANY
        if not files[1].exists():
            papers.put_pair(files, made, key)
        assert files[0].read_bytes() == made.public_bytes(Encoding.PEM)
        assert files[1].stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_there_leaves_all_beside_it_as_it_was(tmp_path: Path):
    make(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(KeyFileThereError):
        papers.make_root_in(tmp_path, SECRET, NOW)
    root, key = authority.make_root(NOW), new_key()
    made = authority.issue_broker(root, ["localhost"], key.public_key(), NOW)
    with pytest.raises(KeyFileThereError):
        papers.put_pair((tmp_path / "root.pem", tmp_path / "root.key"), made, key)
    assert before == {file.name: file.read_bytes() for file in tmp_path.iterdir()}


def test_a_key_beside_the_certificate_of_another_is_refused(tmp_path: Path):
    make(tmp_path)
    (tmp_path / "issuing.pem").write_bytes((tmp_path / "root.pem").read_bytes())
    with pytest.raises(PapersError, match="not the key of the certificate"):
        papers.read_issuers(tmp_path, SECRET)


def test_a_disk_that_is_full_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        papers.put_secret(tmp_path / "some.key", b"secret")
    assert list(tmp_path.iterdir()) == []
