"""One pass of a sample through MANGO: what it sees, how probable it finds it."""

from dataclasses import dataclass

import torch

from fusionviz.analysis.inputs.likelihood import (
    Likelihood,
    likelihood_of,
    pair_bits_of,
)
from fusionviz.analysis.inputs.stopwatch import Stopwatch
from fusionviz.analysis.shared.attention.mango import missing_modality
from fusionviz.analysis.shared.picture_classes import own_pictures, segment_picture
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation, class_names_of
from fusionviz.data.records import RGBDSample
from fusionviz.models.mango import Mango


@dataclass(frozen=True, kw_only=True, eq=False)
class MangoReading:
    """What MANGO says of one sample.

    Attributes:
        pictures: What it read, at the size that came in.
        segmentation: From the latents, at that size.
        likelihood: Of the joint tokens, with the round trip.
        missing: The modality whose tokens are its guess, or None.
        milliseconds: Of each step.
    """

    pictures: Pictures
    segmentation: Segmentation
    likelihood: Likelihood
    missing: str | None
    milliseconds: dict[str, float]


def measure_mango(model: Mango, sample: RGBDSample) -> MangoReading:
    """Return what a MANGO says of a sample; a missing modality is guessed first."""
    with torch.inference_mode():
        stopwatch = Stopwatch(next(model.parameters()).device)
        with stopwatch.step("to tensors"):
            batch = model.to_batch(sample)
        with stopwatch.step("codec, encode"):
            x = model.encode(batch)
        with stopwatch.step("flow, forward"):
            z, log_det = model.flow(x)
        with stopwatch.step("flow, inverse"):
            x_back = model.flow.inverse(z)
        with stopwatch.step("codec, decode"):
            decoded = model.decode(x)
        with stopwatch.step("segmentation head"):
            logits = model.segment(z)
        size = model.config.image_size
        with stopwatch.step("classes at the picture's size"):
            segmentation = segment_picture(logits, sample, size, class_names_of(model))
        with stopwatch.step("bits of the pictures"):
            pair_bits = pair_bits_of(model, batch)
        likelihood = likelihood_of(
            grid=model.config.shape,
            x=x,
            z=z,
            log_det=log_det,
            x_back=x_back,
            decoded=decoded,
            returned=model.decode(x_back),
            pair_bits=pair_bits,
        )
        return MangoReading(
            pictures=own_pictures(sample, size),
            segmentation=segmentation,
            likelihood=likelihood,
            missing=missing_modality(sample),
            milliseconds=stopwatch.milliseconds,
        )
