"""What AlignMamba says of a sample, against the model's own numbers."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.inputs.alignmamba_reading import measure_alignmamba
from fusionviz.analysis.shared.picture_classes import segment_picture
from fusionviz.models.alignmamba import rgbd_inputs
from fusionviz.models.inputs import to_batch


def test_labels_and_plan_are_the_models(alignmamba, room):
    said = measure_alignmamba(alignmamba, room)
    batch = to_batch([room], alignmamba.config.image_size)
    with torch.inference_mode():
        output = alignmamba(rgbd_inputs(batch))
    expected = segment_picture(output.logits, room, alignmamba.config.image_size).labels
    assert expected.shape == (48, 48)
    np.testing.assert_array_equal(said.segmentation.labels, expected)
    assert said.mmd == pytest.approx(float(output.align_loss), rel=1e-5)
    assert (said.transport.source, said.transport.target) == ("depth", "rgb")
    assert said.transport.coupling.sum() == pytest.approx(1, abs=1e-5)
    cheapest = said.transport.cost.argmin(axis=1)
    np.testing.assert_array_equal(said.transport.coupling.argmax(axis=1), cheapest)


def test_without_one_modality_nothing_is_sent(alignmamba, rgb_only, depth_only):
    for sample, missing in ((rgb_only, "depth"), (depth_only, "rgb")):
        said = measure_alignmamba(alignmamba, sample)
        assert said.missing == missing
        assert said.transport is None
        assert said.mmd is None
        assert said.segmentation.labels.max() < 13
