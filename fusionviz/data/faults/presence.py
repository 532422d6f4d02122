"""Which modalities and tokens are there, when some are taken away on purpose.

Pure masks, True where something stays; the same seed gives the same mask.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray


def draw_presence(
    count: int, modalities: int, rate: float, *, seed: int = 0
) -> NDArray[np.bool_]:
    """Return a mask in which each modality is missing with probability `rate`.

    Where a sample would lose all of them, one drawn at random stays: with m modalities
    the expected share that is missing is rate - rate^m / m.

    Returns:
        bool (count, modalities), True somewhere in each row.

    Raises:
        ValueError: `rate` is no probability, or there are no modalities.
    """
    return draw_presence_each(count, [rate] * modalities, seed=seed)


def draw_presence_each(
    count: int, rates: Sequence[float], *, seed: int = 0
) -> NDArray[np.bool_]:
    """Return a mask in which each modality is missing at a rate of its own.

    Where a sample would lose all of them, one drawn at random stays.

    Args:
        count: Of samples.
        rates: Probability of each modality to be missing.
        seed: The same takes the same away.

    Returns:
        bool (count, modalities), True somewhere in each row.

    Raises:
        ValueError: A rate is no probability, or there are no modalities.
    """
    for rate in rates or [0.0]:
        _check(len(rates), rate)
    random = np.random.default_rng(seed)
    stays = random.random((count, len(rates))) >= np.asarray(rates)
    rescued = random.integers(len(rates), size=count)
    empty = ~stays.any(axis=1)
    stays[empty, rescued[empty]] = True
    return stays


def draw_presence_share(
    count: int, modalities: int, rate: float, *, seed: int = 0
) -> NDArray[np.bool_]:
    """Return a mask in which the share `rate` of all modalities is missing, exactly.

    The protocol in which missing rates of 10 to 70 % are mostly reported: the rate is
    counted over all samples and modalities, and each sample keeps one. So at most
    1 - 1/m can be missing, which is 67 % for three modalities; a higher rate gives
    that.

    Returns:
        bool (count, modalities), True somewhere in each row.

    Raises:
        ValueError: `rate` is no probability, or there are no modalities.
    """
    _check(modalities, rate)
    random = np.random.default_rng(seed)
    stays = np.ones((count, modalities), bool)
    kept = random.integers(modalities, size=count)
    others = np.flatnonzero(np.arange(modalities) != kept[:, None])
    missing = min(round(rate * count * modalities), len(others))
    stays.flat[random.permutation(others)[:missing]] = False
    return stays


def fixed_subsets(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return all choices of modalities that are present, from one to all of them."""
    sizes = range(1, len(names) + 1)
    return tuple(subset for size in sizes for subset in combinations(names, size))


def drop_tokens(
    mask: NDArray[np.bool_], rate: float, *, seed: int = 0
) -> NDArray[np.bool_]:
    """Return a mask of tokens in which each is missing with probability `rate`.

    Where a sequence would lose all of its tokens, one drawn at random stays.

    Args:
        mask: True where a token is there, bool (batch, token); a row may be all False.
        rate: From 0 to 1.
        seed: Of the draw.

    Raises:
        ValueError: `rate` is no probability, or `mask` is not bool (batch, token).
    """
    if mask.ndim != 2 or mask.dtype != np.bool_:
        raise ValueError(
            f"mask must be bool (batch, token), got {mask.dtype} {mask.shape}"
        )
    _check(1, rate)
    random = np.random.default_rng(seed)
    stays = mask & (random.random(mask.shape) >= rate)
    order = np.where(mask, random.random(mask.shape), -1.0)
    empty = np.flatnonzero(mask.any(axis=1) & ~stays.any(axis=1))
    if empty.size:
        stays[empty, order[empty].argmax(axis=1)] = True
    return stays


def _check(modalities: int, rate: float) -> None:
    if modalities < 1:
        raise ValueError(f"there must be a modality, got {modalities}")
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is from 0 to 1, got {rate}")
