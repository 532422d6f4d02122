"""The loop: one stage of a recipe, step by step.

accelerate runs it on the CPU, a GPU or in several processes. A step is a function of
(seed, stage, step) and of what `collect_tensors` gathers, so a run that was killed
continues exactly.
"""

import math
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from fusionviz.errors import FusionvizError, says_memory_lacks
from fusionviz.training.loop.batches import BatchSource
from fusionviz.training.loop.ema import MovingAverage
from fusionviz.training.loop.interrupt import Stopped
from fusionviz.training.loop.state import Position, collect_tensors, restore_optimizer
from fusionviz.training.measure import measure_figures
from fusionviz.training.parameters import (
    choose_trainable,
    make_optimizer,
    set_learning_rate,
)
from fusionviz.training.processes import Processes
from fusionviz.training.report import Reporter, is_time
from fusionviz.training.run import Run
from fusionviz.training.task import Task
from fusionviz.training.tasks import make_task

FIRST_SAMPLES = 128
"""Samples at least that a stage's start is set from."""

FAILURES_IN_A_ROW = 10
"""Steps in a row whose loss or gradient is not finite, after which a run ends."""


def has_quick_bfloat16(device: str) -> bool:
    """Whether 16 bits save time there: without AVX-512 a CPU takes seven times as long.

    Args:
        device: Its type, `cpu` or another.
    """
    return device != "cpu" or torch.backends.cpu.get_cpu_capability() == "AVX512"


class StepModule(nn.Module):
    """A batch to its losses: the forward pass that accelerate wraps."""

    def __init__(self, model: nn.Module, task: Task, precision: str) -> None:
        super().__init__()
        self.model, self.task, self.precision = model, task, precision

    def forward(self, batch: Any, generator: torch.Generator) -> dict[str, Tensor]:  # noqa: ANN401
        """Return the task's losses, under autocast if the stage says so."""
        device = generator.device.type
        is_mixed = self.precision == "bf16" and has_quick_bfloat16(device)
        with torch.autocast(device, torch.bfloat16, enabled=is_mixed):
            return self.task.loss(self.model, batch, generator)


