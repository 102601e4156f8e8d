"""Logins of cameras come from a file that is ours alone, and are shown nowhere."""

import os
from pathlib import Path

import av
import msgspec
import pytest

from edge.camera.login import LONGEST, Login, read_logins
from edge.camera.sighting import pack, read_plan
from edge.camera.stream import address_of
from edge.errors import LoginError
from tests.edge_camera.watching import plan

SECRET = "hunter2"  # noqa: S105 - of nobody


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "camera-logins.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(LoginError) as caught:
        read_logins(path)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_logins_are_read_by_the_cameras_number(tmp_path):
    text = f'[2]\nuser = "guard"\npassword = "{SECRET}"\n[14]\nuser="ö"\npassword="@"\n'
    assert read_logins(written(tmp_path, text)) == {
        2: Login("guard", SECRET),
        14: Login("ö", "@"),
    }


def test_no_file_is_no_login(tmp_path):
    assert read_logins(tmp_path / "camera-logins.toml") == {}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_file_that_others_can_use_is_refused(tmp_path, mode):
    path = written(tmp_path, f'[2]\nuser = "a"\npassword = "{SECRET}"\n', mode)
    assert refusal(path) == f"others may read it (mode {mode:o}); chmod 600 it"


WANTS = "camera 2 wants `user` and `password`, and no more"
TEXTS = "camera 2: `user` and `password` are texts, not empty"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"[2]\nuser = {SECRET}\n", "not TOML, line 2"),
        (
            f'{SECRET} = "guard"\n',
            "each table is named by a camera's number, such as [2]",
        ),
        (f"[2]\nuser = 'guard'\npass = '{SECRET}'\n", WANTS),
        ("[2]\nuser = 'guard'\n", WANTS),
        (f"[2]\nuser = 'x'\npassword = '{SECRET}'\nhost = 'h'", WANTS),
        (f"2 = '{SECRET}'\n", WANTS),
        ("[2]\nuser = 'guard'\npassword = 1234\n", TEXTS),
        (f"[2]\nuser = ''\npassword = '{SECRET}'\n", TEXTS),
        (
            f"[2]\nuser = 'a:b'\npassword = '{SECRET}'\n",
            "camera 2: a user name holds no ':'",
        ),
    ],
)
def test_what_is_wrong_is_told_and_not_quoted(tmp_path, text, told):
    assert refusal(written(tmp_path, text)) == told


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = written(tmp_path, "")
    path.write_bytes(b"\xff\xfe[2]")
    assert refusal(path) == "not TOML"


def to_a_secret(path):
    path.symlink_to(
        written(path.parent, '[2]\nuser = "a"\npassword = "b"\n').rename(
            path.parent / "elsewhere"
        )
    )


def to_nothing(path):
    path.symlink_to(path.parent / "nothing")


@pytest.mark.parametrize("plant", [to_a_secret, to_nothing, os.mkfifo, os.mkdir])
def test_what_is_no_plain_file_is_refused_and_holds_nobody_up(tmp_path, plant):
    path = tmp_path / "camera-logins.toml"
    plant(path)
    assert refusal(path) == "it is a link or no plain file"


def test_a_login_that_ffmpeg_would_cut_off_is_refused(tmp_path):
    whole, long = "x" * (LONGEST - 2), "x" * (LONGEST - 1)
    text = "[2]\nuser = 'a'\npassword = '{}'\n"
    assert read_logins(written(tmp_path, text.format(whole)))[2].password == whole
    told = f"camera 2: user and password are longer than {LONGEST} bytes in an address"
    assert refusal(written(tmp_path, text.format(long))) == told


def test_a_login_is_put_where_no_sign_of_it_can_change_the_address():
    login = Login("gu/ard", "p@ss:w/ö#?&%")
    address = login.put_into("rtsp://[::1]:554/live?channel=1")
    assert address == (
        "rtsp://gu%2Fard:p%40ss%3Aw%2F%C3%B6%23%3F%26%25@[::1]:554/live?channel=1"
    )


def test_no_way_of_showing_shows_a_login():
    login = Login("guard", SECRET)
    shown = plan("rtsp://camera.test/1", login=login)
    address = address_of("rtsp://camera.test/1", login)
    assert SECRET in address.where
    for thing in (login, shown, address, [login], {"login": login}):
        assert SECRET not in f"{thing}{thing!r}{thing!s}"


def test_a_login_goes_down_the_pipe_to_the_process(tmp_path):
    sent = plan("rtsp://camera.test/1", login=Login("guard", SECRET))
    pipe = tmp_path / "pipe"
    pipe.write_bytes(pack(sent))
    with pipe.open("rb") as end:
        assert read_plan(end) == sent
    assert msgspec.structs.asdict(sent)["login"].password == SECRET


def test_ffmpeg_quotes_the_address_and_we_do_not():
    login = Login("guard", SECRET)
    where = address_of("rtsp://127.0.0.1:9/live", login).where
    with pytest.raises(av.FFmpegError, match=SECRET):
        av.open(where)
