"""Whether a sample's latents can be trusted, from three numbers."""

from dataclasses import dataclass
from typing import Literal

LARGEST_ERROR = 1e-3
"""Of a round trip, in parts of the largest token: a picture shows less than this."""

LARGEST_DISTANCE = 0.1
"""Kolmogorov's, from N(0, 1): beyond, one latent in ten lies where none should."""

ODD = 0.99
"""Odder than this share of the data is odd."""

Word = Literal["yes", "with care", "no"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a sample's latents can be trusted, and why.

    Attributes:
        word: `yes`, `with care` or `no`.
        reasons: In words, one for each number.
    """

    word: Word
    reasons: tuple[str, ...]


def judge(*, error: float, distance: float, odder_than: float | None) -> Verdict:
    """Return whether a sample's latents can be trusted.

    A flow that does not come back says nothing. One that does, but of a sample that is
    odd to it or has latents that are far from its prior, is to be believed with care.

    Args:
        error: Worst of the round trip, in parts of the largest token.
        distance: Kolmogorov's, of the latents from N(0, 1).
        odder_than: Share of the data that the sample is odder than; None if unknown.
    """
    comes_back, is_near = error <= LARGEST_ERROR, distance <= LARGEST_DISTANCE
    is_usual = odder_than is None or odder_than <= ODD
    reasons = [
        "the flow comes back to the tokens up to rounding"
        if comes_back
        else "the flow does not come back to the tokens",
        "the latents are near what the model draws itself"
        if is_near
        else "the latents are far from what the model draws itself",
    ]
    if odder_than is None:
        reasons.append("how odd the pair is has not been measured")
    else:
        reasons.append(f"the pair is {'usual' if is_usual else 'odd'} for this model")
    if not comes_back:
        word: Word = "no"
    else:
        word = "yes" if is_near and is_usual else "with care"
    return Verdict(word=word, reasons=tuple(reasons))
