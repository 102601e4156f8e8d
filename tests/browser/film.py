"""A short film of the drawn yard, as a device keeps its clips: MP4 in fragments."""

from functools import cache
from io import BytesIO

import av
import numpy as np

from edge.camera.scene_film import RATE, SceneFilm, visits

GARDEN = 150  # px at the left that nobody may see
CLOTH = 18  # what a black cloth before the lens leaves of the light


@cache
def covered(seconds: int = 6, after: int = 3) -> bytes:
    """Film somebody who comes near; `after` so many seconds a cloth hangs before it."""
    visit = next(iter(visits(7)))
    scene = SceneFilm("made:7", RATE)
    whole = BytesIO()
    flags = "frag_keyframe+empty_moov+default_base_moof"
    with av.open(whole, "w", format="mp4", options={"movflags": flags}) as film:
        stream = film.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.height, stream.width = 360, 640
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = RATE
        for number in range(seconds * RATE):
            image = scene.draw(visit.stands - after + number / RATE, number, visit)
            if number >= after * RATE:
                image = (image // CLOTH).astype(np.uint8)
            image[:, :GARDEN] = 0
            film.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        film.mux(stream.encode())
    return whole.getvalue()
