"""Sequences of several modalities as AlignMamba reads them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.data.sequences.samples import SequenceSample, pad
from fusionviz.models.alignmamba.config import AlignMambaConfig
from fusionviz.models.alignmamba.inputs import AlignMambaInputs


def sequence_inputs(
    samples: Sequence[SequenceSample], config: AlignMambaConfig
) -> AlignMambaInputs:
    """Return samples as one padded batch for a model.

    Modalities that the model does not have are left out. Where the model says
    something of each step of the anchor, and a sample lacks the anchor, its steps are
    those that its targets or labels are of.

    Args:
        samples: At least one, each with a modality of the model.
        config: Of the model.

    Raises:
        ValueError: The samples do not fit into one batch.
    """
    padded = pad(samples, config.names)
    values, mask, present = padded.values, padded.mask, padded.present
    if config.per_step:
        steps = max(_steps(one) for one in samples)
        name, count = config.anchor, len(samples)
        if name not in values:
            values[name] = _blank(config, count, steps)
            present[name] = np.zeros(count, bool)
        values[name] = _lengthen(values[name], steps)
        there = [np.arange(steps) < _steps(one) for one in samples]
        mask[name] = np.stack(there)
    return AlignMambaInputs(
        inputs={name: torch.from_numpy(x) for name, x in values.items()},
        present={name: torch.from_numpy(x) for name, x in present.items()},
        mask={name: torch.from_numpy(x) for name, x in mask.items()},
    )


def why_unread(sample: SequenceSample, config: AlignMambaConfig) -> str | None:
    """Return in words why a model cannot read sequences, None where it can.

    Args:
        sample: Modalities that the model does not have are no hindrance.
        config: Of the model.
    """
    known = [name for name in config.names if name in sample.modalities]
    if not known:
        return f"it reads {', '.join(config.names)}, not {', '.join(sample.names)}"
    for name in known:
        x, wanted = sample.modalities[name], config.modality(name)
        if wanted.kind == "image":
            return f"its {name} is a picture"
        if (wanted.kind == "tokens") != (x.ndim == 1):
            return f"its {name} is {'ids' if wanted.kind == 'tokens' else 'features'}"
        if x.ndim == 2 and x.shape[1] != wanted.width:
            return f"its {name} has {wanted.width} features a step, not {x.shape[1]}"
        if x.ndim == 1 and not 0 <= x.min() <= x.max() < wanted.width:
            return f"its {name} has ids below {wanted.width}"
    return None


def _steps(sample: SequenceSample) -> int:
    """Return how many steps a sample's anchor has, also where it is missing."""
    if sample.anchor in sample.modalities:
        return len(sample.modalities[sample.anchor])
    for values in (sample.target, sample.label):
        if values is not None and values.ndim:
            return len(values)
    return max(len(x) for x in sample.modalities.values())


def _blank(config: AlignMambaConfig, count: int, steps: int) -> NDArray:
    """Return zeros of the anchor's kind; they are marked as missing."""
    anchor = config.modality(config.anchor)
    if anchor.kind == "tokens":
        return np.zeros((count, steps), np.int64)
    return np.zeros((count, steps, anchor.width), np.float32)


def _lengthen(values: NDArray, steps: int) -> NDArray:
    """Return a batch with its steps padded to a number of them."""
    more = [(0, 0)] * values.ndim
    more[1] = (0, steps - values.shape[1])
    return np.pad(values, more)
