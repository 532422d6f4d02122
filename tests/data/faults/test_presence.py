"""Laws of masks, for all rates and sizes."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fusionviz.data.faults.presence import (
    draw_presence,
    draw_presence_share,
    drop_tokens,
    fixed_subsets,
)

counts, widths = st.integers(0, 60), st.integers(1, 5)
rates, seeds = st.floats(0, 1), st.integers(0, 2**32)
few = settings(max_examples=60)
draws = pytest.mark.parametrize("draw", [draw_presence, draw_presence_share])


@draws
@few
@given(counts, widths, rates, seeds)
def test_no_sample_loses_all_and_a_seed_repeats(draw, count, modalities, rate, seed):
    mask = draw(count, modalities, rate, seed=seed)
    assert mask.shape == (count, modalities)
    assert mask.any(axis=1).all()
    np.testing.assert_array_equal(mask, draw(count, modalities, rate, seed=seed))


@draws
def test_rates_0_and_1_are_all_and_one(draw):
    assert draw(50, 3, 0.0).all()
    assert (draw(50, 3, 1.0).sum(axis=1) == 1).all()


@draws
def test_other_seeds_give_other_masks(draw):
    assert (draw(50, 3, 0.5, seed=0) != draw(50, 3, 0.5, seed=1)).any()


@few
@given(counts, widths, rates, seeds)
def test_the_share_that_is_missing_is_the_rate(count, modalities, rate, seed):
    mask = draw_presence_share(count, modalities, rate, seed=seed)
    most = count * (modalities - 1)
    assert (~mask).sum() == min(round(rate * count * modalities), most)


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.7])
def test_each_modality_goes_missing_as_often_as_is_said(rate):
    alone = ~draw_presence(60_000, 3, rate)
    np.testing.assert_allclose(alone.mean(axis=0), rate - rate**3 / 3, atol=0.01)
    shared = ~draw_presence_share(60_000, 3, rate)
    np.testing.assert_allclose(shared.mean(axis=0), min(rate, 2 / 3), atol=0.01)


masks = arrays.arrays(bool, st.tuples(st.integers(0, 8), st.integers(0, 9)))


@few
@given(masks, rates, seeds)
def test_tokens_are_only_taken_and_never_all_of_a_sequence(mask, rate, seed):
    left = drop_tokens(mask, rate, seed=seed)
    assert not (left & ~mask).any()
    np.testing.assert_array_equal(left.any(axis=1), mask.any(axis=1))
    np.testing.assert_array_equal(left, drop_tokens(mask, rate, seed=seed))


def test_tokens_go_missing_at_the_rate():
    mask = np.ones((300, 100), bool)
    assert (~drop_tokens(mask, 0.3)).mean() == pytest.approx(0.3, abs=0.01)
    np.testing.assert_array_equal(drop_tokens(mask, 0.0), mask)
    assert (drop_tokens(mask, 1.0).sum(axis=1) == 1).all()


def test_every_choice_is_listed_once():
    subsets = fixed_subsets(("text", "video", "audio"))
    assert len(set(subsets)) == len(subsets) == 7
    assert subsets[0] == ("text",)
    assert subsets[-1] == ("text", "video", "audio")
    assert set(chain(*subsets)) == {"text", "video", "audio"}


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
@draws
def test_rates_that_are_none_are_refused(draw, rate):
    with pytest.raises(ValueError, match="rate is from 0 to 1"):
        draw(2, 2, rate)
    with pytest.raises(ValueError, match="rate is from 0 to 1"):
        drop_tokens(np.ones((1, 1), bool), rate)


def test_other_masks_are_refused():
    with pytest.raises(ValueError, match="a modality, got 0"):
        draw_presence(2, 0, 0.5)
    with pytest.raises(ValueError, match="bool"):
        drop_tokens(np.ones((2, 2)), 0.5)
