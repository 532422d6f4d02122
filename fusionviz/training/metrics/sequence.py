"""Scores of what is said of sequences, one row a prediction.

A sample has a row for each of its steps, or one: the values of each `Measurement` are
(sample, row, column), padded with NaN, and its statistic is that of all rows that are
known.

Conventions for the sign of a sentiment, since papers differ:

- `accuracy`, `f1`, `weighted_f1`: negative against non-negative, over all samples; a
  target of exactly 0 counts as non-negative ("has-zero"). F1 is that of the
  non-negative class.
- `accuracy_nonzero`, `weighted_f1_nonzero`: negative against positive, without the
  samples whose target is exactly 0 ("non-zero").
- `accuracy_7`: both numbers rounded to one of -3, -2, ..., 3.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fusionviz.training.metrics.intervals import Measurement, Statistic
from fusionviz.training.metrics.scores import (
    absolute_error,
    accuracy,
    correlation,
    f1,
    label_pairs,
    weighted_f1,
)

Rows = NDArray[np.float64]

MOST = 3
"""The strongest sentiment, either way."""

DECIDED, LABEL, SAID, TARGET = range(4)
"""Columns of a row: predicted class, true class, predicted number, true number."""


def score_rows(
    logits: NDArray,
    target: NDArray,
    label: NDArray,
    *,
    is_regression: bool,
) -> Rows:
    """Return the rows of a sample.

    Args:
        logits: The numbers of a regression or the scores of classes, (output,) or
            (output, step).
        target: True number, () or (step,); NaN where unknown.
        label: True class, the same shape; -1 where unknown. Of a regression whose
            samples have targets alone it is made from these.
        is_regression: Whether `logits` are numbers; then class 1 is 0 or more.
    """
    logits = logits.reshape(len(logits), -1).astype(np.float64)
    rows = np.full((logits.shape[1], 4), np.nan)
    true_number, true_class = np.ravel(target), np.ravel(label)
    rows[: true_number.size, TARGET] = true_number
    rows[: true_class.size, LABEL] = np.where(true_class < 0, np.nan, true_class)
    if is_regression:
        said = logits[0]
        rows[:, SAID] = said
        rows[:, DECIDED] = np.where(np.isnan(said), np.nan, said >= 0)
        unlabelled = np.isnan(rows[:, LABEL])
        by_sign = np.where(np.isnan(rows[:, TARGET]), np.nan, rows[:, TARGET] >= 0)
        rows[unlabelled, LABEL] = by_sign[unlabelled]
    else:
        rows[:, DECIDED] = logits.argmax(axis=0)
    return rows


def score_measurements(
    rows: Sequence[Rows], *, classes: int, is_regression: bool
) -> dict[str, Measurement]:
    """Return accuracy and F1, and of a regression also MAE and Pearson's correlation.

    Args:
        rows: Of each sample, from `score_rows`.
        classes: Number of classes.
        is_regression: Whether a number was predicted.
    """
    values = _pad(rows)

    def of_classes(statistic: Statistic) -> Statistic:
        return _of_rows(
            (DECIDED, LABEL),
            lambda known: statistic(_pairs(known[:, 0], known[:, 1], classes)),
        )

    def of_signs(statistic: Statistic) -> Statistic:
        def of(known: Rows) -> float:
            known = known[known[:, 1] != 0]
            if not len(known):
                return float("nan")
            return statistic(_pairs(known[:, 0], known[:, 1] > 0, classes))

        return _of_rows((DECIDED, TARGET), of)

    statistics: dict[str, Statistic] = {
        "accuracy": of_classes(accuracy),
        "weighted_f1": of_classes(weighted_f1),
    }
    if classes == 2:
        statistics["f1"] = of_classes(f1)
    if classes == 2 and not np.isnan(values[..., TARGET]).all():
        statistics["accuracy_nonzero"] = of_signs(accuracy)
        statistics["weighted_f1_nonzero"] = of_signs(weighted_f1)
    if is_regression:
        statistics["mae"] = _of_rows((SAID, TARGET), absolute_error)
        statistics["correlation"] = _of_rows((SAID, TARGET), correlation)
        statistics["accuracy_7"] = _of_rows((SAID, TARGET), _same_degree)
    return {
        name: Measurement(values=values, statistic=statistic)
        for name, statistic in statistics.items()
    }


def _same_degree(known: Rows) -> float:
    """Return the share of numbers that round to the same whole one from -3 to 3."""
    degrees = np.round(np.clip(known, -MOST, MOST))
    return float((degrees[:, 0] == degrees[:, 1]).mean())


def _pad(rows: Sequence[Rows]) -> NDArray[np.float64]:
    """Return the rows of samples as (sample, row, column), padded with NaN."""
    longest = max(map(len, rows))
    out = np.full((len(rows), longest, rows[0].shape[1]), np.nan)
    for index, some in enumerate(rows):
        out[index, : len(some)] = some
    return out


def _of_rows(columns: tuple[int, int], statistic: Callable[[Rows], float]) -> Statistic:
    """Return the statistic of the known rows of samples."""

    def of(values: NDArray) -> float:
        rows = values.reshape(-1, values.shape[-1])[:, columns]
        known = rows[~np.isnan(rows).any(axis=1)]
        return statistic(known) if len(known) else float("nan")

    return of


def _pairs(decided: NDArray, true: NDArray, classes: int) -> NDArray[np.bool_]:
    return label_pairs(decided.astype(np.int64), true.astype(np.int64), classes)
