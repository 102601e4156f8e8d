"""`python -m tests.bench PART [--help]`: measures a part."""

import sys
from collections.abc import Callable

from tests.bench import camera
from tests.bench.collector import measure
from tests.bench.pages import measure as pages

PARTS: dict[str, Callable[[list[str]], int]] = {
    "camera": camera.main,
    "collector": measure.main,
    "pages": pages.main,
}


def main(arguments: list[str]) -> int:
    """Measure one part; 2 where there is no such part."""
    if not arguments or arguments[0] not in PARTS:
        sys.stderr.write(f"make bench PART=...: one of {', '.join(PARTS)}\n")
        return 2
    return PARTS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
