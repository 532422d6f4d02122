"""docs/scaling.md and README say what the recorded run says."""

import pytest

from benchmarks.documents import scaling as docs
from fusionviz.errors import InputError
from fusionviz.exhibits.scaling.curves import curves_of
from fusionviz.scaling.runs import ScalingRun
from tests.helpers.scaling_runs import known_run


@pytest.mark.parametrize("page", docs.PAGES, ids=lambda page: page.name)
def test_pages_say_what_the_recorded_run_says(page):
    text = page.read_text("utf-8")
    assert docs.BLOCK.search(text)
    assert docs.fill(text, docs.blocks_of(docs.recorded_run())) == text


def test_the_picture_is_there_where_a_run_is():
    assert docs.PICTURE.exists() or docs.recorded_run() is None


def test_targets_are_met_or_missed_by_the_numbers():
    time, memory, fused, exponent = docs.targets_of(curves_of(known_run(), "fusion"))
    # 1e-4 L seconds against 1e-7 L², and 1000 L bytes each
    assert (time.measured, time.is_met) == ("−84.4 %", False)
    assert (memory.measured, memory.is_met) == ("+0 %", False)
    assert (fused.measured, fused.is_met) == ("6.40 times faster", True)
    assert exponent.is_met
    assert exponent.measured.startswith("1.00 (1.00 to 1.00)")
    said = docs.say_targets([time, memory, fused, exponent])
    assert "6,400" in said
    assert docs._times_faster(0.5) == "2.00 times slower"
    assert said.endswith("Missed: time against plain attention, "
                         "memory against plain attention.")  # fmt: skip


def test_every_block_is_made_of_a_run_and_of_a_part_of_one():
    run, names = known_run(), set(docs.blocks_of(None))
    blocks = docs.blocks_of(run)
    assert set(blocks) == names
    assert "640 ms" in blocks["reading"]
    assert "| AlignMamba | 1.00 | 1.00 to 1.00 | 1.00 |" in blocks["exponents"]
    assert "1,000 tokens | AlignMamba is quicker" in blocks["crossings"]
    assert "1.64 s" in blocks["constant"]
    assert "−83.3 %" in blocks["paper"]
    pages = "".join(page.read_text("utf-8") for page in docs.PAGES)
    assert {found[2] for found in docs.BLOCK.finditer(pages)} == names
    forward = [
        one
        for one in run.results
        if one.cell.passes == "forward" and one.cell.batch == 1
    ]
    part = ScalingRun(
        machine="one", versions={}, date="2026-01-02", results=tuple(forward)
    )
    less = docs.blocks_of(part)
    assert set(less) == names
    assert "This run has no training pass" in less["training"]
    assert less["reading"] == blocks["reading"]


def test_an_unknown_block_is_refused():
    with pytest.raises(InputError, match="nowhere"):
        docs.fill("<!-- scaling: nowhere -->\n<!-- end -->", {})
