"""A unit with very many stations, beside the examples: for floods, and for size."""

import re
import shutil
from base64 import b32encode
from hashlib import sha256
from pathlib import Path

from tests.dashboard.town import EXAMPLES

UNIT = "strandvlakte"
DESK = f"{UNIT}-desk"
_UNIT, _STATION = "units/duinland.yaml", "sites/bureau-haven.yaml"
_DEVICE = "eyj3g5putwctufop"
_KEY = "1d2c639d3f50b02f2ecc8004b35ec031c9c8f33d2def1c14f2c76d3bbd5dbc4d"
_ACCOUNT = re.compile(r"^account: .*$", re.MULTILINE)
_HOUSEHOLD = "  - {id: duinland-household, role: household, site: 7f3k-qg}\n"


def crowded(folder: Path, stations: int) -> list[str]:
    """Write the examples and the unit into a folder; gives the stations' names."""
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    unit = (EXAMPLES / _UNIT).read_text().replace(_HOUSEHOLD, "")
    unit = unit.replace("duinland", UNIT).replace("Duinland", UNIT.title())
    (folder / f"units/{UNIT}.yaml").write_text(unit)
    station = (
        (EXAMPLES / _STATION).read_text().replace("unit: duinland", f"unit: {UNIT}")
    )
    names = []
    for number in range(1, stations + 1):
        name = f"post-{number:03}"
        digest = sha256(name.encode())
        device = b32encode(digest.digest()[:10]).decode().lower()
        own = station.replace("bureau-haven", name).replace(_DEVICE, device)
        own = own.replace(_KEY, digest.hexdigest())
        own = _ACCOUNT.sub(f'account: "C{number:04}"', own)
        own = own.replace("Bureau Haven", f"Post {number}")
        own = own.replace("Haven station", f"Post {number}")
        (folder / f"sites/{name}.yaml").write_text(own)
        names.append(name)
    return names
