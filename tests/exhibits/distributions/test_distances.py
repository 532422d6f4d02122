"""What the exhibits of the Distance tab say, of odd subjects too."""

import json

import numpy as np
import pytest
import torch

from fusionviz.alignment import mmd2
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request

NAMES = ("distributions-distance", "distributions-kernel", "distributions-test")


def make(name, subject, **controls):
    kind = exhibit_kind(f"distributions-{name}" if "-" not in name else name)
    return kind.make(Request(subject=subject, controls=kind.controls(**controls)))


def sequences(**modalities):
    arrays = {name: np.float32(array) for name, array in modalities.items()}
    return FeatureSubject(SequenceSample(modalities=arrays))


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


ODD = {
    "two tokens": sequences(a=normal(2, 3), text=normal(2, 3, seed=1)),
    "identical tokens": sequences(a=np.ones((4, 3)), text=np.ones((3, 3))),
    "zero vectors": sequences(a=np.zeros((4, 3)), text=normal(3, 3)),
    "all zero": sequences(a=np.zeros((4, 3)), text=np.zeros((3, 3))),
    "one channel": sequences(a=normal(6, 1), text=normal(5, 1, seed=1)),
    "far too large": sequences(a=1e9 * normal(6, 3), text=normal(5, 3, seed=1)),
    "very many": sequences(a=normal(700, 2), text=normal(400, 2, seed=1)),
    "no anchor": sequences(a=normal(5, 3), b=normal(6, 3)),
    "seven modalities": sequences(
        text=normal(3, 2), **{f"m{n}": normal(4, 2, seed=n) for n in range(6)}
    ),
}


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("odd", ODD)
def test_odd_subjects_have_finite_pictures(name, odd, biased):
    made = make(name, ODD[odd], biased=biased)
    text = made.figure.to_json()
    assert "NaN" not in text
    assert "Infinity" not in text
    json.dumps(dict(made.numbers), allow_nan=False)
    for array in made.arrays.values():
        assert np.isfinite(array).all()
    assert "nan" not in made.caption + made.alt


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("subject", ["mamba_subject", "utterance_subject"])
@pytest.mark.parametrize("stage", ["encoded", "aligned", "fused"])
def test_each_stage_of_models_and_features_is_drawn(name, subject, stage, request):
    read = request.getfixturevalue(subject)
    made = make(name, read, stage=stage)
    assert made.figure.data
    x, y = read.sources[0], read.anchor
    tokens = read.tokens(stage)
    expected = mmd2(
        torch.from_numpy(tokens[x]).double(),
        torch.from_numpy(tokens[y]).double(),
        bandwidth=made.numbers["bandwidth"],
    )
    assert made.numbers["mmd2"] == pytest.approx(float(expected))


@pytest.mark.parametrize("name", NAMES)
def test_before_the_encoders_there_is_a_sentence_and_no_number(name, mamba_subject):
    with pytest.raises(InputError, match="64 and rgb has 192 features a token") as said:
        make(name, mamba_subject, stage="raw")
    assert "Choose a later stage" in str(said.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_modality_is_a_sentence(name):
    with pytest.raises(InputError, match="another modality is missing: choose"):
        make(name, sequences(text=normal(3, 2)))


def test_one_token_is_compared_but_not_tested():
    subject = sequences(a=normal(1, 3), text=normal(4, 3, seed=1))
    assert make("distance", subject).numbers["mmd2"] > 0
    assert make("kernel", subject).numbers["mean_k_xx"] == 1
    with pytest.raises(InputError, match="a has only one here"):
        make("test", subject)
    with pytest.raises(InputError, match="take the biased form"):
        make("distance", subject, biased=False)


def test_identical_tokens_are_0_apart_and_say_that_sigma_fell_back():
    made = make("distance", ODD["identical tokens"], bandwidth_factor=2.0)
    assert made.numbers["mmd2"] == 0
    assert made.numbers["bandwidth"] == 2
    assert "σ falls back to 1" in made.caption


def test_tokens_without_mass_are_counted_and_explained(feature_subject):
    tokens = feature_subject.tokens("aligned")["video"]
    zeros = int((~tokens.any(axis=1)).sum())
    assert 0 < zeros < len(tokens)
    for name in NAMES:
        said = make(name, feature_subject, stage="aligned").caption
        assert f"{zeros} of {len(tokens)} video" in said


def test_tokens_that_are_left_out_are_said():
    for name in NAMES:
        said = make(name, ODD["very many"]).caption
        assert "700" in said
        assert "256" in said


def test_the_table_has_every_pair_and_stage_with_its_bandwidth(utterance_subject):
    made = make("distance", utterance_subject, bandwidth_factor=0.5)
    table = made.table
    assert len(table["mmd2"]) == 9
    np.testing.assert_allclose(
        table["bandwidth"], 0.5 * np.asarray(table["median_distance"])
    )
    at = [*zip(table["x"], table["y"], table["stage"], strict=True)].index(
        ("audio", "text", "fused")
    )
    asked = {"x": "audio", "y": "text", "stage": "fused", "bandwidth_factor": 0.5}
    assert table["mmd2"][at] == pytest.approx(
        make("kernel", utterance_subject, **asked).numbers["mmd2"]
    )


def test_the_kernels_terms_and_the_witness_make_up_mmd2(utterance_subject):
    made = make("kernel", utterance_subject, x="video", y="text")
    numbers, values = made.numbers, made.arrays["witness"]
    xx, yy, xy = (numbers[f"mean_k_{which}"] for which in ("xx", "yy", "xy"))
    assert numbers["mmd2"] == pytest.approx(xx + yy - 2 * xy)
    is_video = np.array(made.table["modality"]) == "video"
    difference = values[is_video].mean() - values[~is_video].mean()
    assert difference == pytest.approx(numbers["mmd2"])


def test_the_test_says_its_p_and_how_fine_it_is(mamba_subject):
    made = make("test", mamba_subject, permutations=200, seed=3)
    assert len(made.arrays["null_mmd2"]) == 200
    reached = (made.arrays["null_mmd2"] >= made.numbers["mmd2"] - 1e-12).sum()
    assert made.numbers["p_value"] == pytest.approx((1 + reached) / 201)
    assert "in steps of 1/201" in made.caption
    assert "not independent" in made.caption


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({"bandwidth_factor": 0.01}, "0.05 to 20"),
        ({"bandwidth_factor": float("nan")}, "bandwidth_factor.*nan"),
        ({"stage": "later"}, "stage is one of"),
        ({"permutations": 99}, "100 to 2000"),
        ({"permutations": 2001}, "100 to 2000"),
        ({"seed": -1}, "at least 0"),
    ],
)
def test_bad_controls_are_refused(controls, message):
    with pytest.raises(InputError, match=message):
        exhibit_kind("distributions-test").controls.from_json(controls)
