"""A row of hidden attention beside what the whole Mamba block makes of its tokens."""

import numpy as np

from fusionviz.analysis.shared.attention.alignmamba import hidden_stack
from fusionviz.analysis.shared.attention.block_row import BlockRow, measure_block_row
from fusionviz.analysis.shared.attention.stack import default_query
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.exhibits.shared.exhibit import Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.stacks import HiddenControls
from fusionviz.views.shared.stacks.block_row import describe_block_row, draw_block_row
from fusionviz.views.shared.style import three_digits


def make_block_row(request: Request[HiddenControls, AlignMambaSubject]) -> Exhibit:
    """Return one row of hidden attention beside the whole block's Jacobian."""
    asked = request.controls
    stack = hidden_stack(request.subject, asked.channel, asked.skip)
    row = measure_block_row(
        request.subject,
        layer=asked.layer,
        head=asked.head,
        query=default_query(stack) if asked.query == ANY else asked.query,
        channel=asked.channel,
        skip=asked.skip,
    )
    return Exhibit(
        draw=lambda: draw_block_row(row),
        alt=describe_block_row(row),
        caption=_explain(row),
        formula=(
            r"\mathrm{out}_t = W\,(y_t \circ g_t),\quad y_t = \sum_{s \le t} M_{ts}\, "
            r"u_s + D u_t,\qquad \left\lVert \frac{\partial\, \mathrm{out}_t}"
            r"{\partial x_s} \right\rVert_F"
        ),
        numbers={
            "layer": stack.layers[row.layer],
            "head": stack.heads[row.head],
            "row": row.query,
            **_agreements(row),
        },
        arrays=_parts(row),
        table={
            "key": list(range(stack.keys.count)),
            "name": list(stack.keys.names),
            "modality": [stack.keys.modalities[place] for place in stack.keys.index],
            **_parts(row),
        },
    )


def _parts(row: BlockRow) -> dict[str, np.ndarray]:
    """Return what of the block each token takes part in."""
    return {
        "scan": row.scan,
        "values": row.values,
        "selection": row.selection,
        "gate": row.gate,
        "whole": row.whole,
    }


def _agreements(row: BlockRow) -> dict[str, float]:
    """Return the correlations with the whole block that there are."""
    found = {
        "correlation_scan_whole": row.agreement(row.scan),
        "correlation_values_whole": row.agreement(row.values),
    }
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _explain(row: BlockRow) -> str:
    total = {
        name: three_digits(float(np.nansum(getattr(row, name))))
        for name in ("values", "selection", "gate", "whole")
    }
    said = _agreements(row)
    agreement = ""
    if "correlation_scan_whole" in said:
        agreement = (
            " Over the tokens that can be read, the scan's weights correlate with the "
            f"whole block's by **{said['correlation_scan_whole']:.2f}**"
        )
        if "correlation_values_whole" in said:
            agreement += f", the values' by {said['correlation_values_whole']:.2f}"
        agreement += "."
    return (
        "**Hidden attention is the scan's**, not the block's. Before the scan a short "
        "convolution mixes each token with the three before it; the steps and "
        "parameters that the matrix M is made of follow from the tokens; after it a "
        "gate multiplies each channel. **Left**: the row of M as above, without its "
        "sign. **Middle**: the size of the block's Jacobian through what the scan adds "
        "up, M and the gate held: M with convolution, gate and projections. **Right**: "
        "of the whole Jacobian, how far the block's output at the framed token "
        f"{row.query} moves when each token does. Each is in parts of its largest; "
        "of words and frames, those are shown that the whole block owes most to."
        f"{agreement}\n\nOf sizes summed over the tokens, values make "
        f"{total['values']}, selection (through steps and parameters) "
        f"{total['selection']} and the gate {total['gate']}, all of it at the token "
        f"itself; together, as they add up or cancel, {total['whole']}. Only this "
        "block is told of: norm, residual and other layers come before and after it."
    )


BLOCK_ROW = ExhibitKind(
    name="attention-hidden-block",
    title="Hidden attention beside the whole Mamba block",
    controls=HiddenControls,
    make=make_block_row,
    reads="alignmamba",
)
