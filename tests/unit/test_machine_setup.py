"""`make setup`: from a bare checkout to an environment, in words where it cannot."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ["awk", "cat", "chmod", "cut", "dirname", "env", "grep", "ln", "mkdir"]
TOOLS += ["rm", "sed", "sh", "sha256sum"]

# uv itself is somebody else's program: this one makes the folder that `uv venv`
# makes, and keeps an account of what it was asked.
RECORDING_UV = """\
#!/bin/sh
echo "$@" >>"{log}"
case "$1" in
--version) echo "uv 0.0.0 (recording)" ;;
venv)
  mkdir -p .venv/bin
  printf '#!/bin/sh\\nexec "{python}" "$@"\\n' >.venv/bin/python
  chmod 755 .venv/bin/python
  ;;
esac
exit "${{UV_EXIT:-0}}"
"""


@dataclass
class Checkout:
    """A bare checkout on a machine that has only the tools it is given."""

    folder: Path
    tools: Path
    log: Path

    def give(self, name: str, script: str) -> None:
        tool = self.tools / name
        tool.write_text(script)
        tool.chmod(0o755)

    def give_python(self, refuses: str = "nothing at all") -> None:
        self.give(
            "python3",
            "#!/bin/sh\n"
            f'case "$*" in *{refuses!r}*) exit 1 ;; esac\n'
            f'exec "{sys.executable}" "$@"\n',
        )

    def give_uv(self) -> None:
        self.give("uv", RECORDING_UV.format(log=self.log, python=sys.executable))

    def give_node(self, version: int) -> None:
        self.give("npm", "#!/bin/sh\n")
        self.give("node", f"#!/bin/sh\nexit {int(version < 20)}\n")

    def setup(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "tests/machine/setup.sh"],
            cwd=self.folder,
            env={"PATH": str(self.tools), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def asked_of_uv(self) -> list[str]:
        if not self.log.exists():
            return []
        lines = self.log.read_text().splitlines()
        self.log.unlink()
        return [line for line in lines if line != "--version"]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder, tools = tmp_path / "checkout", tmp_path / "tools"
    (folder / "tests/machine").mkdir(parents=True)
    tools.mkdir()
    for name in ("requirements.lock", "pyproject.toml", "tests/machine/setup.sh"):
        shutil.copy(ROOT / name, folder / name)
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)
    return Checkout(folder, tools, tmp_path / "uv.log")


def test_a_machine_without_python_is_told_which_one_to_install(checkout: Checkout):
    done = checkout.setup()
    assert done.returncode == 1
    assert done.stderr == (
        "make setup: needs Python 3.11 or newer, and finds none"
        " (Debian 12 and 13 have it: apt install python3 python3-venv)\n"
    )


def test_a_python_that_is_too_old_counts_as_none(checkout: Checkout):
    checkout.give_python(refuses="version_info")
    done = checkout.setup()
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_a_debian_without_python3_venv_is_told_so(checkout: Checkout):
    checkout.give_python(refuses="ensurepip")
    done = checkout.setup()
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_it_installs_by_hash_and_then_the_project_itself(checkout: Checkout):
    checkout.give_python()
    checkout.give_uv()
    checkout.give_node(20)
    done = checkout.setup()
    assert done.returncode == 0, done.stderr
    made, synced, installed = checkout.asked_of_uv()
    assert made.startswith("venv --quiet --clear --python ")
    assert synced == (
        "pip sync --python .venv/bin/python --require-hashes requirements.lock"
    )
    assert installed == (
        "pip install --quiet --python .venv/bin/python"
        " --no-deps --no-build-isolation --editable ."
    )
    assert "setup: .venv is ready" in done.stdout


def test_a_second_time_it_does_nothing(checkout: Checkout):
    checkout.give_python()
    checkout.give_uv()
    checkout.give_node(20)
    checkout.setup()
    checkout.asked_of_uv()
    again = checkout.setup()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert checkout.asked_of_uv() == []


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_change_is_installed_into_the_same_environment(
    checkout: Checkout, changed: str
):
    checkout.give_python()
    checkout.give_uv()
    checkout.give_node(20)
    checkout.setup()
    checkout.asked_of_uv()
    with (checkout.folder / changed).open("a") as file:
        file.write("# changed\n")
    assert checkout.setup().returncode == 0
    assert [line.split()[1] for line in checkout.asked_of_uv()] == ["sync", "install"]


def test_an_installation_that_was_cut_off_is_taken_up_again(checkout: Checkout):
    checkout.give_python()
    checkout.give_uv()
    checkout.give_node(20)
    assert checkout.setup(UV_EXIT="2").returncode != 0
    checkout.asked_of_uv()
    assert checkout.setup().returncode == 0
    assert len(checkout.asked_of_uv()) >= 2


@pytest.mark.parametrize("version", [None, 18], ids=["no node", "an old node"])
def test_node_comes_from_the_lock_where_the_machine_has_none(
    checkout: Checkout, version: int | None
):
    checkout.give_python()
    checkout.give_uv()
    if version is not None:
        checkout.give_node(version)
    done = checkout.setup()
    assert done.returncode == 0, done.stderr
    binaries = checkout.folder / ".venv/bin"
    npm = subprocess.run(
        ["npm", "--version"],
        env={"PATH": f"{binaries}:{checkout.tools}", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert npm.returncode == 0, npm.stderr
    assert int(npm.stdout.split(".")[0]) >= 8
    assert (binaries / "node").is_symlink()


def test_the_machines_own_node_is_left_to_serve(checkout: Checkout):
    checkout.give_python()
    checkout.give_uv()
    checkout.give_node(20)
    checkout.setup()
    assert not (checkout.folder / ".venv/bin/node").exists()


def test_uv_is_taken_from_the_lock_by_its_hashes():
    script = (ROOT / "tests/machine/setup.sh").read_text()
    function = script[script.index("locked() {") : script.index("find_uv() {")]
    done = subprocess.run(
        ["sh", "-c", f"{function}\nlocked uv"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first, *rest = done.stdout.splitlines()
    assert first.startswith("uv==")
    assert rest
    assert all(line.startswith("    --hash=sha256:") for line in rest)
