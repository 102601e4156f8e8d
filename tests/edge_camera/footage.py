"""The labelled films, which are not part of the project: a test skips without them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(
    os.environ.get("WACHTPOST_FOOTAGE")
    or Path(__file__).resolve().parents[3] / "shared" / "footage"
)


def labelled(name: str) -> tuple[Path, dict[str, Any]]:
    """Return a film's path and its truth: fps, frames, and inclusive events."""
    if not (FOLDER / name).is_file():
        pytest.skip(f"no labelled film {name!r} here; set WACHTPOST_FOOTAGE")
    return FOLDER / name, json.loads((FOLDER / "truth.json").read_text())[name]
