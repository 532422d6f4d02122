"""How far images are from the truth: one number a sample."""

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

Images = Float[Tensor, "batch channel height width"]
Mask = Bool[Tensor, "batch 1 height width"]
PerSample = Float[Tensor, " batch"]

WINDOW, SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03
LUMA = (0.299, 0.587, 0.114)
ROUNDING = 1e-5
"""Share of the range that a pixel may be out of it."""


def mae(found: Images, truth: Images, valid: Mask | None = None) -> PerSample:
    """Return the mean absolute error, in the images' unit.

    Args:
        found: What is measured.
        truth: What it should be.
        valid: Pixels that count; all if not given. A sample without any is NaN.
    """
    return _mean((found - truth).abs(), valid)


def mse(found: Images, truth: Images, valid: Mask | None = None) -> PerSample:
    """Return the mean squared error, in the images' unit squared.

    Args:
        found: What is measured.
        truth: What it should be.
        valid: Pixels that count; all if not given. A sample without any is NaN.
    """
    return _mean((found - truth).square(), valid)


def psnr(
    found: Images, truth: Images, valid: Mask | None = None, *, peak: float
) -> PerSample:
    """Return the peak signal-to-noise ratio, 10 log10(peak² / MSE), in dB.

    Args:
        found: What is measured.
        truth: What it should be.
        valid: Pixels that count; all if not given. A sample without any is NaN.
        peak: Largest minus smallest value that a pixel can have. Infinite where the
            images are equal.
    """
    return 10 * torch.log10(peak**2 / mse(found, truth, valid))


def angle_deg(found: Images, truth: Images, valid: Mask | None = None) -> PerSample:
    """Return the mean angle between directions, in degrees.

    Args:
        found: What is measured, of any length but 0.
        truth: What it should be.
        valid: Pixels that count; all if not given. A sample without any is NaN.
    """
    # By the half angle: of the cosine of a small angle nothing is left in float32.
    x, y = F.normalize(found.double(), dim=1), F.normalize(truth.double(), dim=1)
    half = torch.atan2(
        (x - y).norm(dim=1, keepdim=True), (x + y).norm(dim=1, keepdim=True)
    )
    return _mean(2 * half.rad2deg(), valid).to(found.dtype)


def luminance(images: Float[Tensor, "batch 3 height width"]) -> Images:
    """Return the luma of colours, Y' = 0.299 R' + 0.587 G' + 0.114 B' (BT.601).

    Args:
        images: Red, green and blue as a screen takes them, in any range.
    """
    weights = images.new_tensor(LUMA).view(1, 3, 1, 1)
    return (images * weights).sum(dim=1, keepdim=True)


def ssim(found: Images, truth: Images, *, peak: float) -> PerSample:
    """Return the structural similarity, at most 1 (Wang et al. 2004, eq. 13).

    Mean over channels and over all windows that lie in the image, Gaussian of 11
    pixels with σ = 1.5, K1 = 0.01, K2 = 0.03; computed in float64. It compares means as
    ratios, so 0 has to be the darkest that a pixel can be.

    Args:
        found: What is measured, from 0 to `peak`, at least 11 pixels a side.
        truth: What it should be, likewise.
        peak: Largest value that a pixel can have.

    Raises:
        ValueError: The images are smaller than the window, or a pixel is out of range.
    """
    if min(found.shape[-2:]) < WINDOW:
        raise ValueError(
            f"SSIM needs {WINDOW} pixels a side, got {tuple(found.shape[-2:])}"
        )
    x, y = found.double(), truth.double()
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    if low < -ROUNDING * peak or high > (1 + ROUNDING) * peak:
        raise ValueError(
            f"SSIM needs pixels from 0 to {peak:g}, got {low:g} to {high:g}"
        )
    mean_x, mean_y = _blur(x), _blur(y)
    var_x = _blur(x * x) - mean_x**2
    var_y = _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    c1, c2 = (K1 * peak) ** 2, (K2 * peak) ** 2
    light = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (var_x + var_y + c2)
    return (light * structure).mean(dim=(1, 2, 3)).to(found.dtype)


def _blur(images: Images) -> Images:
    """Return Gaussian means of the windows that lie in the image."""
    offset = torch.arange(WINDOW, dtype=images.dtype, device=images.device)
    weight = torch.exp(-((offset - WINDOW // 2) ** 2) / (2 * SIGMA**2))
    weight = weight / weight.sum()
    channels = images.shape[1]
    rows = weight.view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    columns = weight.view(1, 1, 1, -1).expand(channels, 1, 1, -1)
    return F.conv2d(F.conv2d(images, rows, groups=channels), columns, groups=channels)


def _mean(errors: Images, valid: Mask | None) -> PerSample:
    if valid is None:
        return errors.mean(dim=(1, 2, 3))
    counted = valid.expand_as(errors)
    total = torch.where(counted, errors, 0).sum(dim=(1, 2, 3))
    return total / counted.sum(dim=(1, 2, 3))
