"""The round trip of a subject against the flow, asked directly."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.latents.round_trip import measure_round_trip
from fusionviz.analysis.shared.subjects.mango import MangoSubject


@pytest.fixture
def subject(mango, room) -> MangoSubject:
    return MangoSubject(mango, room)


def test_it_is_what_the_flow_and_its_inverse_leave(mango, room, subject):
    x = mango.encode(room)
    expected = (mango.flow.inverse(mango.flow(x)[0]) - x)[0].abs().numpy()
    trip = measure_round_trip(subject)
    np.testing.assert_allclose(trip.errors["float32"], expected, atol=1e-6)
    assert trip.largest_token == pytest.approx(float(x.abs().max()))
    assert 0 < trip.worst("float32") < 1e-4


def test_float64_comes_back_far_closer_and_leaves_the_model_as_it_is(mango, subject):
    trip = measure_round_trip(subject, double=True)
    assert list(trip.errors) == ["float32", "float64"]
    assert trip.worst("float64") < 1e-12 < trip.worst("float32")
    assert mango.dtype == torch.float32


def test_a_mistake_of_the_inverse_is_seen_at_its_token(mango, subject, monkeypatch):
    wrong = mango.flow.inverse

    def inverse(z):
        x = wrong(z)
        x[0, 16 + 6, 3] += 0.5  # depth's row 1, column 2 of 4 x 4
        return x

    monkeypatch.setattr(mango.flow, "inverse", inverse)
    maps = measure_round_trip(subject).token_error("float32")
    assert maps.shape == (2, 4, 4)
    assert maps[1, 1, 2] == pytest.approx(0.5, abs=1e-4)
    maps[1, 1, 2] = 0
    assert maps.max() < 1e-4


def test_a_guessed_modality_is_named(mango, rgb_only):
    assert measure_round_trip(MangoSubject(mango, rgb_only)).missing == "depth"
