"""Worksheets, answers as CSV, and formulas as MathML."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest

from fusionviz.errors import InputError
from fusionviz.lessons.library import list_lessons
from fusionviz.lessons.markup import to_html, to_mathml
from fusionviz.lessons.worksheet import (
    BLANK,
    to_answers_csv,
    to_markdown,
    to_printable,
    to_table,
)
from tests.lessons.test_judging import reading

FORMULAS = {
    r"\frac{a}{b}": "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>",
    r"x_1^2": "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>",
    r"\sum_{i} x": "<munder><mo>∑</mo><mrow><mi>i</mi></mrow></munder><mi>x</mi>",
    r"\text{so it is}": "<mtext>so it is</mtext>",
    r"a < b": "<mi>a</mi><mo>&lt;</mo><mi>b</mi>",
    r"\lVert x \rVert": "<mo>‖</mo><mi>x</mi><mo>‖</mo>",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_mathml(formula):
    html = to_mathml(formula)
    assert FORMULAS[formula] in html
    ElementTree.fromstring(html)


@pytest.mark.parametrize("formula", [r"\nothing", r"\frac{a}{b", "{"])
def test_what_is_no_formula_is_refused(formula):
    with pytest.raises(InputError, match="known|brace"):
        to_mathml(formula)


def test_markdown_keeps_words_and_formulas_apart():
    html = to_html("**bold** $a_b$ and *c_d* <script>x</script>")
    assert "<strong>bold</strong>" in html
    assert "<msub><mi>a</mi><mi>b</mi></msub>" in html
    assert "<script>" not in html


def test_every_formula_that_ships_is_known():
    for lesson in list_lessons().lessons.values():
        for card in lesson.cards:
            if card.formula:
                ElementTree.fromstring(to_mathml(card.formula, block=True))
            to_html(card.text)


def test_a_worksheet_has_answers_numbers_blanks_and_its_origin():
    sheet = to_markdown(reading(), {1: 1}, {4: "3 votes."})
    assert "Your prediction: **float64**" in sheet
    assert "**Computed: float32**" in sheet
    assert sheet.count(BLANK) == 1 + 2 + 1 + 1
    assert "The class: 3 votes." in sheet
    assert reading().lesson.sha256 in sheet
    assert "room 3" in sheet


def test_it_prints_as_one_page_without_anything_from_elsewhere():
    html = to_printable(to_markdown(reading(), {}), "a <b>", "en")
    assert "<title>a &lt;b&gt;</title>" in html
    assert not re.search(r"(src|href)=", html)


def test_answers_are_a_line_a_question():
    verdicts = reading().verdicts({1: 0})
    data = to_answers_csv(reading().lesson, verdicts).decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    assert [row["card"] for row in rows] == ["2", "5"]
    assert [row["predicted"] for row in rows] == ["float32", ""]
    assert rows[0]["verdict"] == "Right"


def test_a_table_has_a_row_a_question_and_keeps_its_cells():
    verdicts = reading().verdicts({1: 0})
    lines = to_table(verdicts, "en").splitlines()
    assert len(lines) == 2 + len(verdicts)
    assert {line.count("|") for line in lines} == {5}
