"""The selective scan of Mamba: one function over several backends.

Gu and Dao 2023 (arXiv 2312.00752), equations 2a and 2b with the discretisation of
section 3.2 as implemented in mamba-ssm: exact for A, Euler for B.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.models.alignmamba.scan.inputs import ScanInputs


@dataclass(frozen=True)
class ScanBackend:
    """One way to run the scan, and whether it is possible here.

    Attributes:
        name: What to pass as `backend`.
        available: Whether it can run on this machine.
        reason: What it is, or why it cannot run.
    """

    name: str
    available: bool
    reason: str


def selective_scan(
    u: Float[Tensor, "batch channel token"],
    delta: Float[Tensor, "batch channel token"],
    A: Float[Tensor, "channel state"],
    B: Float[Tensor, "batch *group state token"],
    C: Float[Tensor, "batch *group state token"],
    D: Float[Tensor, " channel"] | None = None,
    z: Float[Tensor, "batch channel token"] | None = None,
    delta_bias: Float[Tensor, " channel"] | None = None,
    delta_softplus: bool = False,
    return_last_state: bool = False,
    *,
    backend: str = "auto",
) -> Tensor | tuple[Tensor, Tensor]:
    """Return the output of a selective state-space model.

    For each channel, with a state of its own and h_{-1} = 0,

        h_t = exp(delta_t A) * h_{t-1} + delta_t B_t u_t
        y_t = <C_t, h_t> + D u_t

    and y_t silu(z_t) where z is given (Gu and Dao 2023, equation 2 and algorithm 2).
    Arguments are those of `mamba_ssm.ops.selective_scan_interface.selective_scan_fn`.
    Half-precision tensors are computed in float32; float64 stays float64.

    Backends agree with each other, relative to the largest value: outputs to 3e-6 in
    float32 and 1e-12 in float64, gradients to 2e-5 and 1e-11.

    >>> u, delta = torch.tensor([[[1.0, 0.0, 2.0]]]), torch.ones(1, 1, 3)
    >>> halving, one = torch.tensor([[0.5]]).log(), torch.ones(1, 1, 3)
    >>> selective_scan(u, delta, halving, one, one)  # h <- h / 2 + u, y = h
    tensor([[[1.0000, 0.5000, 2.2500]]])

    Args:
        u: Input, (batch, channel, token).
        delta: Step sizes, (batch, channel, token).
        A: State matrix (diagonal), (channel, state); negative where h should decay.
        B: Input parameters, (batch, state, token), or (batch, group, state, token)
            where consecutive groups of channels share them.
        C: Output parameters, shaped as B may be.
        D: Skip weights, (channel,).
        z: Gate before silu, (batch, channel, token).
        delta_bias: Added to delta first, (channel,).
        delta_softplus: Whether delta then goes through softplus.
        return_last_state: Whether the state after the last token is returned too,
            (batch, channel, state), float32 at least.
        backend: "auto", or a name from `scan_backends`.

    Returns:
        Output in u's dtype, (batch, channel, token), and the last state if asked.

    Raises:
        ValueError: If shapes do not fit together, a tensor is complex, or the backend
            is unknown, absent, or cannot take these tensors.
    """
    inputs = ScanInputs(u, delta, A, B, C, D, z, delta_bias, delta_softplus)
    inputs.check()
    name = auto_backend(u.device, u.dtype) if backend == "auto" else backend
    _check_backend(name, u.device)
    y, last_state = _implementation(name)(inputs)
    y = y.to(u.dtype)
    return (y, last_state) if return_last_state else y


def auto_backend(device: torch.device, dtype: torch.dtype) -> str:
    """Return the name of the backend that "auto" takes for such tensors."""
    available = {backend.name for backend in scan_backends() if backend.available}
    if device.type == "cuda":
        # mamba-ssm's kernel has no float64
        fits = "cuda" in available and dtype != torch.float64
        return "cuda" if fits else "torch"
    if device.type == "cpu":
        return "cpu" if "cpu" in available else "reference"
    return "torch"


@cache
def scan_backends() -> tuple[ScanBackend, ...]:
    """Return every backend, in the order of preference, and whether it runs here."""
    return (
        ScanBackend("cuda", *_find_cuda()),
        ScanBackend("torch", True, "chunks in plain torch, on any device"),
        ScanBackend("cpu", *_find_numba()),
        ScanBackend("reference", True, "plain torch, one step after another"),
    )


def _find_cuda() -> tuple[bool, str]:
    if find_spec("selective_scan_cuda") is None:
        return False, "mamba-ssm's extension selective_scan_cuda is not installed"
    if not torch.cuda.is_available():
        return False, "mamba-ssm is installed, but torch sees no CUDA device"
    return True, "mamba-ssm's fused CUDA kernel"


def _find_numba() -> tuple[bool, str]:
    try:
        import numba

        import fusionviz.models.alignmamba.scan.cpu  # noqa: F401 - compiles
    except ImportError as error:
        return False, f"numba cannot be imported: {error}"
    except RuntimeError as error:  # no folder that it may keep compiled code in
        return False, f"numba cannot compile: {error}"
    return True, f"fused kernel on CPU threads, numba {numba.__version__}"


def _implementation(name: str) -> Callable[[ScanInputs], tuple[Tensor, Tensor]]:
    """Return a backend's function; its imports wait until it is asked for."""
    if name == "cuda":
        from fusionviz.models.alignmamba.scan.cuda import scan_cuda

        return scan_cuda
    if name == "cpu":
        from fusionviz.models.alignmamba.scan.cpu import scan_cpu

        return scan_cpu
    if name == "torch":
        from fusionviz.models.alignmamba.scan.chunked import scan_torch

        return scan_torch
    from fusionviz.models.alignmamba.scan.reference import scan_reference

    return scan_reference


def _check_backend(name: str, device: torch.device) -> None:
    known = {backend.name: backend for backend in scan_backends()}
    if name not in known:
        raise ValueError(f"backend must be auto or one of {list(known)}, got {name!r}")
    if not known[name].available:
        raise ValueError(f"backend {name!r} cannot run: {known[name].reason}")
    if name in ("cpu", "cuda") and device.type != name:
        raise ValueError(f"backend {name!r} cannot take tensors on {device}")
