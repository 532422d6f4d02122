"""Every scan backend against recurrences written out here."""

import itertools

import numpy as np
import pytest
import torch

from fusionviz.models.alignmamba import scan_backends, selective_scan

BACKENDS = [b.name for b in scan_backends() if b.available and b.name != "cuda"]


def draw(batch=2, channels=6, length=11, state=5, groups=None, dtype=torch.float64):
    """Return the arguments of a scan as a dict, steps before softplus."""
    generator = torch.Generator().manual_seed(batch + 10 * length + channels)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)

    group = () if groups is None else (groups,)
    return {
        "u": normal(batch, channels, length),
        "delta": normal(batch, channels, length) - 1,
        "A": -normal(channels, state).exp(),
        "B": normal(batch, *group, state, length),
        "C": normal(batch, *group, state, length),
        "D": normal(channels),
        "z": normal(batch, channels, length),
        "delta_bias": normal(channels),
    }


def numpy_scan(u, delta, A, B, C, D=None, z=None, delta_bias=None, softplus=False):
    """Equation 2 of Gu and Dao 2023, one scalar at a time."""
    batch, channels, length = u.shape
    y = np.zeros(u.shape)
    last = np.zeros((batch, *A.shape))
    for b, c in itertools.product(range(batch), range(channels)):
        h = [0.0] * A.shape[1]
        group = c * (B.shape[1] if B.ndim == 4 else 1) // channels
        B_c, C_c = (x[b, group] if x.ndim == 4 else x[b] for x in (B, C))
        for t in range(length):
            step = delta[b, c, t] + (0 if delta_bias is None else delta_bias[c])
            if softplus:
                step = np.log1p(np.exp(step))
            for n in range(A.shape[1]):
                h[n] = np.exp(step * A[c, n]) * h[n] + step * B_c[n, t] * u[b, c, t]
                y[b, c, t] += C_c[n, t] * h[n]
            if D is not None:
                y[b, c, t] += D[c] * u[b, c, t]
            if z is not None:
                y[b, c, t] *= z[b, c, t] / (1 + np.exp(-z[b, c, t]))
        last[b, c] = h
    return y, last


def closed_form(u, delta, A, B, C, D, z, delta_bias):
    """The scan unrolled: y_t = C_t sum_{s<=t} exp(A (T_t - T_s)) delta_s B_s u_s.

    What mamba-ssm's selective_scan_ref computes (bias, softplus, scan, skip, gate),
    derived without a recurrence; T is the running sum of delta.
    """
    step = torch.logaddexp(delta + delta_bias[:, None], torch.zeros(()).to(delta))
    time = step.cumsum(-1)
    elapsed = (time[..., :, None] - time[..., None, :]).tril()
    kernel = torch.exp(torch.einsum("bcts,cn->bcnts", elapsed, A)).tril()
    y = torch.einsum("bnt,bcnts,bcs,bns,bcs->bct", C, kernel, step, B, u)
    return (y + D[:, None] * u) * z * torch.sigmoid(z)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("groups", [None, 1, 3])
@pytest.mark.parametrize("softplus", [False, True])
@pytest.mark.parametrize("extras", [(), ("D",), ("z",), ("delta_bias", "D", "z")])
def test_scan_equals_the_recurrence(backend, groups, softplus, extras):
    inputs = draw(groups=groups)
    inputs = {k: v for k, v in inputs.items() if len(k) == 1 and k in "uABC"} | {
        "delta": inputs["delta"] if softplus else inputs["delta"].exp(),
        **{name: inputs[name] for name in extras},
    }
    y, last = selective_scan(
        **inputs, delta_softplus=softplus, return_last_state=True, backend=backend
    )
    arrays = {name: value.numpy() for name, value in inputs.items()}
    expected_y, expected_last = numpy_scan(**arrays, softplus=softplus)
    np.testing.assert_allclose(y, expected_y, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(last, expected_last, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (3, 17, 70, 16), (1, 33, 129, 3)])
