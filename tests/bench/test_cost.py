"""CPU and memory are measured in processes of their own, way by way."""

import subprocess
import sys

import numpy as np
import pytest

from edge.camera.film import Film
from tests.bench.cost import ALL, DECODE, PLAIN, Cost, enlarge, measured
from tests.bench.kernel import children, most_mb, pss_mb
from tests.bench.memory import Memory
from tests.bench.stage import frames
from tests.edge_camera.clip import scene, visitor, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("cost") / "visit.mkv"
    return write_clip(path, scene(10, box=visitor(3, 8)))


def test_the_most_memory_of_a_way_is_its_own_and_not_the_benchs(clip):
    ballast = np.ones(400_000_000, np.uint8)
    assert measured([PLAIN], clip, 1).most_mb[PLAIN] < 250
    assert ballast.sum() == ballast.size


def test_ways_take_turns_and_looking_costs_more_than_decoding(clip):
    cost = measured([DECODE, ALL, PLAIN], clip, 2)
    assert cost.frames == 100
    assert {way: len(turns) for way, turns in cost.seconds.items()} == {
        DECODE: 2,
        ALL: 2,
        PLAIN: 2,
    }
    assert cost.ratios()[0] > 1
    assert 20 < cost.most_mb[DECODE] < cost.most_mb[ALL] + 20 < 150


def test_a_ratio_is_of_one_turn_and_a_frame_of_the_median():
    cost = Cost(100, {ALL: [0.3, 0.9, 0.4], DECODE: [0.2, 0.3, 0.4]})
    assert cost.ratios() == pytest.approx([1.0, 1.5, 3.0])
    assert cost.ms(ALL) == pytest.approx(4.0)


def test_the_larger_film_has_720_lines_and_all_its_frames_and_grain(clip, tmp_path):
    large = enlarge(clip, tmp_path / "large.mkv", 2.0)
    pictures = list(frames(large))
    assert len(pictures) == 20
    assert pictures[0].shape == (720, 1280, 3)
    assert pictures[0][:80, :80].std() > 1
    with Film(str(large), 5.0) as film:
        assert film.rate == 10.0


def test_memory_is_what_the_kernel_counts():
    code = (
        "import sys; data = bytearray(60_000_000); del data; data = bytearray(9);"
        "print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stdin
        child.stdout.readline()
        assert pss_mb(child.pid) < 40
        assert 60 < most_mb(child.pid) < 110
        assert children(child.pid) == []
        child.stdin.close()


def test_the_sum_is_of_all_processes():
    assert Memory({"agent": 40.0, "camera 1": 70.5}).total == 110.5
