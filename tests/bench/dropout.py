"""Spoils real packets of H.264: what a bad network, a bad card and a cutter do.

A film is encoded as cameras do (in slices, as they are sent in), its packets are
taken out of the file, some are lost or changed, and the rest is written again: decoders
see what they would see. Nothing here draws a broken picture.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np

from tests.bench.recipe import When
from tests.bench.stage import Clip, encode

SLICES = {"x264-params": "slices=8"}
SEED = 41
NAL_HEAD = 4  # bytes of length before each part of a packet in a file

Packet: TypeAlias = "av.Packet[Any]"
Spoil: TypeAlias = Callable[[bytes, float, np.random.Generator], bytes | None]


def bursts(data: bytes, seconds: float, _: np.random.Generator) -> bytes | None:
    """Lose all pictures for 0.6 s in every 5."""
    return None if seconds % 5 < 0.6 else data


def slices(data: bytes, _: float, chance: np.random.Generator) -> bytes | None:
    """Lose one part in seven of every third picture."""
    if chance.random() > 1 / 3:
        return data
    return b"".join(part for part in parts(data) if chance.random() > 1 / 7) or None


def bits(data: bytes, _: float, chance: np.random.Generator) -> bytes | None:
    """Change twenty bytes of every tenth picture."""
    if chance.random() > 0.1 or len(data) < 100:
        return data
    spoilt = bytearray(data)
    for place in chance.integers(50, len(data), 20).tolist():
        spoilt[place] ^= int(chance.integers(1, 256))
    return bytes(spoilt)


def rubbish(data: bytes, _: float, chance: np.random.Generator) -> bytes | None:
    """Leave the shell of a packet, and noise in it."""
    return chance.bytes(max(100, len(data)))


DROP_OUTS: tuple[tuple[str, Spoil], ...] = (
    ("pictures lost for 0.6 s in every 5", bursts),
    ("one part in seven of every third picture lost", slices),
    ("twenty bytes wrong in every tenth picture", bits),
)


def parts(packet: bytes) -> Iterator[bytes]:
    """Cut a packet into its parts (NAL units), each with its length before it."""
    place = 0
    while place + NAL_HEAD <= len(packet):
        size = int.from_bytes(packet[place : place + NAL_HEAD], "big")
        yield packet[place : place + NAL_HEAD + size]
        place += NAL_HEAD + size


def drop_out(clip: Clip, to: Path, spoil: Spoil, when: When) -> Clip:
    """Write the clip with packets spoilt while it is time to."""
    whole = to.with_name(f"whole-{to.stem}.mp4")
    encode(clip.pictures(), whole, clip.truth.fps, lossless=False, more=SLICES)
    respool(whole, to, spoil, when)
    whole.unlink()
    return Clip(to, clip.truth)


def respool(source: Path, to: Path, spoil: Spoil, when: When) -> None:
    """Copy packets from file to file, through `spoil` while it is time to."""
    chance = np.random.default_rng(SEED)
    with av.open(str(source)) as container, av.open(str(to), "w") as target:
        stream = container.streams.video[0]
        out = target.add_stream_from_template(stream)
        for packet in container.demux(stream):
            if packet.dts is None:
                continue
            seconds = float(packet.dts * packet.time_base)
            data: bytes | None = bytes(packet)
            if when.begin <= seconds < when.end:
                data = spoil(bytes(packet), seconds - when.begin, chance)
            if data is not None:
                target.mux(_like(packet, data, out))


def _like(packet: Packet, data: bytes, stream: av.VideoStream) -> Packet:
    copy: Packet = av.Packet(data)
    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
    copy.duration = packet.duration
    copy.is_keyframe = packet.is_keyframe
    copy.stream = stream
    return copy


def truncate(film: Path, seconds: float) -> None:
    """End a file in the middle of the packet at `seconds`."""
    with av.open(str(film)) as container:
        for packet in container.demux(video=0):
            if packet.dts is None or packet.pos is None:
                continue
            if float(packet.dts * packet.time_base) >= seconds:
                os.truncate(film, packet.pos + packet.size // 2)
                return
    raise AssertionError(f"the film ends before {seconds} s")
