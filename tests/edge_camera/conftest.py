"""What several tests of cameras want."""

import pytest

from tests.edge_camera.clip import scene, visitor, write_clip


@pytest.fixture(scope="session")
def visit(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a film of 20 s in which somebody is there from second 5 to 12."""
    path = tmp_path_factory.mktemp("films") / "visit.mkv"
    return str(write_clip(path, scene(20, box=visitor(5, 12))))
