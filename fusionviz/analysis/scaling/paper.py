"""The paper's savings at 6.4k tokens, and ours at the same length.

Li et al. (2025, section 4.5) give memory, time and operations of AlignMamba and of two
Transformers on a GPU. Machines and sizes differ from ours, so ratios alone compare.
"""

from dataclasses import dataclass
from typing import Literal

from fusionviz.analysis.scaling.curves import Curve, Measure, ScalingCurves

Against = Literal["single-stream", "multi-stream"]

QUOTED_LENGTH = 6400
"""Tokens; the paper writes 6.4k."""

QUOTED: dict[Against, dict[Measure, float]] = {
    "single-stream": {"peak_bytes": 0.203, "seconds": 0.833, "operations": 0.54},
    "multi-stream": {"peak_bytes": 0.580, "seconds": 0.876, "operations": 0.77},
}
"""Shares that AlignMamba saves, as the paper prints them."""


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What AlignMamba saves of one measure against one Transformer at 6,400 tokens.

    Attributes:
        against: Which Transformer.
        measure: Of what.
        quoted: Share that the paper says is saved.
        plain: Share of ours with plain attention; None where one of the two was not
            measured at that length.
        fused: Likewise, with fused attention.
    """

    against: Against
    measure: Measure
    quoted: float
    plain: float | None
    fused: float | None


@dataclass(frozen=True, kw_only=True)
class QuotedPoint:
    """Where the paper's ratio puts a Transformer, seen from our AlignMamba.

    Attributes:
        workload: The Transformer with plain attention.
        title: What it is called.
        measure: Of what.
        value: Ours of AlignMamba, over the share that the paper says is left.
        saved: The share that the paper says is saved.
    """

    workload: str
    title: str
    measure: Measure
    value: float
    saved: float


def compare_savings(curves: ScalingCurves) -> list[Saving]:
    """Return the paper's savings beside ours."""
    by_name = {curve.workload: curve for curve in curves.curves}
    own = by_name.get("alignmamba")

    def saved(against: Against, attention: str, measure: Measure) -> float | None:
        other = by_name.get(f"{against}-{attention}")
        if own is None or other is None:
            return None
        share = 1 - _at(own, measure) / _at(other, measure)
        return None if share != share else share

    return [
        Saving(
            against=against,
            measure=measure,
            quoted=share,
            plain=saved(against, "plain", measure),
            fused=saved(against, "fused", measure),
        )
        for against, shares in QUOTED.items()
        for measure, share in shares.items()
    ]


def quoted_points(curves: ScalingCurves) -> list[QuotedPoint]:
    """Return the paper's ratios as points, where AlignMamba was measured so far."""
    by_name = {curve.workload: curve for curve in curves.curves}
    own = by_name.get("alignmamba")
    if own is None:
        return []
    points = []
    for against, shares in QUOTED.items():
        other = by_name.get(f"{against}-plain")
        for measure, share in shares.items():
            value = _at(own, measure) / (1 - share)
            if other is not None and value == value:
                points.append(
                    QuotedPoint(
                        workload=other.workload,
                        title=other.title,
                        measure=measure,
                        value=value,
                        saved=share,
                    )
                )
    return points


def _at(curve: Curve, measure: Measure) -> float:
    return curve.at(QUOTED_LENGTH, measure)
