"""What MANGO says of a sample, against the model's own numbers."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.inputs.mango_reading import measure_mango
from fusionviz.analysis.shared.picture_classes import segment_picture
from fusionviz.models.mango.code_length import code_length


def test_likelihood_is_the_models(mango, room):
    said = measure_mango(mango, room).likelihood
    with torch.inference_mode():
        x = mango.encode(room)
        nats = float(mango.log_likelihood(x))
        bits = float(mango.bits_per_dim(x))
    assert said.log_likelihood == pytest.approx(nats, rel=1e-5)
    assert said.bits_per_dim == pytest.approx(bits, rel=1e-5)
    assert said.dimensions == mango.config.dimensions


def test_round_trip_error_is_the_largest_difference_of_each_token(mango, room):
    said = measure_mango(mango, room).likelihood
    with torch.inference_mode():
        x = mango.encode(room)
        gap = (x - mango.flow.inverse(mango.flow(x)[0]))[0].abs().amax(-1).numpy()
    tokens = mango.config.tokens
    np.testing.assert_array_equal(said.token_error["rgb"].ravel(), gap[:tokens])
    np.testing.assert_array_equal(said.token_error["depth"].ravel(), gap[tokens:])
    assert said.round_trip_error == gap.max()
    assert 0 < said.round_trip_error < 1e-3


def test_segmentation_is_the_head_on_the_latents(mango, room):
    said = measure_mango(mango, room).segmentation
    with torch.inference_mode():
        logits = mango.segment(mango.flow(mango.encode(room))[0])[0]
    expected = segment_picture(logits[None], room, mango.config.image_size)
    np.testing.assert_array_equal(said.labels, expected.labels)
    assert said.labels.shape == said.truth.shape == (48, 48)
    assert said.confidence.min() >= 1 / 13


def test_every_step_is_timed_and_nothing_is_missing(mango, room):
    reading = measure_mango(mango, room)
    assert reading.missing is None
    assert {"codec, encode", "flow, forward", "flow, inverse"} <= set(
        reading.milliseconds
    )
    assert all(value >= 0 for value in reading.milliseconds.values())


def test_bits_of_the_pair_are_with_noise_and_of_pixels(mango, room):
    one = measure_mango(mango, room).likelihood
    with torch.inference_mode():
        code = code_length(
            mango, mango.to_batch(room), generator=torch.Generator().manual_seed(0)
        )
    assert one.pair_bits.noise == 0.05
    assert one.pair_bits.noisy_bits_per_dim == pytest.approx(
        float(code.noisy_bits_per_dim[0])
    )
    assert one.pair_bits.bits_per_value == pytest.approx(float(code.bits_per_value[0]))
    assert 0 < one.pair_bits.token_bits_per_value < one.pair_bits.bits_per_value
    assert one.pair_bits.noisy_bits_per_dim != pytest.approx(one.bits_per_dim, abs=1e-3)


def test_half_a_pair_has_no_bits_of_pixels(mango, rgb_only, depth_only):
    for sample in (rgb_only, depth_only):
        assert measure_mango(mango, sample).likelihood.pair_bits is None


def test_one_modality_is_enough(mango, rgb_only, depth_only):
    for sample, missing in ((rgb_only, "depth"), (depth_only, "rgb")):
        reading = measure_mango(mango, sample)
        assert reading.missing == missing
        assert np.isfinite(reading.likelihood.bits_per_dim)
        assert reading.likelihood.returned.rgb is not None
        assert (
            getattr(reading.pictures, "rgb" if missing == "rgb" else "depth_m") is None
        )


def test_gradients_stay_off_whatever_the_caller_does(mango, room):
    with torch.enable_grad():
        measure_mango(mango, room)
        assert torch.is_grad_enabled()
