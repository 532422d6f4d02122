"""The cross-entropy of pixels: void left out, labels smoothed, classes balanced."""

import pytest
import torch

from fusionviz.training.tasks.shared.rgbd import pixel_loss


@pytest.fixture
def logits():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)


@pytest.fixture
def label():
    """Class 0 on 30 pixels, 1 on 6, 2 nowhere, 4 pixels void."""
    flat = torch.tensor([0] * 30 + [1] * 6 + [-1] * 4)
    return flat.reshape(2, 4, 5)


def surprise(logits, label):
    """-log p of the truth of each labelled pixel, and its class."""
    log_p = logits.log_softmax(1).movedim(1, -1).reshape(-1, 3)
    flat = label.flatten()
    known = flat >= 0
    return -log_p[known, flat[known]], flat[known], log_p[known]


def test_plain_is_the_mean_over_labelled_pixels(logits, label):
    values, _, _ = surprise(logits, label)
    torch.testing.assert_close(pixel_loss(logits, label), values.mean())


def test_nothing_labelled_costs_nothing(logits, label):
    for balance in (0.0, 0.5):
        loss = pixel_loss(logits, torch.full_like(label, -1), balance=balance)
        assert loss.item() == 0


def test_smoothing_spreads_the_truth(logits, label):
    values, _, log_p = surprise(logits, label)
    expected = 0.9 * values.mean() - 0.1 * log_p.mean()
    torch.testing.assert_close(pixel_loss(logits, label, smoothing=0.1), expected)


def test_full_balance_counts_classes_alike(logits, label):
    values, classes, _ = surprise(logits, label)
    expected = (values[classes == 0].mean() + values[classes == 1].mean()) / 2
    loss = pixel_loss(logits, label, balance=1.0)
    torch.testing.assert_close(loss, expected, rtol=1e-6, atol=0)


def test_half_balance_lies_between(logits, label):
    values, classes, _ = surprise(logits, label)
    weights = torch.tensor([30.0, 6.0], dtype=torch.float64).rsqrt()[classes]
    expected = (weights * values).sum() / weights.sum()
    loss = pixel_loss(logits, label, balance=0.5)
    torch.testing.assert_close(loss, expected, rtol=1e-6, atol=0)


def test_balance_works_in_16_bits_too(logits, label):
    with torch.autocast("cpu", torch.bfloat16):
        loss = pixel_loss(logits.bfloat16(), label, balance=0.5)
    expected = pixel_loss(logits, label, balance=0.5)
    torch.testing.assert_close(loss.double(), expected, rtol=0.02, atol=0)
