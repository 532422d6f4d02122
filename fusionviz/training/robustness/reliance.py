"""What each modality is worth to a model: Shapley values and the perceptual score.

The two ask different things. A Shapley value takes a modality away, as far as the model
knows how to do without it. The perceptual score (Gat et al. 2021) leaves one there that
belongs to another sample: it can lead astray, too.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shapley_values(
    values: Mapping[frozenset[str], Floats], names: Sequence[str]
) -> dict[str, Floats]:
    """Return what each modality adds, in the mean over all orders (Shapley 1953).

    φ_m = Σ_S |S|! (n - |S| - 1)! / n! (v(S with m) - v(S)), over the S without m.
    They add up to v(all) - v(nothing).

    Args:
        values: Figure of every subset, the empty one among them, (...).
        names: All modalities.

    Raises:
        ValueError: A subset is missing.
    """
    count = len(names)
    if len(values) != 2**count:
        raise ValueError(f"{2**count} subsets are needed, got {len(values)}")
    found = {}
    for name in names:
        others = [other for other in names if other != name]
        parts = []
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                without = frozenset(chosen)
                parts.append(weight * (values[without | {name}] - values[without]))
        found[name] = np.sum(parts, axis=0)
    return found


def said_of_nothing(cells: NDArray) -> Floats:
    """Return confusions of who sees nothing and says each class as often as it is.

    What "no modality" means to a Shapley value. A model that must read something has no
    answer of its own there.

    Args:
        cells: Confusions of the same samples, whatever was said, (sample, class,
            class); only the truth is read.
    """
    true = np.asarray(cells, np.float64).sum(axis=2)
    share = true.sum(axis=0) / max(true.sum(), 1)
    return true[:, :, None] * share


def shuffle_order(samples: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Return from which other sample each gets a modality; itself where it is alone.

    A random cycle through all of them: nobody keeps his own.
    """
    around = np.random.default_rng(seed).permutation(samples)
    order = np.empty(samples, np.int64)
    order[around] = np.roll(around, 1)
    return order
