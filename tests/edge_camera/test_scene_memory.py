"""What a camera's process keeps of its scene: whole or not at all, for nobody else."""

import stat

import pytest

from edge.camera import scene_memory
from edge.camera.capture import Watch
from edge.camera.recall import KEEP_FIRST_S
from edge.camera.sighting import CameraLost, CameraRestored
from edge.errors import Loss
from edge.sight.memory import BLOCKS, CELLS, DIRECTIONS, SHARP_PARTS, Kept, Memory
from tests.edge_camera.clip import write_clip
from tests.edge_camera.made import staged
from tests.edge_camera.test_guard import film
from tests.edge_camera.watching import plan

EDGES = CELLS[0] * CELLS[1] * DIRECTIONS
KEPT = Kept((0.5,) * EDGES, 0.4, ((1.0,) * BLOCKS,) * SHARP_PARTS)
MEMORY = Memory(day=KEPT, usual=40.0)


def test_what_is_written_is_read_again(tmp_path):
    scene_memory.write(tmp_path / "camera-1", MEMORY)
    assert scene_memory.read(tmp_path / "camera-1") == MEMORY


def test_nobody_else_may_read_it_and_nothing_else_is_left(tmp_path):
    folder = tmp_path / "camera-1"
    for _ in range(2):
        scene_memory.write(folder, MEMORY)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00rubbish", b'{"day": {"edges": [1], "rich": 1, "sharp": []}}', b"[]"],
)
def test_what_cannot_be_read_is_forgotten(tmp_path, body):
    (tmp_path / scene_memory.NAME).write_bytes(body)
    assert scene_memory.read(tmp_path) is None


def test_what_never_was_is_forgotten(tmp_path):
    assert scene_memory.read(tmp_path) is None
    assert not scene_memory.forget(tmp_path)


def test_a_person_can_have_it_forgotten(tmp_path):
    scene_memory.write(tmp_path, MEMORY)
    assert scene_memory.forget(tmp_path)
    assert scene_memory.read(tmp_path) is None


def told(source, memory) -> list[object]:
    said: list[object] = []
    Watch(plan(str(source), speed=1000.0, memory=str(memory)), said.append).run()
    return said


def test_a_process_that_starts_before_a_cloth_does_not_take_it_for_its_scene(tmp_path):
    memory = tmp_path / "camera-1"
    scene = film("made:1", KEEP_FIRST_S + 4)
    told(write_clip(tmp_path / "yard.mkv", [p for p in scene for _ in "ab"]), memory)
    assert scene_memory.read(memory) is not None

    bag = staged("in a bag", scene[:60], 0.0, 99.0, 5.0)
    covered = write_clip(tmp_path / "bag.mkv", [p for p in bag for _ in "ab"])
    after = told(covered, memory)
    losses = [one.reason for one in after if isinstance(one, CameraLost)]
    assert losses == [Loss.COVERED, Loss.ENDED]
    assert len([one for one in after if isinstance(one, CameraRestored)]) == 1
