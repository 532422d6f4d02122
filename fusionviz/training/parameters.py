"""Which parameters are trained, and how fast."""

import math
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from torch import nn
from torch.optim import AdamW

from fusionviz.errors import InputError
from fusionviz.training.recipes import Stage


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a parameter's dotted name fits one of the patterns.

    A pattern fits a name that it equals or that it is a parent of, with `*` for any
    characters: `codec` fits `codec.rgb.weight`, `*.gate` fits `flow.layers.3.gate`.
    """
    return any(
        fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}.*")
        for pattern in patterns
    )


def choose_trainable(model: nn.Module, stage: Stage) -> None:
    """Set which parameters need gradients, as the stage says.

    Raises:
        InputError: A pattern fits no parameter, or nothing is left to train.
    """
    names = [name for name, _ in model.named_parameters()]
    for pattern in (*stage.trainable, *stage.frozen, *stage.learning_rate_factors):
        if not any(matches(name, [pattern]) for name in names):
            raise InputError(f"no parameter of the model fits {pattern!r}")
    for name, weights in model.named_parameters():
        chosen = not stage.trainable or matches(name, stage.trainable)
        weights.requires_grad_(chosen and not matches(name, stage.frozen))
    if not any(weights.requires_grad for weights in model.parameters()):
        raise InputError(f"stage {stage.task!r} leaves no parameter to train")


def make_optimizer(model: nn.Module, stage: Stage) -> AdamW:
    """Return AdamW over the trainable parameters.

    Parameters with the same learning-rate factor (the product of all that fit) and
    weight decay form a group. Those of fewer than two axes are not decayed.
    """
    groups: dict[tuple[float, float], dict[str, Any]] = {}
    for name, weights in model.named_parameters():
        if not weights.requires_grad:
            continue
        factors = stage.learning_rate_factors.items()
        factor = math.prod(value for key, value in factors if matches(name, [key]))
        decay = stage.weight_decay if weights.ndim >= 2 else 0.0
        empty = {"params": [], "factor": factor, "weight_decay": decay}
        groups.setdefault((factor, decay), empty)["params"].append(weights)
    return AdamW(list(groups.values()), lr=stage.learning_rate)


def set_learning_rate(optimizer: AdamW, stage: Stage, step: int) -> float:
    """Set the learning rate of a step (from 0), and return it without factors."""
    rate = stage.learning_rate * schedule(stage, step)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]
    return rate


def schedule(stage: Stage, step: int) -> float:
    """Return the share of the learning rate at a step: a line up, then a cosine."""
    if step < stage.warmup:
        return (step + 1) / (stage.warmup + 1)
    if stage.schedule == "constant":
        return 1.0
    part = (step - stage.warmup) / max(stage.steps - stage.warmup, 1)
    return 0.5 * (1 + math.cos(math.pi * part))
