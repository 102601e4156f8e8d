"""A change of light is judged by what was told soon after it."""

import pytest

from tests.bench.job import Outcome
from tests.bench.lighting import confusion_of_light, told_as
from tests.bench.ours import Said
from tests.bench.recipe import When

BEGIN = 20.0


def changed(name: str, *told: tuple[float, str]) -> Outcome:
    return Outcome("film", name, 0, "", When(BEGIN), Said(lights=list(told)))


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ([(21.0, "lamp")], "lamp"),
        ([(21.0, "exposure"), (23.0, "lamp")], "lamp"),
        ([(21.0, "exposure"), (23.0, "headlight")], "exposure"),
        ([(19.0, "lamp"), (33.0, "lamp")], "nothing"),
        ([], "nothing"),
    ],
)
def test_the_right_word_soon_is_right_and_else_the_first_one_counts(told, word):
    assert told_as(changed("light step", *told)) == word


def test_words_are_counted_by_what_was_put_on_and_rain_is_no_light():
    table = confusion_of_light(
        [
            changed("light step", (21.0, "lamp")),
            changed("light step"),
            changed("exposure ramp", (25.0, "exposure")),
            changed("rain", (21.0, "lamp")),
        ]
    )
    assert table == {
        "light step": {"lamp": 1, "nothing": 1},
        "exposure ramp": {"exposure": 1},
    }
