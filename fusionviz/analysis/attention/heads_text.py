"""A report on heads as text: one object for JSON, one table to read."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.attention.heads import HeadsReport, LayerHeads
from fusionviz.analysis.shared.attention.mango import ATTENTION_KINDS

CLOSED = 0.02
"""A head whose gate is nearer to 0 than this changes next to nothing."""

COLUMNS = "layer", "gate", "entropy", "distance", "even", "difference"


def to_json(report: HeadsReport) -> dict[str, Any]:
    """Return a report as what JSON can hold; what there is none of is null."""
    return {
        "form": report.form,
        "samples": report.samples,
        "layers": [_layer_to_json(layer) for layer in report.layers],
        "summary": {kind: _summary(layers) for kind, layers in _kinds(report)},
    }


def to_lines(report: HeadsReport) -> list[str]:
    """Return a table of all layers, the range over heads, and a summary by kind."""
    rows = [COLUMNS, *(_row(layer) for layer in report.layers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return [line.rstrip() for line in table] + list(_summary_lines(report))


def _kinds(
    report: HeadsReport,
) -> Iterator[tuple[str, tuple[LayerHeads, ...]]]:
    for kind in ATTENTION_KINDS:
        if layers := report.of_kind(kind):
            yield kind, layers


def _layer_to_json(layer: LayerHeads) -> dict[str, Any]:
    return {
        "index": layer.index,
        "block": layer.block,
        "kind": layer.kind,
        "name": layer.name,
        "gate": None if layer.gate is None else layer.gate.tolist(),
        "entropy": layer.entropy.tolist(),
        "distance": None if layer.distance is None else layer.distance.tolist(),
        "even_distance": layer.even_distance,
        "difference": layer.difference.tolist(),
        "mean_difference": _finite(layer.mean_difference),
    }


def _summary(layers: Sequence[LayerHeads]) -> dict[str, float | int | None]:
    """Return means over the heads of layers of one kind."""
    gates = [layer.gate for layer in layers if layer.gate is not None]
    distances = [
        layer.distance / layer.even_distance
        for layer in layers
        if layer.distance is not None and layer.even_distance
    ]
    return {
        "heads": sum(layer.heads for layer in layers),
        "mean_absolute_gate": _mean([np.abs(gate) for gate in gates]),
        "closed": sum(int((np.abs(gate) < CLOSED).sum()) for gate in gates),
        "subtracting": sum(int((gate < 0).sum()) for gate in gates),
        "entropy": _mean([layer.entropy for layer in layers]),
        "distance_to_even": _mean(distances),
        "difference": _finite(float(np.mean([one.mean_difference for one in layers]))),
    }


def _summary_lines(report: HeadsReport) -> Iterator[str]:
    yield f"{report.samples} samples, mean over them; ranges are over heads"
    for kind, layers in _kinds(report):
        told = _summary(layers)
        parts = [f"{kind.upper()}: {told['heads']} heads"]
        if report.form == "gated":
            parts.append(f"mean |gate| {told['mean_absolute_gate']:.3f}")
            parts.append(f"{told['subtracting']} subtract")
            parts.append(f"{told['closed']} closed (|gate| < {CLOSED})")
        if told["entropy"] is not None:
            parts.append(f"entropy {told['entropy']:.3f} of the largest")
        if told["distance_to_even"] is not None:
            parts.append(f"distance {told['distance_to_even']:.2f} of even reading")
        if told["difference"] is not None:
            parts.append(f"heads differ by {told['difference']:.3f} (0 same, 1 apart)")
        yield ", ".join(parts)


def _row(layer: LayerHeads) -> tuple[str, ...]:
    even, difference = layer.even_distance, layer.mean_difference
    return (
        layer.name,
        _range(layer.gate, "+.3f"),
        _range(layer.entropy, ".3f"),
        _range(layer.distance, ".2f"),
        "–" if even is None else f"{even:.2f}",
        f"{difference:.3f}" if math.isfinite(difference) else "–",
    )


def _range(values: NDArray[np.float64] | None, spec: str) -> str:
    if values is None or not np.isfinite(values).all():
        return "–"
    return f"{values.min():{spec}} to {values.max():{spec}}"


def _mean(values: Sequence[NDArray[np.float64]]) -> float | None:
    return _finite(float(np.concatenate(values).mean())) if len(values) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
