"""What a MANGO believes a missing picture was."""

import math
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.robustness.belief import Belief, measure_belief
from fusionviz.analysis.robustness.failures import FailureSubject
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.robustness.belief import describe_belief, draw_belief
from fusionviz.views.shared.style import MODALITY_NAMES, three_digits

DRAWS, STEPS = range(5), range(1, 41)
LARGEST_SEED = 999_999


@dataclass(frozen=True, kw_only=True)
class BeliefControls(Controls):
    """Which picture is missing, and how often it is drawn.

    Attributes:
        missing: `depth` or `rgb`.
        draws: How many, of `DRAWS`.
        steps: Of each draw's walk, of `STEPS`.
        seed: Of the draws, 0 to `LARGEST_SEED`.
    """

    missing: str = "depth"
    draws: int = 2
    steps: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values."""
        if self.missing not in MODALITY_NAMES:
            raise ValueError(f"missing is rgb or depth, got {self.missing!r}")
        if self.draws not in DRAWS:
            raise ValueError(f"draws are 0 to {DRAWS[-1]}, got {self.draws}")
        if self.steps not in STEPS:
            raise ValueError(f"steps are 1 to {STEPS[-1]}, got {self.steps}")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"seed is 0 to {LARGEST_SEED}, got {self.seed}")


BeliefRequest = Request[BeliefControls, FailureSubject]


def make_belief(request: BeliefRequest) -> Exhibit:
    """Return the guess of a missing picture and draws of it.

    Raises:
        FusionvizError: There is no MANGO, a picture is missing already, or it was
            stopped.
    """
    return exhibit_belief(find_belief(request))


def find_belief(request: BeliefRequest) -> Belief:
    """Return what the exhibit is made of: the long part of it.

    Raises:
        FusionvizError: As `make_belief`.
    """
    asked = request.controls
    return measure_belief(
        request.subject,
        asked.missing,
        draws=asked.draws,
        steps=asked.steps,
        seed=asked.seed,
        tell=request.tell,
    )


def exhibit_belief(belief: Belief) -> Exhibit:
    """Return the exhibit of what was found."""
    unit = "m" if belief.missing == "depth" else "of_full_scale"
    names = ["guess", *(f"draw_{i + 1}" for i in range(len(belief.draws)))]
    errors = {
        f"{name}_off_{unit}": off
        for name, off in zip(names, belief.errors, strict=True)
        if math.isfinite(off)
    }
    bits = dict(zip(["truth", *names], belief.bits, strict=True))
    return Exhibit(
        draw=lambda: draw_belief(belief),
        alt=describe_belief(belief),
        caption=_explain(belief),
        formula=r"p(x_{\mathrm{missing}} \mid x_{\mathrm{given}})\ \propto\ p(x)",
        numbers={
            "missing": belief.missing,
            **errors,
            **{
                f"bits_per_dim_{name}": value
                for name, value in bits.items()
                if math.isfinite(value)
            },
        },
        arrays={
            "guess": np.asarray(belief.guess),
            **{f"draw_{i + 1}": one for i, one in enumerate(belief.draws)},
        },
        table={
            "picture": list(bits),
            "bits_per_dim": list(bits.values()),
        },
    )


def _explain(belief: Belief) -> str:
    missing, given = MODALITY_NAMES[belief.missing], MODALITY_NAMES[belief.given]
    unit = " m" if belief.missing == "depth" else " of 1 from black to white"
    off = belief.errors[0]
    told = f", {three_digits(off)}{unit} off in the mean" if math.isfinite(off) else ""
    draws = (
        f" The {len(belief.draws)} **draws** are ends of chains that walk through the "
        "flow's density given the other picture: few steps, for a look; the Latents "
        "page draws longer and says whether the chains agree."
        if belief.draws
        else " Draws show how sure it is: where they differ, it is not."
    )
    return (
        f"MANGO reads {given} alone. Its **guess** is what a network makes of the "
        f"other picture's tokens{told}: a mean, so it is smooth where the model is in "
        f"doubt. The true {missing} is shown beside it and was not "
        f"read.{draws}\n\nBits per dimension are of both pictures' tokens with each in "
        f"its place: {three_digits(belief.bits[0])} with the truth, "
        f"{three_digits(belief.bits[1])} with the guess. A mean costs fewer bits than "
        "data, which has details: fewer bits do not make a better picture."
    )


BELIEF = ExhibitKind(
    name="robustness-belief",
    title="What MANGO believes the missing picture was",
    controls=BeliefControls,
    make=make_belief,
    is_long=True,
    reads="failures",
    height=330,
)
