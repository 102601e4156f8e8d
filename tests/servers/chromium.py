"""How Playwright starts the machine's own Chromium."""

import os
import shutil
from pathlib import Path
from typing import TypedDict

from tests.servers.errors import ServerMissing

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class LaunchOptions(TypedDict):
    """Keyword arguments of Playwright's `chromium.launch`, sync and async alike."""

    executable_path: str
    headless: bool
    args: list[str]


def launch_options() -> LaunchOptions:
    """Return the options for `playwright.chromium.launch(**options)`.

    Raises:
        ServerMissing: the machine has no Chromium.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise ServerMissing("chromium", "apt install chromium")
    arguments = list(ARGUMENTS)
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses root
    if not Path("/dev/shm").is_dir():  # noqa: S108 - asked about, not written to
        arguments.append("--disable-dev-shm-usage")
    return {"executable_path": found, "headless": True, "args": arguments}
