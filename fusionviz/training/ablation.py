"""Ablations: one recipe trained in several variants, and the table that compares them.

An ablation is a TOML file. Those of the package lie in `ablations/`:

    recipe = "mango-rooms"                # what all variants share, by name
    set = ["stage.2.steps=800"]           # and what differs from it in all of them
    shared_stages = 1                     # trained once and handed to every variant
    metrics = ["bits_per_dim", "miou"]    # columns of the table

    [[variant]]
    name = "coupling only"
    set = ["model.config.partitions=[]"]

Variants train on the same data in the same order, from the same shared stages and with
the same number of steps, once for each of several seeds, which weights, order and noise
follow from. They are measured on the validation split: what is chosen by the table was
not chosen on the test split. How far the seeds spread tells what a difference is worth.
A variant whose result lies in the folder is not trained again, so an ablation that was
stopped goes on where it was.
"""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Literal

from fusionviz.errors import FusionvizError, InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import read_card
from fusionviz.training.loop import log
from fusionviz.training.loop.state import FILE_NAME
from fusionviz.training.recipes import Recipe, load_recipe
from fusionviz.training.tables import read_table, read_toml
from fusionviz.training.train import train


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One row of an ablation.

    Attributes:
        name: What the table calls it.
        set: Settings that differ from the shared recipe, as `Recipe.override` takes
            them.
    """

    name: str
    set: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ablation:
    """A recipe and its variants.

    Attributes:
        recipe: Name or path of the recipe that they share.
        set: Settings that differ from it in every variant.
        shared_stages: How many of its first stages are trained once a seed, for all.
        seeds: How many seeds each variant is trained with, from the recipe's own on.
        split: What the variants are measured on.
        metrics: Names of the metrics in the table.
        variant: The variants, in the order of the table's rows.
    """

    recipe: str
    set: tuple[str, ...] = ()
    shared_stages: int = 0
    seeds: int = 3
    split: Literal["validation", "test"] = "validation"
    metrics: tuple[str, ...]
    variant: tuple[Variant, ...]

    def __post_init__(self) -> None:
        """Check that there is something to train."""
        if self.seeds < 1:
            raise ValueError(f"seeds must be positive, got {self.seeds}")

    def shared(self) -> Recipe:
        """Return the recipe of all variants, with the first seed."""
        recipe = load_recipe(self.recipe)
        for setting in (f"evaluation.split={self.split}", *self.set):
            recipe = recipe.override(setting)
        if not 0 <= self.shared_stages < len(recipe.stage):
            raise InputError(
                f"shared_stages must leave a stage of {len(recipe.stage)}, got "
                f"{self.shared_stages}"
            )
        return recipe

    def only(self, names: Sequence[str]) -> "Ablation":
        """Return the ablation with some of its variants.

        Raises:
            InputError: It has no such variant.
        """
        known = [variant.name for variant in self.variant]
        for name in names:
            if name not in known:
                raise InputError(
                    f"there is no variant {name!r}; there are: {', '.join(known)}"
                )
        return replace(self, variant=tuple(v for v in self.variant if v.name in names))


@dataclass(frozen=True, kw_only=True)
class VariantResult:
    """What became of a variant.

    Attributes:
        name: What the table calls it.
        cards: Of its trainings, one a seed.
    """

    name: str
    cards: tuple[ModelCard, ...]

    def figures(self, metric: str) -> list[float]:
        """Return a metric of each training that has it."""
        return [c.metrics[metric].value for c in self.cards if metric in c.metrics]


def list_ablations() -> tuple[str, ...]:
    """Return the names of the package's ablations."""
    files = resources.files("fusionviz.training").joinpath("ablations").iterdir()
    names = (Path(file.name) for file in files)
    return tuple(sorted(name.stem for name in names if name.suffix == ".toml"))


