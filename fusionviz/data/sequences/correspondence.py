"""How much of a known correspondence between sequences an alignment finds."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences.samples import SequenceSample


def alignment_score(plan: NDArray[Any], truth: NDArray[np.int64]) -> float:
    """Return the share of source steps that are sent to their true anchor step.

    Args:
        plan: Mass (source, target), of which each row's largest entry counts, or the
            chosen targets, integers (source,). It may be padded at the end. A row
            whose entries are all equal or hold NaN chooses nothing.
        truth: The true target of each step, (source,), -1 where there is none: such
            steps are not counted. `SequenceSample.alignment[name]`.

    Returns:
        0 to 1; NaN where no step has a true target.

    Raises:
        ValueError: `plan` has fewer source steps than `truth`, or another shape.
    """
    truth = np.asarray(truth)
    if truth.ndim != 1 or np.ndim(plan) not in (1, 2) or len(plan) < len(truth):
        raise ValueError(
            f"plan must be (source,) or (source, target) and truth (source,), "
            f"got {np.shape(plan)} and {truth.shape}"
        )
    chosen = _choose(np.asarray(plan)[: len(truth)])
    counted = truth >= 0
    if not counted.any():
        return float("nan")
    return float((chosen[counted] == truth[counted]).mean())


def clock_assignment(sample: SequenceSample, source: str) -> NDArray[np.int64]:
    """Return the anchor step that each source step belongs to by the clock alone.

    That is the anchor step whose time is the nearest to the middle of the source
    step: what an alignment has to beat where clocks differ.

    Args:
        sample: With times of `source` and of its anchor.
        source: Name of the modality.

    Returns:
        Index (source,), -1 where a time is unknown.

    Raises:
        ValueError: The sample has no such times.
    """
    missing = {source, sample.anchor} - set(sample.times)
    if missing:
        raise ValueError(f"the sample has no times of {', '.join(sorted(missing))}")
    middle = sample.times[source].mean(axis=1)[:, None]
    start, end = sample.times[sample.anchor].T
    gap = np.maximum(np.maximum(start - middle, middle - end), 0)
    known = np.isfinite(gap)
    nearest = np.where(known, gap, np.inf).argmin(axis=1)
    return np.where(known.any(axis=1), nearest, -1)


def _choose(plan: NDArray[Any]) -> NDArray[np.int64]:
    if plan.ndim == 1:
        return plan.astype(np.int64)
    if not plan.size:
        return np.full(len(plan), -1)
    says_something = plan.max(axis=1) > plan.min(axis=1)  # False where NaN
    alone = (plan.shape[1] == 1) & (plan.max(axis=1) > 0)
    return np.where(says_something | alone, plan.argmax(axis=1), -1)
