"""What tokens are called and made of: patches of a picture, steps of a sequence."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.subjects.tokens import TokenSide
from fusionviz.data.grid import Grid
from fusionviz.data.sequences.samples import SequenceSample


def picture_side(name: str, picture: Tensor, grid: Grid) -> TokenSide:
    """Return a picture's patches as tokens.

    Args:
        name: Of the modality.
        picture: (1, channel, height, width), as the model takes it.
        grid: Rows and columns of patches.
    """
    _, channels, height, width = picture.shape
    tall, wide = height // grid.rows, width // grid.columns
    cut = picture[0, :, : tall * grid.rows, : wide * grid.columns].float().cpu().numpy()
    patches = cut.reshape(channels, grid.rows, tall, grid.columns, wide)
    patches = patches.transpose(1, 3, 0, 2, 4)
    return TokenSide(
        name=name,
        labels=tuple(map(grid.name, range(grid.places))),
        features=patches.reshape(grid.places, -1),
        grid=grid,
    )


def sequence_side(name: str, sample: SequenceSample) -> TokenSide:
    """Return a sequence's steps as tokens."""
    steps, times = sample.modalities[name], sample.times.get(name)
    return TokenSide(
        name=name,
        labels=_labels(name, sample, times),
        features=steps if steps.ndim == 2 else None,
        times=times,
    )


def _labels(
    name: str, sample: SequenceSample, times: NDArray[np.float32] | None
) -> tuple[str, ...]:
    count = len(sample.modalities[name])
    if name == sample.anchor and sample.words:
        return sample.words
    word = "frame" if name in ("video", "audio") else "step"
    if times is None:
        return tuple(f"{word} {step + 1}" for step in range(count))
    return tuple(
        f"{word} {step + 1}" + (f", {middle:.2f} s" if np.isfinite(middle) else "")
        for step, middle in enumerate(times.mean(axis=1).tolist())
    )
