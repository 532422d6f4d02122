"""The Mamba block: projections, a short convolution, the selective scan, a gate.

Mamba-1 (Gu and Dao 2023, arXiv 2312.00752, section 3.4 and figure 3). Parameters have
the names, shapes and initialisation of `mamba_ssm.Mamba`, so that a state dict moves
both ways.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fusionviz.models.alignmamba.scan.dispatch import selective_scan
from fusionviz.models.alignmamba.scan.reference import states as states_of

Path = Literal["values", "selection", "gate"]
"""A way through the block: what the scan adds up, what it weighs it by, or the gate."""


@dataclass(frozen=True, eq=False)
class MambaTrace:
    """What one `MambaBlock` computed. Tensors are detached; channel = inner width.

    Attributes:
        output: What `forward` returns, (batch, token, width).
        u: Input of the scan, (batch, channel, token).
        delta: Step sizes after softplus, > 0, (batch, channel, token).
        A: State matrix, < 0, (channel, state).
        B: Input parameters, (batch, state, token).
        C: Output parameters, (batch, state, token).
        D: Skip weights, (channel,).
        gate: silu(z), which multiplies the scan's output, (batch, channel, token).
        state_norm: Euclidean norm over the state after each step, (batch, channel,
            token), or None where it was not asked for.
    """

    output: Tensor
    u: Tensor
    delta: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor
    gate: Tensor
    state_norm: Tensor | None


@dataclass(frozen=True, eq=False)
class _ScanInputs:
    """The tensors that go into the scan; `delta` still without bias and softplus."""

    u: Tensor
    delta: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    z: Tensor


class MambaBlock(nn.Module):
    """Selective state-space layer that maps (batch, token, width) to the same shape.

    Per inner channel, h_t = exp(delta_t A) h_{t-1} + delta_t B_t u_t and
    y_t = C_t h_t + D u_t, with delta, B and C computed from the input; the output is
    out_proj(y * silu(z)) (Gu and Dao 2023, algorithm 2 and figure 3).

    >>> block = MambaBlock(8)
    >>> block(torch.randn(2, 5, 8)).shape
    torch.Size([2, 5, 8])

    Args:
        d_model: Width of a token.
        d_state: States per channel.
        d_conv: Taps of the causal depthwise convolution.
        expand: Inner width over `d_model`.
        dt_rank: Rank of the projection to delta; "auto" is ceil(d_model / 16).
        dt_min: Smallest delta at initialisation.
        dt_max: Largest delta at initialisation.
        dt_init: How dt_proj.weight starts: uniform or constant, of scale
            dt_scale / sqrt(dt_rank).
        dt_scale: See `dt_init`.
        dt_init_floor: No initial delta lies below it.
        conv_bias: Whether the convolution has a bias.
        bias: Whether in_proj and out_proj have a bias.
        backend: Backend of the scan, see `selective_scan`.

    Raises:
        ValueError: If a size is not positive or `dt_init` is unknown.
    """

    def __init__(
        self,
        d_model: int,
        d_state: int = 16,
        d_conv: int = 4,
        expand: float = 2,
        *,
        dt_rank: int | Literal["auto"] = "auto",
        dt_min: float = 0.001,
        dt_max: float = 0.1,
        dt_init: Literal["random", "constant"] = "random",
        dt_scale: float = 1.0,
        dt_init_floor: float = 1e-4,
        conv_bias: bool = True,
        bias: bool = False,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        if min(d_model, d_state, d_conv, expand) <= 0:
            raise ValueError(
                "d_model, d_state, d_conv and expand must be positive, "
                f"got {d_model}, {d_state}, {d_conv} and {expand}"
            )
        self.d_model, self.d_state, self.d_conv = d_model, d_state, d_conv
        self.d_inner = int(expand * d_model)
        self.dt_rank = math.ceil(d_model / 16) if dt_rank == "auto" else dt_rank
        self.backend = backend

        inner = self.d_inner
        self.in_proj = nn.Linear(d_model, 2 * inner, bias=bias)
        self.conv1d = nn.Conv1d(
            inner, inner, d_conv, groups=inner, padding=d_conv - 1, bias=conv_bias
        )
        self.x_proj = nn.Linear(inner, self.dt_rank + 2 * d_state, bias=False)
        self.dt_proj = nn.Linear(self.dt_rank, inner, bias=True)
        self.A_log = nn.Parameter(
            torch.arange(1, d_state + 1, dtype=torch.float32).log().repeat(inner, 1)
        )
        self.D = nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, d_model, bias=bias)
        self._init_steps(dt_min, dt_max, dt_init, dt_scale, dt_init_floor)

    @torch.no_grad()
    def _init_steps(
        self, smallest: float, largest: float, init: str, scale: float, floor: float
    ) -> None:
        """Start with step sizes spread log-uniformly between smallest and largest."""
        spread = scale * self.dt_rank**-0.5
        if init == "random":
            self.dt_proj.weight.uniform_(-spread, spread)
        elif init == "constant":
            self.dt_proj.weight.fill_(spread)
        else:
            raise ValueError(f'dt_init must be "random" or "constant", got {init!r}')
        low, high = math.log(smallest), math.log(largest)
        step = torch.exp(torch.rand(self.d_inner) * (high - low) + low).clamp(min=floor)
        # the inverse of softplus, so that softplus(bias) is the step
        self.dt_proj.bias.copy_(step + torch.log(-torch.expm1(-step)))

    def forward(
        self, hidden: Float[Tensor, "batch token width"]
    ) -> Float[Tensor, "batch token width"]:
        """Return the mixed tokens, (batch, token, width); token t sees only 0..t.

        Raises:
            ValueError: If `hidden` is not (batch, token, d_model).
        """
        return self._scan(self._scan_inputs(hidden))

    def forward_along(
        self, hidden: Float[Tensor, "batch token width"], path: Path
    ) -> Float[Tensor, "batch token width"]:
        """Return what `forward` does; its gradients flow along one path alone.

        The gradients along all three add up to those of `forward`.

        Args:
            hidden: Tokens, (batch, token, width).
            path: `values`, through u; `selection`, through delta, B and C; or `gate`.
        """
        inputs = self._scan_inputs(hidden)
        parts = {
            "values": ("u",),
            "selection": ("delta", "B", "C"),
            "gate": ("z",),
        }
        held = {
            name: getattr(inputs, name).detach()
            for other, names in parts.items()
            if other != path
            for name in names
        }
        return self._scan(replace(inputs, **held))

    def trace(
        self, hidden: Float[Tensor, "batch token width"], *, states: bool = False
    ) -> MambaTrace:
        """Return what `forward` computes on the way, without gradients.

        Args:
            hidden: Tokens, (batch, token, width).
            states: Whether to follow the state and keep its norm at each step.
        """
        with torch.inference_mode():
            inputs = self._scan_inputs(hidden)
            delta = functional.softplus(inputs.delta + self.dt_proj.bias[:, None])
            norm = None
            if states:
                passed = states_of(inputs.u, delta, inputs.A, inputs.B.unsqueeze(1))
                norm = torch.stack([state.norm(dim=-1) for state in passed], dim=-1)
            return MambaTrace(
                output=self._scan(inputs),
                u=inputs.u,
                delta=delta,
                A=inputs.A,
                B=inputs.B,
                C=inputs.C,
                D=self.D.detach().clone(),
                gate=functional.silu(inputs.z),
                state_norm=norm,
            )

    def _scan_inputs(self, hidden: Tensor) -> _ScanInputs:
        if hidden.ndim != 3 or hidden.shape[-1] != self.d_model:
            raise ValueError(
                f"hidden must be (batch, token, {self.d_model}), "
                f"got {tuple(hidden.shape)}"
            )
        length = hidden.shape[1]
        x, z = self.in_proj(hidden).transpose(1, 2).chunk(2, dim=1)
        # the padding is on both sides: cutting the tail makes it causal
        u = functional.silu(self.conv1d(x)[..., :length])
        delta, B, C = self.x_proj(u.transpose(1, 2)).split(
            [self.dt_rank, self.d_state, self.d_state], dim=-1
        )
        at_least_float32 = torch.promote_types(self.A_log.dtype, torch.float32)
        return _ScanInputs(
            u=u,
            # the bias goes in with the scan, as in mamba_ssm
            delta=functional.linear(delta, self.dt_proj.weight).transpose(1, 2),
            A=-torch.exp(self.A_log.to(at_least_float32)),
            B=B.transpose(1, 2),
            C=C.transpose(1, 2),
            z=z,
        )

    def _scan(self, inputs: _ScanInputs) -> Tensor:
        y = selective_scan(
            inputs.u,
            inputs.delta,
            inputs.A,
            inputs.B,
            inputs.C,
            self.D,
            z=inputs.z,
            delta_bias=self.dt_proj.bias,
            delta_softplus=True,
            backend=self.backend,
        )
        return self.out_proj(cast(Tensor, y).transpose(1, 2))
