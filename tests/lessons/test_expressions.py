"""Numbers by name: what is computed, how it is written, and what is refused."""

import math

import pytest

from fusionviz.errors import InputError
from fusionviz.lessons.expressions import Here, evaluate, exhibits_named, fill, write

TABLES = {
    ("a", None): {"cost": 0.25, "count": 3, "name": "depth", "odd-name": 8.0},
    ("sweep", None): {"cost": 1.0},
    ("sweep", "0.5"): {"cost": 4.0, "odd-name": 9.0},
}


def look(exhibit, state):
    if (exhibit, state) not in TABLES:
        raise InputError(f"{exhibit} has no state {state}")
    return TABLES[exhibit, state]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("cost", 0.25),
        ("a.count", 3),
        ("sweep.cost", 1.0),
        ("sweep[0.5].cost", 4.0),
        ('sweep["0.5"].cost', 4.0),
        ('a["odd-name"]', 8.0),
        ('sweep[0.5]["odd-name"]', 9.0),
        ("sweep[0.5].cost / cost - 2 ** 3", 8.0),
        ("-cost", -0.25),
        ("max(cost, abs(-2)) + min(1, 2)", 3),
        ("log10(100)", 2.0),
        ("exp(0)", 1.0),
        ("cost < 0.3 <= count", True),
        ("cost > 0.3 or count == 3", True),
        ("cost > 0.3 and count == 3", False),
    ],
)
def test_it_is_computed(expression, value):
    assert evaluate(expression, look, Here("a")) == pytest.approx(value)


@pytest.mark.parametrize(
    "expression",
    [
        "nothing",
        "a.nothing",
        "b.cost",
        "sweep[0.7].cost",
        "sweep[0.5]",
        "cost +",
        "__import__('os')",
        "a.cost.real",
        "[cost]",
        "cost / 0",
        "name - 1",
        "lambda: 1",
        "open('x')",
        "exp(1e9)",
    ],
)
def test_it_is_refused_in_a_sentence(expression):
    with pytest.raises(InputError, match=r"\w+ \w+"):
        evaluate(expression, look, Here("a"))


def test_a_bare_number_needs_an_exhibit():
    with pytest.raises(InputError, match="shows none"):
        evaluate("cost", look, Here())


def test_texts_are_filled_and_formulas_left_alone():
    text = r"{cost} of {name}, {sweep[0.5].cost:.2f}, {-cost:.1e}, $\frac{a}{b}$"
    assert fill(text, look, Here("a")) == (
        r"0.250 of depth, 4.00, −2.5e−01, $\frac{a}{b}$"
    )


def test_the_state_that_is_shown_is_meant():
    assert fill("{cost}", look, Here("sweep", "0.5")) == "4.00"
    assert fill("{sweep.cost}", look, Here("sweep", "0.5")) == "4.00"
    assert fill("{sweep.cost}", look, Here("a")) == "1.00"


def test_numbers_are_written_to_three_digits():
    assert write(math.pi) == "3.14"
    assert write(12) == "12"
    assert write(0.5, ".0%") == "50%"
    with pytest.raises(InputError, match="cannot be written"):
        write("word", ".2f")


def test_an_exhibit_that_is_not_there_is_named():
    assert exhibits_named("a.cost + sweep[0.5].cost + cost", TABLES_BY_NAME) == {
        "a",
        "sweep",
    }
    with pytest.raises(InputError, match="'b'"):
        exhibits_named("b.cost", TABLES_BY_NAME)


TABLES_BY_NAME = {"a": None, "sweep": None}
