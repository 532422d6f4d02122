"""What two modalities are called on a chart, and the markers that tell them apart."""

from fusionviz.analysis.distributions.token_pairs import Pair
from fusionviz.views.shared.style import FONT_SIZE, modality_name

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "pentagon", "star")


def pair_title(pair: Pair) -> str:
    """Return two modalities as text."""
    return f"{modality_name(pair[0])} and {modality_name(pair[1])}"


def symbol_of(index: int) -> str:
    """Return the marker of the pair, or of the modality, of this number."""
    return SYMBOLS[index % len(SYMBOLS)]


def title_at(x: float, text: str, *, y: float = 1.0, shift: int = 8) -> dict:
    """Return lines that stand `shift` pixels above a height, from x to the right.

    Args:
        x: In parts of the figure's width.
        text: With `<br>` between its lines.
        y: In parts of the figure's height.
        shift: Pixels.
    """
    return {
        "text": text,
        "x": x,
        "y": y,
        "yshift": shift,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "showarrow": False,
        "font": {"size": FONT_SIZE},
    }
