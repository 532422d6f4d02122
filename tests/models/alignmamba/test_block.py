"""The Mamba block against mamba_ssm's names and against numpy."""

import numpy as np
import pytest
import torch

from fusionviz.models.alignmamba import MambaBlock

# mamba_ssm.Mamba(d_model=48): d_inner = 96, dt_rank = 3, d_state = 16, d_conv = 4
MAMBA_SSM_48 = [
    ("A_log", (96, 16)),
    ("D", (96,)),
    ("in_proj.weight", (192, 48)),
    ("conv1d.weight", (96, 1, 4)),
    ("conv1d.bias", (96,)),
    ("x_proj.weight", (35, 96)),
    ("dt_proj.weight", (96, 3)),
    ("dt_proj.bias", (96,)),
    ("out_proj.weight", (48, 96)),
]
# mamba_ssm.Mamba(20, d_state=8, d_conv=3, expand=1, conv_bias=False, bias=True)
MAMBA_SSM_20 = [
    ("A_log", (20, 8)),
    ("D", (20,)),
    ("in_proj.weight", (40, 20)),
    ("in_proj.bias", (40,)),
    ("conv1d.weight", (20, 1, 3)),
    ("x_proj.weight", (18, 20)),
    ("dt_proj.weight", (20, 2)),
    ("dt_proj.bias", (20,)),
    ("out_proj.weight", (20, 20)),
    ("out_proj.bias", (20,)),
]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def numpy_block(weights, x):
    """Algorithm 2 and figure 3 of the paper on one sequence, (token, width)."""
    w = {name: tensor.double().numpy() for name, tensor in weights.items()}
    inner, state = w["A_log"].shape
    rank = w["dt_proj.weight"].shape[1]
    taps = w["conv1d.weight"].shape[-1]
    projected = x @ w["in_proj.weight"].T
    signal, gate = projected[:, :inner], projected[:, inner:]
    padded = np.concatenate([np.zeros((taps - 1, inner)), signal])
    hidden = np.zeros((inner, state))
    output = []
    for t in range(len(x)):
        window = padded[t : t + taps]
        mixed = (window * w["conv1d.weight"][:, 0].T).sum(axis=0) + w["conv1d.bias"]
        u = mixed * sigmoid(mixed)
        low_rank, B, C = np.split(w["x_proj.weight"] @ u, [rank, rank + state])
        delta = np.log1p(np.exp(w["dt_proj.weight"] @ low_rank + w["dt_proj.bias"]))
        for channel in range(inner):
            decay = np.exp(-delta[channel] * np.exp(w["A_log"][channel]))
            hidden[channel] = decay * hidden[channel] + delta[channel] * B * u[channel]
        y = hidden @ C + w["D"] * u
        output.append(w["out_proj.weight"] @ (y * gate[t] * sigmoid(gate[t])))
    return np.stack(output)


def random_block(**options):
    torch.manual_seed(0)
    block = MambaBlock(12, d_state=5, **options)
    with torch.no_grad():
        block.D.normal_()
        block.A_log.add_(0.3 * torch.randn_like(block.A_log))
    return block


def test_state_dict_is_that_of_mamba_ssm():
    shapes = [(k, tuple(v.shape)) for k, v in MambaBlock(48).state_dict().items()]
    assert shapes == MAMBA_SSM_48


def test_state_dict_is_that_of_mamba_ssm_with_other_options():
    block = MambaBlock(20, d_state=8, d_conv=3, expand=1, conv_bias=False, bias=True)
    shapes = [(k, tuple(v.shape)) for k, v in block.state_dict().items()]
    assert shapes == MAMBA_SSM_20


def test_initialisation_is_that_of_mamba_ssm():
    torch.manual_seed(0)
    block = MambaBlock(256)
    expected = np.log(np.arange(1, 17, dtype=np.float32))
    np.testing.assert_array_equal(block.A_log.detach()[7], expected)
    assert (block.D == 1).all()
    step = torch.nn.functional.softplus(block.dt_proj.bias.double())
    assert 0.001 <= step.min() < 0.0012
    assert 0.08 < step.max() <= 0.1000001
    # log-uniform: the median is the geometric mean of 0.001 and 0.1
    assert step.median().item() == pytest.approx(0.01, rel=0.3)
    bound = 16**-0.5
    assert 0.99 * bound < block.dt_proj.weight.abs().max() <= bound


def test_initial_steps_do_not_fall_below_the_floor():
    block = MambaBlock(16, dt_min=1e-6, dt_max=1e-5, dt_init_floor=1e-3)
    step = torch.nn.functional.softplus(block.dt_proj.bias.double())
    np.testing.assert_allclose(step.detach(), 1e-3, rtol=1e-4)


def test_constant_initialisation():
    block = MambaBlock(32, dt_init="constant", dt_scale=2.0)
    assert torch.allclose(block.dt_proj.weight, torch.tensor(2.0 / 2**0.5))


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-6)]
)
def test_output_equals_the_numpy_block(dtype, tolerance):
    block = random_block().to(dtype)
    x = torch.randn(2, 9, 12, dtype=dtype)
    with torch.no_grad():
        output = block(x)
    assert output.dtype == dtype
    for sample in range(2):
        expected = numpy_block(block.state_dict(), x[sample].double().numpy())
        np.testing.assert_allclose(output[sample], expected, atol=tolerance)


def test_block_is_causal():
    block = random_block().double()
    x = torch.randn(1, 8, 12, dtype=torch.float64)
    changed = x.clone()
    changed[:, 5:] += 1
    with torch.no_grad():
        difference = (block(x) - block(changed)).abs().amax(dim=(0, 2))
    assert (difference[:5] == 0).all()
    assert (difference[5:] > 1e-6).all()


def test_trace_agrees_with_forward():
    block = random_block()
    x = torch.randn(2, 7, 12)
    trace = block.trace(x, states=True)
    with torch.no_grad():
        torch.testing.assert_close(trace.output, block(x))
    assert (trace.delta > 0).all()
    assert trace.B.shape == trace.C.shape == (2, 5, 7)
    assert trace.state_norm.shape == (2, 24, 7)
    # from the zero state the first step leaves delta u |B|
    first = (trace.delta * trace.u)[..., 0].abs() * trace.B[:, None, :, 0].norm(dim=-1)
    torch.testing.assert_close(trace.state_norm[..., 0], first)
    assert block.trace(x).state_norm is None


def test_gradients_reach_every_parameter():
    block = random_block()
    block(torch.randn(2, 7, 12)).square().sum().backward()
    for name, parameter in block.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


@pytest.mark.usefixtures("unchecked_shapes")
def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"\(batch, token, 12\), got \(3, 12\)"):
        random_block()(torch.zeros(3, 12))
    with pytest.raises(ValueError, match="positive, got 0"):
        MambaBlock(0)
    with pytest.raises(ValueError, match="got 'zeros'"):
        MambaBlock(8, dt_init="zeros")
