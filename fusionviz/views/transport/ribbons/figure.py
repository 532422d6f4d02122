"""A plan between sequences as ribbons from frames to words on a time axis."""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import TokenSide
from fusionviz.analysis.shared.time_axis import TimeAxis
from fusionviz.analysis.transport.ribbons import ALL_WORDS, Ribbons
from fusionviz.views.shared.colours import tint
from fusionviz.views.shared.label_room import (
    fit_in_boxes,
    fit_labels,
    shorten,
    text_pixels,
)
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MARK,
    dress,
    modality_colour,
    modality_title,
)
from fusionviz.views.shared.targets import click_targets
from fusionviz.views.transport.ribbons.places import (
    STRIP,
    WHOLE,
    Band,
    Lane,
    Spans,
    lay_lanes,
)
from fusionviz.views.transport.ribbons.styles import (
    GREY,
    cost_bar,
    draw_legend,
    largest_cost,
    paint_ribbons,
)
from fusionviz.views.transport.ribbons.words import (
    grouped,
    hover_ribbons,
    hover_sources,
    hover_targets,
    target_word,
)

WHOLE_MASS = 0.99
"""A picture of ribbons that are less of a plan's mass says so."""

HOVERED = np.array([0.2, 0.5, 0.8])
"""Where on its way a ribbon says what it is, and can be clicked."""

AXIS_PIXELS = 770
"""Width of the axis on a page that is 1280 pixels wide: labels are cut to fit it."""

MARGINS = (118, 260)
"""Pixels left of the axis, at least and at most."""


def draw_ribbons(
    plans: Sequence[Ribbons],
    axis: TimeAxis,
    *,
    word: int = ALL_WORDS,
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
        draw_true_words(figure, lane, axis, labels)
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
    dress(figure)
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
        chosen = ribbons.answer.plan.argmax(axis=1)
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
    figure.add_trace(
        click_targets(
            np.asarray(x, np.float32),
            np.broadcast_to(y, x.shape).astype(np.float32),
            data=[[int(one)] for one in word],
            texts=list(texts),
            size=size,
            symbol="circle",
        )
    )


def draw_words(
    figure: go.Figure, target: TokenSide, axis: TimeAxis, band: Band
) -> list[str]:
    """Draw the anchor's tokens as boxes; return what is written on them."""
    spans = axis.spans[target.name]
    colour = modality_colour(target.name)
    figure.add_trace(_boxes(spans, band, fill=tint(colour, 0.22), line=colour))
    labels, level = fit_labels(target.labels, _pixels(spans, axis), AXIS_PIXELS)
    _write(figure, labels, spans, _levels(band, level))
    return labels


def draw_tokens(figure: go.Figure, lane: Lane) -> None:
    """Draw a lane's source tokens; those that belong nowhere are grey."""
    truth = lane.ribbons.case.truth
    nowhere = np.zeros(len(lane.spans), bool)
    if truth is not None and lane.ribbons.has_truth:
        nowhere = truth < 0
    for which, colour in ((~nowhere, modality_colour(lane.name)), (nowhere, GREY)):
        if which.any():
            fill = tint(colour, 0.9)
            figure.add_trace(_boxes(lane.spans[which], lane.tokens, fill=fill))


def draw_true_words(
    figure: go.Figure, lane: Lane, axis: TimeAxis, labels: Sequence[str]
) -> None:
    """Write at each run of tokens the word that they belong to, where it is known."""
    case = lane.ribbons.case
    if case.truth is None or not lane.ribbons.has_truth:
        return
    runs = [(a, b, j) for a, b, j in grouped(case.truth) if j >= 0]
    spans = np.array([[lane.spans[a, 0], lane.spans[b, 1]] for a, b, _ in runs])
    colour = modality_colour(case.target.name)
    low, high = lane.strip
    band = (low + 0.8, high - 0.8)
    figure.add_trace(_boxes(spans, band, fill=tint(colour, 0.22)))
    names = fit_in_boxes([labels[j] for _, _, j in runs], _pixels(spans, axis))
    _write(figure, names, spans, np.full(len(spans), (low + high) / 2))


def mark_word(
    figure: go.Figure, lanes: Sequence[Lane], words: Band, spans: Spans, word: int
) -> None:
    """Frame the word that was picked, and the tokens that belong to it."""
    parts = [_corners(spans[[word]], words)]
    for lane in lanes:
        truth = lane.ribbons.case.truth
        if truth is not None and lane.ribbons.has_truth:
            runs = [(a, b) for a, b, j in grouped(truth) if j == word]
            own = [[lane.spans[a, 0], lane.spans[b, 1]] for a, b in runs]
            if own:
                band = (min(*lane.strip, *lane.tokens), max(*lane.strip, *lane.tokens))
                parts.append(_corners(np.array(own), band))
    x, y = (np.concatenate(both) for both in zip(*parts, strict=True))
    line = {"color": MARK, "width": 2.5}
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
        )
    )


