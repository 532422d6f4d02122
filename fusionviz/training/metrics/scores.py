"""Statistics of predicted labels and scores: how right they are over samples.

Each takes the values of a `Measurement`, so its confidence interval comes from
drawing samples again.
"""

import numpy as np
from numpy.typing import NDArray

from fusionviz.training.metrics.intervals import mean


def label_pairs(prediction: NDArray, truth: NDArray, classes: int) -> NDArray[np.bool_]:
    """Return which classes each sample was given and has, (samples, 2, classes).

    Args:
        prediction: One class a sample, (samples,), 0 to `classes` - 1.
        truth: The same.
        classes: Number of classes.
    """
    both = np.stack([prediction, truth], axis=1)
    return both[..., None] == np.arange(classes)


def accuracy(pairs: NDArray[np.bool_]) -> float:
    """Return the share of samples whose classes are all right.

    Args:
        pairs: Predicted and true classes of each sample, (samples, 2, classes).
    """
    return float((pairs[:, 0] == pairs[:, 1]).all(axis=1).mean())


def f1(pairs: NDArray[np.bool_]) -> float:
    """Return F1 of the last class, which of two is the positive one."""
    return float(_class_f1(pairs)[-1])


def micro_f1(pairs: NDArray[np.bool_]) -> float:
    """Return F1 over all decisions, 2 TP / (2 TP + FP + FN) of sums over classes."""
    hits, given, true = _counts(pairs)
    return float(2 * hits.sum() / max(given.sum() + true.sum(), 1))


def macro_f1(pairs: NDArray[np.bool_]) -> float:
    """Return the mean of the classes' F1; 0 for a class that nothing is of."""
    return mean(_class_f1(pairs))


def weighted_f1(pairs: NDArray[np.bool_]) -> float:
    """Return the mean of the classes' F1, weighted by how many samples are of them."""
    true = _counts(pairs)[2]
    return float((_class_f1(pairs) * true).sum() / max(true.sum(), 1))


def samples_f1(pairs: NDArray[np.bool_]) -> float:
    """Return the mean of the samples' F1; 0 for one with nothing given and true."""
    hits = (pairs[:, 0] & pairs[:, 1]).sum(axis=1)
    return float((2 * hits / np.maximum(pairs.sum(axis=(1, 2)), 1)).mean())


def correlation(pairs: NDArray) -> float:
    """Return Pearson's correlation of prediction and truth, NaN if one is constant.

    Args:
        pairs: Prediction and truth of each sample, (samples, 2).
    """
    centred = pairs - pairs.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=0).prod())
    return float((centred[:, 0] * centred[:, 1]).sum() / scale) if scale else np.nan


def absolute_error(pairs: NDArray) -> float:
    """Return the mean absolute difference of prediction and truth, (samples, 2)."""
    return float(np.abs(pairs[:, 0] - pairs[:, 1]).mean())


def _counts(pairs: NDArray[np.bool_]) -> tuple[NDArray, NDArray, NDArray]:
    """Return how often each class was hit, was given, and was true."""
    hits = (pairs[:, 0] & pairs[:, 1]).sum(axis=0)
    return hits, pairs[:, 0].sum(axis=0), pairs[:, 1].sum(axis=0)


def _class_f1(pairs: NDArray[np.bool_]) -> NDArray:
    hits, given, true = _counts(pairs)
    return 2 * hits / np.maximum(given + true, 1)
