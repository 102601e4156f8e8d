"""What `look` says is sorted into motion, troubles and the rest."""

from edge.look.event import Event
from tests.bench.ours import said_of, sorted_out
from tests.bench.recipe import When
from tests.bench.score import Truth, score
from tests.bench.stage import Clip, encode
from tests.edge_camera.clip import RATE, scene, visitor, write_clip


def event(seconds: float, kind: str, zone: str | None = None) -> Event:
    return Event("film", 0, seconds, kind, zone)


def test_starts_and_ends_become_spans_zone_by_zone():
    said = sorted_out(
        [
            event(1.0, "motion.started", "gate"),
            event(1.5, "motion.started", "yard"),
            event(3.0, "motion.ended", "gate"),
            event(5.0, "motion.ended", "yard"),
            event(6.0, "motion.started", "gate"),
        ],
        10.0,
    )
    assert said.spans == [(10, 30), (15, 50), (60, 60)]


def test_an_end_without_a_start_is_no_span():
    assert sorted_out([event(1.0, "motion.ended", "gate")], 10.0).spans == []


def test_troubles_keep_their_time_and_the_rest_is_counted():
    said = sorted_out(
        [
            event(2.0, "camera.covered"),
            Event("film", 0, 2.2, "light.changed", change="lamp"),
            event(9.0, "camera.restored"),
            Event("film", 0, 9.5, "light.changed", change="exposure"),
        ],
        10.0,
    )
    assert said.troubles == [(2.0, "covered"), (9.0, "restored")]
    assert said.lights == [(2.2, "lamp"), (9.5, "exposure")]
    assert said.others == {"light.changed": 2}


def test_ours_finds_a_visit_on_a_film(tmp_path):
    path = write_clip(tmp_path / "visit.mkv", scene(20, box=visitor(5, 12)))
    result = score(said_of(path, RATE).spans, Truth(10.0, 200, ((50, 120),)))
    assert (result.found, result.false_starts) == (1, 0)


def test_a_film_that_breaks_is_told_and_no_error(tmp_path):
    (tmp_path / "film.mkv").write_bytes(b"no film")
    said = said_of(tmp_path / "film.mkv", RATE)
    assert said.troubles == [(0.0, "lost")]


def test_an_attack_is_among_the_troubles(tmp_path):
    black = (picture // 60 for picture in scene(14))
    encode(black, tmp_path / "black.mkv", RATE, lossless=True)
    names = [name for _, name in said_of(tmp_path / "black.mkv", RATE).troubles]
    assert names == ["black"]
    assert Clip(tmp_path, Truth(RATE, 1, ())).until(9.0).truth.frames == 1
    assert When(0.0).end == float("inf")
