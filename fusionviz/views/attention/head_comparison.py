"""Two heads over their pictures and as matrices, and A less B."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.attention.head_comparison import HeadComparison, HeadSide
from fusionviz.views.shared.attention_maps import weight_words
from fusionviz.views.shared.bars import add_scale_bar, carry_bar
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    MARK,
    SEQUENTIAL,
    dress,
    frame_picture,
    modality_title,
    three_digits,
    write_above,
)
from fusionviz.views.shared.token_maps import (
    MODALITIES,
    VEIL,
    TokenPlaces,
    add_targets,
    draw_ground,
    draw_map,
    frame_token,
    tokens_in,
)

MIDDLES = (0.155, 0.5, 0.845)
"""Of the columns A, B and A - B, in parts of the figure's width."""


SMALLEST = 1e-3
"""Scales of A - B end no nearer to 0: what is less is no difference to see."""


def draw_head_comparison(comparison: HeadComparison) -> go.Figure:
    """Draw A, B and A - B: one row over both pictures, and the matrices below.

    A and B share one sequential scale, from 0 to the larger of their rows' largest
    weights; A - B has a diverging one, even around 0. Where LICA is among them, whose
    weights are spread thinly over the pictures, the maps have scales of their own.
    Invisible markers at the patch centres carry (modality, row, column, side).

    Args:
        comparison: The two heads.
    """
    figure = make_subplots(
        rows=2,
        cols=6,
        specs=[[{}] * 6, [{"colspan": 2}, None] * 3],
        row_heights=[0.4, 0.6],
        horizontal_spacing=0.018,
        vertical_spacing=0.075,
    )
    a, b = comparison.a, comparison.b
    most = max(float(a.weights.max()), float(b.weights.max()), 1e-6)
    map_most = largest(a.maps, b.maps)
    for column, (name, side) in enumerate((("a", a), ("b", b))):
        _draw_side(figure, side, name, 2 * column + 1, map_most)
        _draw_matrix(figure, side, 2 * column + 1, most)
    draw_difference(figure, comparison)
    titles = [_side_title("A", a), _side_title("B", b), _difference_title(comparison)]
    for middle, title in zip(MIDDLES, titles, strict=True):
        write_above(figure, title, x=middle, y=1.0, shift=24)
    add_scales(figure, comparison, most, map_most)
    dress(figure, top=66)
    # Between the pictures and the matrices.
    legend = {"orientation": "h", "x": 0.33, "xanchor": "center", "y": 0.592}
    return figure.update_layout(legend=legend | {"yanchor": "middle"}, margin_b=50)


def describe_head_comparison(comparison: HeadComparison) -> str:
    """Return in words what `draw_head_comparison` shows."""
    a, b = comparison.a, comparison.b
    text = (
        f"A is {_name(a)}, row {a.row}, largest weight "
        f"{three_digits(float(a.weights.max()))}; B is {_name(b)}, row {b.row}, "
        f"largest weight {three_digits(float(b.weights.max()))}."
    )
    if comparison.distance is None:
        return text + " Their tokens differ in number, so no difference is drawn."
    return (
        f"{text} The heads' Jensen-Shannon distance is "
        f"{three_digits(comparison.distance)} on a scale of 0 to 1."
    )


def _name(side: HeadSide) -> str:
    return f"{side.attention.layer.name}, head {side.head + 1}"


def _side_title(letter: str, side: HeadSide) -> str:
    gate = "" if side.gate is None else f"  g = {three_digits(side.gate)}"
    layer = side.attention.layer.name.removeprefix("block ")
    return f"<b>{letter}</b>  {layer} · head {side.head + 1}<br>row {side.row}{gate}"


def _difference_title(comparison: HeadComparison) -> str:
    if comparison.distance is None:
        return "<b>A − B</b>"
    return (
        f"<b>A − B</b>  Jensen-Shannon distance<br>"
        f"heads {comparison.distance:.3f}, these rows {comparison.row_distance:.3f}"
    )


def _draw_side(
    figure: go.Figure, side: HeadSide, name: str, first: int, most: float
) -> None:
    """Draw a head's row over both pictures, and frame the row's own tokens."""
    attention = side.attention
    places = TokenPlaces(width=attention.pictures.width, grid=attention.grid)
    roles = {
        "token i of X2, changed": (attention.value_tokens, "solid"),
        "token i of X1, asks": (attention.key_tokens, "dot"),
    }
    for number, modality in enumerate(MODALITIES):
        column = first + number
        values = side.maps[number]
        draw_ground(figure, attention.pictures, modality, column)
        draw_map(figure, values, places, most=most, column=column)
        for role, (tokens, dash) in roles.items():
            own = tokens[side.row : side.row + 1]
            for token in tokens_in(modality, own, attention.grid):
                frame_token(
                    figure, int(token), places, name=role, dash=dash, column=column
                )
                figure.data[-1].update(legendgroup=role, showlegend=name == "a")
        add_targets(figure, places, modality, column=column, texts=weight_words(values))
        target = figure.data[-1]
        target.customdata = [[*one, name] for one in target.customdata]
        guess = " (guessed)" if attention.missing == modality else ""
        title_picture(figure, column, modality_title(modality) + guess)


def _draw_matrix(figure: go.Figure, side: HeadSide, column: int, most: float) -> None:
    tokens = len(side.matrix)
    closed = np.tri(tokens, k=-1, dtype=bool)
    figure.add_trace(
        go.Heatmap(
            z=np.where(closed, np.nan, side.matrix).astype(np.float32),
            zmin=0,
            zmax=most,
            colorscale=SEQUENTIAL,
            showscale=False,
            hoverongaps=False,
            hovertemplate="S[%{y}, %{x}] = %{z:.3g}<extra></extra>",
        ),
        row=2,
        col=column,
    )
    _frame_row(figure, side.row, tokens, column)
    frame_picture(figure, width=tokens, height=tokens, row=2, column=column)


