"""The network camera that the other tests stand on."""

import socket
from pathlib import Path

import av
import numpy as np
import pytest

from edge.sight.picture import Pixels
from tests.servers import rtsp
from tests.servers.errors import ServerMissing
from tests.servers.need import needed
from tests.servers.rtsp import LENGTH_BYTES, Manner, write_film


def pictures(count: int) -> list[Pixels]:
    return [np.full((64, 96, 3), 40 + 10 * number, np.uint8) for number in range(count)]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Give ten pictures, each brighter than the one before."""
    return write_film(tmp_path / "film", pictures(10), gop=5)


def test_a_film_is_a_row_of_pictures_with_their_lengths(film: Path):
    data, at, found = film.read_bytes(), 0, 0
    while at < len(data):
        at += LENGTH_BYTES + int.from_bytes(data[at : at + LENGTH_BYTES], "big")
        found += 1
    assert (at, found) == (len(data), 10)


def test_a_camera_shows_its_film_from_where_it_is_joined(film: Path):
    with needed(), rtsp.started(film, Manner(join=5)) as camera:
        options = {"rtsp_transport": "tcp", "fpsprobesize": "2"}
        with av.open(camera.source, options=options, timeout=20) as container:
            frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (96, 64)
    assert abs(frame.to_ndarray(format="gray").mean() - 90) < 12


def test_a_camera_that_was_killed_is_gone_and_comes_back_on_its_port(film: Path):
    with needed(), rtsp.started(film) as camera:
        camera.kill()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", camera.port))
        camera.start()
        with socket.create_connection(("127.0.0.1", camera.port), 10):
            pass


def test_a_machine_without_it_is_told_what_to_install(
    film: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rtsp, "PYTHON", "/nowhere/python3")
    rtsp._has_all.cache_clear()
    told = "an RTSP server is not on this machine: apt install python3-gi"
    try:
        with pytest.raises(ServerMissing, match=told), rtsp.started(film):
            pass
    finally:
        rtsp._has_all.cache_clear()


def test_what_is_to_be_installed_is_what_make_test_installs():
    script = (Path(__file__).parents[1] / "machine" / "install.sh").read_text()
    for package in rtsp.HINT.removeprefix("apt install ").split():
        assert f" {package}" in script or f'"{package}' in script
