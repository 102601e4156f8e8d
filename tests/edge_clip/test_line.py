"""A camera on the network whose cable is cut: the clip that was running is whole."""

from pathlib import Path

from edge.camera.sighting import Alive, CameraLost, ClipKept
from edge.clip.plan import ClipPlan
from tests.edge_camera.test_rtsp import PATIENT, Start, filmed, start
from tests.edge_camera.watching import plan, watching
from tests.edge_clip.film import kept_of, packets_of, pictures_of

__all__ = ["filmed", "start"]  # fixtures


async def test_pulling_the_plug_finishes_the_clip_that_was_running(
    start: Start,
    tmp_path: Path,
):
    camera = start()
    clips = ClipPlan(folder=str(tmp_path))
    asked = plan(camera.source, clips=clips)
    async with watching(asked, patience=PATIENT) as [(watched, seen)]:
        await seen.until(lambda: looked(seen.of(Alive)) >= 35)  # 7 s at 5 a second
        watched.keep(600.0)
        before = looked(seen.of(Alive))
        await seen.until(lambda: looked(seen.of(Alive)) >= before + 15)
        camera.kill()
        await seen.until(lambda: seen.of(CameraLost))
    kinds = [type(one) for one in seen.all if isinstance(one, ClipKept | CameraLost)]
    assert kinds[:2] == [ClipKept, CameraLost]
    (kept,) = kept_of(seen.all)
    assert kept.ordered
    assert kept.before >= 5.0
    assert kept.seconds >= 5.0 + 2.5
    clip = tmp_path / f"{kept.clip}.mp4"
    assert packets_of(clip)[0].is_key
    pictures = pictures_of(clip)
    assert (
        len(pictures) * 0.1 >= kept.seconds - 0.5
    )  # 10 a second came, none is missing
    assert min(picture.std() for picture in pictures) > 5


def looked(beats: list[Alive]) -> int:
    return beats[-1].frames if beats else 0
