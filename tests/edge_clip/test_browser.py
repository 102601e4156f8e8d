"""A browser plays what we write: a copy, and what was masked and encoded anew."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from edge.sight.shape import Polygon
from tests.edge_camera.clip import scene, visitor
from tests.edge_clip.film import Coding, kept_of, watched, write_film
from tests.servers.chromium import LaunchOptions

CORNER: Polygon = ((0.0, 0.0), (0.4, 0.0), (0.4, 0.4), (0.0, 0.4))
# Plays a film at four times its speed to the end, and looks at its last picture.
PLAY = """async (film) => {
  const bytes = Uint8Array.from(atob(film), (letter) => letter.charCodeAt(0));
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(new Blob([bytes], {type: "video/mp4"}));
  video.playbackRate = 4;
  await new Promise((done, fail) => {
    video.onended = done;
    video.onerror = () => fail(new Error(video.error.message));
    video.play().catch(fail);
  });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  const at = (x, y) => Array.from(pen.getImageData(x, y, 1, 1).data.slice(0, 3));
  const quality = video.getVideoPlaybackQuality();
  return {
    width: video.videoWidth, seconds: video.duration, played: video.currentTime,
    broken: quality.corruptedVideoFrames, corner: at(40, 20), wall: at(250, 40),
  };
}"""


async def played(film: bytes, options: LaunchOptions) -> dict[str, Any]:
    async with async_playwright() as player:
        browser = await player.chromium.launch(**options)
        page = await browser.new_page()
        found: dict[str, Any] = await page.evaluate(
            PLAY, base64.b64encode(film).decode()
        )
        await browser.close()
    return found


@pytest.mark.parametrize("masks", [(), (CORNER,)], ids=["copied", "masked"])
async def test_chromium_plays_a_clip_to_its_end(
    tmp_path: Path, chromium_options: LaunchOptions, masks: tuple[Polygon, ...]
):
    pictures = scene(12, box=visitor(6, 8))
    film = write_film(tmp_path / "film.mp4", pictures, Coding(b_frames=2))
    (kept,) = kept_of(watched(film, tmp_path, masks=masks))
    clip = tmp_path / f"{kept.clip}.mp4"
    found = await played(await asyncio.to_thread(clip.read_bytes), chromium_options)
    assert found["width"] == 320
    assert found["seconds"] == pytest.approx(kept.seconds, abs=0.3)
    assert found["played"] == pytest.approx(found["seconds"], abs=0.3)
    assert found["broken"] == 0
    assert all(110 < level < 130 for level in found["wall"])
    assert (max(found["corner"]) <= 4) is bool(masks)