def _frame_row(figure: go.Figure, row: int, tokens: int, column: int) -> None:
    figure.add_shape(
        type="rect",
        x0=row - 0.5,
        x1=tokens - 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": MARK, "width": 2},
        row=2,
        col=column,
    )


def draw_difference(figure: go.Figure, comparison: HeadComparison) -> None:
    """Draw A - B over both pictures and as a matrix, or say why there is none."""
    maps, difference = comparison.map_difference, comparison.difference
    for number, modality in enumerate(MODALITIES):
        column = 5 + number
        if maps is None:
            _say(figure, column, 1, "other<br>grid")
            continue
        _draw_signed(figure, maps[number], _map_reach(comparison), 1, column)
        title_picture(figure, column, modality_title(modality))
    if difference is None:
        a, b = (one.attention.tokens for one in (comparison.a, comparison.b))
        _say(
            figure,
            5,
            2,
            f"A has {a} tokens and B has {b}:<br>their cells do not<br>correspond, so "
            "no<br>difference is drawn",
        )
        return
    tokens = len(difference)
    closed = np.tri(tokens, k=-1, dtype=bool)
    shown = np.where(closed, np.nan, difference)
    _draw_signed(figure, shown, _reach(comparison), 2, 5)


def _draw_signed(
    figure: go.Figure, values: NDArray[np.floating], most: float, row: int, column: int
) -> None:
    veil = go.Heatmap(
        z=np.where(np.isnan(values), 1.0, np.nan),
        colorscale=VEIL,
        showscale=False,
        hoverinfo="skip",
    )
    heat = go.Heatmap(
        z=values.astype(np.float32),
        zmin=-most,
        zmax=most,
        colorscale=DIVERGING,
        showscale=False,
        hoverongaps=False,
        hovertemplate="A − B = %{z:+.3g}<extra></extra>",
    )
    if row == 1:
        figure.add_trace(veil, row=row, col=column)
    figure.add_trace(heat, row=row, col=column)
    frame_picture(
        figure, width=values.shape[1], height=len(values), row=row, column=column
    )


def _reach(comparison: HeadComparison) -> float:
    """Return the end of the scale of A - B: the rows' largest difference."""
    if comparison.difference is None:
        return 1.0
    difference = comparison.a.weights - comparison.b.weights
    return max(float(np.abs(difference).max()), SMALLEST)


def _map_reach(comparison: HeadComparison) -> float:
    if not _has_mixtures(comparison) and comparison.difference is not None:
        return _reach(comparison)
    return largest(np.abs(np.asarray(comparison.map_difference)))


def _has_mixtures(comparison: HeadComparison) -> bool:
    sides = comparison.a, comparison.b
    return any(side.attention.mixing is not None for side in sides)


def largest(*maps: NDArray[np.floating]) -> float:
    """Return the largest value of some maps, above 0, without regard to NaN."""
    return max(*(float(np.nanmax(one, initial=0)) for one in maps), 1e-6)


def add_scales(
    figure: go.Figure, comparison: HeadComparison, most: float, map_most: float
) -> None:
    """Draw the bars of both scales below the matrices.

    Args:
        figure: It has the matrices.
        comparison: What it shows.
        most: Largest weight of the scale that A and B share.
        map_most: The same of the maps, where they have a scale of their own.
    """
    matrices = max(float(one.matrix.max()) for one in (comparison.a, comparison.b))
    beyond = "≥ " if matrices > 1.001 * most else ""
    mixed = _has_mixtures(comparison)
    own = f" (maps {three_digits(map_most)})" if mixed else ""
    ends = ("weight 0", f"{beyond}{three_digits(most)}, no unit{own}")
    bar = add_scale_bar(figure, ends, middle=0.33, length=0.4)
    weights = carry_bar(bar, low=0, high=most, colours=SEQUENTIAL)
    figure.add_trace(weights, row=2, col=1)
    if comparison.difference is None and comparison.map_difference is None:
        return
    reach = _reach(comparison) if comparison.difference is not None else 0
    reach = reach or _map_reach(comparison)
    most = 0.0
    if comparison.difference is not None:
        most = float(np.abs(comparison.difference).max())
    lower, beyond = ("≤ ", "≥ ") if most > 1.001 * reach else ("", "")
    ends = (
        lower + three_digits(-reach),
        f"{beyond}+{three_digits(reach)}, no unit",
    )
    bar = add_scale_bar(figure, ends, middle=MIDDLES[2], length=0.26)
    signed = carry_bar(bar, low=-reach, high=reach, colours=DIVERGING)
    figure.add_trace(signed, row=2, col=5)


def title_picture(figure: go.Figure, column: int, text: str) -> None:
    """Write a title above a picture of the first row."""
    axis = next(figure.select_xaxes(row=1, col=column))
    middle = sum(axis.domain) / 2
    write_above(figure, text, x=middle, y=1.0, shift=2)


def _say(figure: go.Figure, column: int, row: int, text: str) -> None:
    """Write a sentence in a panel that stays empty."""
    frame_picture(figure, width=1, height=1, row=row, column=column)
    figure.add_annotation(
        text=text, x=0, y=0, showarrow=False, font_size=FONT_SIZE, row=row, col=column
    )