def test_scan_equals_the_unrolled_sum(backend, dtype, shape):
    inputs = draw(*shape, dtype=dtype)
    y = selective_scan(**inputs, delta_softplus=True, backend=backend)
    assert y.dtype == dtype
    expected = closed_form(**{name: x.double() for name, x in inputs.items()})
    tolerance = 1e-12 if dtype == torch.float64 else 3e-6
    scale = expected.abs().max()
    torch.testing.assert_close(
        y.double(), expected, rtol=tolerance, atol=tolerance * scale.item()
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(backend, dtype):
    inputs = draw(dtype=dtype)
    y, last = selective_scan(
        **inputs, delta_softplus=True, return_last_state=True, backend=backend
    )
    wide = {name: x.float() for name, x in inputs.items()}
    expected = selective_scan(**wide, delta_softplus=True, backend=backend)
    assert y.dtype == dtype
    assert last.dtype == torch.float32
    torch.testing.assert_close(y, expected.to(dtype), rtol=0, atol=0)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("groups", [None, 2])
def test_gradients_by_finite_differences(backend, groups):
    inputs = draw(batch=2, channels=4, length=5, state=3, groups=groups)
    leaves = [x.requires_grad_() for x in inputs.values()]
    assert torch.autograd.gradcheck(
        lambda *x: selective_scan(*x, True, True, backend=backend), leaves
    )


@pytest.mark.parametrize("backend", [b for b in BACKENDS if b != "reference"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shape", [(2, 35, 150, 16), (3, 5, 33, 2)])
@pytest.mark.parametrize("plain", [False, True])
def test_gradients_equal_those_of_the_reference(backend, dtype, shape, plain):
    """Long enough for several chunks; `plain` leaves every option out."""
    inputs = draw(*shape)
    if plain:
        inputs = {name: inputs[name] for name in ("u", "delta", "A", "B", "C")}
        inputs["delta"] = inputs["delta"].exp()
    weight = torch.randn(shape[:3], dtype=torch.float64).cumsum(-1)
    results = []
    for name, kind in ((backend, dtype), ("reference", torch.float64)):
        leaves = {k: x.to(kind, copy=True).requires_grad_() for k, x in inputs.items()}
        y, last = selective_scan(
            **leaves, delta_softplus=not plain, return_last_state=True, backend=name
        )
        ((weight.to(kind) * y).sum() + last.sum()).backward()
        results.append({k: x.grad.double() for k, x in leaves.items()})
    tolerance = 1e-11 if dtype == torch.float64 else 2e-5
    for name, expected in results[1].items():
        error = (results[0][name] - expected).abs().max() / expected.abs().max()
        assert error < tolerance, (name, error)


@pytest.mark.parametrize("backend", BACKENDS)
def test_strided_inputs(backend):
    """Channels-last memory, and an expanded batch, as a model would pass them."""
    inputs = draw()
    strided = {
        name: x.transpose(-1, -2).contiguous().transpose(-1, -2) if x.ndim == 3 else x
        for name, x in inputs.items()
    }
    strided["D"] = torch.stack([inputs["D"]] * 2, dim=-1)[:, 0]
    expected = selective_scan(**inputs, delta_softplus=True, backend="reference")
    y = selective_scan(**strided, delta_softplus=True, backend=backend)
    torch.testing.assert_close(y, expected)


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_what_needs_a_gradient_gets_one(backend):
    inputs = draw()
    inputs["A"].requires_grad_()
    y = selective_scan(**inputs, delta_softplus=True, backend=backend)
    y.sum().backward()
    assert inputs["A"].grad is not None
    assert inputs["u"].grad is None
    with torch.inference_mode():
        silent = selective_scan(**inputs, delta_softplus=True, backend=backend)
    assert not silent.requires_grad
    torch.testing.assert_close(silent, y.detach())


@pytest.mark.parametrize("backend", BACKENDS)
def test_extreme_steps_stay_finite(backend):
    """A huge step forgets everything, a tiny one forgets nothing."""
    inputs = draw(dtype=torch.float32)
    for shift in (-200.0, 60.0):
        y = selective_scan(
            **(inputs | {"delta": inputs["delta"] + shift}),
            delta_softplus=True,
            backend=backend,
        )
        expected = selective_scan(
            **({k: x.double() for k, x in inputs.items()})
            | {"delta": inputs["delta"].double() + shift},
            delta_softplus=True,
            backend="reference",
        )
        torch.testing.assert_close(y.double(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_not_a_number_is_not_hidden(backend):
    inputs = draw()
    inputs["delta"][0, 2, 4] = torch.nan
    y = selective_scan(**inputs, delta_softplus=True, backend=backend)
    assert y[0, 2, 4:].isnan().all()
    assert y[0, 2, :4].isfinite().all()
    assert y[1].isfinite().all()


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"u": torch.zeros(2, 6)}, r"u must be .* got \(2, 6\)"),
        ({"u": torch.zeros(2, 6, 0)}, r"empty axis, got \(2, 6, 0\)"),
        ({"delta": torch.zeros(2, 6, 10)}, r"delta must be \(2, 6, 11\), got"),
        ({"A": torch.zeros(5, 5)}, r"A must be \(6, state\), got \(5, 5\)"),
        ({"B": torch.zeros(2, 4, 11)}, r"B must be .* got \(2, 4, 11\)"),
        ({"C": torch.zeros(2, 4, 5, 11)}, r"C must be .* got \(2, 4, 5, 11\)"),
        ({"D": torch.zeros(5)}, r"D must be \(6,\), got \(5,\)"),
        ({"z": torch.zeros(1, 6, 11)}, r"z must be \(2, 6, 11\), got"),
        ({"A": torch.zeros(6, 5, dtype=torch.complex64)}, "A must be real floats"),
        ({"backend": "fast"}, "got 'fast'"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        selective_scan(**(draw() | change))


def test_backends_say_what_they_are():
    backends = {backend.name: backend for backend in scan_backends()}
    assert backends["reference"].available
    assert all(backend.reason for backend in backends.values())
