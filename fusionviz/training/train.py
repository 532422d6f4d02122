"""A whole run: the stages of a recipe, then the checkpoint with its card."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from torch import Tensor, nn

from fusionviz.data.sets.registry import class_names
from fusionviz.errors import CheckpointError, InputError
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import (
    load_checkpoint,
    pick_device,
    round_weights,
    save_checkpoint,
)
from fusionviz.models.factory import make_model
from fusionviz.training.footprint import measure_footprint
from fusionviz.training.loop import interrupt, log
from fusionviz.training.loop.interrupt import Stopped, StopRequest
from fusionviz.training.loop.provenance import (
    describe_hardware,
    read_commit,
    read_versions,
)
from fusionviz.training.loop.state import (
    FILE_NAME,
    Position,
    collect_tensors,
    read_state,
    restore_model,
)
from fusionviz.training.loop.steps import StageTrainer
from fusionviz.training.measure import measure_estimates
from fusionviz.training.metrics.intervals import estimate_all
from fusionviz.training.parameters import matches
from fusionviz.training.processes import Processes
from fusionviz.training.recipes import Recipe, list_recipes
from fusionviz.training.run import Run
from fusionviz.training.tasks import make_task


def train(
    recipe: Recipe,
    folder: Path,
    *,
    resume: bool = False,
    device: str = "auto",
    export: Path | None = None,
) -> bool:
    """Train a recipe and save its checkpoint; return whether it came to its end.

    State and log are kept in `folder`, at the end also the checkpoint (`NAME.json`
    and so on). Ctrl-C, SIGTERM and a file `stop` in the folder end the run after the
    step at hand, with its state saved; of a single process also in the middle of a
    measurement, which is made again when the run goes on. Under `accelerate launch` or
    `torchrun`, every process calls this with the same arguments.

    Args:
        recipe: What to train.
        folder: Of this run alone.
        resume: Whether to continue the run in `folder`; a finished one is measured
            and saved again.
        device: As `pick_device` takes it.
        export: A further folder to save the checkpoint in.

    Raises:
        InputError: The recipe does not fit, or `folder` has another run.
        CheckpointError: There is no run to resume, or its state is damaged.
        FusionvizError: The loss was not finite in too many steps in a row.
    """
    accelerator = Accelerator(
        cpu=pick_device(device).type == "cpu",
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    model = _make_model(recipe).to(accelerator.device)
    is_alone = accelerator.num_processes == 1
    with StopRequest(folder / interrupt.FILE_NAME, cuts=is_alone) as stop:
        run = Run(
            recipe=recipe,
            identity=_identity(recipe),
            folder=folder,
            accelerator=accelerator,
            model=model,
            stop=stop,
        )
        try:
            is_done = _train_stages(run, resume=resume)
            if is_done:
                _save_result(run, export)
        except Stopped:
            is_done = False
    accelerator.wait_for_everyone()
    accelerator.end_training()
    return is_done


def _train_stages(run: Run, *, resume: bool) -> bool:
    """Train what is left of the stages; return whether all are done."""
    position, tensors = _find_start(run, resume=resume)
    run.seconds_before = position.seconds
    run.accelerator.wait_for_everyone()
    if run.accelerator.is_main_process:
        run.folder.mkdir(parents=True, exist_ok=True)
        stage, step = position.stage + 1, position.step
        run.log = log.TrainingLog(run.folder, stage=stage, step=step)
    if not resume:
        run.save(position, collect_tensors(run.model))
    try:
        for number in range(position.stage, len(run.recipe.stage)):
            with run.stop.at_once():
                trainer = StageTrainer(run, number, position, tensors)
            if not trainer.train():
                return False
            position, tensors = Position(stage=number + 1), {}
    finally:
        if run.log is not None:
            run.log.close()
    return True


def _find_start(run: Run, *, resume: bool) -> tuple[Position, dict[str, Tensor]]:
    """Return where to begin and the state there, with the model as it was there."""
    if not resume:
        if (run.folder / FILE_NAME).exists():
            raise InputError(
                f"there is a run in {run.folder}: continue it with --resume, or give "
                "another folder with --out"
            )
        return Position(recipe=run.identity), {}
    position, tensors = read_state(run.folder)
    _check_identity(position, run.identity)
    restore_model(tensors, run.model)
    return position, tensors


def _make_model(recipe: Recipe) -> nn.Module:
    """Return the model with its first weights: from the seed, or a checkpoint."""
    torch.manual_seed(recipe.seed)
    model = make_model(recipe.model.kind, recipe.model.config)
    if not recipe.model.start:
        return model
    given = _load_start(recipe.model.start).state_dict()
    own = model.state_dict()
    wanted = recipe.model.start_with or ("*",)
    fitting = {
        name: weights
        for name, weights in given.items()
        if name in own and own[name].shape == weights.shape and matches(name, wanted)
    }
    if not fitting:
        raise InputError(f"no weights of {recipe.model.start!r} fit the model")
    model.load_state_dict({**own, **fitting})
    log.tell(f"{len(fitting)} of {len(own)} tensors are from {recipe.model.start}")
    return model


def _load_start(name: str) -> nn.Module:
    """Return the model that another starts from.

    Raises:
        CheckpointError: It is not there, and what would train it.
    """
    try:
        return load_checkpoint(name, "cpu")
    except CheckpointError as error:
        if name not in list_recipes():
            raise
        raise CheckpointError(
            f"{error}; train it first: python -m fusionviz train {name} --export "
            "checkpoints"
        ) from error


def _identity(recipe: Recipe) -> dict[str, Any]:
    """Return what of a recipe must not change when its run is continued."""
    table = recipe.to_table()
    return {name: table[name] for name in ("seed", "model", "data", "stage")}


def _check_identity(position: Position, own: Mapping[str, Any]) -> None:
    """Refuse a run of another recipe; stages that it has not begun may be others.

    A setting newer than the run has its default.
    """
    saved = _identity(Recipe.from_table({"name": "saved", **position.recipe}))
    begun = position.stage + (position.step > 0)
    wanted = {**own, "stage": own["stage"][:begun]}
    saved["stage"] = saved["stage"][:begun]
    for name, value in wanted.items():
        if _as_json(value) != _as_json(saved.get(name)):
            raise InputError(
                f"the run was started with another {name!r} than the recipe has now; "
                "resume it with the same recipe and settings; of its stages those "
                f"after number {begun} may be others"
            )


def _as_json(value: Any) -> Any:  # noqa: ANN401
    """Return a value with its tuples as lists, as JSON gives it back."""
    if isinstance(value, Mapping):
        return {name: _as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return value


def _save_result(run: Run, export: Path | None) -> None:
    """Measure the model, on the test split as a rule; save it with its card.

    All processes measure; the first one saves.
    """
    recipe = run.recipe
    last = recipe.stage[-1]
    card = ModelCard(
        name=recipe.name,
        task=last.task,
        task_options=last.options,
        recipe=recipe.to_table(),
        data=_describe_data(recipe),
        seed=recipe.seed,
        steps=sum(stage.steps for stage in recipe.stage),
        seconds=round(run.seconds, 1),
        hardware=describe_hardware(
            run.accelerator.device, run.accelerator.num_processes
        ),
        versions=read_versions(),
        commit=read_commit(),
        note=recipe.note,
        class_names=_class_names(run),
    )
    round_weights(run.model)
    with run.stop.at_once():
        metrics = _measure_at_the_end(run)
    if not run.accelerator.is_main_process:
        return
    card = replace(
        card,
        metrics=metrics,
        measured_on=describe_hardware(run.accelerator.device),
    )
    for folder in filter(None, (run.folder, export)):
        save_checkpoint(run.model, card, folder, log=run.folder / log.FILE_NAME)


def _class_names(run: Run) -> tuple[str, ...]:
    """Return the names of the data's classes, none for a model that names none."""
    config = run.model.config
    translates = bool(getattr(config, "target", ""))
    if translates or getattr(config, "head", "") == "regression":
        return ()
    data = run.recipe.data
    return class_names(data.set, **data.options_for("test"))


def _measure_at_the_end(run: Run) -> dict[str, Estimate]:
    """Return the footprint and what every task of the stages measures.

    Where two measure the same, the later one counts; a task of several stages measures
    once, as the last of them has it.
    """
    recipe, split = run.recipe, run.recipe.evaluation.split
    samples, processes = run.load(split), Processes.of(run.accelerator)
    run.model.eval()
    metrics = {}
    if processes.is_first:
        metrics = estimate_all(measure_footprint(run.model, samples))
    for stage in {stage.task: stage for stage in recipe.stage}.values():
        task = make_task(stage.task, stage.options)
        device, resamples = run.accelerator.device, recipe.evaluation.resamples
        metrics |= measure_estimates(
            run.model, task, samples, device, resamples, processes
        )
    return metrics


def _describe_data(recipe: Recipe) -> str:
    """Return in words what was trained and measured on."""
    splits = []
    for split in ("train", "validation", "test"):
        options = recipe.data.options_for(split)
        words = ", ".join(f"{name} {value}" for name, value in options.items())
        splits.append(f"{split} ({words})" if words else split)
    measured = recipe.evaluation.split
    told = "" if measured == "test" else f"; measured on {measured}"
    return f"{recipe.data.set}: {'; '.join(splits)}{told}"
