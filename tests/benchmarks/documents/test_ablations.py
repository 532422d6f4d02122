"""The tables of ablations in the documents are made of what is recorded."""

import re

import pytest

from benchmarks.documents.ablations import BLOCK, PAGES, filled
from benchmarks.side_by_side import RESULTS
from fusionviz.errors import InputError
from fusionviz.training.ablation import list_ablations, read_record


def test_the_pages_are_what_the_records_say():
    for path in PAGES:
        page = path.read_text("utf-8")
        assert filled(page) == page
        if BLOCK.search(page):
            assert filled(re.sub(r"\| \d\.\d+", "| 0.00", page)) != page


def test_every_record_has_its_table_and_is_of_committed_code():
    pages = "".join(path.read_text("utf-8") for path in PAGES)
    named = {match[2] for match in BLOCK.finditer(pages)}
    paths = {
        path.stem.removeprefix("ablation-"): path
        for path in RESULTS.glob("ablation-*.json")
    }
    assert named == set(paths) <= set(list_ablations())
    for path in paths.values():
        for row in read_record(path)[0]:
            for card in row.cards:
                assert re.fullmatch(r"[0-9a-f]{12}", card.commit), row.name


def test_an_ablation_that_is_not_there_is_named():
    with pytest.raises(InputError, match="ablation-nothing"):
        filled("<!-- ablation: nothing -->\n<!-- end -->")
