"""What the exhibits of two samples, of made-up pairs and of the film say."""

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.exhibits.latents.between import (
    BetweenControls,
    ExchangeControls,
    make_between,
    make_exchange,
)
from fusionviz.exhibits.latents.film import FilmControls, make_film
from fusionviz.exhibits.latents.samples import SamplesControls, make_samples
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.views.shared.style import three_digits


@pytest.mark.parametrize(
    ("controls", "wrong"),
    [
        (BetweenControls, {"steps": 2}),
        (BetweenControls, {"layout": "some"}),
        (FilmControls, {"stops": "layers"}),
        (FilmControls, {"layout": "some"}),
        (SamplesControls, {"count": 3}),
        (SamplesControls, {"count": 9}),
        (SamplesControls, {"temperature": -0.1}),
        (SamplesControls, {"temperature": float("nan")}),
        (SamplesControls, {"seed": -1}),
    ],
)
def test_other_values_are_refused(controls, wrong):
    with pytest.raises(ValueError, match="got|are"):
        controls(**wrong)


@pytest.mark.parametrize("layout", ["one", "all"])
def test_between_has_a_row_for_each_way_and_step(subject, other, layout):
    controls = BetweenControls(steps=4, layout=layout)
    exhibit = make_between(Request(subject=subject, controls=controls, other=other))
    assert len(exhibit.table["way"]) == 12
    bits = exhibit.arrays["bits_per_dim"]
    np.testing.assert_allclose(np.ptp(bits[:, [0, -1]], axis=0), 0, atol=1e-4)
    assert three_digits(bits[2, 1]) in exhibit.caption
    verdicts = ["more probable than either", "less probable than either", "as probable"]
    assert sum(verdict in exhibit.caption for verdict in verdicts) == 1


def test_the_verdict_on_mixed_pixels_follows_their_bits(subject, other):
    exhibit = make_between(
        Request(subject=subject, controls=BetweenControls(), other=other)
    )
    spherical, linear, pixels = exhibit.arrays["bits_per_dim"]
    middle, ends = pixels[4], pixels[[0, -1]]
    assert ("more probable than either" in exhibit.caption) == (middle < ends.min())
    assert ("less probable than either" in exhibit.caption) == (middle > ends.max())


def test_a_guessed_modality_of_either_is_said(mango, subject):
    half = MangoSubject(mango, RGBDSample(rgb=subject.sample.rgb, depth_m=None))
    request = Request(subject=subject, controls=ExchangeControls(), other=half)
    assert "depth of B" in make_exchange(request).caption
    film = make_film(Request(subject=half, controls=FilmControls()))
    assert "depth of x" in film.caption


def test_comparisons_need_a_second_sample(subject):
    for make, controls in (
        (make_between, BetweenControls()),
        (make_exchange, ExchangeControls()),
    ):
        with pytest.raises(ValueError, match="two samples"):
            make(Request(subject=subject, controls=controls))


def test_samples_of_temperature_zero_are_said_to_be_one(subject):
    cold = SamplesControls(temperature=0.0, count=4)
    exhibit = make_samples(Request(subject=subject, controls=cold))
    assert "All pairs are one" in exhibit.caption
    assert "mode of the prior" in exhibit.caption
    np.testing.assert_allclose(np.ptp(exhibit.arrays["bits_per_dim"]), 0, atol=1e-5)
    own = float(subject.model.bits_per_dim(subject.x)[0])
    noise = torch.randn(subject.x.shape, generator=torch.Generator().manual_seed(0))
    noisy = float(subject.model.bits_per_dim(subject.x + 0.05 * noise)[0])
    assert exhibit.numbers["bits_per_dim_of_pair"] == pytest.approx(own, abs=1e-5)
    assert exhibit.numbers["bits_per_dim_of_pair_noisy"] == pytest.approx(
        noisy, abs=1e-5
    )
    for bits in (own, noisy):
        assert three_digits(bits) in exhibit.caption


def test_the_film_says_what_came_of_the_tokens(subject):
    exhibit = make_film(Request(subject=subject, controls=FilmControls(stops="parts")))
    assert exhibit.numbers["return_error"] < 1e-3
    assert exhibit.numbers["log_det_nats"] == pytest.approx(subject.log_det, rel=1e-5)
    largest = float(abs(subject.x).max())
    assert exhibit.numbers["largest_token_x"] == pytest.approx(largest)
    assert "no picture" in exhibit.caption
