"""One pass of a sample through AlignMamba: what it sees, what it sends where."""

from dataclasses import dataclass

import torch

from fusionviz.analysis.inputs.stopwatch import Stopwatch
from fusionviz.analysis.shared.attention.mango import missing_modality
from fusionviz.analysis.shared.picture_classes import own_pictures, segment_picture
from fusionviz.analysis.shared.pictures import Pictures, pictures_of
from fusionviz.analysis.shared.segmentation import Segmentation, class_names_of
from fusionviz.analysis.shared.transport_plan import Transport, transport_of
from fusionviz.data.records import RGBDSample
from fusionviz.models.alignmamba import AlignMamba, AlignMambaTrace
from fusionviz.models.alignmamba.rgbd import rgbd_inputs
from fusionviz.models.inputs import to_batch


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignMambaReading:
    """What AlignMamba says of one sample.

    Attributes:
        pictures: What it read, at the size that came in.
        segmentation: From its dense head, at that size.
        transport: From the first source to the anchor; None where either is missing.
        mmd: MMD² between the transported tokens and the anchor's, no unit; None where
            there is no transport.
        missing: The modality that is missing, or None.
        milliseconds: Of each step.
    """

    pictures: Pictures
    segmentation: Segmentation
    transport: Transport | None
    mmd: float | None
    missing: str | None
    milliseconds: dict[str, float]


def measure_alignmamba(model: AlignMamba, sample: RGBDSample) -> AlignMambaReading:
    """Return what an AlignMamba on RGB and depth says of a sample.

    A missing modality is replaced by learned tokens, and nothing is sent to or from it.

    Raises:
        ValueError: The model has no dense head.
    """
    if model.config.head != "dense":
        raise ValueError(f"segmentation needs a dense head, got {model.config.head}")
    with torch.inference_mode():
        weight = next(model.parameters())
        stopwatch = Stopwatch(weight.device)
        with stopwatch.step("to tensors"):
            batch = to_batch([sample], model.config.image_size)
            batch = batch.to(weight.device, weight.dtype)
        with stopwatch.step("encode, align, scan, label"):
            trace = model.trace(rgbd_inputs(batch, model.config.names))
        size, logits = model.config.image_size, torch.from_numpy(trace.logits)
        with stopwatch.step("classes at the picture's size"):
            segmentation = segment_picture(logits, sample, size, class_names_of(model))
        transport = _transport(model, trace, pictures_of(batch))
        return AlignMambaReading(
            pictures=own_pictures(sample, size),
            segmentation=segmentation,
            transport=transport,
            mmd=None if transport is None else float(trace.align_loss[0]),
            missing=missing_modality(sample),
            milliseconds=stopwatch.milliseconds,
        )


def _transport(
    model: AlignMamba, trace: AlignMambaTrace, pictures: Pictures
) -> Transport | None:
    for source, alignment in trace.alignments.items():
        if trace.present[source][0] and trace.present[trace.anchor][0]:
            return transport_of(
                source=source,
                target=trace.anchor,
                coupling=alignment.coupling[0],
                cost=alignment.cost[0],
                grid=model.config.shape,
                pictures=pictures,
                solver=model.config.alignment,
            )
    return None
