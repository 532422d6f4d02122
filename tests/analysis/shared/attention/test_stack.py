"""Arrays of attention: what tokens are, means over cells, who reads whom."""

import numpy as np
import pytest

from fusionviz.analysis.shared.attention.stack import (
    MEAN,
    AttentionStack,
    TokenAxis,
    default_query,
    largest_keys,
    over_grid,
    pool,
    shares_by_modality,
    stack_of_file,
)
from fusionviz.data.attention.files import example_file, read_attention

MIXED = TokenAxis(count=6, modality=("b", "a", "b", "a", "b", "b"), grid=(2, 2))
PLAIN = TokenAxis(count=6)


def make_stack(queries=MIXED, keys=PLAIN):
    rng = np.random.default_rng(0)
    return AttentionStack(
        title="t",
        weights=rng.uniform(0, 1, (2, 3, queries.count, keys.count)),
        layers=("one", "two"),
        heads=("x", "y", "z"),
        queries=queries,
        keys=keys,
        meaning="m",
    )


def test_tokens_are_found_by_modality():
    assert MIXED.modalities == ("b", "a")
    assert MIXED.tokens_of("a").tolist() == [1, 3]
    assert MIXED.tokens_of("nothing").size == 0
    assert MIXED.by_modality().tolist() == [0, 2, 4, 5, 1, 3]
    assert PLAIN.modalities == ("",)
    assert PLAIN.tokens_of("").tolist() == list(range(6))


def test_tokens_have_names():
    assert MIXED.is_on_grid("b")
    assert not MIXED.is_on_grid("a")
    assert MIXED.names[4] == "b row 2, column 1"
    assert MIXED.names[3] == "a token 3"
    assert PLAIN.names[2] == "token 2"
    assert TokenAxis(count=2, labels=("cat", "dog")).names[1] == "dog"


def test_a_row_is_laid_over_the_grid_in_order():
    row = np.arange(6, dtype=np.float32)
    np.testing.assert_array_equal(over_grid(row, MIXED, "b"), [[0, 2], [4, 5]])
    assert over_grid(row, MIXED, "a") is None
    assert over_grid(row, PLAIN, "") is None


def test_heads_and_their_mean():
    stack = make_stack()
    np.testing.assert_allclose(stack.matrix(1, 2), stack.weights[1, 2], rtol=1e-6)
    mean = sum(stack.weights[0]) / 3
    np.testing.assert_allclose(stack.matrix(0, MEAN), mean, rtol=1e-6)
    assert stack.head_name(MEAN) == "mean of the heads"


def test_names_have_to_be_as_many_as_the_arrays_have():
    with pytest.raises(ValueError, match="layer, head, query, key"):
        make_stack().__class__(
            **{**vars(make_stack()), "layers": ("one",)},
        )


def test_shares_are_of_absolute_weights():
    matrix = np.array([[1, -3, np.nan], [0, 0, 0], [2, 2, 4]], np.float32)
    queries = TokenAxis(count=3, modality=("p", "q", "p"))
    keys = TokenAxis(count=3, modality=("r", "s", "s"))
    shares = shares_by_modality(matrix, queries, keys)
    np.testing.assert_allclose(shares, [[3 / 12, 9 / 12], [0, 0]])


@pytest.mark.parametrize("shape", [(7, 5), (8, 6), (4, 4), (1, 9)])
def test_a_pooled_cell_is_the_mean_of_what_it_holds(shape):
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=shape).astype(np.float32)
    matrix[rng.uniform(size=shape) < 0.3] = np.nan
    cells, (high, wide) = pool(matrix, largest=4)
    assert max(cells.shape) <= 4
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            part = matrix[i * high : (i + 1) * high, j * wide : (j + 1) * wide]
            if np.isnan(part).all():
                assert np.isnan(cell)
            else:
                assert cell == pytest.approx(np.nanmean(part), abs=1e-6)


def test_small_matrices_are_not_pooled():
    matrix = np.eye(3, dtype=np.float32)
    cells, steps = pool(matrix, largest=3)
    assert cells is matrix
    assert steps == (1, 1)


def test_largest_keys_are_of_either_sign_and_never_closed():
    row = np.array([0.1, -0.9, np.nan, 0.5], np.float32)
    assert largest_keys(row, 2).tolist() == [1, 3]
    assert largest_keys(row, 9).tolist() == [1, 3, 0]


def test_the_first_row_shown_is_in_the_middle():
    assert default_query(make_stack()) == 5  # b's place in row 2, column 2
    assert default_query(make_stack(queries=PLAIN)) == 3


def test_a_file_becomes_a_stack():
    stack = stack_of_file(read_attention(example_file()), "mine.npz")
    assert stack.layers == ("layer 1", "layer 2")
    assert stack.title == "mine.npz"
    assert stack.has_mean
    assert stack.keys.is_on_grid("rgb")
    assert stack.keys.names[1] == "lamp"
