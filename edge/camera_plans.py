"""What each camera's process is told: from the settings and the device's file."""

from collections.abc import Iterator

from edge.camera import scene_memory
from edge.camera.camera import CameraPlan
from edge.clip.plan import ClipPlan
from edge.clip.shelf import Shelf
from edge.settings import Ready, footage_source
from sites.site import Camera


def camera_plans(ready: Ready, shelf: Shelf) -> Iterator[CameraPlan]:
    """Give the plan of each camera of the device."""
    settings = ready.settings
    for camera in ready.site.cameras:
        yield CameraPlan(
            index=camera.number,
            source=footage_source(ready.home, settings, camera.source),
            login=ready.logins.get(camera.number),
            substream=_substream(ready, camera),
            keyframes=camera.keyframes,
            zones=tuple((str(view.zone), view.area) for view in camera.views),
            masks=camera.masks,
            speed=settings.speed,
            loop=settings.loop,
            snapshots=not ready.site.home,
            clips=_clip_plan(ready, shelf, camera),
            sensitivity=camera.sensitivity,
            shadow=camera.shadow,
            memory=str(scene_memory.folder_of(ready.home, camera.number)),
            time_zone=ready.site.time_zone,
            home=ready.site.home,
            device=str(ready.home),
        )


def _clip_plan(ready: Ready, shelf: Shelf, camera: Camera) -> ClipPlan | None:
    if not ready.settings.clips_mb:
        return None
    folder = str(shelf.inbox(camera.number))
    return ClipPlan(folder=folder, before=float(camera.pre_roll_s))


def _substream(ready: Ready, camera: Camera) -> str | None:
    if camera.substream is None:
        return None
    return footage_source(ready.home, ready.settings, camera.substream)
