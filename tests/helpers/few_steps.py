"""A handful of steps of a task, as a training takes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fusionviz.training.task import Task


def take_steps(
    task: Task,
    model: nn.Module,
    samples: Sequence[Any],
    steps: int = 2,
    rate: float = 1e-2,
) -> tuple[list[float], dict[str, Tensor]]:
    """Return the loss before each step, and the terms of the last."""
    batch: Any = task.prepare(model, samples, np.random.default_rng(0))
    task.initialise(model, batch)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    losses, terms = [], {}
    for step in range(steps):
        terms = task.loss(model, batch, torch.Generator().manual_seed(step))
        optimiser.zero_grad()
        terms["loss"].backward()
        optimiser.step()
        losses.append(terms["loss"].item())
    return losses, terms
