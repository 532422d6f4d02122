"""What the exhibits of the Trust tab say, and what they refuse."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.latents.normality import NormalityControls, OddnessControls
from fusionviz.exhibits.latents.round_trip import LayerCostsControls, RoundTripControls
from fusionviz.exhibits.shared.exhibit import Request


def make(name, subject, controls):
    return exhibit_kind(name).make(Request(subject=subject, controls=controls))


def test_the_round_trip_in_both_precisions(subject):
    single = make("latents-round-trip", subject, RoundTripControls())
    both = make("latents-round-trip", subject, RoundTripControls(precision="float64"))
    assert single.numbers["worst"] == single.numbers["worst_float32"]
    assert both.numbers["worst"] < 1e-12 < both.numbers["worst_float32"]
    assert set(both.arrays) == {"error_float32", "error_float64"}
    assert "float64" in both.caption
    assert len(single.table["row"]) == 2 * subject.grid.places


def test_layers_that_the_pair_changes_and_all(subject):
    changing = make("latents-layer-costs", subject, LayerCostsControls())
    every = make("latents-layer-costs", subject, LayerCostsControls(changing=False))
    assert every.arrays["log_det_nats"].sum() == pytest.approx(
        subject.log_det, abs=1e-3
    )
    assert dict(changing.numbers) == dict(every.numbers)
    assert set(changing.table["kind"]) == {"mmca", "imca", "lica", "coupling"}
    assert set(every.table["kind"]) > {"actnorm", "mixing"}


def test_what_is_left_out_is_the_same_for_every_pair(subject, other):
    def constant(one):
        changing, every = (
            make("latents-layer-costs", one, LayerCostsControls(changing=flag))
            for flag in (True, False)
        )
        return (
            every.arrays["log_det_nats"].sum() - changing.arrays["log_det_nats"].sum()
        )

    assert constant(subject) == pytest.approx(constant(other), abs=1e-4)


def test_normality_tells_kolmogorovs_distance(subject):
    made = make("latents-normality", subject, NormalityControls())
    z = subject.z[0].double().numpy().ravel()
    expected = stats.kstest(z, "norm").statistic
    assert made.numbers["kolmogorov_distance"] == pytest.approx(expected, abs=1e-9)
    low, high = stats.chi2.ppf([0.025, 0.975], 8) / 8
    assert f"lie between {low:.3g} and {high:.3g}" in made.caption


def test_an_odd_pair_is_told_among_the_data(mango, subject):
    bits = make("latents-oddness", subject, OddnessControls()).numbers["bits_per_dim"]
    others = bits - 1 + np.linspace(-0.1, 0.1, 101)
    known = SimpleNamespace(bits_per_dim=others, data="101 rooms of a test")
    known_subject = MangoSubject(mango, subject.sample, known)
    made = make("latents-oddness", known_subject, OddnessControls())
    assert made.numbers["odder_than"] == made.numbers["share_of_others_below"] == 1
    assert "100 % of 101" in made.caption
    assert "101 rooms of a test" in made.caption


def test_without_statistics_it_says_what_measures_them(subject):
    made = make("latents-oddness", subject, OddnessControls())
    assert "python -m fusionviz latents" in made.caption
    assert "odder_than" not in made.numbers


def test_a_guess_is_said(mango, subject):
    from fusionviz.data.records import RGBDSample

    alone = MangoSubject(mango, RGBDSample(rgb=subject.sample.rgb, depth_m=None))
    for name in ("latents-round-trip", "latents-normality"):
        kind = exhibit_kind(name)
        assert "guess" in (make(name, alone, kind.controls()).caption)


def test_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="float32 or float64"):
        RoundTripControls(precision="float16")
