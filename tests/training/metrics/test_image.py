"""Image metrics against written-out ones."""

import math

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from fusionviz.training.metrics.image import angle_deg, mae, mse, psnr, ssim


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    truth = torch.rand(3, 2, 15, 17, generator=generator).cumsum(dim=-1) / 17
    noise = 0.1 * torch.randn(truth.shape, generator=generator)
    return (truth + noise).clamp(0, 1), truth


def ssim_window_by_window(x, y, peak):
    """Wang et al. 2004, eq. 13-16, one window after the other."""
    offsets = np.arange(-5, 6)
    weight = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    weight /= weight.sum()
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    values = []
    for top in range(x.shape[0] - 10):
        for left in range(x.shape[1] - 10):
            a = x[top : top + 11, left : left + 11]
            b = y[top : top + 11, left : left + 11]
            mean_a, mean_b = (weight * a).sum(), (weight * b).sum()
            var_a = (weight * (a - mean_a) ** 2).sum()
            var_b = (weight * (b - mean_b) ** 2).sum()
            both = (weight * (a - mean_a) * (b - mean_b)).sum()
            light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
            values.append(light * (2 * both + c2) / (var_a + var_b + c2))
    return np.mean(values)


@pytest.mark.parametrize("peak", [1.0, 2.0])
def test_ssim_is_the_mean_over_windows(images, peak):
    found, truth = images
    expected = [
        np.mean([ssim_window_by_window(x, y, peak) for x, y in zip(*pair, strict=True)])
        for pair in zip(found.double().numpy(), truth.double().numpy(), strict=True)
    ]
    np.testing.assert_allclose(ssim(found, truth, peak=peak), expected, rtol=1e-5)


@pytest.mark.parametrize("peak", [1.0, 255.0])
def test_ssim_is_scikit_images(images, peak):
    found, truth = (image * peak for image in images)
    expected = [
        structural_similarity(
            x.double().numpy(),
            y.double().numpy(),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=peak,
            channel_axis=0,
        )
        for x, y in zip(found, truth, strict=True)
    ]
    np.testing.assert_allclose(ssim(found, truth, peak=peak), expected, rtol=1e-6)


def test_ssim_refuses_images_around_zero(images):
    with pytest.raises(ValueError, match="from 0 to 1, got -1 to"):
        ssim(2 * images[0] - 1, images[1], peak=1.0)


def test_ssim_of_equal_images_is_one(images):
    torch.testing.assert_close(ssim(images[1], images[1], peak=1.0), torch.ones(3))


def test_ssim_needs_a_window():
    small = torch.zeros(1, 1, 10, 20)
    with pytest.raises(ValueError, match=r"11 pixels a side, got \(10, 20\)"):
        ssim(small, small, peak=1.0)


def test_psnr_of_a_known_error():
    truth = torch.zeros(2, 3, 4, 4)
    found = torch.stack([torch.full((3, 4, 4), 0.1), torch.full((3, 4, 4), 0.5)])
    expected = [20 * math.log10(2 / 0.1), 20 * math.log10(2 / 0.5)]
    np.testing.assert_allclose(psnr(found, truth, peak=2.0), expected, rtol=1e-5)
    assert psnr(truth, truth, peak=1.0).isinf().all()


def test_errors_count_only_valid_pixels(images):
    found, truth = images
    valid = torch.rand(3, 1, 15, 17, generator=torch.Generator().manual_seed(1)) < 0.5
    valid[2] = False
    for metric, power in ((mae, 1), (mse, 2)):
        values = metric(found, truth, valid)
        for index in range(2):
            kept = valid[index, 0]
            off = (found[index] - truth[index])[:, kept].abs() ** power
            assert values[index].item() == pytest.approx(off.mean().item(), rel=1e-5)
        assert values[2].isnan()
        whole = ((found - truth).abs() ** power).flatten(1).mean(dim=1)
        torch.testing.assert_close(metric(found, truth), whole)


@pytest.mark.parametrize("degrees", [0.0, 0.01, 30.0, 90.0, 179.99, 180.0])
def test_angles_between_directions_are_exact_near_0_and_180_too(degrees):
    angle = np.deg2rad(degrees)
    truth = torch.tensor([1.0, 0, 0], dtype=torch.float64).view(1, 3, 1, 1)
    found = torch.tensor([np.cos(angle), 0, np.sin(angle)]).view(1, 3, 1, 1)
    measured = angle_deg(5 * found.expand(1, 3, 2, 2), truth.expand(1, 3, 2, 2))
    assert measured.item() == pytest.approx(degrees, abs=1e-9)


def test_only_valid_pixels_count_for_psnr_and_angles():
    truth = torch.tensor([0.0, 0, 1]).view(1, 3, 1, 1).expand(2, 3, 2, 2).clone()
    found = truth.clone()
    found[:, :, 0, 0] = torch.tensor([1.0, 0, 0])
    found[:, :, 0, 1] = torch.tensor([0.0, 0, -1])
    valid = torch.zeros(2, 1, 2, 2, dtype=torch.bool)
    valid[0, 0, 0, 0] = valid[0, 0, 1, 1] = True
    angles = angle_deg(found, truth, valid)
    assert angles[0].item() == pytest.approx(45)
    assert angles[1].isnan()
    assert psnr(found, truth, valid, peak=2.0)[0].item() == pytest.approx(
        10 * math.log10(4 / (2 / 6))
    )
