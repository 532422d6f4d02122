"""Latents of a model of one's own."""

from fusionviz.exhibits.latents.array_latents import ARRAY_LATENTS
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.ui.shared.data.arrays import ArraysChoice
from fusionviz.ui.shared.exhibits import make_exhibit, show_exhibit
from fusionviz.ui.shared.headline import draw_headline
from fusionviz.views.shared.style import three_digits


def draw_arrays(choice: ArraysChoice) -> None:
    """Draw the page for arrays.

    Raises:
        InputError: There are no latents among them.
    """
    made = make_exhibit(ARRAY_LATENTS, choice, Controls())
    numbers = made.numbers
    draw_headline(
        {
            "Latents": (
                f"{numbers['tokens']} × {numbers['channels']}",
                "Tokens, and channels of each.",
            ),
            "Distance from N(0, 1)": (
                three_digits(float(numbers["kolmogorov_distance"])),
                "Kolmogorov's distance of the latents from draws of N(0, 1), 0 to 1.",
            ),
            "Effective dimensions": (
                three_digits(float(numbers["effective_dimensions"])),
                "Participation ratio of the tokens' covariance: in how many "
                "directions they vary.",
            ),
            "Dead channels": (
                str(numbers["dead_channels"]),
                "Those that hardly change from token to token.",
            ),
        },
        key="headline_trust",
    )
    show_exhibit(ARRAY_LATENTS, choice, Controls(), exhibit=made)