def load_ablation(name_or_path: str | Path) -> Ablation:
    """Return an ablation of the package by name, or of a TOML file by path.

    Raises:
        InputError: There is no such ablation, or it is not a valid one.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        folder = resources.files("fusionviz.training").joinpath("ablations")
        path = Path(str(folder)) / f"{name_or_path}.toml"
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"there is no ablation {str(name_or_path)!r}") from error
    return read_table(
        Ablation, read_toml(text, f"ablation {path.name}"), "the ablation"
    )


def run_ablation(
    ablation: Ablation, folder: Path, *, device: str = "auto"
) -> list[VariantResult]:
    """Return what became of every variant, trained where it has to be.

    Args:
        ablation: What to train.
        folder: Holds a folder a seed, with the shared stages and a run a variant.
        device: As `train` takes it.

    Raises:
        InputError: The folder holds results of other settings.
        FusionvizError: A variant was stopped; the same call goes on.
    """
    recipe = ablation.shared()
    cards: dict[str, list[ModelCard]] = {one.name: [] for one in ablation.variant}
    # Seed after seed: one that was stopped can be read as far as it came.
    for seed in range(recipe.seed, recipe.seed + ablation.seeds):
        within = folder / f"seed-{seed}"
        seeded = replace(recipe, seed=seed)
        start = _train_shared(ablation, seeded, within, device)
        for variant in ablation.variant:
            chosen = seeded
            for setting in variant.set:
                chosen = chosen.override(setting)
            chosen = replace(
                chosen,
                name=_file_name(variant.name),
                model=replace(chosen.model, start=start),
                stage=chosen.stage[ablation.shared_stages :],
            )
            log.tell(f"variant {variant.name!r}, seed {chosen.seed}")
            card = _trained(chosen, within / chosen.name, device)
            cards[variant.name].append(card)
    return [VariantResult(name=name, cards=tuple(of)) for name, of in cards.items()]


def to_record(name: str, ablation: Ablation, rows: Sequence[VariantResult]) -> str:
    """Return what became of the variants as JSON text, with what the table is made of.

    Args:
        name: Of the ablation.
        ablation: What was trained.
        rows: Its results.
    """
    of_all = ("recipe", "set", "split", "metrics")
    of_each = ("name", "kind", "seed", "steps", "seconds", "hardware", "parameters")
    table = {
        "name": name,
        **{key: getattr(ablation, key) for key in of_all},
        "variants": [
            {
                "name": row.name,
                "trainings": [
                    {
                        **{key: getattr(card, key) for key in of_each},
                        "commit": card.commit,
                        "metrics": {
                            metric: card.metrics[metric].to_table()
                            for metric in ablation.metrics
                            if metric in card.metrics
                        },
                        "format": card.format,
                    }
                    for card in row.cards
                ],
            }
            for row in rows
        ],
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def read_record(path: Path) -> tuple[list[VariantResult], list[str]]:
    """Return the results that `to_record` wrote, and the metrics of their table.

    Raises:
        InputError: The file is not there, or is no such record.
    """
    try:
        table = json.loads(path.read_text("utf-8"))
        rows = [
            VariantResult(
                name=row["name"],
                cards=tuple(
                    ModelCard.from_json(json.dumps(card)) for card in row["trainings"]
                ),
            )
            for row in table["variants"]
        ]
        return rows, list(table["metrics"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path.name} is no record of an ablation: {error}") from error


def to_markdown(rows: Sequence[VariantResult], metrics: Sequence[str]) -> str:
    """Return the table: a row a variant, mean and standard deviation over seeds.

    Of one seed the figure stands with its 95 % interval over samples; seconds are a
    mean.
    """
    head = ["variant", "parameters", "steps", "seeds", "seconds", *metrics]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        first = row.cards[0]
        seconds = statistics.mean(card.seconds for card in row.cards)
        cells = [
            row.name,
            f"{first.parameters / 1e6:.2f} M",
            str(first.steps),
            str(len(row.cards)),
            f"{seconds:.0f}",
            *(_cell(row, metric) for metric in metrics),
        ]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _cell(row: VariantResult, metric: str) -> str:
    figures = row.figures(metric)
    if not figures:
        return "–"
    if len(row.cards) == 1:
        return f"{row.cards[0].metrics[metric]:.3g}"
    if len(figures) < len(row.cards):
        return f"{statistics.mean(figures):.3g} (in {len(figures)} seeds)"
    return f"{statistics.mean(figures):.3g} ± {statistics.stdev(figures):.2g}"


def _train_shared(ablation: Ablation, recipe: Recipe, folder: Path, device: str) -> str:
    """Return the checkpoint that a seed's variants start from, trained if need be."""
    if not ablation.shared_stages:
        return recipe.model.start
    stages = recipe.stage[: ablation.shared_stages]
    _trained(replace(recipe, name="shared", stage=stages), folder / "shared", device)
    return str(folder / "shared" / "shared.json")


def _trained(recipe: Recipe, folder: Path, device: str) -> ModelCard:
    """Return the card of a run: of one that is there, or after training it."""
    path = folder / f"{recipe.name}.json"
    if not path.exists():
        is_begun = (folder / FILE_NAME).exists()
        if not train(recipe, folder, resume=is_begun, device=device):
            raise FusionvizError(
                f"stopped in {recipe.name!r}; the same command goes on from there"
            )
    card = read_card(path)
    if card.recipe != json.loads(json.dumps(recipe.to_table())):
        raise InputError(
            f"{folder} holds a result of other settings: give another folder with --out"
        )
    return card


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
