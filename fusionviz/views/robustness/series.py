"""How models are told apart: by colour and dash, the same on every picture."""

from collections.abc import Sequence

DASHES = {"guess": "solid", "zeros": "dash", "mean": "dot", "draw": "dashdot"}
"""Of MANGO, by what stands for what is missing."""

SYMBOLS = {"guess": "circle", "zeros": "square", "mean": "diamond", "draw": "cross"}

MANGO_COLOURS = {
    "guess": "#7A55B8",
    "zeros": "#A98BD6",
    "mean": "#5B3E91",
    "draw": "#C2589F",
}
OTHERS = ("#2A9DA5", "#8C5A2B", "#5E8C31", "#C44E52", "#6B6B6B", "#D9A400")
"""Of AlignMamba, the baselines and whatever else there is, in their order."""


def series_styles(absences: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return colour, dash and symbol of each model.

    Args:
        absences: What stands for what is missing, of each: `learned`, or a way of
            MANGO's.
    """
    styles, others = [], 0
    for absence in absences:
        if absence in MANGO_COLOURS:
            style = MANGO_COLOURS[absence], DASHES[absence], SYMBOLS[absence]
        else:
            style = OTHERS[others % len(OTHERS)], "solid", "triangle-up"
            others += 1
        styles.append(style)
    return styles
