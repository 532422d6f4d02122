"""What every scan backend is given: checked, in one dtype, with groups."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class ScanInputs(NamedTuple):
    """The arguments of `scan.selective_scan`, which explains them.

    B and C may lack the group axis until `prepared` gives them one.
    """

    u: Tensor
    delta: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor | None
    z: Tensor | None
    delta_bias: Tensor | None
    delta_softplus: bool

    def check(self) -> None:
        """Raise ValueError if shapes do not fit together or a tensor is not real."""
        if self.u.ndim != 3 or 0 in self.u.shape:
            raise ValueError(
                "u must be (batch, channel, token) without an empty axis, "
                f"got {tuple(self.u.shape)}"
            )
        channels = self.u.shape[1]
        if self.A.ndim != 2 or self.A.shape[0] != channels or 0 in self.A.shape:
            raise ValueError(
                f"A must be ({channels}, state), got {tuple(self.A.shape)}"
            )
        self._check_shape("delta", tuple(self.u.shape))
        self._check_shape("z", tuple(self.u.shape))
        self._check_shape("D", (channels,))
        self._check_shape("delta_bias", (channels,))
        self._check_parameter("B")
        self._check_parameter("C")
        if self.B.shape != self.C.shape:
            raise ValueError(
                "B and C must have the same shape, "
                f"got {tuple(self.B.shape)} and {tuple(self.C.shape)}"
            )
        for name, value in self._asdict().items():
            if isinstance(value, Tensor) and not value.is_floating_point():
                raise ValueError(f"{name} must be real floats, got {value.dtype}")

    def _check_shape(self, name: str, shape: tuple[int, ...]) -> None:
        tensor = getattr(self, name)
        if tensor is not None and tensor.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {tuple(tensor.shape)}")

    def _check_parameter(self, name: str) -> None:
        shape = tuple(getattr(self, name).shape)
        batch, channels, length = self.u.shape
        groups = shape[1] if len(shape) == 4 else 1
        ungrouped = (batch, self.A.shape[1], length)
        fits = shape in (ungrouped, (batch, groups, *ungrouped[1:]))
        if not fits or groups == 0 or channels % groups:
            raise ValueError(
                f"{name} must be (batch, state, token) = {ungrouped}, or have a second "
                f"axis, group, that divides {channels} channels, got {shape}"
            )

    def prepared(self) -> "ScanInputs":
        """Return the same in the dtype of the computation, B and C with groups."""
        dtype = torch.promote_types(self.u.dtype, self.delta.dtype)
        dtype = torch.promote_types(dtype, torch.float32)

        def cast(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor.to(dtype)

        B, C = (x if x.ndim == 4 else x.unsqueeze(1) for x in (self.B, self.C))
        return ScanInputs(
            u=self.u.to(dtype),
            delta=self.delta.to(dtype),
            A=self.A.to(dtype),
            B=B.to(dtype),
            C=C.to(dtype),
            D=cast(self.D),
            z=cast(self.z),
            delta_bias=cast(self.delta_bias),
            delta_softplus=self.delta_softplus,
        )

    def step_sizes(self) -> Tensor:
        """Return delta as the recurrence uses it: with its bias, then softplus."""
        delta = self.delta
        if self.delta_bias is not None:
            delta = delta + self.delta_bias[:, None]
        return functional.softplus(delta) if self.delta_softplus else delta

    def parameters_per_channel(self) -> tuple[Tensor, Tensor]:
        """Return B and C as (batch, channel, state, token)."""
        repeats = self.u.shape[1] // self.B.shape[1]
        return (
            self.B.repeat_interleave(repeats, dim=1),
            self.C.repeat_interleave(repeats, dim=1),
        )

    def finish(self, y: Tensor) -> Tensor:
        """Return the output <C, h> with the skip added and the gate applied."""
        if self.D is not None:
            y = y + self.D[:, None] * self.u
        return y if self.z is None else y * functional.silu(self.z)
