"""The whole house at once, started as a newcomer would: `wachtpost demo`."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.servers.process import free_port

START_S = 90
GONE_S = 10.0
PATIENCE_MS = 60_000


@dataclass
class Demo:
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def until(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if words in line:
                return
        pytest.fail("\n".join(["the demo ended before it said so:", *self.lines]))

    def end(self) -> list[str]:
        rest, _ = self.process.communicate(timeout=START_S)
        self.lines += rest.splitlines()
        return self.lines

    def link(self, role: str) -> str:
        found = re.search(rf"  {role} +(http\S+)", "\n".join(self.lines))
        assert found is not None
        return found[1]


@contextmanager
def running(*arguments: str) -> Iterator[Demo]:
    process = subprocess.Popen(
        [sys.executable, "-m", "wachtpost", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "FOOTAGE": "made"},
    )
    try:
        yield Demo(process)
    finally:
        process.kill()
        process.communicate()


def of_demo(root: int) -> set[int]:
    """Give the processes that a demo started, and those that they did."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if after_name[0] != "Z":
            parents[int(stat.parent.name)] = int(after_name[1])
    found = {root}
    while more := {pid for pid, up in parents.items() if up in found} - found:
        found |= more
    return found - {root}


def postgres_of(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def survivors(pids: set[int]) -> list[str]:
    """Give what is left of them after a moment in which the dying may die."""
    pause, names = Event(), list[str]()
    for _ in range(int(GONE_S * 20)):
        names = [name for pid in pids if (name := command_of(pid))]
        if not names:
            return []
        pause.wait(0.05)
    return names


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def sign_in(browser: Browser, link: str) -> Page:
    page = browser.new_context(locale="nl-NL").new_page()
    page.goto(link)
    page.locator("main form button").first.click()
    page.get_by_role("link", name=re.compile("verder", re.IGNORECASE)).click()
    return page


@pytest.mark.timeout(240)
def test_a_door_opens_at_a_station_and_the_desk_deals_with_it(chromium_options) -> None:
    port = str(free_port())
    with running("--port", port, "--for", "600", "--json") as demo:
        demo.until("Ctrl-C ends all of it")
        with sync_playwright() as player:
            browser = player.chromium.launch(**chromium_options)
            page = sign_in(browser, demo.link("desk"))
            deal_with_the_door(page)
            browser.close()
        demo.process.send_signal(signal.SIGINT)
        result = msgspec.json.decode(demo.end()[-1], type=dict[str, Any])
        assert demo.process.returncode == 0
    assert result["footage"] == "made"
    assert result["incidents"] == 2  # the door, and the button at the kit
    assert result["written"] == result["stored"] > 20
    assert result["duplicates_refused"] >= 0
    assert 0 < result["delay_median_s"] <= result["delay_max_s"]


def deal_with_the_door(page: Page) -> None:
    """Without one reload: see it come, take it, tick off, resolve."""
    panic = page.locator("article.urgent", has_text="noodknop ingedrukt")
    expect(panic).to_contain_text("AOL-", timeout=PATIENCE_MS)
    door = page.locator("article.incident", has_text="alarm terwijl ingeschakeld")
    expect(door).to_contain_text("Bureau Haven", timeout=PATIENCE_MS)
    door.get_by_role("button", name="Ik pak dit op").click()
    expect(door).to_contain_text("opgepakt")
    door.get_by_role("link", name="Bekijk").click()
    expect(page.locator("button.tick").first).to_be_visible()
    while page.locator("button.tick[aria-pressed=false]").count():
        step = page.locator("button.tick[aria-pressed=false]").first
        name = step.get_attribute("id")
        step.click()
        expect(page.locator(f"#{name}")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("radio", name="Echt", exact=True).check()
    page.locator("#sentence").fill("Deur stond open, schoonmaker vergat hem.")
    page.get_by_role("button", name="Afronden").click()
    expect(page.locator("main")).to_contain_text("schoonmaker vergat hem")


@pytest.mark.timeout(180)
def test_ctrl_c_ends_every_process_that_the_demo_started(monkeypatch) -> None:
    with TemporaryDirectory() as short:
        monkeypatch.setenv("TMPDIR", short)
        with running("--port", str(free_port())) as demo:
            demo.until("Ctrl-C ends all of it")
            (folder,) = Path(short).glob("wachtpost-demo-*")
            started = of_demo(demo.process.pid) | {postgres_of(folder)}
            assert len(started) >= 6  # broker, collector, dashboard, two edges, camera
            demo.process.send_signal(signal.SIGINT)
            demo.end()
            assert demo.process.returncode == 0
        assert survivors(started) == []
        assert list(Path(short).iterdir()) == []  # nor a lock that shuts out others


def test_a_folder_too_long_for_a_socket_is_said_in_words(tmp_path, monkeypatch) -> None:
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    with running("--port", str(free_port())) as demo:
        said = "\n".join(demo.end())
        assert demo.process.returncode == 1
    assert "set TMPDIR to a shorter folder" in said
    assert "Traceback" not in said


@pytest.mark.timeout(180)
def test_it_ends_by_itself_with_its_counts_on_the_last_line() -> None:
    with running("--port", str(free_port()), "--for", "12", "--json") as demo:
        said = demo.end()
        assert demo.process.returncode == 0
    result = msgspec.json.decode(said[-1], type=dict[str, Any])
    assert result["stored"] == result["written"] > 0
    assert set(result) == {
        "written",
        "stored",
        "duplicates_refused",
        "incidents",
        "delay_median_s",
        "delay_max_s",
        "footage",
    }


def test_a_port_that_is_taken_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running("--port", str(port)) as demo:
            said = "\n".join(demo.end())
            assert demo.process.returncode == 1
    assert f"port {port} is taken" in said
    assert "Traceback" not in said