class StageTrainer:
    """Trains the model of a run for one stage.

    Args:
        run: What the stages share.
        number: Of the stage, from 0.
        position: Where to go on in it.
        tensors: The state there; not looked at when the stage has just begun.
    """

    def __init__(
        self, run: Run, number: int, position: Position, tensors: dict[str, Tensor]
    ) -> None:
        self.run, self.number = run, number
        self.stage = run.recipe.stage[number]
        self.task = make_task(self.stage.task, self.stage.options)
        self.source = self._make_source()
        has_checks = run.recipe.evaluation.every > 0
        self.validation_set = run.load("validation") if has_checks else ()
        self.done, self.skipped = position.step, position.skipped
        self.failures = 0
        self.reporter = self._make_reporter(position)

        choose_trainable(run.model, self.stage)
        if position.step == 0:
            self._initialise()
        self.optimizer = make_optimizer(run.model, self.stage)
        self.average = MovingAverage(run.model, self.stage.ema)
        if position.step > 0:
            restore_optimizer(tensors, run.model, self.optimizer, self.average)
            self.average.updates = position.updates
        step_module = StepModule(run.model, self.task, self.stage.precision)
        self.module = run.accelerator.prepare(step_module)
        self.weights = [w for w in run.model.parameters() if w.requires_grad]

    def train(self) -> bool:
        """Train to the end of the stage; return whether it got there.

        Raises:
            FusionvizError: The loss was not finite in too many steps in a row.
        """
        self.run.model.train()
        try:
            with says_memory_lacks(*self._what_lacks_memory()):
                self._measure_late()
                is_done = self._take_steps()
        except Stopped:  # a step that is done counts, whatever was cut after it
            is_done = False
        if is_done:
            self._finish()
        elif self.done > 0:
            self._save()
        return is_done

    def _what_lacks_memory(self) -> tuple[str, str]:
        """Return what a step reads at once, and how to let it read less."""
        stage, number = self.stage, self.number + 1
        share = stage.batch // self.run.accelerator.num_processes
        parts = range(stage.accumulate + 1, share + 1)
        more = next((count for count in parts if share % count == 0), None)
        smaller = "choose a smaller model, or smaller samples"
        if more is not None:
            told = f"--set stage.{number}.accumulate={more}"
            smaller = f"begin anew with {told}, which reads fewer at once, or {smaller}"
        at_once = share // stage.accumulate
        return f"stage {number} reads {at_once} samples at once", smaller

    def _take_steps(self) -> bool:
        """Take the steps that are left; return whether all are done."""
        saved_at = time.monotonic()
        device = self.run.accelerator.device
        with closing(self.source.from_step(self.done, device)) as batches:
            for parts in batches:
                values, wants_stop = self.train_step(self.done, parts)
                self.done += 1
                if self.reporter is not None:
                    self.reporter.step(self.done, values, seconds=self.run.seconds)
                if is_time(self.done, self.run.recipe.evaluation.every, self.stage):
                    self._check()
                if wants_stop:
                    return False
                if time.monotonic() - saved_at >= 60 * self.run.recipe.save_minutes:
                    self._save()
                    saved_at = time.monotonic()
        return True

    def _measure_late(self) -> None:
        """Measure what an earlier start was stopped before."""
        if not is_time(self.done, self.run.recipe.evaluation.every, self.stage):
            return
        lacks = self.reporter is not None and not self.reporter.has_figures(self.done)
        if self._is_any(lacks):
            self._check()

    def train_step(
        self, step: int, parts: Sequence[Any]
    ) -> tuple[dict[str, float], bool]:
        """Take one step; return what there is to log, and whether to stop.

        Args:
            step: From 0.
            parts: This process's share of the batch.
        """
        rate = set_learning_rate(self.optimizer, self.stage, step)
        losses = self.find_gradients(step, parts)
        limit = self.stage.clip or math.inf
        norm = self.run.accelerator.clip_grad_norm_(self.weights, limit)
        values, wants_stop = self._agree({**losses, "gradient_norm": norm})
        if math.isfinite(values["loss"]) and math.isfinite(values["gradient_norm"]):
            self.optimizer.step()
            self.average.update(self.run.model)
            self.failures = 0
        else:
            self._count_failure(step)
        self.optimizer.zero_grad(set_to_none=True)
        return {**values, "learning_rate": rate, "skipped": self.skipped}, wants_stop

    def find_gradients(self, step: int, parts: Sequence[Any]) -> dict[str, Tensor]:
        """Leave the gradient of the whole batch in the weights; return the losses."""
        accelerator = self.run.accelerator
        generator = self.source.seed_of(step).torch(accelerator.device)
        means: dict[str, Tensor] = {}
        for index, batch in enumerate(parts, start=1):
            is_last = index == len(parts)
            with nullcontext() if is_last else accelerator.no_sync(self.module):
                losses = self.module(batch.to(accelerator.device), generator)
                accelerator.backward(losses["loss"] / len(parts))
            for name, value in losses.items():
                mean = value.detach().float() / len(parts)
                means[name] = means[name] + mean if name in means else mean
        return means

    def _agree(self, values: dict[str, Tensor]) -> tuple[dict[str, float], bool]:
        """Return means over processes, and whether any of them wants to stop."""
        device = self.run.accelerator.device
        wants_stop = torch.tensor(float(self.run.stop.wanted), device=device)
        row = torch.stack([*(x.to(device) for x in values.values()), wants_stop])
        *means, stop = self.run.accelerator.reduce(row, "mean").tolist()
        return dict(zip(values, means, strict=True)), stop > 0

    def _is_any(self, said: bool) -> bool:
        """Return whether any process says so."""
        flag = torch.tensor(float(said), device=self.run.accelerator.device)
        return float(self.run.accelerator.reduce(flag, "sum")) > 0

    def _count_failure(self, step: int) -> None:
        self.skipped += 1
        self.failures += 1
        if self.failures >= FAILURES_IN_A_ROW:
            raise FusionvizError(
                f"the loss or its gradient was not finite in {self.failures} steps in "
                f"a row, up to step {step + 1} of stage {self.number + 1} "
                f"({self.stage.task}); a lower learning_rate or clip may help"
            )

    @torch.no_grad()
    def _initialise(self) -> None:
        """Let the task set what depends on data, from the first samples."""
        device = self.run.accelerator.device
        self.source.seed_of(0).torch(device)
        self.run.model.train()
        self.task.initialise(
            self.run.model, self.source.beginning(FIRST_SAMPLES).to(device)
        )

    def _make_source(self) -> BatchSource:
        accelerator = self.run.accelerator
        return BatchSource(
            task=self.task,
            model=self.run.model,
            samples=self.run.load("train", **self.stage.data),
            stage=self.stage,
            stage_number=self.number,
            seed=self.run.recipe.seed,
            process=accelerator.process_index,
            processes=accelerator.num_processes,
        )

    def _make_reporter(self, position: Position) -> Reporter | None:
        if self.run.log is None:
            return None
        return Reporter(
            self.run.recipe,
            self.number,
            log=self.run.log,
            first_step=position.step,
            pending=position.pending,
        )

    def _check(self) -> None:
        """Measure what the averaged weights reach on the validation split."""
        seconds = self.run.seconds
        model, device = self.run.model, self.run.accelerator.device
        processes = Processes.of(self.run.accelerator)
        # own weights come back before and after: nothing cuts that
        with self.average.swapped_into(model), self.run.stop.at_once():
            figures = measure_figures(
                model, self.task, self.validation_set, device, processes
            )
        if self.reporter is not None:
            self.reporter.write_figures(self.done, figures, seconds=seconds)

    @torch.no_grad()
    def _settle(self) -> None:
        """Let the task set what is chosen on the validation split."""
        samples = self.validation_set or self.run.load("validation")
        self.run.model.eval()
        with self.run.stop.at_once():
            self.task.settle(self.run.model, samples, self.run.accelerator.device)
        self.run.model.train()

    def _save(self) -> None:
        position = Position(
            stage=self.number,
            step=self.done,
            seconds=self.run.seconds,
            skipped=self.skipped,
            updates=self.average.updates,
            pending=self.reporter.means.sums if self.reporter else {},
            recipe=self.run.identity,
        )
        tensors = collect_tensors(self.run.model, self.optimizer, self.average)
        self.run.save(position, tensors)

    def _finish(self) -> None:
        """Leave the averaged weights in the model, and save that the stage is done."""
        self.average.copy_to(self.run.model)
        if self.task.settles:
            self._settle()
        self.run.accelerator.free_memory()
        position = Position(
            stage=self.number + 1, seconds=self.run.seconds, recipe=self.run.identity
        )
        self.run.save(position, collect_tensors(self.run.model))
