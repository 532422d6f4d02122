"""Predictions against what is so."""

import pytest

from fusionviz.errors import InputError
from fusionviz.lessons.judging import Reading, off
from fusionviz.lessons.phrases import phrase
from fusionviz.lessons.records import Card
from tests.helpers.lessons import TINY, tiny_lesson

WORST = {None: 1e-3, "float32": 1e-3, "float64": 1e-9}


def reading(text: str = TINY) -> Reading:
    return Reading(tiny_lesson(text), lambda exhibit, state: {"worst": WORST[state]})


def test_the_right_choice_is_computed():
    assert reading().truth(1) == 0
    verdict = reading().judge(1, 0)
    assert verdict.good
    assert "0.00100" in verdict.told
    assert reading().judge(1, 1).good is False
    assert reading().judge(1, None).good is None


def test_not_one_right_choice_is_refused():
    text = TINY.replace("trip.worst < trip", "trip.worst > trip")
    with pytest.raises(InputError, match="2 are right"):
        reading(text).truth(1)


def test_a_number_is_held_against_the_scale():
    one = reading().judge(4, 1e-3)
    assert one.good
    far = reading().judge(4, 1e-6)
    assert far.good is False
    assert "1000" in far.told


@pytest.mark.parametrize(
    ("answer", "truth", "log", "share"),
    [
        (1.0, 2.0, False, 0.1),
        ((1.0, 4.0), (2.0, 2.0), False, 0.15),
        (1.0, 10.0, True, 0.5),
        (1.0, 0.0, True, 1.0),
        (10.0, -90.0, False, 1.0),
    ],
)
def test_how_far_off(answer, truth, log, share):
    low, high = (0.1, 10.0) if log else (0.0, 10.0)
    card = Card(kind="predict", title="t", form="number", low=low, high=high, log=log)
    assert off(card, answer, truth) == pytest.approx(share)


def test_a_curve_has_a_point_at_every_value():
    text = TINY.replace(
        'answer = "number"\ntruth = "trip.worst"',
        'answer = "curve"\nexhibit = "trip"\ntruth = "worst"',
    )
    assert reading(text).truth(4) == (1e-3, 1e-9)
    verdict = reading(text).judge(4, (1e-3, 1e-9))
    assert verdict.good
    assert verdict.said == verdict.computed


def test_all_that_was_asked_is_there_also_where_nothing_was_answered():
    verdicts = reading().verdicts({4: 1e-3})
    assert [one.good for one in verdicts] == [None, True]


def test_phrases_fall_back_to_english():
    assert phrase("next", "de") != phrase("next", "en")
    assert phrase("next", "xx") == phrase("next")
    with pytest.raises(InputError, match="nothing_such"):
        phrase("nothing_such")
