import pytest
import torch
from scipy.stats import binomtest, kstest

from fusionviz.alignment import median_bandwidth, mmd2, mmd_permutation_test


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("biased", [True, False])
def test_statistic_and_null_are_mmd2_of_labellings(biased):
    x, y = draw(5, 3), 0.3 + draw(7, 3, seed=1)
    test = mmd_permutation_test(
        x, y, bandwidth=0.9, permutations=20, biased=biased, generator=seeded()
    )
    observed = mmd2(x, y, bandwidth=0.9, biased=biased)
    assert test.statistic == pytest.approx(observed.item())
    pooled = torch.cat([x, y])
    order = torch.rand(20, 12, generator=seeded()).argsort(dim=-1)
    in_x = (torch.arange(12) < 5)[order]
    for labels, value in zip(in_x, test.null, strict=True):
        expected = mmd2(pooled[labels], pooled[~labels], bandwidth=0.9, biased=biased)
        assert value.item() == pytest.approx(expected.item())
    reached = int((test.null >= test.statistic).sum())
    assert test.p_value == (1 + reached) / 21


def p_values_under_the_null(m, n, *, draws, permutations, biased, bandwidth=None):
    """Of as many tests of two sets that come from one distribution."""
    generator = seeded(1)
    pooled = torch.randn(draws, m + n, 3, generator=generator, dtype=torch.float64)
    return [
        mmd_permutation_test(
            tokens[:m],
            tokens[m:],
            bandwidth=bandwidth,
            permutations=permutations,
            biased=biased,
            generator=generator,
        ).p_value
        for tokens in pooled
    ]


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize(("m", "n"), [(12, 18), (4, 26), (15, 15)])
@pytest.mark.parametrize("bandwidth", [None, 0.4])
def test_p_values_are_uniform_under_the_null(m, n, biased, bandwidth):
    """The median heuristic, `None`, looks at the tokens, but not at their labels."""
    draws = 400
    p_values = p_values_under_the_null(
        m, n, draws=draws, permutations=199, biased=biased, bandwidth=bandwidth
    )
    assert kstest(p_values, "uniform").pvalue > 0.001
    for level in (0.05, 0.1, 0.5):  # each a multiple of 1 / 200
        rejected = sum(p <= level + 1e-12 for p in p_values)
        # exact bounds: outside of them in 1 of 1000 correct tests
        assert binomtest(rejected, draws, level).pvalue > 0.001, (level, rejected)


def test_few_shuffles_keep_the_level_exactly():
    """With 19 shuffles, p is at most 1/20 in 1 of 20 tests."""
    p_values = p_values_under_the_null(8, 11, draws=600, permutations=19, biased=True)
    assert min(p_values) == 1 / 20
    rejected = sum(p <= 1 / 20 for p in p_values)
    assert binomtest(rejected, 600, 1 / 20).pvalue > 0.001


@pytest.mark.parametrize("biased", [True, False])
def test_power_grows_with_the_shift(biased):
    generator = seeded(5)

    def power(shift, draws=60):
        rejected = 0
        for _ in range(draws):
            x = torch.randn(15, 3, generator=generator, dtype=torch.float64)
            y = torch.randn(25, 3, generator=generator, dtype=torch.float64) + shift
            test = mmd_permutation_test(
                x, y, permutations=99, biased=biased, generator=generator
            )
            rejected += test.p_value <= 0.05
        return rejected / draws

    weak, middle, strong = power(0.2), power(0.6), power(1.2)
    assert weak < middle - 0.1
    assert middle > 0.5
    assert strong > 0.97


def test_a_difference_is_found():
    x, y = draw(60, 4), draw(60, 4, seed=1)
    y[:, 0] += 1.5
    test = mmd_permutation_test(x, y, permutations=199, generator=seeded())
    assert test.p_value == 1 / 200
    assert test.statistic > test.null.max()


def test_same_seed_same_answer_and_the_median_heuristic():
    x, y = draw(8, 2), draw(9, 2, seed=1)
    first, second = (
        mmd_permutation_test(x, y, permutations=50, generator=seeded(3))
        for _ in range(2)
    )
    assert torch.equal(first.null, second.null)
    assert first.null.shape == (50,)
    assert first.bandwidth == pytest.approx(median_bandwidth(x, y).item())


def test_labels_that_cannot_matter_give_p_1():
    same = torch.ones(4, 2)
    for x, y in ((same, same), (same[:1], 2 * same[:1])):
        test = mmd_permutation_test(x, y, permutations=30, generator=seeded())
        assert test.p_value == 1


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        (torch.ones(1, 3, 2), {}, "two sets of shape"),
        (torch.ones(3, 2), {"permutations": 0}, "at least 1, got 0"),
        (torch.ones(1, 2), {"biased": False}, "at least two tokens"),
        (torch.ones(3, 2), {"bandwidth": -1.0}, "above 0"),
    ],
)
def test_bad_input_is_refused(x, arguments, message):
    with pytest.raises(ValueError, match=message):
        mmd_permutation_test(x, torch.ones(3, 2), **arguments)
