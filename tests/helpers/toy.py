"""A tiny model, task and data set, to test the loop with.

python -m tests.helpers.toy train FOLDER [--resume] [--pause SECONDS]
python -m tests.helpers.toy gradients FOLDER
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from accelerate import Accelerator
from torch import nn

from fusionviz.data.sets import registry as sets
from fusionviz.models import factory
from fusionviz.training.loop.interrupt import StopRequest
from fusionviz.training.loop.state import Position
from fusionviz.training.loop.steps import StageTrainer
from fusionviz.training.metrics.intervals import Measurement
from fusionviz.training.recipes import Recipe
from fusionviz.training.run import Run
from fusionviz.training.task import Task
from fusionviz.training.tasks import register_task
from fusionviz.training.train import train

SAMPLES = 37


@dataclass(frozen=True, kw_only=True)
class ToyConfig:
    width: int = 4
    dropout: float = 0.2

    def __post_init__(self):
        if self.width < 1:
            raise ValueError(f"width must be positive, got {self.width}")

    @classmethod
    def wide(cls):
        return cls(width=8)


class Toy(nn.Module):
    """A regression with a data-dependent scale, a dropout and a gate."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.codec = nn.Linear(3, config.width)
        self.gate = nn.Parameter(torch.tensor(0.5))
        self.head = nn.Linear(config.width, 1)
        self.dropout = nn.Dropout(config.dropout)
        self.register_buffer("scale", torch.ones(3))

    def forward(self, x):
        hidden = self.dropout(torch.tanh(self.codec(x / self.scale)))
        return self.head(hidden * self.gate).squeeze(-1)


@dataclass(frozen=True)
class ToyBatch:
    x: torch.Tensor
    y: torch.Tensor

    def to(self, device):
        return ToyBatch(self.x.to(device), self.y.to(device))


class ToyTask(Task):
    """Squared error, with noise on the inputs from every source that is allowed.

    Args:
        noise: On the inputs while training.
        pause: Seconds that a step takes.
        fail_from: Step of the process from which the loss is not finite.
        fail_steps: How many steps fail.
        on_loss: Called with the number of losses so far.
        on_evaluate: Called with the split's samples, in the middle of measuring.
        on_initialise: Called before a stage's first step.
    """

    on_loss = on_evaluate = on_initialise = None

    def __init__(self, noise=0.1, pause=0.0, fail_from=0, fail_steps=0):
        self.noise, self.pause = noise, pause
        self.fails = range(fail_from, fail_from + fail_steps)
        self.calls = 0

    def prepare(self, model, samples, augment=None):
        x = np.stack([sample[:3] for sample in samples])
        if augment is not None:
            x = x + self.noise * augment.normal(size=x.shape)
        y = np.stack([sample[3] for sample in samples])
        kind = next(model.parameters()).dtype
        return ToyBatch(torch.tensor(x, dtype=kind), torch.tensor(y, dtype=kind))

    def initialise(self, model, batch):
        if ToyTask.on_initialise is not None:
            ToyTask.on_initialise()
        model.scale.copy_(batch.x.std(dim=0))

    def loss(self, model, batch, generator):
        time.sleep(self.pause)
        noise = torch.randn(batch.x.shape, generator=generator, dtype=batch.x.dtype)
        off = model(batch.x + self.noise * noise) - batch.y
        self.calls += 1
        if ToyTask.on_loss is not None:
            ToyTask.on_loss(self.calls)
        loss = off.square().mean()
        if self.calls - 1 in self.fails:
            loss = loss * float("nan")
        return {"loss": loss, "mae": off.abs().mean()}

    def evaluate(self, model, samples, device):
        errors = [
            (model(batch.x) - batch.y).abs().cpu().numpy()
            for _, batch in self.batches(model, samples, device)
        ]
        if ToyTask.on_evaluate is not None:
            ToyTask.on_evaluate(samples)
        return {"mae": Measurement(values=np.concatenate(errors))}


def load_toy(split, count=SAMPLES):
    random = np.random.default_rng(sets.SPLITS.index(split))
    x = random.normal(size=(count, 3)) * [1, 2, 3] + 1
    return np.concatenate([x, np.sin(x).sum(axis=1, keepdims=True)], axis=1)


class ToySet(list):
    """Rows of numbers."""

    def __getitem__(self, index):
        found = super().__getitem__(index)
        return ToySet(found) if isinstance(index, slice) else found


def install():
    """Make the kind, task and data set `toy` known."""
    factory.register_kind("toy", factory.ModelKind(config=ToyConfig, model=Toy))
    register_task("toy", ToyTask)
    sets.SETS["toy"] = sets.DataSet(
        load=lambda split, **options: ToySet(load_toy(split, **options)),
        class_names=lambda **options: ("low", "high"),
    )


def make_recipe(steps=40, **changes):
    """Return a recipe of two stages, the first of them with the codec alone."""
    stage = {
        "task": "toy",
        "steps": steps,
        "batch": 8,
        "learning_rate": 0.01,
        "warmup": 5,
        "weight_decay": 0.01,
        "ema": 0.9,
        **changes,
    }
    second = {**stage, "frozen": ["codec"], "learning_rate_factors": {"gate": 5.0}}
    return Recipe.from_table(
        {
            "name": "toy",
            "seed": 3,
            "model": {"kind": "toy"},
            "data": {"set": "toy", "test": {"count": 50}},
            "stage": [{**stage, "trainable": ["codec", "head"]}, second],
            "log_every": 7,
            "evaluation": {"every": 20, "resamples": 50},
        }
    )


def find_gradients(folder):
    """Write the gradients of a first step, in float64 and without randomness."""
    recipe = make_recipe(batch=8, accumulate=2, options={"noise": 0.0})
    model = Toy(ToyConfig(dropout=0.0))
    torch.manual_seed(0)
    for weights in model.parameters():
        nn.init.normal_(weights)
    run = Run(
        recipe=recipe,
        identity={},
        folder=folder,
        accelerator=Accelerator(cpu=True),
        model=model.double(),
        stop=StopRequest(),
    )
    trainer = StageTrainer(run, 0, Position(), {})
    trainer.find_gradients(0, trainer.source.parts(0))
    gradients = {
        name: weights.grad
        for name, weights in model.named_parameters()
        if weights.grad is not None
    }
    process = run.accelerator.process_index
    safetensors.torch.save_file(gradients, folder / f"{process}.safetensors")
    run.accelerator.end_training()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["train", "gradients"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--save-minutes", type=float, default=1e-9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    install()
    if options.what == "gradients":
        find_gradients(options.folder)
        return
    # the pause is no part of the recipe: the killed run is slow, the others are not
    ToyTask.on_loss = lambda calls: time.sleep(options.pause)
    recipe = make_recipe().override(f"save_minutes={options.save_minutes}")
    train(recipe, options.folder, resume=options.resume, device="cpu")


if __name__ == "__main__":
    main()
