"""Laws that every layer, plan and scan of a kind obeys, each against an oracle."""

import torch
from torch import nn

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-10}


def randomise(module: nn.Module, scale: float = 0.3, seed: int = 0) -> nn.Module:
    """Give every weight a value of its own: a layer at its start hides errors."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in module.parameters():
            noise = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
            weight.add_(scale * noise.to(weight))
    return module


def assert_inverts(layer, x: torch.Tensor, tolerance: float | None = None) -> float:
    """Check layer.inverse(layer(x)) = x, and that the layer did something."""
    with torch.no_grad():
        y, _ = layer(x)
        error = (layer.inverse(y) - x).abs().max().item()
    assert not torch.allclose(y, x, atol=1e-2), "the layer is the identity"
    limit = TOLERANCE[x.dtype] if tolerance is None else tolerance
    assert error <= limit, f"largest inverse error {error:.2e}, at most {limit:.0e}"
    return error


def assert_log_det(layer, x: torch.Tensor, tolerance: float = 1e-8) -> float:
    """Check each sample's log-determinant against autograd's full Jacobian."""
    _, log_det = layer(x)
    assert log_det.shape == (len(x),)
    worst = 0.0
    for index in range(len(x)):
        sample = x[index : index + 1]

        def flat(values, shape=sample.shape):
            return layer(values.view(shape))[0].flatten()

        jacobian = torch.autograd.functional.jacobian(flat, sample.flatten())
        expected = torch.linalg.slogdet(jacobian).logabsdet
        worst = max(worst, (log_det[index] - expected).abs().item())
    assert worst <= tolerance, f"log-determinant off by {worst:.2e}"
    return worst


def assert_coupling(
    coupling: torch.Tensor,
    source: torch.Tensor,
    target: torch.Tensor | None,
    tolerance: float,
) -> None:
    """Check a plan's sign and its marginals; `target` None leaves columns free."""
    assert (coupling >= 0).all()
    assert torch.isfinite(coupling).all()
    torch.testing.assert_close(coupling.sum(-1), source, atol=tolerance, rtol=0)
    if target is not None:
        torch.testing.assert_close(coupling.sum(-2), target, atol=tolerance, rtol=0)
