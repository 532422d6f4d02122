"""Colours that mean something can be told apart, also by colour-blind eyes."""

from itertools import combinations

import numpy as np
import pytest

from fusionviz.views.shared.style import (
    CLASS_COLOURS,
    LAYER_COLOURS,
    MARK,
    MODALITY_COLOURS,
    OTHER_COLOURS,
)

# Machado, Oliveira and Fernandes 2009, severity 1.0: of linear RGB.
EYES = {
    "most": np.eye(3),
    "deuteranope": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanope": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "tritanope": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ_OF_RGB = np.array(
    [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
)
WHITE = XYZ_OF_RGB.sum(axis=1)


def cielab(colour, eye):
    """A colour #RRGGBB in CIELAB as an eye sees it, by the definition (CIE 15)."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    low, high = parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4
    seen = np.clip(EYES[eye] @ np.where(parts <= 0.04045, low, high), 0, 1)
    ratio = XYZ_OF_RGB @ seen / WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), 841 / 108 * ratio + 4 / 29)
    x, y, z = root
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_apart(colours, eye):
    """The smallest distance of any two, and the two."""
    return min(
        (float(np.linalg.norm(cielab(one, eye) - cielab(other, eye))), one, other)
        for one, other in combinations(sorted(colours), 2)
    )


@pytest.mark.parametrize("eye", [eye for eye in EYES if eye != "tritanope"])
def test_any_two_colours_of_modalities_differ(eye):
    colours = {*MODALITY_COLOURS.values(), *OTHER_COLOURS, MARK}
    assert least_apart(colours, eye)[0] >= 16.9


@pytest.mark.parametrize("eye", EYES)
def test_known_modalities_differ_to_all_eyes(eye):
    assert least_apart({*MODALITY_COLOURS.values(), MARK}, eye)[0] >= 16.9


@pytest.mark.parametrize("eye", EYES)
def test_any_two_classes_differ_to_all_eyes(eye):
    assert least_apart(CLASS_COLOURS.values(), eye)[0] >= 12


@pytest.mark.parametrize("eye", EYES)
def test_kinds_of_attention_layers_differ_to_all_eyes(eye):
    kinds = {LAYER_COLOURS[kind] for kind in ("mmca", "imca", "lica")}
    assert least_apart(kinds, eye)[0] >= 30
