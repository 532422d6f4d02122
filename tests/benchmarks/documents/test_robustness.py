"""The tables of docs/robustness.md are made of the reports that are recorded."""

import re

import pytest

from benchmarks.documents.robustness import PAGE, filled
from benchmarks.side_by_side import RESULTS
from fusionviz.errors import InputError


def test_the_page_is_what_the_reports_say():
    page = PAGE.read_text("utf-8")
    assert filled(page) == page
    assert filled(re.sub(r"\d\.\d\d\d", "0.000", page)) != page


def test_every_report_has_its_table():
    named = set(re.findall(r"<!-- robustness: ([\w-]+) -->", PAGE.read_text("utf-8")))
    recorded = {
        path.stem.removeprefix("robustness-")
        for path in RESULTS.glob("robustness-*.json")
    }
    assert named == recorded


def test_a_report_that_is_not_there_is_named():
    with pytest.raises(InputError, match="robustness-nothing"):
        filled("<!-- robustness: nothing -->\n<!-- end -->")
