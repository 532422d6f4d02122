"""Modalities taken away, and what stays."""

import numpy as np
import pytest

from fusionviz.data.faults.missing import FIXED, RATES, drop_at_random, keep_only
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample


@pytest.fixture
def samples():
    rgb, depth_m = np.zeros((2, 3, 3), np.uint8), np.ones((2, 3), np.float32)
    label = np.zeros((2, 3), np.int64)
    both = RGBDSample(rgb=rgb, depth_m=depth_m, label=label, notes=("a",))
    return [both, RGBDSample(rgb=rgb, depth_m=None)] * 400


@pytest.mark.parametrize("present", FIXED)
def test_fixed_modalities_stay(samples, present):
    kept = keep_only(samples, present)
    assert len(kept) == len(samples)
    assert kept[0].modalities == present
    assert kept[0].label is not None
    assert kept[0].notes == ("a",)
    assert kept[1].modalities == ("rgb",)  # nothing would be left without it
    assert samples[0].modalities == ("rgb", "depth")
    assert [item.modalities for item in kept[:2]] == [present, ("rgb",)]


@pytest.mark.parametrize("rate", RATES)
def test_the_share_that_is_missing_is_as_documented(samples, rate):
    whole = samples[::2] * 5
    kept = drop_at_random(whole, rate, seed=3)
    lost = np.array([2 - len(sample.modalities) for sample in kept])
    assert lost.max() == 1
    assert lost.mean() / 2 == pytest.approx(rate - rate**2 / 2, abs=0.02)
    names = [sample.modalities[0] for sample in kept if len(sample.modalities) == 1]
    assert names.count("rgb") / len(names) == pytest.approx(0.5, abs=0.08)


def test_the_draw_repeats(samples):
    one, two, other = (drop_at_random(samples, 0.5, seed=seed) for seed in (1, 1, 2))
    assert one.present == two.present
    assert one.present != other.present


def test_what_is_no_rate_is_refused(samples):
    with pytest.raises(ValueError, match="from 0 to 1, got 1.5"):
        drop_at_random(samples, 1.5)


@pytest.fixture
def sequences():
    steps = {name: np.zeros((2, 3), np.float32) for name in ("text", "audio", "video")}
    return [SequenceSample(modalities=steps, target=np.float32(1))] * 300


def test_sequences_lose_modalities_by_name(sequences):
    kept = keep_only(sequences, ("audio", "text"))
    assert kept[0].names == ("text", "audio")
    assert kept[0].target == 1
    assert keep_only(sequences, ("smell",))[0] is sequences[0]  # nothing would be left
    assert len(kept[:7]) == 7


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.7])
def test_an_exact_share_is_missing_if_wanted(sequences, rate):
    names = ("text", "audio", "video")
    kept = drop_at_random(sequences, rate, names, exact=True, seed=1)
    there = sum(len(sample.names) for sample in kept)
    assert 1 - there / 900 == pytest.approx(min(rate, 2 / 3), abs=1e-3)
    assert min(len(sample.names) for sample in kept) >= 1
