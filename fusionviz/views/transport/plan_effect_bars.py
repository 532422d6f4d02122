"""What another plan does to each source: MMD², and how far aligned tokens move."""

from html import escape
from typing import Any

import plotly.graph_objects as go

from fusionviz.analysis.transport.plan_effects import PlanEffect
from fusionviz.views.shared.stack_view import short
from fusionviz.views.shared.style import FONT_SIZE, modality_colour, three_digits

LABELLED = 12
"""Tokens that are named under their bars; of more, every so many has its number."""

PATTERNS = ("", "/", ".", "x")
"""Of the bars of the first, the second, ... source."""

PALE = 0.45
"""Of the bars of the own plan."""


def pattern_of(place: int) -> dict[str, Any]:
    """Return the pattern of the bars of a source by its place among them."""
    shape = PATTERNS[place % len(PATTERNS)]
    return {"shape": shape, "size": 6, "fillmode": "overlay", "fgopacity": 0.45}


def draw_mmd_bars(figure: go.Figure, effect: PlanEffect) -> None:
    """Draw each source's MMD² under both plans, pale under the own, at (1, 1)."""
    names = list(effect.sources)
    rows = [(name, after) for name in names for after in (False, True)]
    values = [effect.sources[name].mmd[after] for name, after in rows]
    figure.add_trace(
        go.Bar(
            x=values,
            y=list(range(len(rows))),
            orientation="h",
            marker={
                "color": [modality_colour(name) for name, _ in rows],
                "opacity": [1.0 if after else PALE for _, after in rows],
            },
            text=[three_digits(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"{escape(name)}, {effect.title if after else 'own plan'}"
                for name, after in rows
            ],
            hovertemplate="%{hovertext}: MMD² %{x:.3g}<extra></extra>",
            showlegend=False,
        ),
        row=1,
        col=1,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[
            f"{'changed' if after else f'{short(name, 9)}: own'}"
            for name, after in rows
        ],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        row=1,
        col=1,
    )
    most = max([*values, 1e-9])
    figure.update_xaxes(
        range=[0, 1.45 * most],
        title={"text": "MMD², no unit", "standoff": 8},
        nticks=3,
        zeroline=False,
        row=1,
        col=1,
    )


def draw_shift_bars(figure: go.Figure, effect: PlanEffect) -> None:
    """Draw how far the aligned token at each step of the anchor moved, at (2, 2)."""
    several = len(effect.sources) > 1
    for place, (name, source) in enumerate(effect.sources.items()):
        labels = source.case.target.labels
        figure.add_trace(
            go.Bar(
                x=list(range(len(labels))),
                y=source.shift,
                name=escape(name),
                marker={
                    "color": modality_colour(name),
                    "pattern": pattern_of(place),
                },
                hovertext=[short(label, 60) for label in labels],
                hovertemplate=f"{escape(name)} at %{{hovertext}}: %{{y:.3g}} lengths"
                "<extra></extra>",
                legend="legend2",
                showlegend=several,
            ),
            row=2,
            col=2,
        )
    every = -(-len(labels) // LABELLED)
    shown = list(range(0, len(labels), every))
    figure.update_xaxes(
        tickvals=shown,
        ticktext=[short(labels[i], 9) if every == 1 else f"{i + 1}" for i in shown],
        range=[-0.6, len(labels) - 0.4],
        title={
            "text": f"{escape(effect.sources[effect.edited].case.target.name)} tokens",
            "standoff": 4,
        },
        row=2,
        col=2,
    )
    most = max(float(one.shift.max()) for one in effect.sources.values())
    figure.update_yaxes(range=[0, 1.08 * max(most, 1e-6)], nticks=4, row=2, col=2)
    y = figure.layout.yaxis3.domain[1]
    figure.update_layout(
        legend2={
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": y,
            "yanchor": "bottom",
            "font": {"size": FONT_SIZE},
            "itemclick": False,
            "itemdoubleclick": False,
        }
    )
