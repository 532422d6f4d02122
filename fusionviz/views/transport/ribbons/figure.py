"""A plan between sequences as ribbons from frames to words on a time axis."""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.time_axis import TimeAxis
from fusionviz.analysis.transport.ribbons import ALL_WORDS, Ribbons
from fusionviz.views.shared.style import dress
from fusionviz.views.transport.ribbons.lanes import STRIP, WHOLE, Band, Lane, lay_lanes
from fusionviz.views.transport.ribbons.places import Spans
from fusionviz.views.transport.ribbons.rows import (
    draw_strip,
    draw_tokens,
    draw_words,
    mark_word,
    name_rows,
)
from fusionviz.views.transport.ribbons.styles import (
    cost_bar,
    draw_legend,
    largest_cost,
    paint_ribbons,
)
from fusionviz.views.transport.ribbons.words import (
    hover_ribbons,
    hover_sources,
    hover_targets,
)

WHOLE_MASS = 0.99
"""A picture of ribbons that are less of a plan's mass says so."""

HOVERED = np.array([0.2, 0.5, 0.8])
"""Where on its way a ribbon says what it is, and can be clicked."""


def draw_ribbons(
    plans: Sequence[Ribbons],
    axis: TimeAxis,
    *,
    word: int = ALL_WORDS,
    height: int = 430,
) -> go.Figure:
    """Draw each correspondence as a ribbon as wide as its mass.

    Words are boxes on their times, source tokens a row on theirs. Where the truth is
    known, ribbons to the true word have the modality's colour, others are hatched, and
    those of tokens that belong nowhere grey; below the tokens stand their true words.
    Else the colour is the cost. Invisible markers carry the word, for clicks.

    Args:
        plans: One or two, of one anchor; the second is drawn above the words.
        axis: Of all their tokens.
        word: Anchor token whose ribbons stand out, or `ALL_WORDS`.
        height: Pixels.
    """
    lanes, words = lay_lanes(plans, axis)
    target = plans[0].case.target
    told = [one.has_truth for one in plans]
    most = largest_cost(lanes)
    figure = go.Figure()
    for lane in lanes:
        paint_ribbons(figure, lane, word=word, most=most)
    labels = draw_words(figure, target, axis, words)
    for lane in lanes:
        draw_tokens(figure, lane)
        draw_strip(figure, lane, axis, labels)
    if word != ALL_WORDS:
        mark_word(figure, lanes, words, axis.spans[target.name], word)
    draw_legend(figure, lanes)
    if not all(told):
        figure.add_trace(cost_bar(most))
    _add_hovers(figure, lanes, words, axis.spans[target.name])
    left = name_rows(figure, lanes, words)
    bottom = 0 if told[0] else STRIP
    top = WHOLE - STRIP if len(told) > 1 and not told[1] else WHOLE
    _frame(figure, axis, title=_title(plans, axis), bottom=bottom, top=top)
    dress(figure, height=height)
    right = 8 if all(told) else 96
    return figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom"},
        margin={"l": left, "r": right, "t": 34 if any(told) else 8, "b": 52},
        hovermode="closest",
    )


def _frame(
    figure: go.Figure, axis: TimeAxis, *, title: str, bottom: float, top: float
) -> None:
    low, high = axis.reach
    rim = 0.01 * (high - low)
    figure.update_xaxes(
        range=[low - rim, high + rim],
        title={"text": title, "standoff": 6},
        showticklabels=axis.in_seconds,
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(range=[bottom, top], visible=False, fixedrange=True)


def _title(plans: Sequence[Ribbons], axis: TimeAxis) -> str:
    title = "seconds, by each modality's own clock"
    if not axis.in_seconds:
        title = "step: each row spread evenly from its first to its last"
    thin = [one for one in plans if one.shown_mass < WHOLE_MASS]
    if thin:
        shown = ", ".join(
            f"{one.shown_mass:.0%} of {escape(one.case.source.name)}'s" for one in thin
        )
        title += f"; ribbons drawn: {shown} mass"
    return title


def _add_hovers(
    figure: go.Figure, lanes: Sequence[Lane], words: Band, targets: Spans
) -> None:
    middle = targets.mean(axis=1)
    plans = [lane.ribbons for lane in lanes]
    every = np.arange(len(targets))
    _add_targets(figure, middle, sum(words) / 2, every, hover_targets(plans), size=30)
    for lane in lanes:
        ribbons, (start, end) = lane.ribbons, lane.way
        x = lane.ends.middles(HOVERED)
        y = np.broadcast_to(start + HOVERED * (end - start), x.shape)
        texts = np.repeat(hover_ribbons(ribbons), len(HOVERED)).tolist()
        word = np.repeat(ribbons.target, len(HOVERED))
        _add_targets(figure, x.ravel(), y.ravel(), word, texts, size=10)
        chosen = ribbons.solved.plan.argmax(axis=1)
        place = sum(lane.tokens) / 2
        texts = hover_sources(ribbons)
        _add_targets(figure, lane.spans.mean(axis=1), place, chosen, texts, size=10)


def _add_targets(
    figure: go.Figure,
    x: NDArray[np.float64],
    y: NDArray[np.float64] | float,
    word: NDArray[np.int64],
    texts: Sequence[str],
    *,
    size: int,
) -> None:
    unseen = {"marker": {"opacity": 0}}
    figure.add_trace(
        go.Scatter(
            x=np.asarray(x, np.float32),
            y=np.broadcast_to(y, x.shape).astype(np.float32),
            mode="markers",
            marker={"opacity": 0, "size": size},
            customdata=[[int(one)] for one in word],
            text=list(texts),
            hovertemplate="%{text}<extra></extra>",
            selected=unseen,
            unselected=unseen,
            showlegend=False,
        )
    )