def name_rows(figure: go.Figure, lanes: Sequence[Lane], words: Band) -> int:
    """Write at the left whose rows these are, and how many tokens are right.

    Returns:
        Pixels that this takes.
    """
    rows = [(sum(words) / 2, _named(lanes[0].ribbons.case.target.name))]
    for lane in lanes:
        tally, place = lane.ribbons.tally, sum(lane.tokens) / 2
        rows.append((place, _named(lane.name)))
        if tally is not None:
            rows.append((sum(lane.strip) / 2, f"true {target_word(lane.ribbons)}"))
            score = f"{tally.right} of {tally.counted} right"
            rows.append((sum(lane.way) / 2, score))
    beside = {"x": 0, "xref": "paper", "xanchor": "right", "xshift": -8}
    _add_notes(figure, [{"y": y, "text": text, **beside} for y, text in rows])
    names = [lane.name for lane in lanes] + [lanes[0].ribbons.case.target.name]
    longest = 40 + max(map(text_pixels, names))
    low, high = MARGINS
    return int(min(max(longest, low), high))


def _named(modality: str) -> str:
    return modality_title(shorten(modality, MARGINS[1] - 40))


def _pixels(spans: Spans, axis: TimeAxis) -> Spans:
    low, high = axis.reach
    return AXIS_PIXELS * (spans - low) / (high - low)


def _levels(band: Band, level: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return heights of labels: in the middle, or in turn on two lines."""
    middle, reach = sum(band) / 2, band[1] - band[0]
    if not level.any():
        return np.full(len(level), middle)
    return np.where(level == 0, middle + 0.23 * reach, middle - 0.23 * reach)


def _write(
    figure: go.Figure, labels: Sequence[str], spans: Spans, y: NDArray[np.float64]
) -> None:
    notes = [
        {"x": float(x), "y": float(height), "text": escape(label)}
        for label, x, height in zip(labels, spans.mean(axis=1), y, strict=True)
        if label
    ]
    _add_notes(figure, notes)


def _add_notes(figure: go.Figure, notes: Sequence[dict]) -> None:
    """Write notes in one go: one by one, each costs as much as all before it."""
    look = {"showarrow": False, "font": {"size": FONT_SIZE}}
    new = tuple(go.layout.Annotation(**note, **look) for note in notes)
    figure.layout.annotations += new


def _boxes(
    spans: Spans, band: Band, *, fill: str, line: str = "rgba(0,0,0,0)"
) -> go.Scatter:
    x, y = _corners(spans, band)
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        fill="toself",
        fillcolor=fill,
        line={"color": line, "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )


def _corners(spans: Spans, band: Band) -> tuple[NDArray, NDArray]:
    """Return x and y of boxes with a little space between them, NaN after each."""
    inset = 0.04 * np.ptp(spans, axis=1)
    left, right = spans[:, 0] + inset, spans[:, 1] - inset
    end = np.full(len(spans), np.nan)
    x = np.stack([left, right, right, left, left, end], axis=1)
    low, high = band
    y = np.broadcast_to([low, low, high, high, low, np.nan], x.shape)
    return x.ravel().astype(np.float32), y.ravel().astype(np.float32)
