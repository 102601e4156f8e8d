"""A clip begins early enough, on a keyframe; nothing between is lost; it is a copy."""

import hashlib
import time
from pathlib import Path

import pytest

from edge.camera.capture import Watch
from edge.camera.sighting import (
    CameraLost,
    CameraPlan,
    ClipKept,
    MotionStarted,
    Sighting,
)
from edge.clip.plan import ClipPlan
from edge.clip.recorder import Recorder
from tests.edge_camera.clip import Box, scene, visitor
from tests.edge_clip.film import (
    YARD,
    Coding,
    Packet,
    kept_of,
    note_of,
    packets_of,
    pictures_of,
    slices_of,
    watched,
    write_film,
)

ENTERS, LEAVES = 14.0, 19.0  # seconds of the film
LATEST = 3.0  # s after it came in at which a thing is seen at the latest


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a film of 40 s with a visit, a keyframe each 2 s, pictures reordered."""
    path = tmp_path_factory.mktemp("films") / "visit.mp4"
    visit = visitor(ENTERS, LEAVES)
    return write_film(path, scene(40, box=visit), Coding(b_frames=2))


def clip_of(kept: ClipKept, folder: Path) -> Path:
    path = folder / f"{kept.clip}.mp4"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == kept.clip
    assert path.stat().st_size == kept.size
    return path


def taken_from(clip: Path, film: Path) -> list[Packet]:
    """Give the packets of the film that a clip holds: copies, and none left out."""
    whole, part = packets_of(film), packets_of(clip)
    assert part
    at = [one.data for one in whole].index(part[0].data)
    copied = whole[at : at + len(part)]
    assert [one.data for one in part] == [one.data for one in copied]
    shift = copied[0].seconds - part[0].seconds
    assert all(
        here.seconds + shift == pytest.approx(there.seconds, abs=0.001)
        for here, there in zip(part, copied, strict=True)
    )
    return copied


@pytest.mark.parametrize("before", [2.0, 5.0, 8.0])
def test_a_clip_starts_on_a_keyframe_at_least_n_seconds_before_the_motion(
    film: Path, tmp_path: Path, before: float
):
    told = watched(film, tmp_path, clips={"before": before})
    (kept,) = kept_of(told)
    first, *_ = copied = taken_from(clip_of(kept, tmp_path), film)
    assert first.is_key
    assert kept.before >= before
    moved = first.seconds + kept.before  # by the time stamps of the film itself
    assert ENTERS <= moved <= ENTERS + LATEST
    assert first.seconds <= moved - before
    assert first.seconds > moved - before - 2.0 - 0.3  # not earlier than it need be
    assert copied[-1].seconds >= LEAVES + 8  # and the post-roll


def test_the_times_that_are_told_are_those_of_the_motion(film: Path, tmp_path: Path):
    told = watched(film, tmp_path, speed=10.0)
    (kept,) = kept_of(told)
    (started,) = [one for one in told if isinstance(one, MotionStarted)]
    assert kept.at == pytest.approx(started.at, abs=0.5)
    note = note_of(clip_of(kept, tmp_path))
    assert (note.camera, note.at, note.before) == (3, kept.at, kept.before)
    assert kept.seconds == pytest.approx(
        len(packets_of(clip_of(kept, tmp_path))) / 10, abs=0.15
    )


def test_a_film_with_rare_keyframes_has_its_pre_roll_all_the_same(tmp_path: Path):
    coding = Coding(gop=110)  # 11 s: longer than the ring
    film = write_film(tmp_path / "rare.mp4", scene(30, box=visitor(14, 17)), coding)
    (kept,) = kept_of(watched(film, tmp_path / "clips"))
    first, *_ = taken_from(clip_of(kept, tmp_path / "clips"), film)
    assert first.is_key
    assert first.seconds == 0.0  # that at 11 s is too late
    assert kept.before >= 5.0


def test_where_the_memory_does_not_suffice_it_begins_late_and_says_so(
    film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    size = sum(len(one.data) for one in packets_of(film))
    few = {"ring_bytes": size // 16}  # 2.5 s of this film
    (kept,) = kept_of(watched(film, tmp_path, clips=few))
    assert kept.before < 5.0
    assert taken_from(clip_of(kept, tmp_path), film)[0].is_key
    assert "clips begin late" in capfd.readouterr().err


def twice(first: Box, second: Box) -> Box:
    return lambda seconds: first(seconds) or second(seconds)


@pytest.mark.parametrize(("again", "clips"), [(18.0, 1), (36.0, 2)])
def test_visits_that_follow_closely_are_one_clip(
    tmp_path: Path, again: float, clips: int
):
    visits = twice(visitor(8, 13), visitor(again, again + 5))
    film = write_film(tmp_path / "twice.mp4", scene(46, box=visits))
    told = watched(film, tmp_path / "clips", clips={"after": 8.0})
    assert len([one for one in told if isinstance(one, MotionStarted)]) == 2
    assert len(kept_of(told)) == clips


def test_a_long_visit_is_cut_at_keyframes_without_a_gap(tmp_path: Path):
    film = write_film(tmp_path / "long.mp4", scene(40, box=visitor(6, 36)))
    told = kept_of(watched(film, tmp_path / "clips", clips={"longest": 10.0}))
    assert len(told) >= 3
    copied = [taken_from(clip_of(one, tmp_path / "clips"), film) for one in told]
    assert all(one[0].is_key for one in copied)
    joined = [packet for one in copied for packet in one]
    whole = packets_of(film)
    at = whole.index(joined[0])
    assert joined == whole[at : at + len(joined)]
    assert all(one.seconds <= 12.0 for one in told)
    assert all(one.before == 0.0 for one in told[1:])
    assert [one.at for one in told] == sorted(one.at for one in told)


def test_the_end_of_the_film_finishes_the_clip_before_the_loss(tmp_path: Path):
    film = write_film(tmp_path / "stays.mp4", scene(12, box=visitor(6, 99)))
    told = watched(film, tmp_path / "clips")
    kinds = [type(one) for one in told if isinstance(one, ClipKept | CameraLost)]
    assert kinds == [ClipKept, CameraLost]
    (kept,) = kept_of(told)
    last = taken_from(clip_of(kept, tmp_path / "clips"), film)[-1]
    assert last.seconds == packets_of(film)[-1].seconds
    assert [path.suffix for path in (tmp_path / "clips").iterdir()] == [".mp4"]


def test_an_empty_scene_makes_no_clip(tmp_path: Path):
    film = write_film(tmp_path / "empty.mp4", scene(10))
    assert kept_of(watched(film, tmp_path / "clips")) == []
    assert list((tmp_path / "clips").iterdir()) == []


def test_an_order_keeps_what_there_is_and_what_comes(tmp_path: Path):
    film = write_film(tmp_path / "empty.mp4", scene(20))
    told: list[Sighting] = []
    clips = ClipPlan(folder=str(tmp_path / "clips"))
    plan = CameraPlan(index=1, source=str(film), zones=YARD, speed=1000.0, clips=clips)
    watch = Watch(plan, told.append)
    watch.keep(6.0)  # before there is any picture: it holds from the first on
    watch.run()
    (kept,) = kept_of(told)
    assert kept.ordered
    assert 6.0 <= kept.seconds <= 6.5


def test_an_order_amid_a_quiet_film_has_its_pre_roll_and_no_packet_twice(
    tmp_path: Path,
):
    film = write_film(tmp_path / "empty.mp4", scene(20))
    told: list[Sighting] = []
    clips = ClipPlan(folder=str(tmp_path / "clips"))
    plan = CameraPlan(index=1, source=str(film), zones=YARD, speed=1000.0, clips=clips)
    watch = Watch(plan, told.append)
    for still in watch._stills():
        watch._pace.wait_for(still.moment.seconds)
        watch._look(still)
        if still.moment.seconds == pytest.approx(12.2):
            watch.keep(3.0)
    assert watch._recorder
    watch._recorder.close(lambda: None)
    (kept,) = kept_of(told)
    assert 5.0 <= kept.before <= 7.5
    assert kept.seconds == pytest.approx(kept.before + 3.0, abs=0.3)
    taken_from(clip_of(kept, tmp_path / "clips"), film)


def test_an_order_marks_the_clip_that_runs(film: Path, tmp_path: Path):
    clips = ClipPlan(folder=str(tmp_path))
    plan = CameraPlan(index=1, source=str(film), zones=YARD, speed=1000.0, clips=clips)
    told: list[Sighting] = []

    def tell(one: Sighting) -> None:
        told.append(one)
        if isinstance(one, MotionStarted):
            watch.keep(1.0)

    watch = Watch(plan, tell)
    watch.run()
    (kept,) = kept_of(told)
    assert kept.ordered
    assert kept.before >= 5.0  # still the clip of the visit, not another


def watched_until(plan: CameraPlan, seconds: float) -> list[Sighting]:
    """Watch a film that does not end by itself."""
    told: list[Sighting] = []
    watch = Watch(plan, told.append)
    stills = watch._stills()
    for still in stills:
        watch._pace.wait_for(still.moment.seconds)
        watch._look(still)
        if still.moment.seconds > seconds:
            break
    stills.close()  # type: ignore[attr-defined]  # a generator
    assert watch._recorder
    watch._recorder.close(lambda: None)
    return told


@pytest.mark.parametrize("codec", ["mpeg4", "mjpeg"])
def test_what_browsers_do_not_play_is_encoded_anew(tmp_path: Path, codec: str):
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    coding = Coding(codec=codec, pix_fmt=pix_fmt)
    film = write_film(tmp_path / "old.mkv", scene(22, box=visitor(9, 12)), coding)
    (kept,) = kept_of(watched(film, tmp_path / "clips"))
    clip = clip_of(kept, tmp_path / "clips")
    assert b"avc1" in clip.read_bytes()
    assert kept.before >= 5.0
    pictures = pictures_of(clip)
    assert len(pictures) == pytest.approx(kept.seconds * 10, abs=2)
    assert pictures[0].mean() == pytest.approx(120, abs=6)


def test_a_drawn_scene_makes_clips_too(tmp_path: Path):
    clips = ClipPlan(folder=str(tmp_path), after=2.0, longest=8.0)
    plan = CameraPlan(index=0, source="made:1", zones=YARD, speed=1000.0, clips=clips)
    first, *_ = kept_of(watched_until(plan, 45))
    assert first.before >= 5.0
    assert len(pictures_of(clip_of(first, tmp_path))) == pytest.approx(
        first.seconds * 5, abs=2
    )


def test_a_film_that_begins_again_ends_its_clip_and_begins_another(tmp_path: Path):
    film = write_film(tmp_path / "round.mp4", scene(14, box=visitor(6, 99)))
    clips = ClipPlan(folder=str(tmp_path / "clips"))
    plan = CameraPlan(
        index=0, source=str(film), zones=YARD, speed=1000.0, loop=True, clips=clips
    )
    told = kept_of(watched_until(plan, 3 * 14 + 2))
    assert len(told) >= 3
    for kept in told:
        assert taken_from(clip_of(kept, tmp_path / "clips"), film)


def test_the_ring_costs_at_most_a_twentieth_of_decoding(film: Path, tmp_path: Path):
    clips = ClipPlan(folder=str(tmp_path))
    plan = CameraPlan(index=0, source=str(film), clips=clips)

    def shares() -> float:
        recorder = Recorder(plan, clips, lambda seconds: seconds, lambda _: None)
        stream, slices = slices_of(film)
        began = time.process_time()
        with recorder.film(10.0, 0.0):
            for one in slices:
                recorder.tap(one.packet)
            ringed = time.process_time()
        for one in slices:
            stream.codec_context.decode(one.packet)
        return (ringed - began) / (time.process_time() - ringed)

    # the best of three, as others use this machine too; 320 x 180 px: the harder case
    assert min(shares() for _ in range(3)) <= 0.05


def test_a_plan_without_clips_keeps_none(film: Path, tmp_path: Path):
    told: list[Sighting] = []
    plan = CameraPlan(index=0, source=str(film), zones=YARD, speed=1000.0)
    Watch(plan, told.append).run()
    assert kept_of(told) == []
    assert list(tmp_path.iterdir()) == []
