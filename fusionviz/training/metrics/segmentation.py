"""How well pixels are labelled: confusions of samples, and figures of them.

Everything that tells an mIoU, on pages and in evaluations, tells that of `miou`.
"""

import numpy as np
from numpy.typing import NDArray

from fusionviz.training.metrics.intervals import UNLABELLED, Measurement, mean


def confusion_matrix(
    prediction: NDArray, truth: NDArray, classes: int
) -> NDArray[np.int64]:
    """Return how often each class (rows: truth) was taken for which (columns).

    Args:
        prediction: Class of each pixel, 0 to `classes` - 1, any shape.
        truth: The same, -1 where unlabelled: not counted.
        classes: Number of classes.

    Raises:
        ValueError: Shapes differ, or a class is out of range.
    """
    if prediction.shape != truth.shape:
        raise ValueError(
            "prediction and truth differ in shape, got "
            f"{prediction.shape} and {truth.shape}"
        )
    counted = truth != UNLABELLED
    rows, columns = truth[counted].astype(np.int64), prediction[counted]
    for name, values in (("truth", rows), ("prediction", columns)):
        if values.size and (values.min() < 0 or values.max() >= classes):
            raise ValueError(
                f"{name} must be of 0 to {classes - 1}, got {values.min()} to "
                f"{values.max()}"
            )
    cells = np.bincount(rows * classes + columns, minlength=classes**2)
    return cells.reshape(classes, classes)


def pixel_accuracy(confusions: NDArray) -> float:
    """Return the share of pixels that are right, of confusions (samples, c, c)."""
    total = confusions.sum(axis=0)
    return _ratio(np.trace(total), total.sum())


def mean_accuracy(confusions: NDArray) -> float:
    """Return the mean over classes of the share of their pixels that are right.

    Classes that no pixel is labelled with do not count.

    Args:
        confusions: One matrix a sample, (samples, classes, classes).
    """
    total = confusions.sum(axis=0)
    return _mean_ratio(np.diagonal(total), total.sum(axis=1))


def miou(confusions: NDArray) -> float:
    """Return the mean over classes of intersection over union.

    Summed over all samples first (Everingham et al. 2015). Classes that are neither
    labelled nor predicted do not count; one that is predicted where nothing is of it
    counts as 0, so that inventing a class costs something in a single picture, too.

    Args:
        confusions: One matrix a sample, (samples, classes, classes).
    """
    total = confusions.sum(axis=0)
    hits = np.diagonal(total)
    return _mean_ratio(hits, total.sum(axis=0) + total.sum(axis=1) - hits)


def segmentation_measurements(confusions: NDArray) -> dict[str, Measurement]:
    """Return `miou`, `pixel_accuracy` and `mean_accuracy` of confusions."""
    return {
        "miou": Measurement(values=confusions, statistic=miou),
        "pixel_accuracy": Measurement(values=confusions, statistic=pixel_accuracy),
        "mean_accuracy": Measurement(values=confusions, statistic=mean_accuracy),
    }


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _mean_ratio(parts: NDArray, wholes: NDArray) -> float:
    there = wholes > 0
    return mean(parts[there] / wholes[there])
