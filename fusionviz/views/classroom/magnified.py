"""A figure drawn larger for those who sit far away: type, lines, marks and margins.

Places stay as they are, in data or in parts of the picture: what is magnified is all
that Plotly measures in pixels. A figure that is magnified by k in a window of k times
the width and height is the figure, k times as large.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

_IN_PIXELS: Mapping[str, frozenset[str]] = {
    "font": frozenset({"size"}),
    "marker": frozenset({"size"}),
    "line": frozenset({"width"}),
    "margin": frozenset({"l", "r", "t", "b", "pad"}),
    "pad": frozenset({"l", "r", "t", "b"}),
    "annotations": frozenset(
        {"ax", "ay", "xshift", "yshift", "standoff", "startstandoff"}
        | {"arrowwidth", "borderpad", "borderwidth"}
    ),
    "title": frozenset({"standoff"}),
    "axis": frozenset(
        {"ticklen", "tickwidth", "gridwidth", "zerolinewidth", "linewidth"}
        | {"ticklabelstandoff", "ticklabelshift"}
    ),
    "colorbar": frozenset(
        {"thickness", "xpad", "ypad", "ticklen", "tickwidth", "outlinewidth"}
    ),
    "legend": frozenset({"itemwidth", "tracegroupgap", "borderwidth"}),
    "error": frozenset({"thickness", "width"}),
    "node": frozenset({"thickness", "pad"}),
    "updatemenus": frozenset({"borderwidth"}),
    "sliders": frozenset({"ticklen", "tickwidth", "minorticklen", "borderwidth"}),
    "currentvalue": frozenset({"offset"}),
}
"""What is measured in pixels, by the kind of part that says it."""

_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "colorbar": {"thickness": 30, "xpad": 10, "ypad": 10},
    "legend": {"itemwidth": 30},
}
"""What Plotly takes where a figure says nothing, and type would outgrow."""

_LOOKED_INTO = ("data", "layout", "frames")


def magnify(figure: go.Figure, factor: float) -> go.Figure:
    """Return a figure with all that is measured in pixels made larger.

    Args:
        figure: Stays as it is.
        factor: 1 changes nothing.
    """
    told = figure.to_plotly_json()
    larger = {
        key: _larger(told[key], "", factor) for key in _LOOKED_INTO if told.get(key)
    }
    return go.Figure(larger, skip_invalid=True)


def _larger(value: Any, part: str, factor: float) -> Any:  # noqa: ANN401 - of JSON
    """Return a part of a figure, larger; arrays of data are passed on as they are."""
    if isinstance(value, Mapping):
        kind = _kind_of(part)
        known = {**_DEFAULTS.get(kind, {}), **value}
        return {
            key: _times(one, factor)
            if key in _IN_PIXELS.get(kind, ())
            else _larger(one, key, factor)
            for key, one in known.items()
        }
    if isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value):
        return [_larger(one, part, factor) for one in value]
    if isinstance(value, str) and "font-size" in value:
        return _larger_words(value, factor)
    return value


def _kind_of(part: str) -> str:
    """Return the kind of a part by its name: `tickfont` is a font, `xaxis2` an axis."""
    if part.endswith("font"):
        return "font"
    if re.fullmatch(r"[xyz]axis\d*|coloraxis\d*", part):
        return "axis"
    if part.startswith("legend"):
        return "legend"
    return "error" if part.startswith("error_") else part


def _times(value: Any, factor: float) -> Any:  # noqa: ANN401 - a number or many
    if value is None or isinstance(value, str):
        return value
    return (_array(value) * factor).tolist()


def _array(value: Any) -> np.ndarray:  # noqa: ANN401 - numbers, or packed ones
    """Return numbers as an array, also as Plotly's JSON packs them."""
    if isinstance(value, Mapping):
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
    return np.asarray(value, float)


def _larger_words(text: str, factor: float) -> str:
    return re.sub(
        r"(font-size:\s*)(\d+(?:\.\d+)?)px",
        lambda found: f"{found[1]}{float(found[2]) * factor:g}px",
        text,
    )
