"""A network camera: serves a film over RTSP, again and again, until it is ended.

    /usr/bin/python3 rtsp_camera.py PORT FILM RATE [--auth basic|digest --login FILE]
        [--join N]

The system's own Python runs it, as only that has GStreamer. FILM is what
`tests.servers.rtsp.write_film` wrote. The login is user and password, a line each. Each
client is given the film from picture N on, as one that joins a camera is. SIGUSR1 has
it send no more pictures, with the connections open; SIGUSR2 has it go on.
"""

import argparse
import signal
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - after its versions

LENGTH_BYTES = 4
LAUNCH = (
    "( appsrc name=film is-live=true format=time do-timestamp=false"
    " caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate={rate}/1"
    " ! rtph264pay name=pay0 pt=96 config-interval=0 )"
)


def pictures(path: Path) -> list[bytes]:
    data = path.read_bytes()
    found, at = [], 0
    while at < len(data):
        begin = at + LENGTH_BYTES
        end = begin + int.from_bytes(data[at:begin], "big")
        found.append(data[begin:end])
        at = end
    return found


class Camera:
    """One film, pushed to each client at its rate."""

    def __init__(self, film: list[bytes], rate: int, join: int) -> None:
        self._film, self._rate, self._join = film, rate, join
        self._stalls = False

    def stall(self, *, on: bool) -> bool:
        self._stalls = on
        return True

    def serve(self, _: object, media: "GstRtspServer.RTSPMedia") -> None:
        source = media.get_element().get_by_name("film")
        state = {"number": 0}

        def push() -> bool:
            if self._stalls:
                return True
            number = state["number"]
            state["number"] += 1
            data = self._film[(self._join + number) % len(self._film)]
            buffer = Gst.Buffer.new_wrapped(data)
            buffer.pts = number * Gst.SECOND // self._rate
            buffer.duration = Gst.SECOND // self._rate
            return bool(source.emit("push-buffer", buffer) == Gst.FlowReturn.OK)

        GLib.timeout_add(1000 // self._rate, push)


def lock(server: "GstRtspServer.RTSPServer", how: str, login: Path) -> None:
    """Let nobody in but who knows the login."""
    user, password = login.read_text("utf-8").splitlines()
    auth = GstRtspServer.RTSPAuth.new()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if how == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port")
    parser.add_argument("film", type=Path)
    parser.add_argument("rate", type=int)
    parser.add_argument("--auth", choices=("basic", "digest"))
    parser.add_argument("--login", type=Path)
    parser.add_argument("--join", type=int, default=0)
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH.format(rate=options.rate))
    if options.auth:
        lock(server, options.auth, options.login)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)  # noqa: FBT003 - its own C-like API
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)  # noqa: FBT003 - its own C-like API
        factory.set_permissions(permissions)
    camera = Camera(pictures(options.film), options.rate, options.join)
    factory.connect("media-configure", camera.serve)
    server.get_mount_points().add_factory("/live", factory)
    GLib.unix_signal_add(
        GLib.PRIORITY_DEFAULT, signal.SIGUSR1, lambda: camera.stall(on=True)
    )
    GLib.unix_signal_add(
        GLib.PRIORITY_DEFAULT, signal.SIGUSR2, lambda: camera.stall(on=False)
    )
    if not server.attach(None):
        sys.exit("Address already in use")
    sys.stdout.write("camera ready\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
