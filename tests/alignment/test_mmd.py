import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel

from fusionviz.alignment import gaussian_kernel, median_bandwidth, mmd2, witness


def draw(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=dtype)


def written_out(x, y, bandwidth, biased):
    """The double sums, one pair at a time."""

    def kernel(one, other):
        square = sum((p - q) ** 2 for p, q in zip(one, other, strict=True))
        return math.exp(-square / (2 * bandwidth**2))

    def mean(first, second, skip):
        pairs = [
            kernel(one, other)
            for i, one in enumerate(first)
            for j, other in enumerate(second)
            if not (skip and i == j)
        ]
        return sum(pairs) / len(pairs)

    x, y = x.tolist(), y.tolist()
    own = mean(x, x, not biased) + mean(y, y, not biased)
    return own - 2 * mean(x, y, False)


@pytest.mark.parametrize("biased", [True, False])
def test_equals_the_written_out_double_sum(biased):
    x, y = draw(2, 6, 3), 0.5 + draw(2, 8, 3, seed=1)
    found = mmd2(x, y, bandwidth=1.3, biased=biased)
    for item in range(2):
        expected = written_out(x[item], y[item], 1.3, biased)
        assert found[item].item() == pytest.approx(expected, abs=1e-12)
        alone = mmd2(x[item], y[item], bandwidth=1.3, biased=biased)
        assert alone.item() == pytest.approx(expected, abs=1e-12)


KERNELS = {
    "mixture": lambda square: (
        sum(
            math.exp(-square / (2 * (factor * 1.3) ** 2))
            for factor in (0.25, 0.5, 1, 2, 4)
        )
        / 5
    ),
    "rational": lambda square: 1 / (1 + square / (2 * 1.3**2)),
}


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("name", KERNELS)
def test_other_kernels_equal_the_written_out_double_sum(name, biased):
    x, y = draw(6, 3), 0.5 + draw(8, 3, seed=1)

    def mean(first, second, skip):
        values = [
            KERNELS[name](float((one - other).square().sum()))
            for i, one in enumerate(first)
            for j, other in enumerate(second)
            if not (skip and i == j)
        ]
        return sum(values) / len(values)

    own = mean(x, x, not biased) + mean(y, y, not biased)
    found = mmd2(x, y, bandwidth=1.3, biased=biased, kernel=name)
    assert found.item() == pytest.approx(own - 2 * mean(x, y, False), abs=1e-12)


def test_the_linear_kernel_compares_means_alone():
    x, y = draw(2, 6, 3), 5 + draw(2, 8, 3, seed=1)
    there = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    found = mmd2(x, y, bandwidth=0.1, kernel="linear", x_mask=there)
    for item, count in enumerate((6, 4)):
        off = x[item, :count].mean(dim=0) - y[item].mean(dim=0)
        assert found[item].item() == pytest.approx(float(off @ off), abs=1e-12)


def test_kernel_equals_scikit_learn():
    x, y = draw(5, 4), draw(7, 4, seed=1)
    expected = rbf_kernel(x.numpy(), y.numpy(), gamma=1 / (2 * 0.8**2))
    np.testing.assert_allclose(gaussian_kernel(x, y, bandwidth=0.8), expected)


def test_far_from_the_origin_float32_does_not_cancel():
    x, y = draw(2, 20, 4), draw(2, 30, 4, seed=1)
    near = mmd2(x, y, bandwidth=1.0)
    far = mmd2((x + 1000).float(), (y + 1000).float(), bandwidth=1.0)
    torch.testing.assert_close(far.double(), near, atol=1e-4, rtol=0)


@given(seed=st.integers(0, 1000), m=st.integers(1, 8), n=st.integers(1, 8))
def test_laws(seed, m, n):
    x, y = draw(m, 3, seed=seed), draw(n, 3, seed=seed + 1)
    value = mmd2(x, y, bandwidth=1.0)
    assert 0 <= value.item() <= 2
    assert mmd2(y, x, bandwidth=1.0).item() == pytest.approx(value.item(), abs=1e-14)
    assert mmd2(x, x, bandwidth=1.0).item() == 0
    repeated = mmd2(x.repeat(3, 1), y, bandwidth=1.0)
    assert repeated.item() == pytest.approx(value.item(), abs=1e-14)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rounding_makes_no_biased_value_negative(dtype):
    """Two orders of the same tokens: what is 0 was -1.2e-7 in float32."""
    x = draw(200, 40, 6, dtype=dtype)
    value = mmd2(x, x.flip(-2), bandwidth=1.0)
    assert (value >= 0).all()
    assert (value <= 2e-6).all()
    below = mmd2(x, x.flip(-2), bandwidth=1.0, biased=False)
    assert (below < 0).all()  # unbiased: a token stands beside itself in x and y


