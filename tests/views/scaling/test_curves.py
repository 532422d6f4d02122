import numpy as np
import pytest

from fusionviz.analysis.scaling.curves import measure_curves
from fusionviz.scaling.cells import Cell, CellResult
from fusionviz.scaling.runs import ScalingRun
from fusionviz.views.scaling.curves import describe_curves, draw_curves
from fusionviz.views.scaling.units import (
    write_bytes,
    write_operations,
    write_seconds,
)

LENGTHS = (128, 512, 2048, 8192, 32768, 131072)


@pytest.fixture
def curves():
    results = [
        CellResult(
            cell=Cell(workload=name, length=length),
            status="done",
            seconds=1e-6 * length**power,
            seconds_low=0.9e-6 * length**power,
            seconds_high=1.1e-6 * length**power,
            peak_bytes=1000 * length,
            operations=10 * length,
        )
        for name, power in (("alignmamba", 1.0), ("single-stream-plain", 2.0))
        for length in LENGTHS
    ]
    cell = Cell(workload="single-stream-plain", length=500_000)
    results.append(CellResult(cell=cell, status="memory", reason="Too much."))
    run = ScalingRun(machine="one", versions={}, date="", results=tuple(results))
    return measure_curves(run, ["alignmamba", "single-stream-plain"])


def test_three_panels_share_lengths_and_show_the_medians(curves):
    figure = draw_curves(curves)
    lines = [one for one in figure.data if one.mode == "lines+markers"]
    assert len(lines) == 6
    time = next(one for one in lines if one.yaxis == "y" and "plain" in one.name)
    np.testing.assert_allclose(time.y[:-1], 1e-6 * np.array(LENGTHS) ** 2.0)
    assert figure.layout.xaxis1.type == figure.layout.yaxis3.type == "log"
    ranges = {tuple(figure.layout[f"xaxis{n}"].range) for n in (1, 2, 3)}
    assert len(ranges) == 1


def test_exponents_stand_in_the_legend(curves):
    names = [one.name for one in draw_curves(curves).data if one.showlegend]
    assert len(names) == 2
    assert any("2.00" in name for name in names)


def test_what_was_given_up_is_a_cross_with_its_reason(curves):
    crosses = [
        one
        for one in draw_curves(curves).data
        if one.mode == "markers" and one.marker.symbol == "x"
    ]
    assert len(crosses) == 3
    assert crosses[0].x == (500_000,)
    assert crosses[0].customdata == ("Too much.",)
    low, high = draw_curves(curves).layout.yaxis1.range
    assert low < np.log10(crosses[0].y[0]) < high


def test_marks_of_several_workloads_do_not_hide_each_other():
    results = [
        CellResult(cell=Cell(workload=name, length=n), status="time", reason="Slow.")
        for name in ("alignmamba", "single-stream-plain", "multi-stream-plain")
        for n in LENGTHS[:2]
    ]
    run = ScalingRun(machine="one", versions={}, date="", results=tuple(results))
    figure = draw_curves(measure_curves(run, run.workloads))
    heights = {
        one.y for one in figure.data if one.yaxis == "y" and one.marker.symbol == "x"
    }
    assert len(heights) == 3
    low, high = figure.layout.yaxis1.range
    assert all(low < np.log10(y) < high for height in heights for y in height)


def test_the_length_that_is_read_off_is_marked_in_every_panel(curves):
    marked = [
        one
        for one in draw_curves(curves, length=4096).data
        if one.mode == "lines" and set(one.x) == {4096}
    ]
    assert [one.xaxis for one in marked] == ["x", "x2", "x3"]


def test_words_tell_the_longest_and_what_was_given_up(curves):
    said = describe_curves(curves)
    assert "131 ms at 131072 tokens" in said
    assert "given up at 500000 tokens" in said


def test_numbers_have_units_that_fit():
    assert write_seconds(0.25) == "250 ms"
    assert write_seconds(2e-5) == "20.0 µs"
    assert write_seconds(float("nan")) == "–"
    assert write_bytes(3 * 2**30) == "3.00 GiB"
    assert write_bytes(512) == "512 B"
    assert write_operations(46.7e9) == "46.7 GFLOP"
