"""What a curve or a set of subsets comes down to, each by its definition.

Papers differ: AlignMamba's 11.9 points, IMDer's 13.0 and MMIN's 19.0 are drops from
10 % to 70 %, their means are over 10 to 70 %. Every summary here takes figures of
(rate, draw), the whole input first, so that it has the interval of paired figures.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PROBABILITIES = (0.2, 0.1, 0.05)
"""Of a modality to fail, in Bernoulli expectations (arXiv 2503.18445)."""

DEFINITIONS: Mapping[str, str] = {
    "mean_0_70": "Mean over the rates 0, 10, ..., 70 %.",
    "mean_10_70": "Mean over the rates 10, ..., 70 %, as AlignMamba's, IMDer's and "
    "MMIN's.",
    "drop_0_70": "What is lost from 0 to 70 %.",
    "drop_10_70": "What is lost from 10 to 70 %, as AlignMamba's 11.9 points.",
    "relative_robustness": "Area under the curve over its span, by trapezoids "
    "(MultiBench; there without the division, then scaled between methods).",
    "effective_robustness": "Mean over the rates of what the curve is above the "
    "reference's, moved to the same start (MultiBench; there the sum).",
    "mean": "Plain mean over the combinations.",
    "ahead_at_70": "What the curve is above the reference's at 70 %.",
    "less_lost_0_70": "How much less is lost from 0 to 70 % than by the reference: its "
    "drop minus this one, with the same draws.",
    **{
        f"expected_p{round(100 * p):02d}": f"Expectation where each modality fails "
        f"with probability {p:g}, independently of the others."
        for p in PROBABILITIES
    },
}
"""What the summaries are, by name."""


def drop_0_70(curve: Floats) -> Floats:
    """Return what a curve loses from its first figure to its last."""
    return curve[0] - curve[-1]


OF_CURVES: Mapping[str, Callable[[Floats], Floats]] = {
    "mean_0_70": lambda curve: curve.mean(axis=0),
    "mean_10_70": lambda curve: curve[1:].mean(axis=0),
    "drop_0_70": drop_0_70,
    "drop_10_70": lambda curve: curve[1] - curve[-1],
}


def relative_robustness(curve: Floats, rates: Sequence[float]) -> Floats:
    """Return the area under a curve over its span (Liang et al. 2021).

    Args:
        curve: Figures, (rate, ...).
        rates: Rising, at least two.
    """
    x = np.asarray(rates, np.float64)
    return np.trapezoid(curve, x, axis=0) / (x[-1] - x[0])


def effective_robustness(curve: Floats, reference: Floats) -> Floats:
    """Return how far a curve is above another that is moved to the same start.

    mean_r (f(r) - β(r)), β = reference + f(0) - reference(0) (Liang et al. 2021).

    Args:
        curve: Figures, (rate, ...).
        reference: Of the model that is compared with, the same shape.
    """
    moved = reference + (curve[:1] - reference[:1])
    return (curve - moved).mean(axis=0)


def expectation(
    values: Mapping[frozenset[str], Floats], names: Sequence[str], probability: float
) -> Floats:
    """Return the expected figure where modalities fail independently of each other.

    E = Σ_F p^|F| (1 - p)^(m - |F|) v(F) over the sets F of those that fail, divided by
    the probability of these sets: where one is not among them (all are missing, and
    there is nothing to read) it is known not to have happened.

    Args:
        values: Figure by the set that fails; the empty set is the whole input.
        names: All modalities.
        probability: Of each to fail.

    Raises:
        ValueError: It is no probability, or no set that is there can happen.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"a probability is from 0 to 1, got {probability}")
    weights = {
        failed: probability ** len(failed)
        * (1 - probability) ** (len(names) - len(failed))
        for failed in values
    }
    total = sum(weights.values())
    if not total:
        raise ValueError(f"no case that was measured can happen at p = {probability}")
    parts = (weights[failed] * value for failed, value in values.items())
    return np.sum(list(parts), axis=0) / total


def summarise_curve(
    curve: Floats, rates: Sequence[float], reference: Floats | None = None
) -> dict[str, Floats]:
    """Return the summaries of a curve by name, each (draw,).

    Args:
        curve: Figures, (rate, draw), of rates 0, 10, ..., 70 %.
        rates: The rates.
        reference: The curve of the model that this one is compared with.
    """
    found = {name: summary(curve) for name, summary in OF_CURVES.items()}
    found["relative_robustness"] = relative_robustness(curve, rates)
    if reference is not None:
        found["effective_robustness"] = effective_robustness(curve, reference)
        found["ahead_at_70"] = curve[-1] - reference[-1]
        found["less_lost_0_70"] = drop_0_70(reference) - drop_0_70(curve)
    return found


def summarise_failures(
    values: Mapping[frozenset[str], Floats], names: Sequence[str]
) -> dict[str, Floats]:
    """Return the plain mean and the expectations of figures by what fails."""
    found = {"mean": np.mean(list(values.values()), axis=0)}
    for p in PROBABILITIES:
        found[f"expected_p{round(100 * p):02d}"] = expectation(values, names, p)
    return found