def test_a_median_of_some_tokens_is_that_of_evenly_spaced_ones():
    x, y = draw(2, 200, 3), draw(2, 90, 3, seed=1)
    there = torch.ones(2, 200, dtype=torch.bool)
    there[1, 50:] = False
    found = median_bandwidth(x, y, x_mask=there, most=64)
    spaced = [k * 200 // 64 for k in range(64)], [k * 90 // 64 for k in range(64)]
    whole = median_bandwidth(x[0, spaced[0]], y[0, spaced[1]])
    torch.testing.assert_close(found[0], whole)
    short = median_bandwidth(x[1, :50], y[1, spaced[1]])
    torch.testing.assert_close(found[1], short)
    torch.testing.assert_close(median_bandwidth(x, y, most=200), median_bandwidth(x, y))


def test_unbiased_is_unbiased_and_biased_is_not():
    pairs = draw(4000, 2, 5, 2)
    unbiased = mmd2(pairs[:, 0], pairs[:, 1], bandwidth=1.0, biased=False)
    standard_error = (unbiased.std() / len(unbiased) ** 0.5).item()
    assert abs(unbiased.mean().item()) < 4 * standard_error
    biased = mmd2(pairs[:, 0], pairs[:, 1], bandwidth=1.0)
    assert biased.mean().item() > 40 * standard_error


def test_a_column_of_bandwidths_gives_a_curve():
    x, y = draw(6, 3), draw(8, 3, seed=1)
    bandwidths = torch.tensor([0.3, 1.0, 4.0], dtype=torch.float64)
    curve = mmd2(x, y, bandwidth=bandwidths)
    expected = [mmd2(x, y, bandwidth=float(sigma)).item() for sigma in bandwidths]
    assert curve.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("biased", [True, False])
def test_absent_tokens_do_not_count(biased):
    x, y = draw(2, 6, 3), draw(2, 8, 3, seed=1)
    x_mask = torch.tensor([[True] * 4 + [False] * 2, [True] * 6])
    y_mask = torch.tensor([[False] * 3 + [True] * 5, [True] * 8])
    x[0, 4:], y[0, :3] = torch.nan, 1e9
    masks = {"x_mask": x_mask, "y_mask": y_mask}
    found = mmd2(x, y, bandwidth=1.0, biased=biased, **masks)
    expected = mmd2(x[0, :4], y[0, 3:], bandwidth=1.0, biased=biased)
    torch.testing.assert_close(found[0], expected)
    torch.testing.assert_close(found[1], mmd2(x[1], y[1], bandwidth=1.0, biased=biased))
    sigma = median_bandwidth(x, y, **masks)
    torch.testing.assert_close(sigma[0], median_bandwidth(x[0, :4], y[0, 3:]))


def test_missing_modality_has_nothing_to_compare():
    x = draw(2, 4, 3).requires_grad_()
    mask = torch.tensor([[False] * 4, [True] * 4])
    value = mmd2(x, draw(2, 5, 3, seed=1), bandwidth=1.0, x_mask=mask)
    assert value[0] == 0
    assert value[1] > 0
    value.sum().backward()
    assert (x.grad[0] == 0).all()
    assert x.grad.isfinite().all()


def test_gradient_also_at_identical_tokens():
    x, y = draw(1, 4, 3), draw(1, 5, 3, seed=1)
    y[0, 1] = x[0, 2]
    x[0, 3] = x[0, 0]

    def distance(x, y):
        return mmd2(x, y, bandwidth=1.0)

    assert torch.autograd.gradcheck(distance, (x.requires_grad_(), y.requires_grad_()))
    same = torch.ones(1, 3, 2, requires_grad=True)
    mmd2(same, torch.ones(1, 4, 2), bandwidth=1.0).sum().backward()
    assert (same.grad == 0).all()


def test_median_bandwidth_is_the_median_distance():
    x, y = draw(5, 3), draw(6, 3, seed=1)
    distances = np.sort(pdist(torch.cat([x, y]).numpy()))
    expected = distances[(len(distances) - 1) // 2]
    assert median_bandwidth(x, y).item() == pytest.approx(expected)
    assert median_bandwidth(3 * x, 3 * y).item() == pytest.approx(3 * expected)


def test_median_bandwidth_of_identical_tokens():
    same = torch.full((4, 2), 0.1)
    assert median_bandwidth(same, same) == 1
    apart = torch.tensor([[0.1, 0.1], [3.1, 4.1]])
    assert median_bandwidth(same, apart).item() == pytest.approx(5)
    alone = median_bandwidth(same[:1], same[:1])
    assert alone == 1


def test_witness_integrates_to_mmd2_and_equals_the_formula():
    x, y = draw(2, 6, 3), 1 + draw(2, 8, 3, seed=1)
    on_x = witness(x, x, y, bandwidth=1.0)
    on_y = witness(y, x, y, bandwidth=1.0)
    difference = on_x.mean(-1) - on_y.mean(-1)
    torch.testing.assert_close(difference, mmd2(x, y, bandwidth=1.0))
    expected = rbf_kernel(y[0], x[0], gamma=0.5).mean(1)
    expected -= rbf_kernel(y[0], y[0], gamma=0.5).mean(1)
    np.testing.assert_allclose(on_y[0], expected)


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("x", "y", "arguments", "message"),
    [
        (torch.ones(3, 2), torch.ones(3, 4), {}, "equal width"),
        (torch.ones(3, 2), torch.ones(0, 2), {}, "none 0"),
        (torch.ones(3, 2), torch.ones(3, 2), {"bandwidth": 0.0}, "above 0, got 0.0"),
        (torch.ones(1, 2), torch.ones(3, 2), {"biased": False}, "at least two tokens"),
        (torch.ones(3, 2), torch.ones(3, 2), {"x_mask": torch.ones(3)}, "be bool"),
    ],
)
def test_bad_input_is_refused(x, y, arguments, message):
    with pytest.raises(ValueError, match=message):
        mmd2(x, y, **({"bandwidth": 1.0} | arguments))
