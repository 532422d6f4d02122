"""Contrast of the themes (WCAG 2.2: 4.5 for words, 3 for what can be pressed)."""

import tomllib

import pytest

from fusionviz.places import PROJECT as ROOT
from fusionviz.views.classroom.predictions import COMPUTED, PREDICTED
from fusionviz.views.shared.style import LAYER_COLOURS, MARK

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
SCHEMES = ("light", "dark")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_the_standards():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_on_every_ground(scheme):
    theme = THEME[scheme]
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"]]
    grounds += [theme["sidebar"]["backgroundColor"]]
    for ground in grounds:
        assert contrast(theme["textColor"], ground) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_can_be_pressed_and_what_is_picked(scheme):
    ground = THEME[scheme]["backgroundColor"]
    assert contrast(THEME[scheme]["primaryColor"], ground) >= 4.5  # a slider's number
    for colour in (MARK, PREDICTED, COMPUTED):
        assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("kind", ["mmca", "imca"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_of_attention_layers(kind, scheme):
    ground = THEME[scheme]["backgroundColor"]
    assert contrast(LAYER_COLOURS[kind], ground) >= 3
