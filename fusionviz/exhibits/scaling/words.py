"""What length costs, in sentences and tables."""

import math
from collections.abc import Sequence

from fusionviz.analysis.scaling.curves import Measure, Reading, ScalingCurves
from fusionviz.analysis.scaling.paper import QUOTED_LENGTH, Saving
from fusionviz.scaling.runs import (
    CONSTANT_TOKENS,
    Batching,
    ScalingRun,
    batch_of,
)
from fusionviz.views.scaling.units import (
    NOTHING,
    write_bytes,
    write_length,
    write_operations,
    write_seconds,
)
from fusionviz.views.shared.style import in_percent, three_digits

TOLD = {
    "single-stream-plain": "a single-stream Transformer with plain attention",
    "single-stream-fused": "one with fused attention",
    "transformer-plain": "Transformer layers with plain attention",
    "transformer-fused": "those with fused attention",
}
"""Those that the sentence compares with, as it names them; the table has all."""

MOST_TOLD = 3

ALIKE = 0.02
"""Two sizes that differ by less than this part are called the same."""

MEASURE_NAMES: dict[Measure, str] = {
    "seconds": "time",
    "peak_bytes": "memory",
    "operations": "operations",
}


def say_reading(curves: ScalingCurves, length: int) -> str:
    """Return in a sentence how the first workload compares with others at a length."""
    own, *others = curves.read_at(length)
    at = f"At {write_length(length)} tokens{_at_once(curves, length)} **{own.title}**"
    if not math.isfinite(own.seconds):
        return f"{at} was not measured. {_why_not(curves, own, length)}".strip()
    took = f"{at} takes {write_seconds(own.seconds)}"
    if math.isfinite(own.peak_bytes):
        took += f" and {write_bytes(own.peak_bytes)}"
    chosen = [one for one in others if one.workload in TOLD] or others
    told = [_compare(curves, one, length) for one in chosen[:MOST_TOLD]]
    return f"{took}{': ' if told else ''}{'; '.join(told)}."


def _at_once(curves: ScalingCurves, length: int) -> str:
    count = batch_of(curves.batching, length)
    return f", {count} sequences at once," if count > 1 else ""


def _compare(curves: ScalingCurves, other: Reading, length: int) -> str:
    name = TOLD.get(other.workload, other.title)
    if not math.isfinite(other.seconds_ratio):
        why = _why_not(curves, other, length)
        return f"{name} was not measured there" + (f" ({why})" if why else "")
    ratio = other.seconds_ratio
    times = f"{three_digits(ratio)} times faster"
    if ratio < 1:
        times = f"{three_digits(1 / ratio)} times slower"
    said = f"**{times}** than {name}"
    if math.isfinite(other.peak_ratio):
        said += f", with {_say_memory(other.peak_ratio)}"
    return said


def _say_memory(ratio: float) -> str:
    """Return how our memory compares with another's, which is so many times ours."""
    if abs(math.log(ratio)) < ALIKE:
        return "as much memory"
    if ratio > 1:
        return f"{three_digits(ratio)} times less memory"
    return f"{three_digits(1 / ratio)} times its memory"


def _why_not(curves: ScalingCurves, reading: Reading, length: int) -> str:
    """Return why there is no value, where cells were given up at that length."""
    (curve,) = (one for one in curves.curves if one.workload == reading.workload)
    marks = [mark for tokens, mark in curve.marks.items() if tokens <= length]
    return marks[0][1].rstrip(".") if marks else ""


def reading_table(curves: ScalingCurves, length: int) -> str:
    """Return all workloads at a length as a table in Markdown.

    Ratios are to the first workload.
    """
    rows = [
        "| | time | memory | operations | time × | memory × |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in curves.read_at(length):
        cells = (
            one.title,
            write_seconds(one.seconds),
            write_bytes(one.peak_bytes),
            write_operations(one.operations),
            _times(one.seconds_ratio),
            _times(one.peak_ratio),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _times(ratio: float) -> str:
    return three_digits(ratio) if math.isfinite(ratio) else NOTHING


def saving_table(savings: Sequence[Saving]) -> str:
    """Return the paper's savings beside ours as a table in Markdown."""
    rows = [
        "| AlignMamba against | | paper | ours, plain | ours, fused |",
        "|---|---|---:|---:|---:|",
    ]
    for one in savings:
        cells = (
            f"a {one.against} Transformer",
            MEASURE_NAMES[one.measure],
            _change(one.quoted),
            _change(one.plain),
            _change(one.fused),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _change(saved: float | None) -> str:
    """Return a saving as a change, as the paper writes it."""
    if saved is None:
        return NOTHING
    if abs(saved) < 5e-4:
        return in_percent(0)
    return f"{'−' if saved > 0 else '+'}{in_percent(abs(saved))}"


def say_savings(savings: Sequence[Saving]) -> str:
    """Return in a sentence what fused attention does to the paper's claim."""
    known = {
        (one.against, one.measure): one
        for one in savings
        if one.plain is not None and one.fused is not None
    }
    time = known.get(("single-stream", "seconds"))
    memory = known.get(("single-stream", "peak_bytes"))
    at = f"At {write_length(QUOTED_LENGTH)} tokens"
    if time is None or memory is None:
        return f"{at} not all of ours were measured."
    return (
        f"{at} the paper quotes {_change(time.quoted)} of time and "
        f"{_change(memory.quoted)} of memory against a single-stream Transformer. Ours "
        f"are {_change(time.plain)} and {_change(memory.plain)} against plain "
        f"attention, which is what the paper compares with, but {_change(time.fused)} "
        f"and {_change(memory.fused)} against PyTorch's fused attention, which is what "
        "one would use today."
    )


def say_machine(run: ScalingRun, batching: Batching | None = "one") -> str:
    """Return in a sentence where and how a run was measured.

    Args:
        run: Which.
        batching: How many sequences at once; None: not told.
    """
    if not run.results:
        return f"{run.machine}."
    cell = run.results[0].cell
    commit = f", commit {run.commit[:9]}" if run.commit else ""
    batches: dict[Batching | None, str] = {
        "one": "batch 1, ",
        "constant": f"{CONSTANT_TOKENS:,} tokens at once, ",
        None: "",
    }
    return (
        f"{run.machine}, {run.date[:10]}: {batches[batching]}width {cell.width}, "
        f"{cell.layers} layers, float32, random weights; torch "
        f"{run.versions.get('torch', '?')}{commit}."
    )
