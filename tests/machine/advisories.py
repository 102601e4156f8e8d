"""Ask which of the locked packages have known weaknesses: pip-audit and npm audit.

    python -m tests.machine.advisories   exit 1 and name each that has one

An index that knows of no advisories is not one that knows of no weaknesses: packages
about which nobody answered are counted and said, and are no failure.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.front import find_node
from tests.machine.lock import LOCK
from tests.machine.sbom import NPM_LOCK, NPM_LOCK_OF_TESTS

PATIENCE_S = 300
PYTHON = ("--disable-pip", "--require-hashes", "--progress-spinner", "off")


@dataclass(frozen=True)
class Answer:
    """What was said: a line for each weakness, and of how many nothing is known."""

    weak: tuple[str, ...]
    unknown: int
    asked: int

    def told(self, what: str) -> str:
        """Say it in a sentence."""
        known = f"{len(self.weak) or 'no'} known weaknesses"
        answered = self.asked - self.unknown
        return f"{what}: {known}; {answered} of {self.asked} packages were answered for"


def of_pip_audit(said: str) -> Answer:
    """Read pip-audit's JSON; what it skipped counts as unknown."""
    packages = json.loads(said)["dependencies"]
    weak = tuple(
        f"{one['name']} {one['version']}: {each['id']}"
        for one in packages
        for each in one.get("vulns", ())
    )
    return Answer(weak, sum("skip_reason" in one for one in packages), len(packages))


def of_npm_audit(said: str, packages: int) -> Answer:
    """Read npm's JSON; without a report nothing is known about any."""
    report: dict[str, Any] = json.loads(said or "{}")
    found = report.get("vulnerabilities")
    if found is None:
        return Answer((), packages, packages)
    weak = tuple(f"{name}: {one['severity']}" for name, one in sorted(found.items()))
    return Answer(weak, 0, packages)


def _said(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    return done.stdout


def ask() -> dict[str, Answer]:
    """Ask about each lock of this checkout."""
    pip_audit = str(Path(sys.executable).with_name("pip-audit"))
    _, npm = find_node()
    lock = [*PYTHON, "--format", "json", "-r", str(LOCK)]
    python = _said([pip_audit, *lock], Path.cwd())
    return {
        "Python": of_pip_audit(python or '{"dependencies": []}'),
        "npm": _npm(npm, NPM_LOCK),
        "npm, tests": _npm(npm, NPM_LOCK_OF_TESTS),
    }


def _npm(npm: Sequence[str], lock: Path) -> Answer:
    packages = json.loads(lock.read_text())["packages"]
    said = _said([*npm, "audit", "--json"], lock.parent)
    return of_npm_audit(said, len(packages) - 1)


def main() -> int:
    """Print what was answered; 1 where a weakness is known."""
    answers = ask()
    for what, answer in answers.items():
        print(answer.told(what))  # noqa: T201 - a command
        for line in answer.weak:
            sys.stderr.write(f"{line}\n")
    return 1 if any(answer.weak for answer in answers.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
