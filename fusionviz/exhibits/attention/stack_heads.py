"""All heads of attention arrays, and what their layers make together."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.attention.stack_heads import StackHeads, measure_stack_heads
from fusionviz.analysis.attention.stack_rollout import RESIDUAL, roll_out
from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.analysis.shared.placeholder import ANY
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.exhibits.shared.stacks import StackControls, exhibit_stack
from fusionviz.views.attention.stack_heads import (
    describe_stack_heads,
    draw_stack_heads,
    name_of,
    place_of,
    weight_limits,
)
from fusionviz.views.shared.plain import in_markdown
from fusionviz.views.shared.style import in_percent, three_digits


@dataclass(frozen=True, kw_only=True)
class StackHeadsControls(Controls):
    """Which head is framed among all.

    Attributes:
        layer: From 0; -1: none is framed.
        head: From 0; -1: none is framed.
    """

    layer: int = ANY
    head: int = ANY


@dataclass(frozen=True, kw_only=True)
class StackRolloutControls(StackControls):
    """Which row of a rollout is shown, after which layer.

    Attributes:
        residual: Share of a token that a layer leaves as it is, 0..1.
    """

    residual: float = RESIDUAL

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        super().__post_init__()
        if not 0 <= self.residual <= 1:
            raise ValueError(f"residual is 0 to 1, got {self.residual}")


def make_stack_heads(request: Request[StackHeadsControls, AttentionStack]) -> Exhibit:
    """Return all heads of attention arrays as small pictures with their entropies."""
    asked = request.controls
    heads = measure_stack_heads(request.subject)
    layers, count = heads.entropy.shape
    is_there = 0 <= asked.layer < layers and 0 <= asked.head < count
    layer, head = (part.ravel() for part in np.indices(heads.entropy.shape))
    return Exhibit(
        draw=lambda: draw_stack_heads(
            heads, picked=(asked.layer, asked.head) if is_there else None
        ),
        alt=describe_stack_heads(heads),
        caption=_explain(heads),
        formula=(
            r"h_{lk} = \frac{1}{T} \sum_i \frac{-\sum_j p_{ij} \log_2 p_{ij}}"
            r"{\log_2 n_i},\qquad p_{ij} = \frac{|A_{ij}|}{\sum_j |A_{ij}|}"
        ),
        numbers=_numbers(heads),
        arrays={
            "entropy": np.nan_to_num(heads.entropy),
            "entropy_bits": np.nan_to_num(heads.bits),
        },
        table={
            "layer": layer + 1,
            "head": head + 1,
            "entropy_share": heads.entropy.ravel(),
            "entropy_bits": heads.bits.ravel(),
        },
    )


def _numbers(heads: StackHeads) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "layers": len(heads.stack.layers),
        "heads": len(heads.stack.heads),
    }
    if np.isfinite(heads.entropy).any():
        sharp = place_of(heads, np.nanargmin(heads.entropy))
        numbers |= {
            "mean_entropy_share": float(np.nanmean(heads.entropy)),
            "sharpest": name_of(heads, sharp),
            "sharpest_entropy_share": float(heads.entropy[sharp]),
        }
    return numbers


def _explain(heads: StackHeads) -> str:
    low, high = weight_limits(heads.stack)
    colours = (
        f"from −{three_digits(high)} to {three_digits(high)}, even around 0"
        if low < 0
        else f"from 0 to {three_digits(high)}"
    )
    text = (
        "A square is a head: layers go down, heads across. **Left**: its matrix, a row "
        "for each token that reads and a column for each that is read, shrunk to a few "
        f"pixels; one scale for all, {colours}, which 95 % of the weights that are not "
        "0 stay within. **Right**: the mean entropy of its rows, divided by that of a "
        "row that reads all that it may alike: 0 % reads one token, 100 % reads "
        "without choice. Click a head to open it."
    )
    if np.isfinite(heads.entropy).any():
        sharp = place_of(heads, np.nanargmin(heads.entropy))
        even = place_of(heads, np.nanargmax(heads.entropy))
        text += (
            f"\n\nHere the mean is **{in_percent(float(np.nanmean(heads.entropy)))}**; "
            f"sharpest is {in_markdown(name_of(heads, sharp))} at "
            f"{in_percent(float(heads.entropy[sharp]))}, most even "
            f"{in_markdown(name_of(heads, even))} at "
            f"{in_percent(float(heads.entropy[even]))}."
        )
    return "\n\n".join([text, *map(in_markdown, heads.stack.notes)])


def make_stack_rollout(
    request: Request[StackRolloutControls, AttentionStack],
) -> Exhibit:
    """Return what tokens are made of after a layer, as attention alone moves them.

    Raises:
        InputError: The layers do not chain, or there is no such layer or row.
    """
    asked = request.controls
    rolled = roll_out(request.subject, asked.residual)
    made = exhibit_stack(
        rolled,
        StackControls(layer=asked.layer, head=0, query=asked.query, order=asked.order),
        formula=(r"R_l = \big(r I + (1 - r) \bar A_l\big) R_{l-1},\qquad R_0 = I"),
    )
    note = (
        "Rollout (Abnar & Zuidema 2020): a layer's heads are averaged by their "
        "absolute weights, rows are made to add up to 1, and a share "
        f"r = {asked.residual:g} of every token stays, as the residual connection "
        "leaves it; layers multiply. It knows nothing of values, of the layers between "
        "and of how far a residual really reaches: a map of paths, no derivative."
    )
    return Exhibit(
        draw=made.draw,
        alt=f"Rollout. {made.alt}",
        caption=f"{note}\n\n{made.caption}",
        formula=made.formula,
        numbers=made.numbers,
        arrays=made.arrays,
        table=made.table,
    )


STACK_HEADS = ExhibitKind(
    name="attention-brought-heads",
    title="All heads of another model",
    controls=StackHeadsControls,
    make=make_stack_heads,
    reads="attention",
    height=430,
)

STACK_ROLLOUT = ExhibitKind(
    name="attention-brought-rollout",
    title="Rollout of another model's attention",
    controls=StackRolloutControls,
    make=make_stack_rollout,
    reads="attention",
)
