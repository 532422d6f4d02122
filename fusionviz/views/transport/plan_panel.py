"""A transport plan as a picture, with its marginals on two of its edges.

Rows are sources and columns are targets. Above the picture stands what each target
receives, at its right what each source sends; a line marks the even share.
"""

import base64
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from fusionviz.analysis.transport.plan_cells import PlanCells
from fusionviz.views.shared.scale import Scale
from fusionviz.views.shared.stacks.view import short
from fusionviz.views.shared.style import modality_colour, modality_title

EVEN = "#8A8A8A"
"""Of the line at the even share."""

STRIP, GAP = 0.13, 0.015
"""Width of a marginal and what is between it and the picture, in parts of a panel."""

NAMED, LONGEST_NAME = 16, 12
"""Columns that are named under the picture, and letters of a name that fits there."""

LONGEST_TOLD = 56
"""Letters of a name that is told when hovered."""

FINE = 512
"""Pixels a side that a painted plan has at least: browsers blur what they enlarge."""

MASS = "mass, in<br>source<br>tokens"


@dataclass(frozen=True, kw_only=True)
class PlanPanel:
    """Where a plan stands in a figure.

    Attributes:
        number: From 0; the axes 2 number + 1 are of the picture, those after of the
            marginals.
        left: Edge of the panel, in parts of the figure's plot.
        right: The other one, marginal included.
        source: Name of the modality that is sent.
        target: Name of the anchor.
        received: End of the scale of what a target receives, in even shares.
        sent: The same of what a source sends.
    """

    number: int
    left: float
    right: float
    source: str
    target: str
    received: float
    sent: float

    @property
    def _axes(self) -> tuple[str, str]:
        """Numbers of the picture's axes and of the marginals', as Plotly has them."""
        first = 2 * self.number + 1
        return ("" if first == 1 else str(first), str(first + 1))

    def axes(self, cells: PlanCells) -> dict[str, dict[str, Any]]:
        """Return the axes of the picture and of its marginals, for a layout."""
        main, edge = self._axes
        names = (f"xaxis{main}", f"yaxis{main}", f"xaxis{edge}", f"yaxis{edge}")
        axes = (*self._picture_axes(cells), *self._marginal_axes())
        bare = {"showgrid": False, "zeroline": False}
        return {name: axis | bare for name, axis in zip(names, axes, strict=True)}

    @property
    def _split(self) -> float:
        """Where the marginal beside the picture begins."""
        return self.right - STRIP * (self.right - self.left)

    def _picture_axes(self, cells: PlanCells) -> tuple[dict[str, Any], dict[str, Any]]:
        main, _ = self._axes
        rows, columns = cells.mass.shape
        across = {
            "domain": [self.left, self._split - GAP * (self.right - self.left)],
            "anchor": f"y{main}",
            "range": [-0.5, columns - 0.5],
            "title": {"text": modality_title(self.target, "receives")},
            "labelalias": _aliases(cells.columns),
            "tickvals": list(range(columns)) if are_named(cells) else [],
            "tickangle": -60,
        }
        down = {
            "domain": [0, 1 - STRIP - GAP],
            "anchor": f"x{main}",
            "range": [rows - 0.5, -0.5],
            "labelalias": _aliases(cells.rows),
            "tickvals": [],
        }
        if self.number:
            across["matches"], down["matches"] = "x", "y"
        else:
            text = modality_title(self.source, "sends")
            down["title"] = {"text": text, "standoff": 4}
        return across, down

    def _marginal_axes(self) -> tuple[dict[str, Any], dict[str, Any]]:
        main, _ = self._axes
        beside = {
            "domain": [self._split, self.right],
            "anchor": f"y{main}",
            "range": [0, self.sent],
            "tickangle": 0,
            **_shares(self.sent, 4),
        }
        above = {
            "domain": [1 - STRIP, 1],
            "anchor": f"x{main}",
            "range": [0, self.received],
            "showticklabels": self.number == 0,
            **_shares(self.received, 3),
        }
        return beside, above

    def picture(self, cells: PlanCells, high: float) -> dict[str, Any]:
        """Return the painted plan at its place, for `layout.images`."""
        main, _ = self._axes
        rows, columns = cells.mass.shape
        return {
            "source": paint(cells.mass, high),
            "xref": f"x{main}",
            "yref": f"y{main}",
            "x": -0.5,
            "y": -0.5,
            "sizex": columns,
            "sizey": rows,
            "xanchor": "left",
            "yanchor": "top",
            "sizing": "stretch",
            "layer": "below",
        }

    def edges(self, cells: PlanCells, *, named: bool = True) -> list[go.Scatter]:
        """Return what targets receive and what sources send, as filled steps.

        Args:
            cells: Of the plan.
            named: Whether they tell of each token when hovered.
        """
        main, edge = self._axes
        across, received = _steps(cells.received)
        down, sent = _steps(cells.sent)
        above: dict[str, Any] = {
            "x": across,
            "y": received,
            "xaxis": f"x{main}",
            "yaxis": f"y{edge}",
        }
        beside: dict[str, Any] = {
            "x": sent,
            "y": down,
            "xaxis": f"x{edge}",
            "yaxis": f"y{main}",
        }
        if named:
            above |= _told(cells.columns, "receives %{y:.3~g}")
            beside |= _told(cells.rows, "sends %{x:.3~g}")
        return [
            _area("tozeroy", modality_colour(self.target), above),
            _area("tozerox", modality_colour(self.source), beside),
        ]

    def even_lines(self) -> list[dict[str, Any]]:
        """Return the lines at the even share, for `layout.shapes`."""
        main, edge = self._axes
        line = {"color": EVEN, "width": 2, "dash": "dot"}
        places = (
            {"xref": f"x{main} domain", "yref": f"y{edge}", "y0": 1, "y1": 1},
            {"xref": f"x{edge}", "yref": f"y{main} domain", "x0": 1, "x1": 1},
        )
        return [
            {"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 1, "line": line, **place}
            for place in places
        ]

    def hover(
        self, cells: PlanCells, *, with_mass: bool = True, with_cost: bool = True
    ) -> go.Heatmap:
        """Return an unseen map that tells a cell's tokens, cost and mass."""
        main, _ = self._axes
        # A number of two parts is a quarter of a float's size, and cost has no more.
        whole, hundredths = np.divmod(np.rint(100 * cells.cost), 100)
        mass = "<br>mass %{z:.3~g} of a token" if with_mass else ""
        cost = "<br>cost %{customdata[0]}.%{customdata[1]:02d}" if with_cost else ""
        return go.Heatmap(
            z=_lean(cells.mass if with_mass else np.zeros_like(cells.mass)),
            customdata=np.stack([whole, hundredths], axis=-1).astype(np.uint8),
            xaxis=f"x{main}",
            yaxis=f"y{main}",
            opacity=0,
            showscale=False,
            hovertemplate=f"%{{y}} → %{{x}}{mass}{cost}<extra></extra>",
        )


def are_named(cells: PlanCells) -> bool:
    """Return whether the names of the columns fit under the picture."""
    few = len(cells.columns) <= NAMED
    return few and max(map(len, cells.columns)) <= LONGEST_NAME


def _steps(
    values: NDArray[np.floating],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the corners of a line that is level over each cell."""
    edges = np.arange(len(values) + 1, dtype=np.float32) - 0.5
    return edges.repeat(2)[1:-1], np.asarray(values, np.float32).repeat(2)


def _area(fill: str, colour: str, drawn: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        mode="lines",
        fill=fill,
        line={"color": colour, "width": 1},
        showlegend=False,
        **({"hoverinfo": "skip"} | drawn),
    )


def _told(names: tuple[str, ...], said: str) -> dict[str, Any]:
    """Return the hover of a marginal's corners, as a part of a trace."""
    return {
        "text": [short(name, LONGEST_TOLD) for name in names for _ in range(2)],
        "hovertemplate": f"%{{text}} {said} × the even share<extra></extra>",
        "hoverinfo": None,
    }


def _aliases(names: tuple[str, ...]) -> dict[str, str]:
    """Return what places along an axis are called, on the axis and when hovered."""
    return {str(i): short(name, LONGEST_TOLD) for i, name in enumerate(names)}


def _shares(most: float, many: float) -> dict[str, Any]:
    """Return the ticks of a marginal: the even share, and the end if it is `many`."""
    end = {most: f"{most:.2g}×"} if most >= many else {}
    ticks = {1.0: "even", **end}
    return {"tickvals": list(ticks), "ticktext": list(ticks.values())}


def _lean(mass: NDArray[np.float64]) -> NDArray[Any]:
    """Return mass in one byte a cell where it is whole, as in plans without blur."""
    whole = np.rint(mass)
    is_whole = np.abs(mass - whole).max() < 1e-6 and whole.max() < 256
    return mass.astype(np.float32) if not is_whole else whole.astype(np.uint8)


def mass_scale(high: float) -> Scale:
    """Return the colours of mass, which end at `high` or at a whole token."""
    return Scale(title=MASS, low=0.0, high=high, cut=high < 1)


def round_high(mass: NDArray[np.floating]) -> float:
    """Return where the colours of plans end: a round number, at most 1.

    Half the rows of this plan stay below it, so that a blurred one is seen too, and it
    stays when a plan changes a little.

    Args:
        mass: Of cells, (row, column).
    """
    wanted = float(np.median(mass.max(axis=1)))
    if not wanted > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    digit = next(d for d in (1, 1.5, 2, 3, 5, 7, 10) if d * power >= 0.999 * wanted)
    return min(1.0, float(f"{digit * power:.1e}"))


def paint(mass: NDArray[np.floating], high: float) -> str:
    """Return mass as a picture's data address: one byte a pixel, and a palette."""
    share = np.rint(255 * np.clip(np.nan_to_num(mass) / high, 0, 1)).astype(np.uint8)
    for axis, count in enumerate(share.shape):
        share = share.repeat(-(-FINE // count), axis=axis)
    picture = Image.fromarray(share)
    palette = Scale(title="", low=0, high=255).paint(np.arange(256))
    picture.putpalette(palette.tobytes())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
