"""Colours as numbers: of hex codes, along Plotly's scales, and with transparency."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from plotly.colors import get_colorscale, sample_colorscale, unlabel_rgb

Stops = list[tuple[float, str]]
"""A colour scale as Plotly takes it: places from 0 to 1 and their colours."""


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue of #rrggbb, 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hex_of(rgb: Iterable[int]) -> str:
    """Return #rrggbb of a red, green and blue, 0..255."""
    return "#" + "".join(f"{part:02x}" for part in rgb)


def tint(colour: str, opacity: float) -> str:
    """Return #rrggbb with an opacity, 0..1."""
    red, green, blue = rgb_of(colour)
    return f"rgba({red},{green},{blue},{opacity:.3g})"


@cache
def colour_table(scale: str, count: int = 256) -> NDArray[np.uint8]:
    """Return colours along one of Plotly's scales, (count, 3), to be read only."""
    sampled = sample_colorscale(get_colorscale(scale), np.linspace(0, 1, count))
    table = np.array([unlabel_rgb(colour) for colour in sampled]).round()
    table = table.astype(np.uint8)
    table.setflags(write=False)
    return table


def veiled_scale(
    scale: str,
    places: Sequence[float],
    opacity: NDArray[np.floating],
    *,
    colours_at: NDArray[np.floating] | None = None,
) -> Stops:
    """Return one of Plotly's scales with an opacity at each of some places, 0..1.

    Args:
        scale: Its name.
        places: Rising from 0 to 1.
        opacity: At each of them.
        colours_at: Where each one's colour is on the scale, if not at its own place.
    """
    stops = np.asarray(places) if colours_at is None else colours_at
    sampled = sample_colorscale(get_colorscale(scale), stops.tolist())
    return [
        (float(place), "rgba({:.0f},{:.0f},{:.0f},{:.2f})".format(*rgb, alpha))
        for place, rgb, alpha in zip(
            places, map(unlabel_rgb, sampled), opacity, strict=True
        )
    ]


def see_through(scale: str, *, faint: float = 0.25, strong: float = 0.9) -> Stops:
    """Return a scale that lets the picture through where values are small."""
    places = np.linspace(0, 1, 11)
    return veiled_scale(scale, places.tolist(), faint + (strong - faint) * places)


def see_through_middle(
    scale: str, *, faint: float = 0.1, strong: float = 0.95
) -> Stops:
    """Return a diverging scale that lets the picture through near its middle."""
    places = np.linspace(0, 1, 21)
    # Its middle is white: what is near it has to show by more than a thin veil.
    opacity = faint + (strong - faint) * np.sqrt(np.abs(2 * places - 1))
    return veiled_scale(scale, places.tolist(), opacity)
