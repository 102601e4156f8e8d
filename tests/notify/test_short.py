"""160 characters of GSM 03.38: nothing is cut, nothing doubles the price."""

from hypothesis import given
from hypothesis import strategies as st

from collector.notify.short import ROOM, assemble, fold, septets


def test_what_gsm_has_stays_as_it_is():
    assert fold("coördinator, één à 5 €? @£ÄÖÜß") == "coördinator, één à 5 €? @£ÄÖÜß"


def test_what_gsm_lacks_loses_its_marks_or_is_asked_about():
    assert fold("geëindigd ïs ç \N{EN DASH}") == "geeindigd is c ?"
    assert fold("警察 é") == "?? é"


@given(st.text())
def test_every_folded_text_is_gsm_and_stays_so(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert septets(folded) >= len(folded)


def test_what_lies_behind_an_escape_takes_room_twice():
    assert septets("a€[b]") == 8


def test_a_step_that_fits_is_said_and_one_that_does_not_is_left_out_whole():
    fits = assemble("B.", "Bel 112.", "Open het.", "E.")
    assert fits == "B. Bel 112. Open het.".replace("Open het.", "E.")
    assert assemble("B.", "x" * 160, "Open het.", "E.") == "B. Open het. E."
    assert assemble("B.", None, "Open het.", "E.") == "B. Open het. E."
    assert assemble("y" * 155, "x" * 9, "Open het.", "E.").endswith("y E.")


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_a_message_is_never_longer_than_one_sms_while_its_frame_fits(step, begin, end):
    text = assemble(begin, step, "Open het.", end)
    frame = septets(fold(f"{begin} {end}"))
    assert septets(text) <= max(ROOM, frame)
