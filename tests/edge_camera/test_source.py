"""What a camera's source is, by how it is named."""

import socket

import pytest

from edge.camera.camera import Patience
from edge.camera.source import (
    Wish,
    check,
    is_live,
    is_network,
    is_pi,
    pi_wish,
    usb_wish,
)
from edge.camera.stream import NETWORK_OPTIONS, address_of, open_source
from edge.errors import FilmError, Loss


@pytest.mark.parametrize(
    ("source", "live", "network"),
    [
        ("rtsp://camera.test/1", True, True),
        ("RTSPS://camera.test/1", True, True),
        ("usb:0", True, False),
        ("pi:0", True, False),
        ("made:1", False, False),
        ("/films/usb:0.mp4", False, False),
        ("http://camera.test/1", False, False),
        ("film.mkv", False, False),
    ],
)
def test_a_camera_is_told_from_a_film(source, live, network):
    assert is_live(source) is live
    assert is_network(source) is network
    assert is_pi(source) is source.startswith("pi:")


@pytest.mark.parametrize(
    ("source", "wish"),
    [
        ("usb:0", Wish("/dev/video0")),
        ("usb:/dev/video2", Wish("/dev/video2")),
        ("USB:11?size=640x480", Wish("/dev/video11", (640, 480))),
        (
            "usb:/dev/v4l/by-id/usb-046d_C920-video-index0?rate=15&format=mjpeg",
            Wish("/dev/v4l/by-id/usb-046d_C920-video-index0", None, 15, "mjpeg"),
        ),
    ],
)
def test_a_camera_of_the_machine_is_asked_for_what_is_wished(source, wish):
    assert usb_wish(source) == wish
    check(source)


def test_a_raspberry_pis_camera_is_asked_for_what_is_wished():
    assert pi_wish("pi:1?size=1920x1080&rate=10") == Wish("1", (1920, 1080), 10)


@pytest.mark.parametrize(
    "source",
    [
        "usb:",
        "usb:front",
        "usb:/etc/shadow",
        "usb:/dev/../etc/shadow",
        "usb:/dev/video0,/dev/video1",
        "usb:0?size=640",
        "usb:0?size=0x480",
        "usb:0?size=",
        "usb:0?rate=0",
        "usb:0?rate=-5",
        "usb:0?format=../x",
        "usb:0?loglevel=debug",
        "pi:",
        "pi:/dev/video0",
        "pi:12",
        "pi:0?format=mjpeg",
    ],
)
def test_what_can_never_be_opened_is_refused_before_anything_is(source):
    with pytest.raises(FilmError) as caught:
        check(source)
    assert caught.value.reason is Loss.MISSING


@pytest.mark.parametrize("source", ["rtsp://camera.test", "made:1", "film.mkv", ""])
def test_of_other_sources_only_opening_tells(source):
    check(source)


def test_ffmpeg_is_told_what_is_wished_of_a_camera():
    address = address_of("usb:0?size=1280x720&rate=25&format=mjpeg")
    assert (address.where, address.format) == ("/dev/video0", "v4l2")
    assert address.options == {
        "video_size": "1280x720",
        "framerate": "25",
        "input_format": "mjpeg",
    }
    assert address_of("usb:0").options == {}


def test_a_network_camera_is_asked_over_tcp_for_pictures_alone():
    address = address_of("rtsp://camera.test/1")
    assert address.options == NETWORK_OPTIONS
    assert address.options["rtsp_transport"] == "tcp"
    assert address.options["allowed_media_types"] == "video"
    assert "file" not in address.options["protocol_whitelist"]
    assert "http" not in address.options["protocol_whitelist"]


def test_opening_and_reading_give_up_before_the_agent_does():

    opening, reading = address_of("rtsp://camera.test/1").timeout or (99, 99)
    assert max(2 * opening, reading) < Patience().hang


@pytest.mark.parametrize(
    "name", ["secret.txt", "secret.nfo", "secret.xb", "secret.adf"]
)
def test_text_is_no_film_whatever_ffmpeg_can_draw(tmp_path, name):
    path = tmp_path / name
    path.write_text("user:secret:1000\n" * 500)
    with pytest.raises(FilmError) as caught:
        open_source(str(path))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:9/x",
        "tcp://127.0.0.1:9",
        "concat:/etc/passwd|/etc/group",
        "subfile:,start,0,end,100,,:/etc/passwd",
        "data:text/plain,hello",
        "pipe:0",
        "rtsp+file:///etc/passwd",
        "file:/etc/passwd",
        "/etc/passwd",
    ],
)
def test_a_film_is_a_file_and_neither_an_address_nor_another_protocol(source):
    with pytest.raises(FilmError):
        open_source(source)


@pytest.mark.parametrize("name", ["a.m3u8", "a.ffconcat"])
def test_a_playlist_opens_no_address(tmp_path, name):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        where = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        lists = {
            "a.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{where}\n",
            "a.ffconcat": f"ffconcat version 1.0\nfile {where}\n",
        }
        (tmp_path / name).write_text(lists[name])
        with pytest.raises(FilmError):
            open_source(str(tmp_path / name))
        with pytest.raises(TimeoutError):
            server.accept()
