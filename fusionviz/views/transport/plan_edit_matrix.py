"""A plan as a matrix whose pairs can be picked, with what is forced and forbidden."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention_stack import pool
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.transport.plan_edits import Pair
from fusionviz.analysis.transport.plan_effects import PlanEffect, SourceEffect
from fusionviz.views.shared.stack_view import short
from fusionviz.views.shared.style import MARK, SEQUENTIAL

MOST_TARGETS = 4096
"""Pairs that can be clicked: each is an element of the page."""

LABELLED = 12
"""Tokens a side that are named along a matrix."""

FORCED, FORBIDDEN, PICKED = "star", "x", "square-open"
"""Marks of edits and of the pair that is picked."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanEditView:
    """What of an effect is looked at, pair by pair.

    Attributes:
        effect: Of the plan under edits.
        pair: The source and the target token that are picked.
        pictures: What the tokens of `rgb` and `depth` are places of, or None.
    """

    effect: PlanEffect
    pair: Pair
    pictures: Pictures | None = None

    @property
    def source(self) -> SourceEffect:
        """The source whose plan is edited."""
        return self.effect.sources[self.effect.edited]

    @property
    def shares(self) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Each plan's mass in source tokens, (source, target): a row sums to 1."""
        count = len(self.source.own)
        return count * self.source.own.astype(np.float64), count * self.source.plan

    @property
    def on_pictures(self) -> bool:
        """Whether both sides are places of pictures."""
        case = self.source.case
        shown = {"rgb", "depth"}
        return self.pictures is not None and {case.source.name, case.target.name} <= (
            shown
        )


def draw_edit_matrix(
    figure: go.Figure,
    view: PlanEditView,
    share: NDArray[np.floating],
    top: float,
    column: int,
) -> tuple[int, int]:
    """Draw a plan, rows the sources; return how many tokens a cell holds."""
    cells, steps = pool(share.astype(np.float32))
    figure.add_trace(
        go.Heatmap(
            z=cells,
            zmin=0,
            zmax=top,
            colorscale=SEQUENTIAL,
            showscale=False,
            hovertemplate="%{y} → %{x}: %{z:.3g} of it<extra></extra>",
        ),
        row=1,
        col=column,
    )
    case = view.source.case
    for axis, side, step in (
        (figure.update_yaxes, case.source, steps[0]),
        (figure.update_xaxes, case.target, steps[1]),
    ):
        # Names of ticks are those of the hover, also where no tick is shown.
        labels = side.labels[::step]
        axis(
            tickvals=list(range(len(labels))),
            ticktext=[
                short(label, 10 if len(side) <= LABELLED else 30) for label in labels
            ],
            showticklabels=len(side) <= LABELLED,
            ticks="",
            showgrid=False,
            zeroline=False,
            row=1,
            col=column,
        )
    figure.update_xaxes(range=[-0.5, cells.shape[1] - 0.5], row=1, col=column)
    figure.update_yaxes(range=[cells.shape[0] - 0.5, -0.5], row=1, col=column)
    if view.on_pictures:  # as tall as the pictures
        name = next(figure.select_xaxes(row=1, col=column)).plotly_name
        figure.update_xaxes(constrain="domain", row=1, col=column)
        figure.update_yaxes(
            scaleanchor=name.replace("axis", ""), constrain="domain", row=1, col=column
        )
    if share.size <= MOST_TARGETS and steps == (1, 1):
        _add_targets(figure, view, share, column)
    return steps


def _add_targets(
    figure: go.Figure, view: PlanEditView, share: NDArray[np.floating], column: int
) -> None:
    """Lay unseen markers over the pairs, to click and to hover."""
    case = view.source.case
    rows, columns = np.divmod(np.arange(share.size), share.shape[1])
    unseen = {"marker": {"opacity": 0}}
    figure.add_trace(
        go.Scatter(
            x=columns,
            y=rows,
            mode="markers",
            marker={"opacity": 0, "size": 260 / max(share.shape), "symbol": "square"},
            customdata=np.stack([rows, columns], axis=1).tolist(),
            text=[
                f"{short(case.source.labels[i], 30)} → "
                f"{short(case.target.labels[j], 30)}<br>{share[i, j]:.1%} of its "
                f"mass, cost {case.cost[i, j]:.3g}"
                for i, j in zip(rows, columns, strict=True)
            ],
            hovertemplate="%{text}<br>click to pick the pair<extra></extra>",
            selected=unseen,
            unselected=unseen,
            showlegend=False,
        ),
        row=1,
        col=column,
    )


def draw_edit_marks(
    figure: go.Figure, view: PlanEditView, steps: tuple[int, int], column: int
) -> None:
    """Mark the pair that is picked and the edits, each kind by a shape of its own."""
    edits = view.effect.edits
    kinds = (
        ("picked pair", PICKED, (view.pair,)),
        ("forced", FORCED, edits.forced),
        ("forbidden", FORBIDDEN, edits.forbidden),
    )
    seen = {"marker": {"opacity": 1}}
    for name, symbol, pairs in kinds:
        marker = {"symbol": symbol, "color": MARK, "size": 12}
        if symbol == PICKED:
            marker["line"] = {"width": 2.5}
        figure.add_trace(
            go.Scatter(
                x=[target // steps[1] for _, target in pairs],
                y=[source // steps[0] for source, _ in pairs],
                mode="markers",
                marker=marker,
                name=name,
                showlegend=column in (2, 4) and bool(pairs),
                hoverinfo="skip",
                selected=seen,
                unselected=seen,
            ),
            row=1,
            col=column,
        )
