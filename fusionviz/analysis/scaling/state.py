"""What has to be held at a length: attention weights, plans, a scan's state."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.scaling import sizes
from fusionviz.scaling.runs import ScalingRun
from fusionviz.scaling.workloads import HEADS, MODALITIES, STATES

LENGTHS = tuple(2**power for power in range(7, 21))
"""Tokens, 128 to a million."""

MEASURED = ("alignmamba", "single-stream-plain", "single-stream-fused")


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldBytes:
    """Bytes that grow with length, and those that do not, by formula.

    Attributes:
        width: Channels of a token.
        heads: Of attention.
        states: Of the scan.
        lengths: Tokens of all modalities, (point,).
        attention: Attention weights of one layer, (point,).
        transport: AlignMamba's costs and plans, (point,).
        every_state: The scan's states at every token of one layer, (point,).
        tokens: The tokens of one layer, (point,).
        state: The state that the scan of one layer carries: one number.
        measured: Peak memory of whole models in a run, by workload: bytes by length.
    """

    width: int
    heads: int
    states: int
    lengths: NDArray[np.int64]
    attention: NDArray[np.int64]
    transport: NDArray[np.int64]
    every_state: NDArray[np.int64]
    tokens: NDArray[np.int64]
    state: int
    measured: dict[str, dict[int, int]]


def measure_state(
    run: ScalingRun | None,
    *,
    width: int = 64,
    lengths: Sequence[int] = LENGTHS,
) -> HeldBytes:
    """Return what is held, by formula, and the peaks of a run beside it.

    Args:
        run: Its cells say the width; None: no peaks.
        width: Channels of a token, where there is no run.
        lengths: Tokens.
    """
    if run is not None and run.results:
        width = run.results[0].cell.width
    inner = 2 * width

    def column(values: Sequence[int]) -> NDArray[np.int64]:
        return np.array(values, dtype=np.int64)

    return HeldBytes(
        width=width,
        heads=HEADS,
        states=STATES,
        lengths=column(lengths),
        attention=column([sizes.attention_weights(n, HEADS) for n in lengths]),
        transport=column(
            [sizes.transport_matrices(n, len(MODALITIES)) for n in lengths]
        ),
        every_state=column([sizes.scan_states(n, inner, STATES) for n in lengths]),
        tokens=column([sizes.tokens(n, width) for n in lengths]),
        state=sizes.scan_state(inner, STATES),
        measured={} if run is None else _peaks(run),
    )


def _peaks(run: ScalingRun) -> dict[str, dict[int, int]]:
    peaks = {
        name: {
            one.cell.length: one.peak_bytes
            for one in run.curve(name, passes="forward")
            if one.is_done and one.peak_bytes > 0
        }
        for name in MEASURED
    }
    return {name: found for name, found in peaks.items() if found}
