"""Proxy A-distance: can a linear classifier tell two modalities apart?

    d_A = 2 (1 - 2 err)

with err the held-out error of a linear classifier between the two sets (Ben-David et
al. 2007, sec. 3; used by Li et al. 2025 to compare modalities): 0 where it can only
guess, 2 where it is always right.
"""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor


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
    tokens, labels, fold = _pool(x, y, min(groups, folds), seed)
    errors = tuple(
        _held_out_error(tokens, labels, fold == held) for held in np.unique(fold)
    )
    error = float(np.mean(errors))
    return ADistance(
        distance=max(0.0, 2 * (1 - 2 * error)), error=error, fold_errors=errors
    )


def _pool(
    x: Tensor, y: Tensor, folds: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the tokens of both sets, which set each is of, and its fold."""
    generator = np.random.default_rng(seed)
    tokens, labels, fold = [], [], []
    by_sample = generator.permutation(len(x)) % folds
    for label, side in enumerate((x, y)):
        values = side.detach().double().cpu().numpy()
        if side.ndim == 3:
            its_fold = np.repeat(by_sample, side.shape[1])
        else:
            its_fold = generator.permutation(len(side)) % folds
        tokens.append(values.reshape(-1, values.shape[-1]))
        labels.append(np.full(len(its_fold), label))
        fold.append(its_fold)
    return np.concatenate(tokens), np.concatenate(labels), np.concatenate(fold)


def _held_out_error(
    tokens: NDArray[np.float64], labels: NDArray[np.int64], held: NDArray[np.bool_]
) -> float:
    """Return the balanced error on held-out tokens of a fit to the others."""
    sklearn = _import_sklearn()
    classifier = sklearn.pipeline.make_pipeline(
        sklearn.preprocessing.StandardScaler(),
        sklearn.linear_model.LogisticRegression(class_weight="balanced", max_iter=500),
    )
    classifier.fit(tokens[~held], labels[~held])
    wrong = classifier.predict(tokens[held]) != labels[held]
    return float(np.mean([wrong[labels[held] == side].mean() for side in (0, 1)]))


def _import_sklearn() -> ModuleType:
    """Return scikit-learn with the parts used here, or say what is missing."""
    try:
        import sklearn.linear_model
        import sklearn.pipeline
        import sklearn.preprocessing
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the A-distance needs the package scikit-learn: pip install scikit-learn",
            name="sklearn",
        ) from error
    return sklearn
