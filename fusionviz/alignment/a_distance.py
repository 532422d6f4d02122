"""Proxy A-distance: can a linear classifier tell two modalities apart?

    d_A = 2 (1 - 2 err)

with err the held-out error of a linear classifier between the two sets (Ben-David et
al. 2007, sec. 3; used by Li et al. 2025 to compare modalities): 0 where it can only
guess, 2 where it is always right.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.alignment.late import import_sklearn

MaskOrNone = Tensor | None


@dataclass(frozen=True, kw_only=True)
class ADistance:
    """How well two sets of tokens can be told apart.

    Attributes:
        distance: d_A in [0, 2], no unit; worse than guessing counts as guessing.
        error: Held-out error in [0, 1], the mean of the two sets' own errors, so that
            0.5 is guessing for sets of any size.
        fold_errors: The same for each held-out fold.
    """

    distance: float
    error: float
    fold_errors: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pool:
    """The tokens of both sets as rows.

    Attributes:
        tokens: Rows (row, channel).
        side: Which set each is of, 0 or 1.
        sample: Which sample (or which token of its side) each is of.
        fold: In which fold each is held out.
    """

    tokens: NDArray[np.float64]
    side: NDArray[np.int64]
    sample: NDArray[np.int64]
    fold: NDArray[np.int64]


def a_distance(
    x: Float[Tensor, "*batch source channel"],
    y: Float[Tensor, "*batch target channel"],
    *,
    folds: int = 5,
    seed: int = 0,
) -> ADistance:
    """Return the proxy A-distance between two sets of tokens.

    A logistic regression on standardised channels, cross-validated. With a batch
    axis, whole samples are held out (item k of x with item k of y), since tokens of
    one sample resemble each other; without it, single tokens are.

    Args:
        x: Tokens, shape (batch, source, channel) or (source, channel).
        y: Tokens of the same width and batch, (batch, target, channel).
        folds: Number of folds, at least 2; fewer are taken where there are fewer
            samples (or tokens a side) to hold out.
        seed: Of the shuffle into folds.

    Raises:
        ValueError: If shapes do not fit or there is nothing to hold out.
        ModuleNotFoundError: If scikit-learn is not installed.
    """
    pool = _read(x, y, None, None, folds, seed)
    wrong = _held_out(pool)
    errors = tuple(
        _balanced(wrong, pool, pool.fold == held) for held in np.unique(pool.fold)
    )
    error = float(np.mean(errors))
    return ADistance(distance=_distance(error), error=error, fold_errors=errors)


def held_out_mistakes(
    x: Float[Tensor, "batch source channel"],
    y: Float[Tensor, "batch target channel"],
    *,
    x_mask: Bool[Tensor, "batch source"] | None = None,
    y_mask: Bool[Tensor, "batch target"] | None = None,
    folds: int = 5,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Return what the classifier of `a_distance` gets wrong, sample by sample.

    `distance_of` makes the A-distance of it, and of the samples drawn again: the
    classifiers stay as they are, so an interval is one of the held-out error.

    Args:
        x: Tokens, shape (batch, source, channel).
        y: Tokens of the same width and batch, (batch, target, channel).
        x_mask: True where a token of x is there; None: all are.
        y_mask: The same for y.
        folds: As `a_distance` takes it.
        seed: Of the shuffle into folds.

    Returns:
        Mistakes and tokens of x and of y, shape (batch, 2 sides, 2).

    Raises:
        ValueError: If shapes do not fit, there is nothing to hold out, or a fold is
            without tokens of one side.
        ModuleNotFoundError: If scikit-learn is not installed.
    """
    if x.ndim != 3:
        raise ValueError(f"tokens need a batch axis, got shape {tuple(x.shape)}")
    pool = _read(x, y, x_mask, y_mask, folds, seed)
    wrong = _held_out(pool)
    cell, cells = 2 * pool.sample + pool.side, 2 * len(x)
    mistakes = np.bincount(cell[wrong], minlength=cells)
    counts = np.stack([mistakes, np.bincount(cell, minlength=cells)], axis=-1)
    return counts.reshape(len(x), 2, 2)


def distance_of(mistakes: NDArray) -> float:
    """Return the A-distance of `held_out_mistakes`, NaN where a side has no tokens.

    Summed over samples first; worse than guessing counts as guessing.

    Args:
        mistakes: Shape (samples, 2 sides, 2): mistakes and tokens.
    """
    wrong, count = np.asarray(mistakes, float).sum(axis=0).T
    if (count == 0).any():
        return float("nan")
    return _distance(float((wrong / count).mean()))


def _distance(error: float) -> float:
    return max(0.0, 2 * (1 - 2 * error))


def _read(
    x: Tensor, y: Tensor, x_mask: MaskOrNone, y_mask: MaskOrNone, folds: int, seed: int
) -> _Pool:
    """Return the tokens of both sets after checking them."""
    same_batch = x.ndim == y.ndim and x.shape[:-2] == y.shape[:-2]
    if x.ndim not in (2, 3) or not same_batch or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            "x and y need shapes (batch, token, channel) or (token, channel) of equal "
            f"batch and width, got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    groups = len(x) if x.ndim == 3 else min(len(x), len(y))
    if min(groups, folds) < 2 or 0 in x.shape + y.shape:
        raise ValueError(
            "held-out error needs two folds and two samples (or tokens a side), got "
            f"{folds} folds and shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    return _pool((x, y), (x_mask, y_mask), min(groups, folds), seed)


def _pool(
    sides: tuple[Tensor, Tensor],
    masks: tuple[MaskOrNone, MaskOrNone],
    folds: int,
    seed: int,
) -> _Pool:
    generator = np.random.default_rng(seed)
    tokens, labels, samples, fold = [], [], [], []
    by_sample = generator.permutation(len(sides[0])) % folds
    for label, (side, mask) in enumerate(zip(sides, masks, strict=True)):
        values = side.detach().double().cpu().numpy()
        if side.ndim == 3:
            sample = np.repeat(np.arange(len(side)), side.shape[1])
            its_fold = by_sample[sample]
        else:
            sample = np.arange(len(side))
            its_fold = generator.permutation(len(side)) % folds
        there = np.ones(len(sample), bool)
        if mask is not None:
            there = mask.cpu().numpy().reshape(-1)
        tokens.append(values.reshape(-1, values.shape[-1])[there])
        labels.append(np.full(there.sum(), label))
        samples.append(sample[there])
        fold.append(its_fold[there])
    parts = [np.concatenate(part) for part in (tokens, labels, samples, fold)]
    return _Pool(tokens=parts[0], side=parts[1], sample=parts[2], fold=parts[3])


def _held_out(pool: _Pool) -> NDArray[np.bool_]:
    """Return which tokens are mistaken by a fit to the folds that they are not in."""
    sklearn = import_sklearn()
    wrong = np.zeros(len(pool.side), bool)
    for held_fold in np.unique(pool.fold):
        held = pool.fold == held_fold
        classifier = sklearn.pipeline.make_pipeline(
            sklearn.preprocessing.StandardScaler(),
            sklearn.linear_model.LogisticRegression(
                class_weight="balanced", max_iter=500
            ),
        )
        classifier.fit(pool.tokens[~held], pool.side[~held])
        wrong[held] = classifier.predict(pool.tokens[held]) != pool.side[held]
    return wrong


def _balanced(
    wrong: NDArray[np.bool_], pool: _Pool, counted: NDArray[np.bool_]
) -> float:
    """Return the mean of the two sides' own errors."""
    return float(
        np.mean([wrong[counted & (pool.side == side)].mean() for side in (0, 1)])
    )
