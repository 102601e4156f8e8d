"""The front end's build: only what changed, with no host written down."""

import re

import pytest

from dashboard import front
from dashboard.errors import FrontEndError

HOST = re.compile(
    r"https?://(?!github\.com/sponsors|opencollective|www\.patreon)[^\"\s]+"
)


def test_it_is_built_once_and_then_left_alone():
    front.build()
    assert front.stamp() == front.digest()
    assert front.build() is False
    assert {path.name for path in front.STATIC.iterdir()} >= {
        "page.js", "site.js", "look.css", "icon.svg"
    }  # fmt: skip


def test_neither_lock_nor_package_names_a_host():
    for name in ("package.json", "package-lock.json", ".npmrc"):
        assert HOST.findall((front.WEB / name).read_text()) == []
    assert '"resolved"' not in (front.WEB / "package-lock.json").read_text()


def test_scripts_of_packages_are_never_run():
    assert "--ignore-scripts" in front._INSTALL
    assert "ignore-scripts=true" in (front.WEB / ".npmrc").read_text()


def test_a_machine_without_node_uses_the_python_package(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    node, npm = front.find_node()
    assert node.is_file()
    assert npm[0] == str(node)


def test_what_a_tool_said_is_told():
    with pytest.raises(FrontEndError, match="no-such-script"):
        front._run(["npm", "run", "no-such-script"], front.find_node()[0])
