"""A camera whose view a person has accepted begins anew, and nothing is lost by it."""

from edge.camera.sighting import Alive, CameraLost
from tests.edge_camera.watching import plan, watching


async def test_a_process_that_begins_anew_is_another_and_no_loss_is_told():
    async with watching(plan("made:1")) as [(camera, seen)]:
        await seen.until(lambda: seen.of(Alive))
        before = camera.pid
        camera.begin_anew()
        await seen.until(lambda: camera.pid not in {None, before} and seen.of(Alive))
        count = len(seen.of(Alive))
        await seen.until(lambda: len(seen.of(Alive)) > count)
        assert camera.pid != before
        assert seen.of(CameraLost) == []


async def test_to_begin_anew_before_there_is_a_process_does_nothing():
    async with watching(plan("made:1")) as [(camera, seen)]:
        camera.begin_anew()
        await seen.until(lambda: seen.of(Alive))
        assert seen.of(CameraLost) == []
