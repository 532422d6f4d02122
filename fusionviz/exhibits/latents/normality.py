"""Are the latents what the model expects: like its prior's, and like its data's?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from fusionviz.analysis.latents.normality import Normality, measure_normality
from fusionviz.analysis.latents.oddness import Oddness, measure_oddness
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.latents.normality import describe_normality, draw_normality
from fusionviz.views.latents.oddness import describe_oddness, draw_oddness, how_odd
from fusionviz.views.shared.style import in_percent, three_digits


@dataclass(frozen=True, kw_only=True)
class NormalityControls(Controls):
    """Controls of the latents' histogram, which has none."""


@dataclass(frozen=True, kw_only=True)
class OddnessControls(Controls):
    """Controls of the pair's place among others, which has none."""


def make_normality(request: Request[NormalityControls]) -> Exhibit:
    """Return the latents against N(0, 1): histogram, quantiles, and by token."""
    normality = measure_normality(request.subject)
    points = [normality.quantiles(modality) for modality in range(2)]
    return Exhibit(
        draw=lambda: draw_normality(normality),
        alt=describe_normality(normality),
        caption=_explain_normality(normality),
        formula=r"z = G(x),\quad D = \sup_t \left|F_n(t) - \Phi(t)\right|",
        numbers={
            "kolmogorov_distance": normality.distance,
            "kolmogorov_distance_rgb": normality.distances[0],
            "kolmogorov_distance_depth": normality.distances[1],
            "critical_distance": normality.critical_distance,
            "mean_square": normality.mean_square,
        },
        arrays={"z": normality.z, "token_mean_square": normality.token_mean_square},
        table={
            "modality": np.repeat(
                ["rgb", "depth"], [len(one.normal) for one in points]
            ),
            "normal_quantile": np.concatenate([one.normal for one in points]),
            "latent_quantile": np.concatenate([one.latent for one in points]),
            "band_low": np.concatenate([one.low for one in points]),
            "band_high": np.concatenate([one.high for one in points]),
        },
    )


def _explain_normality(normality: Normality) -> str:
    channels = normality.z.shape[-1]
    low, high = (float(chdtri(channels, tail)) / channels for tail in (0.975, 0.025))
    squares = normality.token_mean_square
    inside = float(((squares >= low) & (squares <= high)).mean())
    told = "can" if normality.distance > normality.critical_distance else "cannot"
    text = (
        "The model takes latents for independent draws from N(0, 1). **Left**: their "
        "histogram and that density. **Middle**: their sorted values against the "
        "normal's; on the dashed line they would be equal, below it at the left and "
        "above it at the right tails are heavy. The band is simultaneous: of as many "
        "draws, 95 in 100 sets lie in it everywhere (Kolmogorov and Smirnov), which "
        "leaves the tails much room. **Right**: the mean of z² over each token's "
        f"{channels} channels, 1 in the middle of the logarithmic scale. Blue tokens "
        "are further out than expected, red ones nearer.\n\n"
        f"Here Kolmogorov's distance is **{three_digits(normality.distance)}** (RGB "
        f"{three_digits(normality.distances[0])}, depth "
        f"{three_digits(normality.distances[1])}); of {normality.z.size} draws, 5 in "
        f"100 sets exceed {three_digits(normality.critical_distance)}: these {told} be "
        "told from draws of N(0, 1). What counts is the distance, not the test: with "
        "so many numbers a test tells any real sample apart. The "
        f"mean of z² is {three_digits(normality.mean_square)}; "
        f"{100 * inside:.0f} % of the tokens lie between {three_digits(low)} and "
        f"{three_digits(high)}, where 95 % of draws would. A latent stands at a "
        "modality's place, but holds what attention has brought there from both."
    )
    if normality.missing is not None:
        text += f" The {normality.missing} tokens are the model's guess."
    return text


def make_oddness(request: Request[OddnessControls]) -> Exhibit:
    """Return the bits per dimension among those of the data."""
    oddness = measure_oddness(request.subject)
    numbers: dict[str, float | int | str] = {"bits_per_dim": oddness.bits_per_dim}
    arrays = {"bits_per_dim": np.array([oddness.bits_per_dim])}
    if oddness.others is not None:
        numbers |= {
            "median_of_others": oddness.median,
            "share_of_others_below": oddness.rank or 0.0,
            "odder_than": oddness.odder_than or 0.0,
            "others": oddness.others.size,
        }
        arrays["others_bits_per_dim"] = oddness.others
    return Exhibit(
        draw=lambda: draw_oddness(oddness),
        alt=describe_oddness(oddness),
        caption=_explain_oddness(oddness, request.subject),
        formula=r"\frac{-\log_2 p(x)}{2Nd}",
        numbers=numbers,
        arrays=arrays,
    )


def _explain_oddness(oddness: Oddness, subject: MangoSubject) -> str:
    text = (
        "Bits that a dimension of this pair's tokens costs under the model: fewer for "
        "what it expects. A density may exceed 1, so bits may be negative. This pair: "
        f"**{three_digits(oddness.bits_per_dim)}**."
    )
    words = how_odd(oddness)
    if words is None:
        name = getattr(getattr(subject.model, "card", None), "name", "NAME")
        return (
            f"{text} What is usual for this model has not been measured: `python -m "
            f"fusionviz latents {name}` does it."
        )
    beaten = in_percent(oddness.rank or 0, decimals=0, down=True)
    text += (
        f" The bars are other samples ({oddness.data}). It costs more bits than "
        f"{beaten} of them, and it is **{words}**: so many lie "
        f"nearer to their median, {three_digits(oddness.median)}. Both ends count, "
        "for an empty wall is more probable than any room and still no room. What is "
        "odd to the model is also where its other answers deserve the least trust. The "
        "reverse does not hold: a room upside down, or with another room's depth, may "
        "be as usual as this one."
    )
    if oddness.missing is not None:
        text += (
            f" Its {oddness.missing} tokens are the model's guess, and a guess is "
            "smoother than what it stands for."
        )
    return text


NORMALITY = ExhibitKind(
    name="latents-normality",
    title="Latents against N(0, 1)",
    controls=NormalityControls,
    make=make_normality,
)

ODDNESS = ExhibitKind(
    name="latents-oddness",
    title="Bits per dimension among the data's",
    controls=OddnessControls,
    make=make_oddness,
)
