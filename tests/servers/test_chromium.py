"""The machine's own Chromium, driven by Playwright."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.servers import chromium
from tests.servers.chromium import LaunchOptions
from tests.servers.errors import ServerMissing


def test_it_shows_a_page(chromium_options: LaunchOptions):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options)
        page = browser.new_page()
        page.set_content("<h1>NIET bewaakt</h1><script>document.title = 6 * 7</script>")
        heading = page.get_by_role("heading").inner_text()
        title = page.title()
        browser.close()
    assert heading == "NIET bewaakt"
    assert title == "42"


def test_it_talks_to_nobody_by_itself(chromium_options: LaunchOptions):
    assert {
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    } <= set(chromium_options["args"])


@pytest.mark.parametrize(("who", "sandboxed"), [(0, False), (1000, True)])
def test_only_root_goes_without_the_sandbox(
    monkeypatch: pytest.MonkeyPatch,
    chromium_options: LaunchOptions,
    who: int,
    sandboxed: bool,  # noqa: FBT001 - a column of the table above
):
    assert chromium_options["headless"]
    monkeypatch.setattr(os, "geteuid", lambda: who)
    assert ("--no-sandbox" not in chromium.launch_options()["args"]) == sandboxed


def test_a_machine_without_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chromium, "NAMES", ("no-such-browser",))
    with pytest.raises(ServerMissing, match="apt install chromium"):
        chromium.launch_options()
