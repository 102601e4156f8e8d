"""A stolen key file costs memory and time for each passphrase that is tried."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from nacl.pwhash import argon2id

from collector.fleet import locked
from collector.fleet.errors import PapersError
from collector.fleet.locked import MEMORY, ROUNDS, lock, unlock
from sites.certificate import Key, key_pem, new_key

SECRET = b"a passphrase that is long"


def opened(path: Path) -> bytes:
    key = unlock(path, SECRET)
    assert isinstance(key, Key)
    return key_pem(key)


def test_a_key_comes_back_with_its_passphrase_alone(tmp_path: Path):
    key, other = new_key(), Ed25519PrivateKey.generate()
    (tmp_path / "one").write_bytes(lock(key, SECRET))
    (tmp_path / "other").write_bytes(lock(other, SECRET))
    assert opened(tmp_path / "one") == key_pem(key)
    found = unlock(tmp_path / "other", SECRET)
    assert isinstance(found, Ed25519PrivateKey)
    assert found.private_bytes_raw() == other.private_bytes_raw()
    with pytest.raises(PapersError, match="the passphrase does not open it"):
        unlock(tmp_path / "one", SECRET + b"!")


def test_the_passphrase_itself_opens_nothing_that_is_quick_to_try():
    title, _, pem = lock(new_key(), SECRET).partition(b"\n")
    assert b"ENCRYPTED PRIVATE KEY" in pem
    with pytest.raises(ValueError, match="Incorrect password"):
        load_pem_private_key(pem, SECRET)
    assert SECRET not in title


def test_each_try_takes_256_mib_and_no_two_files_share_one(
    monkeypatch: pytest.MonkeyPatch,
):
    asked: list[tuple[int, int, bytes]] = []

    def kdf(size: int, _: bytes, salt: bytes, rounds: int, memory: int) -> bytes:
        asked.append((rounds, memory, salt))
        return bytes(size)

    monkeypatch.setattr(argon2id, "kdf", kdf)
    monkeypatch.setattr(locked, "ROUNDS", ROUNDS)
    monkeypatch.setattr(locked, "MEMORY", MEMORY)
    key = new_key()
    titles = [lock(key, SECRET).split(b"\n")[0] for _ in range(2)]
    assert {(rounds, memory) for rounds, memory, _ in asked} == {(3, 256 * 1024**2)}
    assert asked[0][2] != asked[1][2]
    assert titles[0].endswith(asked[0][2].hex().encode())


def test_a_file_that_was_locked_less_still_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    key = new_key()
    (tmp_path / "old").write_bytes(lock(key, SECRET))
    monkeypatch.setattr(locked, "ROUNDS", argon2id.OPSLIMIT_MIN + 1)
    assert opened(tmp_path / "old") == key_pem(key)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "rubbish",
        locked.TITLE,
        f"{locked.TITLE} 3 8192 zz",
        f"{locked.TITLE} 3 8192 00",
        f"{locked.TITLE} -1 8192 {'00' * 16}",
        f"{locked.TITLE} 3 1 {'00' * 16}",
        f"{locked.TITLE} 3 {10**15} {'00' * 16}",
        f"{locked.TITLE} {10**9} 8192 {'00' * 16}",
        "\xff",
    ],
)
def test_what_is_no_such_file_is_refused_at_once(tmp_path: Path, title: str):
    path = tmp_path / "key"
    path.write_bytes(title.encode("latin1") + b"\n" + key_pem(new_key()))
    with pytest.raises(PapersError, match="it is no key behind a passphrase"):
        unlock(path, SECRET)
    path.unlink()
    with pytest.raises(PapersError, match="No such file"):
        unlock(path, SECRET)
