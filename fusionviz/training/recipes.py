"""Recipes: what is trained, on what and how, as data.

A recipe is a TOML file. Those of the package lie in `recipes/`:

    name = "mango-rooms"
    seed = 1
    note = "For the model card."

    [model]
    kind = "mango"                        # or "alignmamba"
    config = { preset = "small" }         # a preset, and what differs from it

    [data]
    set = "rooms"
    options = { size = 128 }              # of every split
    train = { count = 5000 }
    validation = { count = 64 }
    test = { count = 200 }

    [evaluation]
    every = 1000

    [[stage]]                             # one or more, trained one after the other
    task = "mango-codec"
    steps = 4000
    batch = 32
    learning_rate = 1e-3
    trainable = ["codec"]

    [[stage]]
    task = "mango-flow"
    options = { segmentation = 1.0 }
    steps = 20000
    batch = 32
    learning_rate = 5e-4
    frozen = ["codec"]
    learning_rate_factors = { "*.gate" = 5.0 }
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from fusionviz.errors import InputError
from fusionviz.training.tables import read_table, read_toml, set_value

SPLITS = ("train", "validation", "test")

SMOKE_STEPS = 2
SMOKE_SAMPLES = 4


@dataclass(frozen=True, kw_only=True)
class ModelRecipe:
    """Which model is trained.

    Attributes:
        kind: `"mango"` or `"alignmamba"`.
        config: Fields of its config that differ from the default; `preset` names a
            preset to differ from instead.
        start: A checkpoint to take weights from where name and shape agree.
        start_with: Patterns of the names of the weights to take, as in a stage's
            `trainable`; all if there are none.
    """

    kind: str
    config: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    start_with: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DataRecipe:
    """Which data set, and the options of its splits.

    Attributes:
        set: Its name.
        options: Of every split.
        train: Of this split besides; so the next two.
        validation: Likewise.
        test: Likewise.
        most: Samples of a split at most, the first ones; 0: all.
    """

    set: str
    options: Mapping[str, Any] = field(default_factory=dict)
    train: Mapping[str, Any] = field(default_factory=dict)
    validation: Mapping[str, Any] = field(default_factory=dict)
    test: Mapping[str, Any] = field(default_factory=dict)
    most: int = 0

    def __post_init__(self) -> None:
        """Check the range."""
        _require(self.most >= 0, "most must not be negative", self.most)

    def options_for(self, split: str) -> dict[str, Any]:
        """Return the options with which `split` is loaded."""
        return {**self.options, **getattr(self, split)}


@dataclass(frozen=True, kw_only=True)
class EvaluationRecipe:
    """When the model is measured, and how finely.

    Attributes:
        every: Steps between measurements on the validation split; 0 for none.
        split: Which is measured once, at the end, for the card. What is chosen by such
            figures is chosen on this split: variants are compared on `validation`.
        resamples: Bootstrap resamples of the confidence intervals.
    """

    every: int = 0
    split: Literal["test", "validation"] = "test"
    resamples: int = 1000

    def __post_init__(self) -> None:
        """Check the ranges."""
        _require(self.every >= 0, "every must not be negative", self.every)
        _require(self.resamples >= 1, "resamples must be positive", self.resamples)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of training.

    `trainable`, `frozen` and the keys of `learning_rate_factors` are patterns of
    parameter names: `"codec"` is everything under codec, `"*.gate"` every gate.

    Attributes:
        task: Name of the task.
        options: What the task is made with.
        data: Options of the training split that differ in this stage.
        steps: Optimiser steps.
        batch: Samples a step, over all processes.
        learning_rate: Of AdamW, after the warm-up.
        warmup: Steps over which the learning rate rises from 0.
        schedule: After the warm-up: `"cosine"` to 0, or `"constant"`.
        learning_rate_factors: Factor on the learning rate of some parameters.
        weight_decay: Of AdamW, for parameters of two and more axes.
        clip: Largest norm of the gradient; 0 for no limit.
        ema: Decay of the moving average of the weights, which is what is measured,
            handed to the next stage and saved; 0 for none.
        precision: `"no"`: float32; `"bf16"`: autocast to bfloat16.
        accumulate: Parts that a process splits its share of a batch into.
        trainable: Parameters that are trained; all if empty.
        frozen: Parameters that are not, also where `trainable` names them.
    """

    task: str
    options: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    steps: int
    batch: int
    learning_rate: float
    warmup: int = 0
    schedule: Literal["cosine", "constant"] = "cosine"
    learning_rate_factors: Mapping[str, Any] = field(default_factory=dict)
    weight_decay: float = 0.0
    clip: float = 1.0
    ema: float = 0.999
    precision: Literal["no", "bf16"] = "no"
    accumulate: int = 1
    trainable: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("steps", "batch", "learning_rate", "accumulate"):
            value = getattr(self, name)
            _require(value > 0, f"{name} must be positive", value)
        for name in ("warmup", "weight_decay", "clip"):
            value = getattr(self, name)
            _require(value >= 0, f"{name} must not be negative", value)
        _require(0 <= self.ema < 1, "ema must be from 0 to below 1", self.ema)
        for pattern, factor in self.learning_rate_factors.items():
            numeric = isinstance(factor, int | float) and factor >= 0
            _require(numeric, f"the factor of {pattern!r} must not be negative", factor)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is trained, on what and how.

    Attributes:
        name: Name of the run and of the checkpoint.
        seed: Of weights, data order and noise.
        model: Which model.
        data: On what.
        stage: Its stages, in order.
        evaluation: When it is measured.
        note: Text of the model card.
        log_every: Steps that a row of the log is the mean of.
        save_minutes: Minutes between two checkpoints of the run.
    """

    name: str
    seed: int = 0
    model: ModelRecipe
    data: DataRecipe
    stage: tuple[Stage, ...]
    evaluation: EvaluationRecipe = field(default_factory=EvaluationRecipe)
    note: str = ""
    log_every: int = 50
    save_minutes: float = 5.0

    def __post_init__(self) -> None:
        """Check that there is something to do, and a name to save it under."""
        _require(len(self.stage) > 0, "a recipe needs a stage", self.stage)
        _require(self.seed >= 0, "seed must not be negative", self.seed)
        _require(self.log_every > 0, "log_every must be positive", self.log_every)
        _require(
            self.save_minutes > 0, "save_minutes must be positive", self.save_minutes
        )
        plain = self.name.replace("-", "").replace("_", "").isalnum()
        _require(plain, "name must be of letters, digits, - and _", self.name)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """Return the recipe that a TOML or JSON table describes.

        Raises:
            InputError: The table lacks something, or has something unknown.
        """
        return read_table(cls, table, "the recipe")

    def to_table(self) -> dict[str, Any]:
        """Return the recipe as a table fit for JSON."""
        return asdict(self)

    def on(self, data: str, options: Mapping[str, Any]) -> Self:
        """Return the recipe on another data set.

        Args:
            data: Name of the set.
            options: Of every split, in place of all that the recipe says.
        """
        return replace(self, data=DataRecipe(set=data, options=options))

    def override(self, setting: str) -> Self:
        """Return the recipe with one setting changed.

        Args:
            setting: `key=value`, with the value as in TOML and stages counted from
                1: `seed=3`, `stage.1.steps=100`, `model.config.width=32`.

        Raises:
            InputError: There is no such setting, or it cannot have this value.
        """
        table = self.to_table()
        set_value(table, setting)
        return type(self).from_table(table)


def shorten(recipe: Recipe) -> Recipe:
    """Return a recipe of two steps a stage on few samples, to see that it runs.

    Each stage is measured on the validation split as well.
    """
    data = recipe.data
    few: dict[str, Any] = {
        name: _few(getattr(data, name)) for name in ("options", *SPLITS)
    }
    return replace(
        recipe,
        data=replace(data, most=SMOKE_SAMPLES, **few),
        stage=tuple(
            replace(
                one,
                steps=SMOKE_STEPS,
                warmup=min(one.warmup, 1),
                batch=min(one.batch, SMOKE_SAMPLES * one.accumulate),
                data=_few(one.data),
            )
            for one in recipe.stage
        ),
        evaluation=replace(recipe.evaluation, every=SMOKE_STEPS, resamples=20),
    )


def _few(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with a smaller count, where they have one."""
    if "count" not in options:
        return dict(options)
    return {**options, "count": min(options["count"], SMOKE_SAMPLES)}


def list_recipes() -> tuple[str, ...]:
    """Return the names of the package's recipes."""
    files = resources.files("fusionviz.training").joinpath("recipes").iterdir()
    names = (Path(file.name) for file in files)
    return tuple(sorted(name.stem for name in names if name.suffix == ".toml"))


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Return a recipe of the package by name, or of a TOML file by path.

    Raises:
        InputError: There is no such recipe, or it is not a valid one.
    """
    name = str(name_or_path)
    if name in list_recipes():
        folder = resources.files("fusionviz.training").joinpath("recipes")
        text = folder.joinpath(f"{name}.toml").read_bytes()
    elif name.endswith(".toml") and Path(name).is_file():
        text = Path(name).read_bytes()
    else:
        known = ", ".join(list_recipes()) or "none"
        raise InputError(
            f"there is no recipe {name!r}; give the path of a .toml file or one of: "
            f"{known}"
        )
    return Recipe.from_table(read_toml(text, f"recipe {name!r}"))


def _require(condition: bool, sentence: str, got: object) -> None:
    if not condition:
        raise ValueError(f"{sentence}, got {got!r}")
