"""What an inventory declares of one camera: its zones and masks, as the agent's."""

from dataclasses import dataclass
from pathlib import Path

import sites
from edge.errors import DeclaredError
from edge.sight.shape import WHOLE, Polygon
from sites.load import load
from sites.site import Camera, Site

EXAMPLES = Path(sites.__file__).parent / "examples"
PICTURE = "picture"  # the zone that is all of the picture


@dataclass(frozen=True)
class Aim:
    """Where in its picture a camera looks for what, and what it must not see."""

    zones: tuple[tuple[str, Polygon], ...] = ((PICTURE, WHOLE),)
    masks: tuple[Polygon, ...] = ()


def aim_of(inventory: Path, site: str, camera: str | None) -> Aim:
    """Give zones and masks of a site's camera: `N`, or `DEVICE/N`.

    None is the camera of a site that has one. Raises InventoryError, DeclaredError.
    """
    sites_ = load(inventory).sites
    if site not in sites_:
        known = ", ".join(sorted(sites_))
        raise DeclaredError(f"no site {site[:40]!r} in {inventory}, which has {known}")
    chosen = _chosen(sites_[site], camera)
    zones = tuple((str(view.zone), view.area) for view in chosen.views)
    return Aim(zones, chosen.masks)


def _chosen(site: Site, wanted: str | None) -> Camera:
    cameras = {
        f"{device.id}/{camera.number}": camera
        for device in site.devices
        for camera in device.cameras
    }
    found = [name for name in cameras if wanted in {None, name, name.partition("/")[2]}]
    if len(found) == 1:
        return cameras[found[0]]
    names = ", ".join(cameras) or "none"
    if not found:
        what = "" if wanted is None else f" {wanted[:40]!r}"
        raise DeclaredError(f"no camera{what} at {site.id!r}, which has {names}")
    raise DeclaredError(f"which camera of {site.id!r}: {', '.join(found)}?")
