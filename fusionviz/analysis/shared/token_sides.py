"""What tokens are called and made of: patches of a picture, steps of a sequence."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.token_subject import TokenSide
from fusionviz.data.sequences.samples import SequenceSample


def picture_side(name: str, picture: Tensor, grid: int) -> TokenSide:
    """Return a picture's patches as tokens.

    Args:
        name: Of the modality.
        picture: (1, channel, side, side), as the model takes it.
        grid: Patches a side.
    """
    _, channels, side, _ = picture.shape
    cell = side // grid
    cut = picture[0, :, : cell * grid, : cell * grid].float().cpu().numpy()
    patches = cut.reshape(channels, grid, cell, grid, cell).transpose(1, 3, 0, 2, 4)
    places = [(row + 1, column + 1) for row in range(grid) for column in range(grid)]
    return TokenSide(
        name=name,
        labels=tuple(f"row {row}, column {column}" for row, column in places),
        features=patches.reshape(grid**2, -1),
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
