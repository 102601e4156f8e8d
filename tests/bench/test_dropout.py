"""Packets are really lost and spoilt, at their time, and decoders see it."""

import av
import numpy as np
import pytest

from edge.camera.film import Film
from edge.errors import FilmError
from tests.bench.dropout import (
    DROP_OUTS,
    bits,
    bursts,
    drop_out,
    parts,
    rubbish,
    slices,
    truncate,
)
from tests.bench.ours import lost_of
from tests.bench.recipe import When
from tests.bench.score import Truth
from tests.bench.stage import Clip, encode, frames
from tests.edge_camera.clip import RATE, scene, visitor, write_clip

CHANCE = np.random.default_rng(1)
PACKET = b"".join(bytes([0, 0, 0, 60]) + bytes([part] * 60) for part in range(8))
BEGIN = 3.0


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("dropout") / "clip.mkv"
    write_clip(path, scene(8, box=visitor(1, 99)))
    return Clip(path, Truth(RATE, 80, ()))


@pytest.fixture(scope="module")
def plain(clip, tmp_path_factory):
    """The same film through the same encoder, with nothing spoilt."""
    path = tmp_path_factory.mktemp("dropout") / "plain.mkv"
    return list(frames(drop_out(clip, path, bursts, When(99.0)).path))


def test_a_packet_is_cut_at_its_parts():
    assert list(parts(PACKET)) == [PACKET[n : n + 64] for n in range(0, 512, 64)]


def test_bursts_lose_all_for_a_while():
    kept = [bursts(PACKET, n / 8, CHANCE) is not None for n in range(60)]
    assert kept == [n % 40 >= 5 for n in range(60)]


def test_slices_lose_some_parts_and_never_half_of_one():
    chance = np.random.default_rng(3)
    left = [slices(PACKET, 0.0, chance) or b"" for _ in range(200)]
    whole = set(parts(PACKET))
    assert all(set(parts(one)) <= whole for one in left)
    assert 20 < sum(one != PACKET for one in left) < 90


def test_bits_spoil_bytes_and_never_the_head():
    chance = np.random.default_rng(3)
    left = [bits(PACKET, 0.0, chance) or b"" for _ in range(200)]
    spoilt = [one for one in left if one != PACKET]
    assert 8 < len(spoilt) < 40
    assert all(len(one) == len(PACKET) for one in spoilt)
    assert all(one[:50] == PACKET[:50] for one in spoilt)


@pytest.mark.parametrize("spoil", [spoil for _, spoil in DROP_OUTS])
def test_the_film_is_whole_before_and_broken_after(spoil, clip, plain, tmp_path):
    made = drop_out(clip, tmp_path / "made.mkv", spoil, When(BEGIN))
    seen = list(frames_with_losses(made))
    same = [np.array_equal(one, plain[number]) for number, one in seen]
    before = [fits for (number, _), fits in zip(seen, same, strict=True) if number < 30]
    assert len(before) == 30
    assert all(before)
    assert len(seen) < len(plain) or not all(same)


def frames_with_losses(clip: Clip):
    """Give what can be decoded, with the number that its time stamp says."""
    with av.open(str(clip.path)) as container:
        for packet in container.demux(video=0):
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                yield round(frame.time * RATE), frame.to_ndarray(format="bgr24")


def test_rubbish_cannot_be_decoded(clip, tmp_path):
    short = clip.until(6.0)
    made = drop_out(short, tmp_path / "made.mkv", rubbish, When(0.0))
    with pytest.raises(FilmError), Film(str(made.path), 5.0) as film:
        list(film.stills())


def test_a_file_is_ended_within_a_packet(clip, tmp_path):
    path = tmp_path / "film.mkv"
    encode(clip.pictures(), path, RATE, lossless=False)
    size = path.stat().st_size
    truncate(path, BEGIN)
    assert path.stat().st_size < size
    with av.open(str(path)) as container:
        count = sum(1 for packet in container.demux(video=0) if packet.size)
    assert 29 <= count <= 31
    with pytest.raises(AssertionError, match=r"ends before 60\.0 s"):
        truncate(path, 60.0)


def test_a_stream_that_ends_is_lost_to_the_agent(clip):
    assert lost_of(clip.path) == "ended"
