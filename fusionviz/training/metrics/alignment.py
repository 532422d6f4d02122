"""What local alignment does: what it finds to belong together, what it brings closer.

The alignment score needs data of which the truth is known. The A-distance of Li et al.
2025 does not: how well a linear classifier tells the tokens of a modality from the
anchor's, where the encoders leave them and where the transport has moved them.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.alignment import distance_of, held_out_mistakes
from fusionviz.data.sequences.correspondence import alignment_score
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.models.alignmamba import AlignMambaTrace
from fusionviz.training.metrics.intervals import Measurement

Padded = tuple[Tensor, Tensor]


def find_correspondence(
    trace: AlignMambaTrace, index: int, sample: SequenceSample
) -> dict[str, float]:
    """Return the alignment score of each source of a sample whose truth is known."""
    if not trace.present[trace.anchor][index]:
        return {}
    return {
        source: alignment_score(one.coupling[index], sample.alignment[source])
        for source, one in trace.alignments.items()
        if source in sample.alignment and trace.present[source][index]
    }


def correspondence_measurements(
    found: Sequence[dict[str, float]],
) -> dict[str, Measurement]:
    """Return the score over all sources and of each, if any truth is known."""
    sources = sorted({source for scores in found for source in scores})
    if not sources:
        return {}
    table = np.array([[one.get(name, np.nan) for name in sources] for one in found])
    known = ~np.isnan(table)
    mean = np.where(known, table, 0).sum(axis=1) / np.where(
        known.any(axis=1), known.sum(axis=1), np.nan
    )
    columns = {"alignment_score": mean}
    for index, name in enumerate(sources):
        columns[f"alignment_score_{name}"] = table[:, index]
    return {name: Measurement(values=values) for name, values in columns.items()}


def distance_measurements(
    traces: Sequence[AlignMambaTrace], count: int
) -> dict[str, Measurement]:
    """Return `a_distance_SOURCE_before` and `a_distance_SOURCE_after` of each source.

    Anchor tokens that received no mass have nothing to be compared after alignment:
    they are left out on that side. The interval is one of the held-out error: the
    classifiers are fitted once.

    Args:
        traces: Of a complete set of samples, in batches.
        count: How many of the samples are taken, from the first on; 0 for none.

    Returns:
        Nothing where a modality is missing from a sample, or fewer than two are left.
    """
    taken = _first(traces, count)
    if taken < 2 or not _is_complete(traces):
        return {}
    measured = {}
    anchor = _join([(t.tokens[t.anchor], t.mask[t.anchor]) for t in traces], taken)
    for source in traces[0].alignments:
        before = _join([(t.tokens[source], t.mask[source]) for t in traces], taken)
        moved = [(t.alignments[source], t.mask[t.anchor]) for t in traces]
        after = _join([(a.after, mask & (a.received > 0)) for a, mask in moved], taken)
        for when, side in (("before", before), ("after", after)):
            measured[f"a_distance_{source}_{when}"] = Measurement(
                values=held_out_mistakes(
                    side[0], anchor[0], x_mask=side[1], y_mask=anchor[1]
                ),
                statistic=distance_of,
                of_first=True,
            )
    return measured


def _first(traces: Sequence[AlignMambaTrace], count: int) -> int:
    return min(count, sum(len(trace.align_loss) for trace in traces))


def _is_complete(traces: Sequence[AlignMambaTrace]) -> bool:
    return all(flags.all() for trace in traces for flags in trace.present.values())


def _join(batches: Sequence[tuple[NDArray, NDArray]], count: int) -> Padded:
    """Return tokens and masks of batches as one, padded to the longest."""
    longest = max(mask.shape[1] for _, mask in batches)

    def lengthen(x: NDArray) -> NDArray:
        more = [(0, 0)] * x.ndim
        more[1] = (0, longest - x.shape[1])
        return np.pad(x, more)

    tokens, masks = zip(*batches, strict=True)
    return (
        torch.from_numpy(np.concatenate([lengthen(x) for x in tokens])[:count]),
        torch.from_numpy(np.concatenate([lengthen(x) for x in masks])[:count]),
    )
