"""Heads of attention arrays: entropies and rollout against formulas written out."""

import numpy as np
import pytest

from fusionviz.analysis.attention.stack_heads import measure_stack_heads
from fusionviz.analysis.attention.stack_rollout import roll_out
from fusionviz.analysis.shared.attention.stack import stack_of_file
from fusionviz.data.arrays.files import arrays_of
from fusionviz.errors import InputError


def stack(weights):
    return stack_of_file(arrays_of({"attention": np.asarray(weights)}).attention, "a")


def random_weights(*shape, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), shape[:-1])


def test_entropy_is_1_for_even_rows_and_0_for_one_token():
    even, sharp = np.full((4, 4), 0.25), np.eye(4)
    two = np.repeat([[0.5, 0.5, 0, 0]], 4, axis=0)
    heads = measure_stack_heads(stack([[even, sharp, two]]))
    np.testing.assert_allclose(heads.entropy, [[1, 0, 0.5]], atol=1e-6)
    np.testing.assert_allclose(heads.bits, [[2, 0, 1]], atol=1e-6)


def test_entropy_is_that_of_scipy():
    from scipy.stats import entropy

    weights = random_weights(2, 3, 5, 7)
    expected = entropy(weights, base=2, axis=-1).mean(axis=-1)
    found = measure_stack_heads(stack(weights))
    np.testing.assert_allclose(found.bits, expected, rtol=1e-5)
    np.testing.assert_allclose(found.entropy, expected / np.log2(7), rtol=1e-5)


def test_masked_keys_are_no_choice():
    causal = np.where(np.tri(3, dtype=bool), 1 / np.arange(1, 4)[:, None], np.nan)
    found = measure_stack_heads(stack(causal[None])).entropy
    np.testing.assert_allclose(found, [[2 / 3]], atol=1e-6)  # its first row: one key


def test_rows_of_nothing_have_no_entropy():
    zeros = np.zeros((2, 2))
    half = np.array([[0, 0], [0.5, 0.5]])
    found = measure_stack_heads(stack([[zeros, half]])).entropy
    assert np.isnan(found[0, 0])
    assert found[0, 1] == pytest.approx(1)


def test_scale_and_sign_of_rows_do_not_count():
    weights = random_weights(1, 2, 4, 4)
    signs = np.where(np.random.default_rng(1).random(weights.shape) < 0.5, -3, 3)
    one, other = (measure_stack_heads(stack(w)) for w in (weights, weights * signs))
    np.testing.assert_allclose(one.entropy, other.entropy, rtol=1e-5)


@pytest.mark.parametrize("residual", [0.0, 0.3, 1.0])
def test_rollout_is_the_product_written_out(residual):
    weights = random_weights(3, 2, 4, 4)
    found = roll_out(stack(weights), residual)
    for i in range(4):
        flow = np.zeros(4)
        flow[i] = 1.0
        for layer in (2, 1, 0):  # from the last layer back to the tokens
            step = np.zeros(4)
            for j in range(4):
                for k in range(4):
                    kept = residual * (j == k)
                    mean = weights[layer, :, j, k].mean()
                    step[k] += flow[j] * (kept + (1 - residual) * mean)
            flow = step
        np.testing.assert_allclose(found.weights[2, 0, i], flow, rtol=1e-5)
    np.testing.assert_allclose(found.weights.sum(axis=-1), 1, rtol=1e-5)
    assert len(found.layers) == 3


def test_a_row_that_reads_nothing_stays_as_it_is():
    rolled = roll_out(stack([[[[0, 0], [0.5, 0.5]]]]), 0.0).weights[0, 0]
    np.testing.assert_allclose(rolled, [[1, 0], [0.5, 0.5]])


def test_layers_that_do_not_chain_are_refused():
    with pytest.raises(InputError, match="3 queries read 5 keys"):
        roll_out(stack(random_weights(1, 1, 3, 5)))
    with pytest.raises(InputError, match="1024"):
        roll_out(stack(np.full((1, 1025, 1025), 1 / 1025)))
    with pytest.raises(InputError, match="0 to 1"):
        roll_out(stack(np.eye(2)), 1.5)
