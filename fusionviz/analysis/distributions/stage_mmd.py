"""MMD² between modalities of one sample, at each stage that they share a space at."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import median_bandwidth, mmd2
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject, tokens_of
from fusionviz.analysis.shared.subjects.tokens import Floats, Stage
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import AlignMamba, AlignMambaTrace
from fusionviz.models.alignmamba.align import BANDWIDTH_TOKENS

STAGES: tuple[Stage, ...] = ("encoded", "aligned", "fused")
"""Stages at which all modalities share one space."""

Pair = tuple[str, str]


def own_mmd(subject: AlignMambaSubject, factor: float = 1.0) -> NDArray[np.float64]:
    """Return a subject's own MMD², (pair, stage); NaN where a modality is missing."""
    return stage_mmd(subject.trace, 0, model_pairs(subject.model), factor)


def model_pairs(model: AlignMamba) -> tuple[Pair, ...]:
    """Return each two modalities of a model, those with the anchor first.

    Raises:
        InputError: It has one modality.
    """
    anchor = model.config.anchor
    sources = [name for name in model.config.interleaved if name != anchor]
    if not sources:
        raise InputError(
            f"This model reads {anchor} alone: choose one of several modalities."
        )
    return (*((name, anchor) for name in sources), *combinations(sources, 2))


def pair_mmd(x: Floats, y: Floats, factor: float = 1.0) -> float:
    """Return the biased MMD² of two modalities of one sample, no unit.

    σ is `factor` times the median distance between 64 tokens a side at most, evenly
    spaced, as in the training loss.

    Args:
        x: Tokens, (source, channel).
        y: Tokens, (target, channel).
        factor: Of the median.
    """
    one, other = torch.from_numpy(x), torch.from_numpy(y)
    sigma = median_bandwidth(one, other, most=BANDWIDTH_TOKENS)
    return float(mmd2(one, other, bandwidth=factor * sigma))


def stage_mmd(
    trace: AlignMambaTrace, index: int, pairs: Sequence[Pair], factor: float = 1.0
) -> NDArray[np.float64]:
    """Return MMD² of one sample of a trace, (pair, stage), NaN where one is missing.

    Args:
        trace: With hidden states.
        index: Of the sample in the batch.
        pairs: Two modalities each.
        factor: As `pair_mmd` takes it.
    """
    out = np.full((len(pairs), len(STAGES)), np.nan)
    for column, stage in enumerate(STAGES):
        tokens = tokens_of(trace, stage, index)
        for row, (x, y) in enumerate(pairs):
            if x in tokens and y in tokens:
                out[row, column] = pair_mmd(tokens[x], tokens[y], factor)
    return out
