"""`python -m tests.bench PART`: measures a part, prints a table, writes a file."""

import sys
from collections.abc import Callable

from tests.bench import camera

PARTS: dict[str, Callable[[], int]] = {"camera": camera.main}


def main(arguments: list[str]) -> int:
    """Measure one part; 2 where there is no such part."""
    if len(arguments) != 1 or arguments[0] not in PARTS:
        sys.stderr.write(f"make bench PART=...: one of {', '.join(PARTS)}\n")
        return 2
    return PARTS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
