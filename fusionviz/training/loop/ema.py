"""A moving average of the weights, which generalises better than the last ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class MovingAverage:
    """Exponential moving average of a model's trainable parameters, in float32.

    average <- decay * average + (1 - decay) * weights, with decay = min(`decay`,
    (1 + n) / (10 + n)) at update n, so that the first weights are soon forgotten.
    A decay of 0 follows the weights.

    Attributes:
        average: By parameter name.
        updates: Number of updates so far.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.average: dict[str, Tensor] = {
            name: weights.detach().to(torch.float32, copy=True)
            for name, weights in model.named_parameters()
            if weights.requires_grad
        }

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move the average towards the model's weights."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        weights = dict(model.named_parameters())
        for name, average in self.average.items():
            average.lerp_(weights[name].detach().to(torch.float32), 1 - decay)

    @torch.no_grad()
    def copy_to(self, model: nn.Module) -> None:
        """Give the model the averaged weights."""
        weights = dict(model.named_parameters())
        for name, average in self.average.items():
            weights[name].copy_(average)

    @contextmanager
    def swapped_into(self, model: nn.Module) -> Iterator[None]:
        """Give the model the averaged weights, and its own back at the end."""
        weights = dict(model.named_parameters())
        own = {name: weights[name].detach().clone() for name in self.average}
        self.copy_to(model)
        try:
            yield
        finally:
            with torch.no_grad():
                for name, kept in own.items():
                    weights[name].copy_(kept)
