"""A third modality that a MANGO writes from the latents of two, beside the truth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.pictures import to_colours, to_metres
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.models.inputs import ImageBatch, to_batch, to_range
from fusionviz.models.mango import Mango
from fusionviz.models.modalities import MODALITIES
from fusionviz.training.tasks.shared.translation import translation_errors

Picture = NDArray[Any]
"""Depth in metres, float32 (height, width); else uint8 (height, width, 3)."""

BOTH = "both"


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """One image of the target that the model wrote.

    Attributes:
        picture: What it shows.
        off: How far each pixel is from the truth, (height, width): metres of depth,
            degrees of normals, else 0..1 of full scale, the mean of the channels; NaN
            where there is no truth; None without any.
        errors: What `translation_errors` says; empty without a truth.
    """

    picture: Picture
    off: NDArray[np.float32] | None
    errors: Mapping[str, float]

    @property
    def mean_off(self) -> float | None:
        """Mean of `off` over pixels with a truth; None without any."""
        if self.off is None or not np.isfinite(self.off).any():
            return None
        return float(np.nanmean(self.off))


@dataclass(frozen=True, kw_only=True, eq=False)
class Translation:
    """What a model makes of a sample's modalities, together and each alone.

    Attributes:
        sources: What it reads, by modality, in its order.
        target: The modality that it writes.
        given: Names of the sources that the sample has.
        read: The pictures of both; of one that is not given, the guess, decoded.
        truth: The true picture of the target, None where the sample has none.
        made: From `both` and from each source alone, whose fellow is guessed then;
            those that the sample has sources for, at least one.
    """

    sources: tuple[str, str]
    target: str
    given: tuple[str, ...]
    read: Mapping[str, Picture]
    truth: Picture | None
    made: Mapping[str, Made]

    @property
    def best(self) -> Made:
        """What was made of all that there is."""
        return next(iter(self.made.values()))


def measure_translation(subject: MangoSubject) -> Translation:
    """Return what a MANGO with a target makes of a sample.

    Args:
        subject: Of a model that translates; its sample may lack one of the sources.

    Raises:
        InputError: The model has no target, or the sample lacks both sources.
    """
    model, sample = subject.model, subject.sample
    target, sources = model.config.target, model.config.modalities
    if not target:
        raise InputError("this MANGO names classes: choose one that translates")
    batch = subject.batch
    there = [name for name in sources if bool(batch.present[name][0])]
    if not there:
        raise InputError(
            f"this model writes {target} from {' and '.join(sources)}, and the sample "
            "has neither: choose another model, or a generated room, which has all"
        )
    truth = _truth(model, sample, target)
    alone = {name: replace(batch, present=_only(batch, name)) for name in there}
    wholes = ({BOTH: batch} if len(there) > 1 else {}) | alone
    with torch.inference_mode():
        guessed = {} if len(there) > 1 else model.decode(subject.x)
    images = guessed | {name: batch[name] for name in there}
    first, second = sources
    return Translation(
        sources=(first, second),
        target=target,
        given=tuple(there),
        read={name: _picture(images[name], name) for name in sources},
        truth=None if truth is None else _true_picture(truth, target),
        made={name: _make(model, one, truth) for name, one in wholes.items()},
    )


def _truth(model: Mango, sample: RGBDSample, target: str) -> ImageBatch | None:
    batch = to_batch([sample], model.config.image_size, [target])
    return batch if bool(batch.present[target][0]) else None


def _only(batch: ImageBatch, name: str) -> dict[str, Tensor]:
    """Return what is present where all but one modality is missing."""
    return {
        other: there if other == name else torch.zeros_like(there)
        for other, there in batch.present.items()
    }


def _make(model: Mango, batch: ImageBatch, truth: ImageBatch | None) -> Made:
    target = model.config.target
    with torch.inference_mode():
        z, _ = model.flow(model.encode(batch))
        found = to_range(model.translate(z), target).float().cpu()
    picture = _picture(found, target)
    if truth is None:
        return Made(picture=picture, off=None, errors={})
    measured = translation_errors(found, truth, target)
    errors = {name: float(values[0]) for name, values in measured.items()}
    return Made(
        picture=picture,
        off=_off(found, truth, target),
        errors={name: error for name, error in errors.items() if np.isfinite(error)},
    )


def _off(found: Tensor, truth: ImageBatch, target: str) -> NDArray[np.float32]:
    """Return how far each pixel is off, NaN where there is no truth."""
    true, valid = truth[target], truth.valid[target][0, 0].numpy()
    if MODALITIES[target].is_direction:
        cosine = (found * true).sum(dim=1).clamp(-1, 1)
        off = torch.rad2deg(torch.acos(cosine))[0].numpy()
    elif target == "depth":
        off = abs(to_metres(found) - to_metres(true))
    else:
        off = ((found - true).abs().mean(dim=1) / 2)[0].numpy()
    return np.where(valid, off, np.nan).astype(np.float32)


def _true_picture(truth: ImageBatch, target: str) -> Picture:
    picture = _picture(truth[target], target)
    if target == "depth":
        picture[~truth.valid[target][0, 0].numpy()] = np.nan
    return picture


def _picture(image: Tensor, modality: str) -> Picture:
    """Return the first image of a batch to be looked at.

    Of normals, x, y and z of -1..1 are red, green and blue; one channel is grey.
    """
    if modality == "depth":
        return to_metres(image)
    colours = to_colours(image)
    return colours if colours.shape[-1] == 3 else colours.repeat(3, axis=-1)
