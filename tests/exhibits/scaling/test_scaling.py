"""Curves, parts and what is held, of runs whose numbers are known."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.scaling.curves import CURVES, CurveControls
from fusionviz.exhibits.scaling.parts import PARTS, PartControls
from fusionviz.exhibits.scaling.state import STATE, StateControls
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.scaling.runs import ScalingRun
from tests.helpers import scaling_runs
from tests.helpers.figures import scatters
from tests.helpers.scaling_runs import LENGTHS, known_run, marked_run


def subject_of(*runs: ScalingRun) -> ScalingSubject:
    return ScalingSubject(runs=runs)


def curves(*runs: ScalingRun, **controls):
    request = Request(subject=subject_of(*runs), controls=CurveControls(**controls))
    return CURVES.make(request)


def without(run: ScalingRun, *names: str) -> ScalingRun:
    kept = [one for one in run.results if one.cell.workload not in names]
    return ScalingRun(machine=run.machine, versions={}, date="", results=tuple(kept))


def test_all_models_are_read_off_at_the_length():
    numbers = curves(known_run(), length=4096).numbers
    assert numbers["alignmamba_seconds"] == pytest.approx(0.4096)
    assert numbers["single-stream-plain_seconds"] == pytest.approx(1e-7 * 4096**2)
    ratio = numbers["single-stream-plain_seconds_ratio"]
    assert ratio == pytest.approx(1e-3 * 4096)
    assert numbers["alignmamba_seconds_exponent"] == pytest.approx(1)
    assert numbers["single-stream-fused_seconds_exponent"] == pytest.approx(2)
    # 1e-4 L = 1e-7 L² at a thousand tokens
    crossing = numbers["single-stream-plain_crossing_length"]
    assert crossing == pytest.approx(1000, rel=1e-6)


def test_the_sentence_says_how_much_faster_and_what_memory():
    said = curves(known_run(), length=4096).numbers["reading"]
    assert "4,096 tokens" in said
    assert "410 ms" in said
    assert "4.10 times faster" in said
    assert "as much memory" in said
    slower = curves(known_run(), length=512).numbers["reading"]
    assert "1.95 times slower" in slower  # 1 / 0.512


@pytest.mark.parametrize(
    ("theirs", "says"),
    [(500, "2.00 times its memory"), (4000, "4.00 times less memory")],
)
def test_memory_is_told_as_one_says_it(theirs, says):
    run = known_run()
    results = [
        replace(one, peak_bytes=theirs * one.cell.length)
        if one.cell.workload == "single-stream-plain"
        else one
        for one in run.results
    ]
    made = curves(replace(run, results=tuple(results)), length=4096)
    assert says in made.numbers["reading"]


def test_where_there_is_no_room_sums_of_some_bars_are_told(monkeypatch):
    lengths = (128, 256, 512, 1024, 1536, 2048, 3072, 4096, 5120, 6400)
    monkeypatch.setattr(scaling_runs, "LENGTHS", lengths)
    made = PARTS.make(Request(subject=subject_of(known_run()), controls=PartControls()))
    (first, *_) = scatters(made.figure, "text")
    told = [x for x, text in zip(first.x, first.text, strict=True) if text]
    assert told == ["128", "1,024", "3,072", "6,400"]
    assert list(made.figure.layout.xaxis.tickvals) == told


def test_the_papers_figures_are_quoted_beside_ours():
    made = curves(known_run())
    numbers = made.numbers
    assert numbers["single-stream_seconds_saved_quoted"] == 0.833
    assert numbers["multi-stream_peak_bytes_saved_quoted"] == 0.58
    ours = numbers["single-stream_seconds_saved_plain"]
    assert ours == pytest.approx(1 - 1 / 6.4)  # 1e-4 L of 1e-7 L² at 6,400
    assert numbers["single-stream_peak_bytes_saved_fused"] == pytest.approx(0)
    stars = [t for t in scatters(made.figure, "markers") if "star" in t.marker.symbol]
    time = next(one for one in stars if one.yaxis == "y")
    expected = [0.64 / (1 - 0.833), 0.64 / (1 - 0.876)]
    np.testing.assert_allclose(time.y, expected)
    assert set(time.x) == {6400}
    assert "83.3 %" in made.caption
    assert "fused" in made.caption


def test_with_constant_tokens_what_costs_the_same_for_each_is_level():
    made = curves(known_run(), batching="constant", length=4096)
    # 1e-4 L seconds for each of 16384 / L sequences
    assert made.numbers["alignmamba_seconds"] == pytest.approx(1.6384)
    ratio = made.numbers["single-stream-plain_seconds_ratio"]
    assert ratio == pytest.approx(1e-3 * 4096)
    assert made.numbers["single-stream-plain_seconds_exponent"] == pytest.approx(
        1, abs=0.01
    )
    assert "4 sequences at once" in made.numbers["reading"]
    assert "16,384 tokens at once" in made.caption
    assert "constant number of tokens" in made.alt
    time = [t for t in scatters(made.figure, "lines+markers") if t.yaxis == "y"]
    level = next(one for one in time if "AlignMamba" in one.name)
    np.testing.assert_allclose(level.y, 1.6384, rtol=0.02)
    one = curves(known_run(), length=4096)
    assert one.numbers["alignmamba_seconds"] == pytest.approx(0.4096)
    assert "sequences at once" not in one.numbers["reading"]


def test_training_and_other_families_quote_no_paper():
    for controls in (
        {"passes": "training"},
        {"family": "flow"},
        {"batching": "constant"},
    ):
        made = curves(known_run(), **controls)
        assert "quoted" not in " ".join(made.numbers)
        assert "paper" not in made.caption


@pytest.mark.parametrize(
    ("family", "first"),
    [
        ("fusion", "alignmamba"),
        ("backbone", "mamba-backbone"),
        ("flow", "mango-forward"),
        ("alignment", "relaxed"),
        ("part", "encoders"),
    ],
)
def test_every_family_has_its_curves(family, first):
    made = curves(known_run(), family=family)
    assert next(iter(made.arrays)) == first
    assert made.arrays[first].shape == (len(LENGTHS), 6)
    assert len(made.table["tokens"]) == len(LENGTHS) * len(made.arrays)


def test_another_machine_stands_beside_it_and_is_pale():
    made = curves(known_run("here"), known_run("there, 8 threads", times=2))
    pale = [one for one in made.figure.data if one.name == "pale: there, 8 threads"]
    ours = [
        one
        for one in made.figure.data
        if one.mode == "lines+markers" and one.yaxis == "y"
    ]
    times = [one for one in pale if one.yaxis == "y"]
    assert len(times) == len(ours) == 7
    np.testing.assert_allclose(np.array(times[0].y), 2 * np.array(ours[0].y))
    assert times[0].line.color.startswith("rgba(")


def test_a_run_of_marks_alone_is_drawn_and_says_why():
    made = curves(marked_run())
    assert "was not measured" in made.numbers["reading"]
    assert "0.25 GiB" in made.numbers["reading"]
    assert set(made.table["status"]) == {"memory"}
    json.dumps(dict(made.numbers), allow_nan=False)
    crosses = [t for t in scatters(made.figure, "markers") if t.marker.symbol == "x"]
    assert len(crosses) == 6
    with pytest.raises(InputError, match="parts"):
        PARTS.make(Request(subject=subject_of(marked_run()), controls=PartControls()))


def test_without_a_run_it_says_the_command():
    with pytest.raises(InputError, match="python -m benchmarks.scaling"):
        curves()
    with pytest.raises(InputError, match="no training pass"):
        curves(known_run(), family="flow", passes="training")


def test_a_length_beyond_the_run_is_moved_into_it():
    made = curves(known_run(), length=10**6)
    assert made.numbers["length"] == LENGTHS[-1]


def test_parts_are_shares_of_their_sum_and_stand_beside_the_whole():
    made = PARTS.make(Request(subject=subject_of(known_run()), controls=PartControls()))
    length = LENGTHS[-1]
    # encoders, Mamba and predictor take 1e-4 L each, alignment 1e-7 L²
    parts = np.array([1e-4, 1e-7 * length, 1e-4, 1e-4]) * length
    assert made.numbers["alignmamba_alignment_share"] == pytest.approx(
        parts[1] / parts.sum()
    )
    assert made.numbers["alignmamba_whole_seconds"] == pytest.approx(1e-4 * length)
    bars = [one for one in made.figure.data if one.type == "bar" and one.xaxis == "x"]
    np.testing.assert_allclose(sum(np.array(one.y) for one in bars), 1)
    seconds = PARTS.make(
        Request(subject=subject_of(known_run()), controls=PartControls(scale="seconds"))
    )
    bars = [one for one in seconds.figure.data if one.type == "bar"][:4]
    assert sum(one.y[-1] for one in bars) == pytest.approx(parts.sum())


def test_models_of_which_a_part_is_missing_are_left_out():
    run = without(known_run(), "transformer-plain")
    made = PARTS.make(Request(subject=subject_of(run), controls=PartControls()))
    assert set(made.table["model"]) == {"alignmamba", "single-stream-fused"}


def test_what_is_held_is_read_off_with_and_without_a_run():
    for runs in ((), (known_run(),)):
        made = STATE.make(
            Request(subject=subject_of(*runs), controls=StateControls(length=6000))
        )
        assert made.numbers["attention_bytes"] == 4 * 4 * 6000**2
        assert made.numbers["transport_bytes"] == 4 * 4 * 2000**2
        assert made.numbers["state_bytes"] == 4 * 128 * 16
        points = scatters(made.figure, "markers")
        assert len(points) == (3 if runs else 0)
        assert math.isfinite(made.figure.layout.yaxis.range[0])
