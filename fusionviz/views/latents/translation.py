"""A third modality written from two: what is given, the truth, what is made of it."""

import numpy as np
import plotly.graph_objects as go

from fusionviz.analysis.latents.translation import BOTH, Made, Picture, Translation
from fusionviz.views.latents.mosaic import PAGE_PIXELS, Mosaic
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.views.shared.style import dress, modality_name, three_digits

UNITS = {"depth": " m", "normal": "°"}
"""Of how far a pixel is off; without one it is a part of full scale."""

UNIT_NAMES = {"depth": "m", "normal": "degrees"}
"""The same in words, for titles of scales and names of numbers."""

Panels = dict[tuple[int, int], Picture | None]

TALLEST = 170
"""Pixels of a picture's side that fit twice into the figure's height."""

USUAL = 0.98
"""Share of the pixels that the scale of how far they are off reaches."""


def draw_translation(translation: Translation) -> go.Figure:
    """Draw what is given and true, what is made of it, and how far that is off.

    Columns are what is given, the truth, and what was made of both and of each alone;
    below what was made stands how far it is off, where there is a truth.

    Args:
        translation: Of one sample.
    """
    made = list(translation.made.values())
    first, second = (translation.read[name] for name in translation.sources)
    height, width = made[0].picture.shape[:2]
    before = 1 if translation.truth is None else 2
    columns = before + len(made)
    mosaic = Mosaic(
        rows=2,
        columns=columns,
        cell_pixels=min(PAGE_PIXELS / columns, TALLEST),
        notes=(0, 1),
        titles=0,
        shape=height / width,
    )
    pictures: Panels = {
        (0, 0): first,
        (1, 0): second,
        **{(0, before + at): one.picture for at, one in enumerate(made)},
    }
    if translation.truth is not None:
        pictures[0, 1] = translation.truth
    offs: Panels = {(1, before + at): one.off for at, one in enumerate(made)}
    unit = UNITS.get(translation.target, "")
    figure = go.Figure(mosaic.words(_notes(translation)))
    images, bars = [], []
    for panels, scale, template in (
        (offs, _off_scale(translation), f"%{{z:.3g}}{unit} off"),
        (pictures, _depth_scale(translation), "%{z:.3g} m"),
    ):
        bars += [] if scale is None else [scale]
        for (row, column), picture in panels.items():
            if picture is None:
                continue
            pixels: Picture = picture
            if picture.ndim == 2 and scale is not None:
                pixels = scale.paint(picture)
                figure.add_trace(mosaic.hover(picture, row, column, template))
            images.append(mosaic.picture(pixels, row, column))
    for place, bar in enumerate(bars):
        figure.add_trace(bar.bar(x=1.005 + 0.125 * place, y=0.5, length=0.7))
    figure.update_layout(images=images)
    mosaic.fit(figure)
    dress(figure, top=8)
    return figure.update_layout(margin_r=10 + 92 * len(bars))


def describe_translation(translation: Translation) -> str:
    """Return in words what `draw_translation` shows."""
    unit = UNITS.get(translation.target, "")
    off = ", ".join(
        f"{three_digits(one.mean_off)}{unit} from {_what(name)}"
        for name, one in translation.made.items()
        if one.mean_off is not None
    )
    given = " and ".join(map(modality_name, translation.given))
    errors = f" It is off by {off} on average." if off else ""
    return (
        f"{modality_name(translation.target)} as the model writes it from {given}, "
        f"beside what it was given{' and the truth' if off else ''}.{errors}"
    )


def _what(name: str) -> str:
    return "both" if name == BOTH else f"{modality_name(name)} alone"


def _off_scale(translation: Translation) -> Scale | None:
    """Return the scale of how far pixels are off; None without a truth."""
    known = np.concatenate(
        [
            one.off[np.isfinite(one.off)]
            for one in translation.made.values()
            if one.off is not None
        ]
        or [np.empty(0, np.float32)]
    )
    if not known.size:
        return None
    unit = UNIT_NAMES.get(translation.target, "0..1")
    high = max(float(np.quantile(known, USUAL)), 1e-6)
    return Scale(title=f"off, {unit}", low=0.0, high=high, cut=True)


def _depth_scale(translation: Translation) -> Scale | None:
    """Return the scale that all depth maps share; None where there is none."""
    made = [one.picture for one in translation.made.values()]
    pictures = [*translation.read.values(), translation.truth, *made]
    maps = [one for one in pictures if one is not None and one.ndim == 2]
    return depth_scale(maps) if maps else None


def _notes(translation: Translation) -> list[list[str]]:
    """Return what stands under the pictures."""
    unit = UNITS.get(translation.target, "")
    given = [
        f"<b>{modality_name(name)}</b>"
        + (", given" if name in translation.given else ", guessed")
        for name in translation.sources
    ]
    known = translation.truth is not None
    truth = [f"<b>true {modality_name(translation.target)}</b>"] if known else []
    made = [
        f"<b>from {_what(name)}</b>"
        if translation.best is one
        else f"<b>{_what(name)}</b>"
        for name, one in translation.made.items()
    ]
    off = [_how_far(one, unit) for one in translation.made.values()]
    return [[given[0], *truth, *made], [given[1], *["" for _ in truth], *off]]


def _how_far(made: Made, unit: str) -> str:
    if made.mean_off is None:
        return ""
    return f"{three_digits(made.mean_off)}{unit} off"
