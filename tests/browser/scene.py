"""An evening in the town, for screenshots and for looking: nothing of it is real."""

import math
from datetime import datetime, timedelta
from typing import Any

import cv2

from edge.camera.scene_film import SceneFilm, visits
from tests.browser.film import covered
from tests.dashboard.town import HAVEN, KIT, Town

STATION = "bureau-station"
H = timedelta(hours=1)
M = timedelta(minutes=1)
S = timedelta(seconds=1)


async def hear_again(town: Town, now: datetime) -> None:
    """Let what was heard be heard again, so that time may pass while one looks."""
    await town.pen.execute(
        "update store.device_state set heard = %s where silent_since is null", [now]
    )


async def play(town: Town) -> dict[str, int]:
    """Let an evening happen; gives the incidents of it by name."""
    await town.everybody_heard()
    await _days(town)
    await _measurements(town)
    old = await town.intrusion(HAVEN, timedelta(hours=9))
    await _resolve(town, old)
    digest = await town.picture(HAVEN, _picture())
    back_door = await _back_door(town, digest)
    silent = town.now - 31 * M
    blind = town.device(STATION)
    await town.heard(blind, silent, silent=silent, disk_free=0.17)
    await town.way(blind, 1, silent)
    await town.way(blind, 2, silent)
    await town.way(town.device(KIT), 2, town.now - 12 * M)
    await town.set_aside("duinland", "bad_signature", 3)
    await _weather(town)
    await _upkeep(town)
    await town.pen.execute(
        "insert into store.attention (sort, unit, person) values"
        " ('too_many_looks', 'veenrand', 'veenrand-coordinator')"
    )
    camera = await _cloth(town)
    panic = await town.panic(silent=True, ago=42 * S)
    found = {"back_door": back_door, "panic": panic, "resolved": old}
    return {**found, "camera": camera}


async def diverted(town: Town) -> dict[str, int]:
    """Let alarms go off everywhere at once, and three people press a button."""
    await town.everybody_heard()
    posts = [site for site in town.inventory.sites if site.startswith("post-")]
    for number, site in enumerate(posts):
        await town.intrusion(site, 7 * M - number * 8 * S)
    for site, ago in zip(posts[3::9], (95, 61, 20), strict=True):
        pressed = await town.event(site, "panic.pressed", ago * S, 5, 3)
        await town.judged(pressed, ago=ago * S)
    lost = await town.event(posts[0], "path.lost", 2 * M, way=1)
    await town.judged(lost, ago=2 * M)
    return {}


async def _days(town: Town) -> None:
    for site in (HAVEN, STATION):
        await town.event(site, "panel.armed", 39 * H, by="schedule", mode="away")
        await town.event(site, "panel.disarmed", 26 * H, by="hand")
        await town.event(site, "panel.armed", 11 * H, by="schedule", mode="away")
        for number, ago in enumerate((23.2, 22.4, 20.1, 18.5, 17.9, 15.2, 13.3, 12.1)):
            began = ago * H
            zone = (5, 6, 4)[number % 3]
            sensor = (6, 7, 3)[number % 3]
            await town.event(site, "motion.started", began, sensor, zone)
            await town.event(
                site, "motion.ended", began - 9 * M, sensor, zone, seconds=540.0
            )
    await town.event(HAVEN, "contact.opened", 14 * H, 1, 1)
    await town.event(HAVEN, "contact.closed", 13.8 * H, 1, 1)
    await town.event(HAVEN, "motion.started", 7.5 * H, 6, 5)
    await town.event(HAVEN, "motion.ended", 7.4 * H, 6, 5, seconds=200.0)
    await town.event(STATION, "camera.lost", 5 * H, 5, 1, reason="frozen")
    await town.event(STATION, "camera.restored", 4.2 * H, 5, 1)


async def _measurements(town: Town) -> None:
    def warm(share: float) -> float:
        return 20.5 + 2.2 * math.cos(share * 6.28) + 0.15 * math.sin(share * 140)

    def wet(share: float) -> float:
        return 47 - 6 * math.cos(share * 6.28) + 0.6 * math.sin(share * 90)

    await town.measured(HAVEN, 8, "temperature", warm)
    await town.measured(HAVEN, 9, "humidity", wet)


async def _back_door(town: Town, digest: str) -> int:
    door = await town.event(HAVEN, "contact.opened", 6 * M, 2, 2)
    alarm = await town.event(HAVEN, "alarm.raised", 6 * M, 2, 2, cause="contact")
    (incident,) = await town.judged(door, alarm, ago=6 * M)
    seen = await town.event(
        HAVEN, "motion.started", 6 * M - 40 * S, 6, 5, picture=digest
    )
    again = await town.event(
        HAVEN, "alarm.raised", 6 * M - 40 * S, 6, 5, cause="motion", picture=digest
    )
    await town.judged(seen, again, ago=6 * M - 40 * S)
    return incident


async def _weather(town: Town) -> None:
    """A shower in the morning, and the infrared lamp at dusk and dawn."""
    await town.event(HAVEN, "nuisance.started", 6.2 * H, 7, 6)
    await town.event(HAVEN, "nuisance.ended", 4.6 * H, 7, 6, seconds=5760.0, held=214)
    for ago, change in ((16.5, "infrared_on"), (3.1, "infrared_off"), (2, "headlight")):
        await town.event(HAVEN, "light.changed", ago * H, 6, 5, change=change)
    await town.event(HAVEN, "motion.started", 1.2 * H, 6, 5)
    await town.event(
        HAVEN, "motion.ended", 1.1 * H, 6, 5, seconds=41.0, entered="left", left="right"
    )


async def _upkeep(town: Town) -> None:
    await town.event(HAVEN, "lens.dirty", 20 * H, 7)
    week: dict[str, Any] = {"preset": "low", "now": 41, "then": 6, "hours": 168}
    await town.event(HAVEN, "preset.proposed", 9 * H, 7, **week)
    await town.event(STATION, "disk.filling", 30 * H, used=0.81)
    await town.heard(town.device(HAVEN), town.now, cameras_blind=1)


async def _cloth(town: Town) -> int:
    """Somebody covers the camera on the forecourt; its clip has come."""
    lost = await town.covered(4 * M)
    await town.clip(lost, covered())
    (incident,) = await town.judged(lost, ago=4 * M)
    return incident


async def _resolve(town: Town, incident: int) -> None:
    await town.pen.execute(
        """update store.incident
              set state = 'resolved', owner = 'duinland-desk', acknowledged = opened,
                  resolved = opened + interval '14 minutes', outcome = 'false',
                  sentence = 'Schoonmaak was te vroeg binnen; tijden aangepast.'
            where incident = %s""",
        [incident],
    )


def _picture() -> bytes:
    visit = next(iter(visits(7)))
    image = SceneFilm("made:7", 10).draw(visit.stands + 1, 40, visit)
    image[:, :150] = 0  # the neighbours' garden
    done, coded = cv2.imencode(".jpg", image)
    assert done
    return coded.tobytes()
