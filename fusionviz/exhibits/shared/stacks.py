"""Attention as arrays, and AlignMamba's hidden attention, which two pages show."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.shared.attention.alignmamba import (
    ALL_CHANNELS,
    hidden_stack,
)
from fusionviz.analysis.shared.attention.stack import (
    LARGEST_SIDE,
    MEAN,
    AttentionStack,
    default_query,
    largest_keys,
    shares_by_modality,
)
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.shared.plain import as_code, in_markdown
from fusionviz.views.shared.stacks.figure import (
    describe_attention_stack,
    draw_attention_stack,
)
from fusionviz.views.shared.stacks.view import ORDERS, Order, StackView
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class StackControls(Controls):
    """Which row of which head of attention arrays is shown.

    Attributes:
        layer: From 0.
        head: From 0, or -1 for the mean of the layer's heads.
        query: Row, from 0; -1 for one in the middle.
        order: `sequence` or `modality`, of the tokens along the matrix.
    """

    layer: int = 0
    head: int = 0
    query: int = ANY
    order: Order = "modality"

    def __post_init__(self) -> None:
        """Refuse what no arrays have."""
        if self.layer < 0 or self.head < MEAN or self.query < ANY:
            raise ValueError(
                f"layer is at least 0, head and query at least -1, got {self}"
            )
        if self.order not in ORDERS:
            raise ValueError(f"order is sequence or modality, got {self.order!r}")


@dataclass(frozen=True, kw_only=True)
class HiddenControls(StackControls):
    """Which row of hidden attention is shown; heads are directions of reading.

    Attributes:
        channel: Of the scan, from 0; -1 for their sum.
        skip: Whether the diagonal includes the skip weights.
    """

    channel: int = ALL_CHANNELS
    skip: bool = False


def make_hidden(request: Request[HiddenControls, AlignMambaSubject]) -> Exhibit:
    """Return the hidden attention of one Mamba layer."""
    asked = request.controls
    stack = hidden_stack(request.subject, asked.channel, asked.skip)
    return exhibit_stack(
        stack,
        asked,
        formula=(
            r"M_{ts} = \sum_n C_t^{(n)}\, e^{A_n (\Delta_{s+1} + \dots + \Delta_t)}\, "
            r"\Delta_s\, B_s^{(n)},\qquad s \le t"
        ),
    )


def exhibit_stack(
    stack: AttentionStack, asked: StackControls, *, formula: str | None = None
) -> Exhibit:
    """Return a look at attention arrays as an exhibit.

    Raises:
        InputError: There is no such layer, head or row.
    """
    for what, number, count in (
        ("layers", asked.layer, len(stack.layers)),
        ("heads", asked.head, len(stack.heads)),
        ("rows", asked.query, stack.queries.count),
    ):
        if number >= count:
            raise InputError(f"{what} are 0 to {count - 1}, got {number}")
    if asked.head == MEAN and not stack.has_mean:
        raise InputError(f"there is no mean of {' and '.join(stack.heads)}: choose one")
    query = default_query(stack) if asked.query == ANY else asked.query
    view = StackView(
        stack=stack,
        layer=asked.layer,
        head=asked.head,
        query=query,
        order=asked.order,
    )
    keys, row = stack.keys, view.row
    every = range(keys.count)
    return Exhibit(
        draw=lambda: draw_attention_stack(view),
        alt=describe_attention_stack(view),
        caption=_explain(view),
        formula=formula,
        numbers=_numbers(view),
        arrays={"matrix": view.matrix, "row": row},
        table={
            "key": list(every),
            "name": [keys.names[key] for key in every],
            "modality": [keys.modalities[place] for place in keys.index],
            "weight": row,
        },
    )


def _numbers(view: StackView) -> dict[str, float | int | str]:
    stack, row = view.stack, view.row
    numbers: dict[str, float | int | str] = {
        "layer": stack.layers[view.layer],
        "head": stack.head_name(view.head),
        "row": view.query,
        "row_sum": float(np.nansum(row)),
    }
    top = largest_keys(row, 1)
    if top.size:
        numbers["largest_weight"] = float(row[top[0]])
        numbers["largest_at"] = stack.keys.names[int(top[0])]
    shares = shares_by_modality(view.matrix, stack.queries, stack.keys)
    for i, reader in enumerate(stack.queries.modalities):
        for j, read in enumerate(stack.keys.modalities):
            if reader or read:
                numbers[f"share_{reader}_of_{read}"] = float(shares[i, j])
    return numbers


def _explain(view: StackView) -> str:
    stack, row = view.stack, view.row
    low, high, _ = view.scale
    text = (
        f"{stack.meaning} The framed row {view.query} is {_plain(view)}; the pictures "
        "and bars show what it reads, with the matrix's colours. Their scale ends at "
        f"the row's largest weight, {three_digits(high)}"
    )
    text += ", and is even around 0." if low < 0 else ", and starts at 0."
    if np.isnan(view.matrix).any():
        text += " Blank cells of the matrix and dark places cannot be read."
    if max(stack.queries.count, stack.keys.count) > LARGEST_SIDE:
        text += (
            f" The matrix has {stack.queries.count} × {stack.keys.count} cells and is "
            "drawn with means over them; the row, the export and the shares are exact."
        )
    parts = [text, f"The row adds up to {three_digits(float(np.nansum(row)))}."]
    if len(stack.queries.modalities) * len(stack.keys.modalities) > 1:
        parts.append(
            "**Who reads whom** is each modality's share of the absolute weights that "
            "the rows of another one have, over the whole head."
        )
    if stack.missing is not None:
        parts.append(f"Learned tokens stand for the missing {stack.missing}.")
    return "\n\n".join([*parts, *map(in_markdown, stack.notes)])


def _plain(view: StackView) -> str:
    """Return the name of the row's token, of which Markdown makes nothing else."""
    return as_code(view.stack.queries.names[view.query])


HIDDEN = ExhibitKind(
    name="attention-hidden",
    title="Hidden attention of a Mamba layer",
    controls=HiddenControls,
    make=make_hidden,
    reads="alignmamba",
)
