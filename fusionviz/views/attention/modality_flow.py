"""Which modality feeds which, block by block, as streams."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.attention.rollout import Path, Rollout
from fusionviz.views.shared.colours import tint
from fusionviz.views.shared.style import (
    FONT_SIZE,
    MODALITY_COLOURS,
    MODALITY_NAMES,
    dress,
    in_percent,
)
from fusionviz.views.shared.token_maps import MODALITIES

KEPT, CROSSING = 0.35, 0.75
"""Opacity of streams that stay in a modality, and of those that cross."""

LEAST = 1e-4
"""Streams below this share of their block are left out: Plotly draws them askew."""


MOST_WORDY = 6
"""With more blocks, their headings keep to what crosses."""


def draw_modality_flow(rollout: Rollout, *, path: Path) -> go.Figure:
    """Draw a stream from each modality to each in every block; a block adds up to 1.

    A stream has its source's colour, and is stronger where it crosses.

    Args:
        rollout: The composed layers.
        path: `read` for what is read, `decide` for what decides how much.
    """
    flow = rollout.modality_flow(path)
    streams = [
        (block, source, target, float(flow[block, source, target]))
        for block, source, target in np.ndindex(flow.shape)
        if flow[block, source, target] >= LEAST
    ]
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",
            node=_nodes(flow),
            link={
                "source": [2 * block + source for block, source, _, _ in streams],
                "target": [2 * block + 2 + target for block, _, target, _ in streams],
                "value": [100 * share for *_, share in streams],
                "color": [_colour(source, target) for _, source, target, _ in streams],
                "customdata": [_say(*stream) for stream in streams],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            textfont={"size": FONT_SIZE},
        )
    )
    _name_blocks(figure, rollout, flow)
    dress(figure, top=84)
    return figure.update_layout(margin={"l": 10, "r": 10, "b": 10})


def describe_modality_flow(rollout: Rollout, *, path: Path) -> str:
    """Return in words what `draw_modality_flow` shows."""
    flow = rollout.modality_flow(path)
    crossing = [in_percent(one[0, 1] + one[1, 0], decimals=0) for one in flow]
    what = "what is read" if path == "read" else "what decides how much is read"
    return (
        f"Of {what} in each of {rollout.blocks} blocks, {', '.join(crossing)} comes "
        "from the other modality."
    )


def _nodes(flow: np.ndarray) -> dict:
    """Return a node a modality at each border of blocks, RGB above depth."""
    borders = len(flow) + 1
    names = [MODALITY_NAMES[modality] for modality in MODALITIES]
    # Plotly wants places inside 0..1, not on its ends.
    across = np.linspace(0.001, 0.999, borders).repeat(2)
    heights = _heights(flow)
    tops = np.stack([heights[:, 0] / 2, 1 - heights[:, 1] / 2], axis=1)
    return {
        "x": across.tolist(),
        "y": np.clip(tops, 0.001, 0.999).ravel().tolist(),
        "label": [*names, *[""] * (2 * borders - 4), *names],
        "color": [MODALITY_COLOURS[modality] for modality in MODALITIES] * borders,
        "pad": 24,
        "thickness": 14,
        "line": {"width": 0},
        "hovertemplate": "%{value:.0f} % of a block<extra></extra>",
    }


def _heights(flow: np.ndarray) -> np.ndarray:
    """Return how high each node is, (border, 2): the larger of what comes and goes."""
    comes = np.concatenate([np.zeros((1, 2)), flow.sum(axis=1)])
    goes = np.concatenate([flow.sum(axis=2), np.zeros((1, 2))])
    return np.maximum(comes, goes)


def _colour(source: int, target: int) -> str:
    colour = MODALITY_COLOURS[MODALITIES[source]]
    return tint(colour, CROSSING if source != target else KEPT)


def _say(block: int, source: int, target: int, share: float) -> str:
    sender, receiver = (MODALITY_NAMES[MODALITIES[one]] for one in (source, target))
    part = in_percent(share, decimals=1)
    return f"block {block + 1}, {sender} → {receiver}: {part}"


def _name_blocks(figure: go.Figure, rollout: Rollout, flow: np.ndarray) -> None:
    """Write above each block its number, what crosses, and how much moves at all."""
    edges = np.linspace(0, 1, rollout.blocks + 1)
    down, up = (MODALITY_COLOURS[modality] for modality in MODALITIES)
    for block, moved in enumerate(rollout.moved):
        falls, rises = (
            in_percent(flow[block, source, 1 - source], decimals=0) for source in (0, 1)
        )
        crossing = (
            f'<span style="color:{down}">↘</span> {falls}  '
            f'<span style="color:{up}">↗</span> {rises}'
        )
        lines = [f"<b>block {block + 1}</b>", crossing]
        if rollout.blocks <= MOST_WORDY:
            lines.append(f"{in_percent(moved, decimals=0)} moves")
        figure.add_annotation(
            text="<br>".join(lines),
            x=float(edges[block : block + 2].mean()),
            y=1.03,
            xref="paper",
            yref="paper",
            xanchor="center",
            yanchor="bottom",
            showarrow=False,
            font_size=FONT_SIZE,
        )
