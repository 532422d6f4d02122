import math

import pytest

from fusionviz.analysis.scaling.curves import measure_curves
from fusionviz.errors import InputError
from fusionviz.scaling.cells import Cell, CellResult
from fusionviz.scaling.runs import ScalingRun

LENGTHS = (128, 512, 2048, 8192, 32768, 131072)


def a_run(**growth: float) -> ScalingRun:
    """A run in which each workload's time is length to a power, in microseconds."""
    results = [
        CellResult(
            cell=Cell(workload=name, length=length),
            status="done",
            seconds=1e-6 * length**power,
            seconds_low=0.9e-6 * length**power,
            seconds_high=1.1e-6 * length**power,
            runs=5,
            peak_bytes=1000 * length,
            operations=10 * length,
        )
        for name, power in growth.items()
        for length in LENGTHS
    ]
    return ScalingRun(machine="one", versions={}, date="", results=tuple(results))


def test_exponents_and_readings_are_those_of_the_run():
    run = a_run(**{"single-stream-plain": 2.0, "alignmamba": 1.0})
    curves = measure_curves(run, ["single-stream-plain", "alignmamba"])
    assert curves.reference.workload == "alignmamba"
    assert curves.reference.fits["seconds"].exponent == pytest.approx(1)
    assert curves.curves[1].fits["seconds"].exponent == pytest.approx(2)
    own, other = curves.read_at(1000)
    assert own.seconds == pytest.approx(1e-3)
    assert other.seconds_ratio == pytest.approx(1000)
    assert other.peak_ratio == pytest.approx(1)
    assert math.isnan(curves.read_at(10)[0].seconds)


def test_what_was_given_up_is_a_mark_and_has_no_value():
    run = a_run(alignmamba=1.0)
    cell = Cell(workload="alignmamba", length=500_000)
    mark = CellResult(cell=cell, status="memory", reason="It took more than 1 GiB.")
    curves = measure_curves(run.with_result(mark), ["alignmamba"])
    assert curves.reference.marks == {500_000: ("memory", "It took more than 1 GiB.")}
    assert math.isnan(curves.reference.seconds[-1])
    assert curves.span == (128, 500_000)


def test_crossings_are_of_the_reference_with_each_other():
    run = a_run(**{"alignmamba": 1.5, "single-stream-plain": 2.0})
    results = [
        one
        if one.cell.workload == "single-stream-plain"
        else CellResult(
            cell=one.cell,
            status="done",
            seconds=one.seconds * 1000**0.5,
            seconds_low=1,
            seconds_high=1,
        )
        for one in run.results
    ]
    crossed = ScalingRun(machine="", versions={}, date="", results=tuple(results))
    curves = measure_curves(crossed, ["alignmamba", "single-stream-plain"])
    found = curves.crossings["single-stream-plain"]
    assert found.length == pytest.approx(1000)
    assert found.cheaper == "first"


def test_a_run_without_the_workload_says_so():
    with pytest.raises(InputError, match="mmd"):
        measure_curves(a_run(alignmamba=1.0), ["mmd"])
