"""The permutation test of MMD², with its null distribution."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.distributions.distance_test import DistanceTest, measure_test
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.exhibits.distributions.distances import (
    PairControls,
    find_pair,
    say_tokens,
)
from fusionviz.exhibits.shared.exhibit import Exhibit, ExhibitKind, Request
from fusionviz.views.distributions.distance_test import (
    describe_test,
    draw_test,
    how_far,
)
from fusionviz.views.shared.style import in_percent, modality_name, three_digits

FORMULA = (
    r"p = \frac{1 + \#\{\mathrm{shuffled} \ge \mathrm{observed}\}}"
    r"{1 + \mathrm{shuffles}},\qquad d_A = 2\,(1 - 2\,\mathrm{err})"
)
FEWEST, MOST = 100, 2000
"""How many shuffles can be asked for."""


@dataclass(frozen=True, kw_only=True)
class PermutationControls(PairControls):
    """Which tokens are compared, and how often their labels are shuffled.

    Attributes:
        permutations: Number of shuffles, 100..2000.
        seed: Of the shuffles and of the folds of the A-distance.
    """

    permutations: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the number of shuffles and the seed."""
        super().__post_init__()
        if not FEWEST <= self.permutations <= MOST:
            raise ValueError(
                f"permutations are {FEWEST} to {MOST}, got {self.permutations}"
            )
        if self.seed < 0:
            raise ValueError(f"seed is at least 0, got {self.seed}")


def make_test(request: Request[PermutationControls, TokenSubject]) -> Exhibit:
    """Return what chance makes of an MMD², and the A-distance beside it."""
    asked = request.controls
    pair, bandwidth = find_pair(request)
    test = measure_test(
        pair,
        bandwidth=bandwidth,
        biased=asked.biased,
        permutations=asked.permutations,
        seed=asked.seed,
    )
    numbers: dict[str, float | int | str] = {
        "mmd2": test.statistic,
        "bandwidth": bandwidth,
        "p_value": test.p_value,
        "smallest_p_value": test.resolution,
        "permutations": len(test.null),
        "a_distance": test.a_distance.distance,
        "held_out_error": test.a_distance.error,
    }
    if test.times_largest is not None:
        numbers["times_largest_of_null"] = test.times_largest
    return Exhibit(
        draw=lambda: draw_test(test),
        alt=describe_test(test),
        caption=_explain(test),
        formula=FORMULA,
        numbers=numbers,
        arrays={
            "null_mmd2": test.null,
            "fold_errors": np.array(test.a_distance.fold_errors),
        },
        table={"shuffle": np.arange(1, len(test.null) + 1), "mmd2": test.null},
    )


def _explain(test: DistanceTest) -> str:
    found, shuffles = test.a_distance, len(test.null)
    (m, n), (x, y) = test.pair.sizes, map(modality_name, test.pair.names)
    reached = round(test.p_value * (1 + shuffles)) - 1
    verdict = (
        "so p is as small as so many shuffles can make it"
        if not reached
        else "so chance alone does this"
        if test.p_value > 0.05
        else "so chance alone rarely does this"
    )
    text = (
        "If both modalities' tokens came from one distribution, it would not matter "
        f"which are called {x} and which {y}. So "
        f"the {m} + {n} labels are shuffled {shuffles} times (grey). {reached} of the "
        f"shuffles reach the observed {three_digits(test.statistic)}, {verdict}: "
        f"**p = {three_digits(test.p_value)}**, in steps of 1/{shuffles + 1}. "
        f"{how_far(test).capitalize().replace('Mmd²', 'MMD²')}. With many tokens the "
        "smallest difference is beyond chance: how large it is says more than p. "
        "**Tokens of one sample are not independent**, neighbours resemble each "
        "other, so p is optimistic: it speaks of this sample, not of the model.\n\n"
        "**Right**: a linear classifier is trained to tell the two apart and asked "
        "about tokens that were held out, one fold after another. It errs on "
        f"{in_percent(found.error)} of them, the mean over {len(found.fold_errors)} "
        "folds and both modalities; guessing would be 50 %. The A-distance is "
        f"2 (1 − 2 × {three_digits(found.error)}) = **{three_digits(found.distance)}**"
        + (", no less than 0" if found.error > 0.5 else "")
        + ". Here, too, held-out tokens have neighbours among the others. It knows "
        "no σ: a line may find at once what a wide kernel hardly sees."
    )
    special = say_tokens(test.pair)
    return f"{text}\n\n{special}" if special else text


TEST = ExhibitKind(
    name="distributions-test",
    title="Is the distance more than chance?",
    controls=PermutationControls,
    make=make_test,
    reads="tokens",
)
