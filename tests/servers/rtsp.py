"""A real RTSP server on loopback, as a camera on the network has one."""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from edge.sight.picture import Pixels
from tests.servers.errors import ServerMissing
from tests.servers.process import (
    Account,
    Server,
    as_account,
    private_folder,
    start_on_a_free_port,
    unprivileged,
)

LENGTH_BYTES = 4  # before each picture of a film, as the script reads it
PYTHON = "/usr/bin/python3"  # Debian's own, which has its bindings of GStreamer
SCRIPT = Path(__file__).with_name("rtsp_camera.py")
HINT = "apt install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good"
HAS_ALL = """
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
assert Gst.ElementFactory.find("rtph264pay")
"""


@dataclass(frozen=True)
class Manner:
    """How the camera behaves.

    Attributes:
        auth: "basic" or "digest"; None lets everybody in.
        login: user and password.
        join: the picture of the film that a client is given first.
        rate: pictures a second.
    """

    auth: str | None = None
    login: tuple[str, str] = ("guard", "secret")
    join: int = 0
    rate: int = 10


class NetworkCamera:
    """One running camera; `kill()` and `start()` keep its port."""

    def __init__(self, server: Server, port: int) -> None:
        self.port = port
        self.source = f"rtsp://127.0.0.1:{port}/live"
        self._server = server

    def kill(self) -> None:
        """Pull its plug."""
        self._server.kill()

    def start(self) -> None:
        """Start it again on the same port."""
        self._server.start()

    def stall(self) -> None:
        """Have it send no more pictures, and keep what is connected."""
        self._signal(signal.SIGUSR1)

    def go_on(self) -> None:
        """Have it send pictures again."""
        self._signal(signal.SIGUSR2)

    def freeze(self) -> None:
        """Stop the whole camera as it is: not a byte comes, nothing is closed."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """End `freeze()`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._server.pid is None:
            raise AssertionError
        os.kill(self._server.pid, number)


def write_film(
    path: Path, pictures: Iterable[Pixels], rate: int = 10, gop: int = 10
) -> Path:
    """Encode BGR pictures as H.264, as the camera's script reads it."""
    coder: Any = av.CodecContext.create("libx264", "w")
    with path.open("wb") as film:
        for number, picture in enumerate(pictures):
            if not coder.is_open:
                coder.height, coder.width = picture.shape[:2]
                coder.pix_fmt, coder.gop_size = "yuv420p", gop
                coder.time_base, coder.framerate = Fraction(1, rate), rate
                words = "repeat-headers=1:scenecut=0:sliced-threads=0:threads=1"
                coder.options = {
                    "preset": "ultrafast",
                    "tune": "zerolatency",
                    "crf": "14",  # noise is what tells a living camera
                    "x264-params": words,
                }
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            frame.pts = number
            for packet in coder.encode(frame):
                data = bytes(packet)
                film.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
    return path


@cache
def _has_all() -> bool:
    if not Path(PYTHON).exists():
        return False
    done = subprocess.run([PYTHON, "-c", HAS_ALL], capture_output=True, check=False)
    return done.returncode == 0


@contextmanager
def started(film: Path, manner: Manner | None = None) -> Iterator[NetworkCamera]:
    """Start a camera that shows a film again and again; end it afterwards.

    Raises:
        ServerMissing: the machine has no GStreamer for its own Python.
        ServerDidNotStart: with its last words.
    """
    if not _has_all():
        raise ServerMissing("an RTSP server", HINT)
    account = unprivileged()
    with private_folder("rtsp", account) as folder:
        camera = _start(film, manner or Manner(), folder, account)
        try:
            yield camera
        finally:
            camera.kill()


def _start(
    film: Path, manner: Manner, folder: Path, account: Account | None
) -> NetworkCamera:
    login = folder / "login"
    login.write_text("\n".join(manner.login), "utf-8")
    (folder / "film").write_bytes(film.read_bytes())
    (folder / "camera.py").write_bytes(SCRIPT.read_bytes())

    def make(port: int) -> Server:
        words = [str(port), str(folder / "film"), str(manner.rate)]
        words += ["--join", str(manner.join)]
        if manner.auth:
            words += ["--auth", manner.auth, "--login", str(login)]
        command = [PYTHON, "-B", str(folder / "camera.py"), *words]
        return Server("camera", as_account(command, account), ready="camera ready")

    return NetworkCamera(*start_on_a_free_port(make))
