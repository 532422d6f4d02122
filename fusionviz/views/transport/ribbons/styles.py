"""How ribbons are coloured: by whether they are right, or by what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fusionviz.analysis.transport.ribbons import ALL_WORDS, OTHER, TRUE
from fusionviz.views.shared.colours import colour_table, hex_of, tint
from fusionviz.views.shared.scale import Scale
from fusionviz.views.shared.style import SEQUENTIAL, modality_colour
from fusionviz.views.transport.ribbons.places import Lane
from fusionviz.views.transport.ribbons.words import target_word, token_word

WRONG = "#4F63E0"
"""Of ribbons to another word than the true one; they are hatched and dashed, too."""

GREY = "#8A8A8A"
"""Of what belongs to no word."""

FAINTEST = 0.3
"""Strength of the lines around ribbons that are but a few percent of a token's mass."""

SHADES = 16
"""How many colours costs are told apart by."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a group of ribbons looks.

    Attributes:
        name: In the legend; empty: not there.
        colour: Of fill and outline, #rrggbb.
        strong: Whether it is full, not faded for the sake of another word's.
        hatched: Whether it is hatched and its outline dashed.
    """

    name: str
    colour: str
    strong: bool = True
    hatched: bool = False

    @property
    def rank(self) -> int:
        """Place of the style in the legend."""
        return 2 if self.colour == GREY else int(self.hatched)

    def trace(
        self, x: NDArray, y: NDArray, *, opacity: float, thin: float = 1.0
    ) -> go.Scatter:
        """Return closed outlines in this style, filled.

        Args:
            x: NaN is between outlines.
            y: Likewise.
            opacity: Of the fill.
            thin: How strong the line is, 0..1: lines have a width of their own, which
                would make many thin ribbons look like much mass.
        """
        fill = opacity if self.strong else 0.12 * opacity
        line = thin * min(1.0, 1.6 * fill)
        look = {
            "line": {
                "color": tint(self.colour, line),
                "width": 1.2 if self.hatched else 0.6,
                "dash": "dot" if self.hatched else "solid",
            }
        }
        if self.hatched:
            look["fillpattern"] = {
                "shape": "/",
                "fgcolor": tint(self.colour, line),
                "bgcolor": tint(self.colour, 0.3 * fill),
                "size": 6,
                "solidity": 0.35,
            }
        return go.Scatter(
            x=x.ravel().astype(np.float32),
            y=y.ravel().astype(np.float32),
            mode="lines",
            fill="toself",
            fillcolor=tint(self.colour, fill),
            hoverinfo="skip",
            name=self.name,
            legendgroup=self.name,
            showlegend=False,
            **look,
        )


def largest_cost(lanes: Sequence[Lane]) -> float:
    """Return the top of the scale that the ribbons of all lanes share."""
    tops = [float(lane.ribbons.cost.max(initial=0)) for lane in lanes]
    return max(*tops, 1e-6)


def paint_ribbons(figure: go.Figure, lane: Lane, *, word: int, most: float) -> None:
    """Draw a lane's ribbons, those of a word full and the others faded.

    Args:
        figure: Its axes are the lane's.
        lane: Ribbons and where they are.
        word: Target whose ribbons are picked, or `ALL_WORDS`.
        most: Top of the scale of costs, where nobody knows what is right.
    """
    x, y = lane.ends.outlines(*lane.way)
    styles, index = _styles(lane, most)
    strong = (lane.ribbons.target == word) | (word == ALL_WORDS)
    for full in (False, True):  # what is picked lies above the others
        for place, style in enumerate(styles):
            chosen = (index == place) & (strong == full)
            if chosen.any():
                look = style if full else replace(style, strong=False)
                share = float(np.median(lane.ribbons.share[chosen]))
                trace = look.trace(
                    x[chosen],
                    y[chosen],
                    opacity=_opacity(word),
                    thin=float(np.clip(4 * share, FAINTEST, 1)),
                )
                figure.add_trace(trace)


def draw_legend(figure: go.Figure, lanes: Sequence[Lane]) -> None:
    """Name the colours that the lanes' ribbons have, each once."""
    named: dict[str, Style] = {}
    for lane in lanes:
        styles, index = _styles(lane, 1.0)
        shown = {styles[place].name: styles[place] for place in np.unique(index)}
        named |= {name: style for name, style in shown.items() if name}
    for name in sorted(named, key=lambda one: (named[one].rank, one)):
        empty = np.array([[np.nan]])
        trace = named[name].trace(empty, empty, opacity=_opacity(ALL_WORDS))
        figure.add_trace(trace.update(showlegend=True))


def cost_bar(most: float) -> go.Scatter:
    """Return the upright bar of the scale of costs, right of the ribbons."""
    scale = Scale(title="cost,<br>no unit<br> ", low=0, high=most)
    return scale.bar(x=1.0, y=0.5, length=0.85)


def _styles(lane: Lane, most: float) -> tuple[list[Style], NDArray[np.int64]]:
    """Return a lane's styles and which of them each of its ribbons has."""
    ribbons = lane.ribbons
    if not ribbons.has_truth:
        shades = [
            Style(name="", colour=one)
            for one in map(hex_of, colour_table(SEQUENTIAL, SHADES))
        ]
        share = np.clip(ribbons.cost / most, 0, 1)
        return shades, np.rint((SHADES - 1) * share).astype(int)
    place, name = target_word(ribbons), ribbons.case.source.name
    styles = [
        Style(name=f"{name}, its true {place}", colour=modality_colour(name)),
        Style(name=f"another {place}", colour=WRONG, hatched=True),
        Style(name=f"{token_word(ribbons.case.source)} of no {place}", colour=GREY),
    ]
    index = np.select([ribbons.verdict == TRUE, ribbons.verdict == OTHER], [0, 1], 2)
    return styles, index


def _opacity(word: int) -> float:
    return 0.55 if word == ALL_WORDS else 0.75
