"""What changes when attention heads do: labels, colours and depth."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fusionviz.analysis.attention.interventions import InterventionEffect
from fusionviz.views.shared.bars import BESIDE_PICTURE, upright_bar
from fusionviz.views.shared.class_changes import draw_class_changes
from fusionviz.views.shared.segmentation import add_class_legend
from fusionviz.views.shared.style import (
    DIVERGING,
    dress,
    frame_picture,
    modality_title,
    three_digits,
    write_above,
)

SMALLEST_SCALE = {"of 255": 1.0, "m": 0.01}
"""Scales end no nearer to 0 than this: what is less cannot be seen in a picture."""

_WIDTH = 0.285
_PANELS = ((0.0, _WIDTH), (0.325, 0.325 + _WIDTH), (0.675, 0.675 + _WIDTH))


def draw_intervention(effect: InterventionEffect) -> go.Figure:
    """Draw which labels change, and what the change is worth in colours and metres.

    Args:
        effect: Of the change.
    """
    figure = make_subplots(rows=1, cols=3)
    for column, domain in enumerate(_PANELS, start=1):
        figure.update_xaxes(domain=domain, row=1, col=column)
    learned, changed = effect.learned, effect.changed
    draw_class_changes(figure, learned, changed, effect.pictures, column=1)
    add_class_legend(
        figure, np.union1d(learned.labels, changed.labels), changed.classes
    )
    rgb, depth = effect.rgb_change, effect.depth_change_m
    _draw_change(figure, rgb, column=2, unit="of 255", words="brighter")
    _draw_change(figure, depth, column=3, unit="m", words="farther")
    for column, title in enumerate(_titles(effect), start=1):
        write_above(
            figure, title, x=_PANELS[column - 1][0], y=1.0, shift=4, anchor="left"
        )
    write_above(figure, _headline(effect), x=0, y=1.0, shift=52, anchor="left")
    dress(figure, top=88)
    legend = {"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top"}
    legend |= {"itemclick": False, "itemdoubleclick": False}
    return figure.update_layout(legend=legend, margin_b=56)


def describe_intervention(effect: InterventionEffect) -> str:
    """Return in words what `draw_intervention` shows."""
    count = len(effect.heads)
    heads = "1 head" if count == 1 else f"{count} heads"
    return (
        f"With {heads} changed, bits per dimension go from "
        f"{three_digits(effect.bits_learned)} to {_number(effect.bits_changed)} and "
        f"{effect.relabelled:.2%} of the pixels get another class."
    )


def root_mean_square(values: NDArray[np.float32] | None) -> float | None:
    """Return the root of the mean square of a map, None of none."""
    if values is None:
        return None
    return float(np.sqrt(np.square(values, dtype=np.float64).mean()))


def _headline(effect: InterventionEffect) -> str:
    added = effect.bits_added
    if not effect.heads:
        verdict = "nothing is changed"
    else:
        sign = "+" if added > 0 else ""
        worse = "less" if added > 0 else "more"
        verdict = f"{sign}{_number(added)}: the pair is {worse} expected"
        if added == 0:
            verdict = "no difference"
    return (
        f"<b>Bits per dimension</b>  {three_digits(effect.bits_learned)} → "
        f"{_number(effect.bits_changed)}  ({verdict})"
    )


def _titles(effect: InterventionEffect) -> Sequence[str]:
    before, after = effect.learned.mean_iou, effect.changed.mean_iou
    truth = "no truth is known"
    if before is not None and after is not None:
        truth = f"mIoU {before:.3f} → {after:.3f}"
    titles = [f"<b>Labels</b>  {effect.relabelled:.2%} of pixels change<br>{truth}"]
    changes = {
        "rgb": (root_mean_square(effect.rgb_change), "of 255"),
        "depth": (root_mean_square(effect.depth_change_m), "m"),
    }
    for modality, (size, unit) in changes.items():
        guess = "  (guessed)" if effect.missing == modality else ""
        said = (
            "cannot be undone" if size is None else f"RMS {three_digits(size)} {unit}"
        )
        titles.append(f"{modality_title(modality, 'change')}{guess}<br>{said}")
    return titles


def _draw_change(
    figure: go.Figure,
    change: NDArray[np.float32] | None,
    *,
    column: int,
    unit: str,
    words: str,
) -> None:
    """Draw a signed map, its scale even around 0 with the bar at its right."""
    if change is None:
        frame_picture(figure, width=1, height=1, column=column)
        return
    most = max(float(np.abs(change).max()), SMALLEST_SCALE[unit])
    bar = upright_bar(
        x=_PANELS[column - 1][1] + 0.004,
        length=1.0,
        title=unit,
        ticks={-most: three_digits(-most), 0: "0", most: f"+{three_digits(most)}"},
        small=True,
        place=BESIDE_PICTURE,
    )
    figure.add_trace(
        go.Heatmap(
            z=change,
            zmin=-most,
            zmax=most,
            colorscale=DIVERGING,
            colorbar=bar,
            hovertemplate=f"%{{z:+.3g}} {unit} {words}<extra></extra>",
        ),
        row=1,
        col=column,
    )
    height, width = change.shape[:2]
    frame_picture(figure, width=width, height=height, column=column)


def _number(value: float) -> str:
    return three_digits(value) if np.isfinite(value) else "∞"
