"""Where a patch's content comes from, or goes to, after each block."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.attention.rollout import Direction, Rollout
from fusionviz.data.grid import Grid
from fusionviz.views.shared.bars import add_scale_bar
from fusionviz.views.shared.colours import see_through, see_through_middle
from fusionviz.views.shared.style import (
    DIVERGING,
    FONT_SIZE,
    MODALITY_NAMES,
    SEQUENTIAL,
    dress,
    in_percent,
    modality_title,
)
from fusionviz.views.shared.token_maps import (
    MODALITIES,
    TokenPlaces,
    add_targets,
    draw_ground,
    draw_values,
    frame_token,
)

MOST_BLOCKS = 6
"""More blocks are thinned: pictures stay large enough to click."""


def draw_rollout(rollout: Rollout, *, token: int, direction: Direction) -> go.Figure:
    """Draw a row of pictures for RGB and one for depth, a column a block.

    All panels share one scale, up to the largest share that is not the patch's own: its
    own is many times larger and stands in the titles. Invisible markers at the patch
    centres carry (modality, row, column) for clicks.

    Args:
        rollout: The composed layers.
        token: The patch, a joint token.
        direction: `from` for the sources of the patch, `to` for where it goes.
    """
    shares = rollout.shares(token, direction)
    columns = shown_blocks(rollout.blocks)
    figure = make_subplots(
        rows=2,
        cols=len(columns),
        subplot_titles=_titles(rollout, shares, token, columns),
        horizontal_spacing=0.02,
        vertical_spacing=0.09,
    )
    most = largest_other(shares, token)
    bar = add_scale_bar(figure, _ends(rollout, most), middle=0.5, length=0.7)
    places = TokenPlaces(width=rollout.pictures.width, grid=rollout.grid)
    picked, place = divmod(token, rollout.tokens)
    scale: dict[str, Any] = {
        "ends": (-1.0 if rollout.signs == "signed" else 0.0, 1.0),
        "colours": _colours(rollout),
    }
    for column, block in enumerate(columns, start=1):
        heights = _heights(shares[block], token, most)
        for row, modality in enumerate(MODALITIES, start=1):
            at: dict[str, Any] = {"column": column, "row": row}
            draw_ground(figure, rollout.pictures, modality, **at)
            own_bar = bar if (row, column) == (1, 1) else None
            draw_values(figure, heights[row - 1], places, bar=own_bar, **scale, **at)
            said = [
                in_percent(one, decimals=2, signed=True)
                for one in shares[block, row - 1].ravel()
            ]
            add_targets(figure, places, modality, texts=said, **at)
        frame_token(
            figure, place, places, name="the patch", column=column, row=picked + 1
        )
    small = 0.8 * 150 / rollout.grid.columns
    figure.update_traces(selector={"mode": "markers"}, marker_size=small)
    figure.update_annotations(font_size=FONT_SIZE)
    dress(figure, top=58)
    return figure.update_layout(margin_b=52, showlegend=False)


def describe_rollout(rollout: Rollout, *, token: int, direction: Direction) -> str:
    """Return in words what `draw_rollout` shows."""
    last = rollout.shares(token, direction)[-1]
    other = last.reshape(-1).copy()
    own, other[token] = other[token], 0
    strongest = int(np.abs(other).argmax())
    what = "is made of" if direction == "from" else "goes to"
    itself, next_largest = (
        in_percent(one, decimals=1, signed=True) for one in (own, other[strongest])
    )
    return (
        f"What {name_token(token, rollout.grid)} {what} after each of "
        f"{rollout.blocks} blocks. After the last: itself {itself}, next "
        f"{name_token(strongest, rollout.grid)} with {next_largest}."
    )


def name_token(token: int, grid: Grid) -> str:
    """Return `RGB row 1, column 1` of a joint token."""
    modality, place = divmod(token, grid.places)
    return f"{MODALITY_NAMES[MODALITIES[modality]]} {grid.name(place)}"


def shown_blocks(blocks: int) -> list[int]:
    """Return which blocks are drawn, from 0; the first and the last are."""
    count = min(blocks, MOST_BLOCKS)
    return np.unique(np.linspace(0, blocks - 1, count).round().astype(int)).tolist()


def largest_other(shares: NDArray[np.float64], token: int) -> float:
    """Return the largest absolute share of any block that is not the patch's own."""
    others = np.abs(shares).reshape(len(shares), -1).copy()
    others[:, token] = 0
    return max(float(others.max()), 1e-9)


def _heights(
    shares: NDArray[np.float64], token: int, most: float
) -> NDArray[np.float64]:
    """Return shares on the scale, -1..1 by a square root; the patch itself is NaN."""
    height = np.sign(shares) * np.sqrt(np.abs(shares) / most)
    height.reshape(-1)[token] = np.nan
    return height


def _titles(
    rollout: Rollout, shares: NDArray[np.float64], token: int, columns: list[int]
) -> list[str]:
    """Return each panel's part of all that is shown in its block, itself left out."""
    weight = np.abs(shares).reshape(rollout.blocks, 2, -1).copy()
    own, place = divmod(token, rollout.tokens)
    itself = weight[:, own, place].copy()
    weight[:, own, place] = 0
    parts = weight.sum(axis=2)
    parts = parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-12)
    titles = []
    for row, modality in enumerate(MODALITIES):
        for block in columns:
            text = modality_title(modality, in_percent(parts[block, row], decimals=0))
            if row == 0:
                own_part = in_percent(itself[block], decimals=0)
                text = f"block {block + 1}: itself {own_part}<br>{text}"
            titles.append(text)
    return titles


def _ends(rollout: Rollout, most: float) -> tuple[str, str]:
    top = f"{in_percent(most)} of a token"
    if rollout.signs == "signed":
        low = f"taken away: −{in_percent(most)}"
        return low, f"added: +{top} (square-root scale)"
    return "0 %", f"{top} (square-root scale)"


def _colours(rollout: Rollout) -> list[tuple[float, str]]:
    if rollout.signs == "signed":
        return see_through_middle(DIVERGING)
    return see_through(SEQUENTIAL, faint=0.25, strong=0.95)
