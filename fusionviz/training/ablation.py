"""Ablations: one recipe trained in several variants, and the table that compares them.

An ablation is a TOML file. Those of the package lie in `ablations/`:

    recipe = "mango-rooms"                # what all variants share, by name
    set = ["stage.2.steps=800"]           # and what differs from it in all of them
    shared_stages = 1                     # trained once and handed to every variant
    metrics = ["bits_per_dim", "miou"]    # columns of the table

    [[variant]]
    name = "coupling only"
    set = ["model.config.partitions=[]"]

Variants train on the same data in the same order, from the same shared stages, with the
same seed and number of steps. A variant whose result lies in the folder is not trained
again, so an ablation that was stopped goes on where it was.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from fusionviz.errors import FusionvizError, InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import read_card
from fusionviz.training.loop import log
from fusionviz.training.loop.state import FILE_NAME
from fusionviz.training.recipes import Recipe, load_recipe
from fusionviz.training.tables import read_table
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
        shared_stages: How many of its first stages are trained once, for all.
        metrics: Names of the metrics in the table.
        variant: The variants, in the order of the table's rows.
    """

    recipe: str
    set: tuple[str, ...] = ()
    shared_stages: int = 0
    metrics: tuple[str, ...]
    variant: tuple[Variant, ...]

    def shared(self) -> Recipe:
        """Return the recipe of all variants."""
        recipe = load_recipe(self.recipe)
        for setting in self.set:
            recipe = recipe.override(setting)
        if not 0 <= self.shared_stages < len(recipe.stage):
            raise InputError(
                f"shared_stages must leave a stage of {len(recipe.stage)}, got "
                f"{self.shared_stages}"
            )
        return recipe


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
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"there is no ablation {str(name_or_path)!r}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"ablation {path.name} is no valid TOML: {error}") from error
    return read_table(Ablation, table, "the ablation")


def run_ablation(
    ablation: Ablation, folder: Path, *, device: str = "auto"
) -> list[tuple[str, ModelCard]]:
    """Return the name and the card of every variant, trained where it has to be.

    Args:
        ablation: What to train.
        folder: Holds the shared stages and a run a variant.
        device: As `train` takes it.

    Raises:
        FusionvizError: A variant was stopped; the same call goes on.
    """
    recipe = ablation.shared()
    start = recipe.model.start
    if ablation.shared_stages:
        first = replace(recipe, name="shared", stage=_first_stages(ablation, recipe))
        _trained(first, folder / "shared", device)
        start = str(folder / "shared" / "shared.json")
    rows = []
    for variant in ablation.variant:
        chosen = recipe
        for setting in variant.set:
            chosen = chosen.override(setting)
        chosen = replace(
            chosen,
            name=_file_name(variant.name),
            model=replace(chosen.model, start=start),
            stage=chosen.stage[ablation.shared_stages :],
        )
        log.tell(f"variant {variant.name!r}")
        rows.append((variant.name, _trained(chosen, folder / chosen.name, device)))
    return rows


def to_markdown(rows: Sequence[tuple[str, ModelCard]], metrics: Sequence[str]) -> str:
    """Return the table: a row a variant, with 95 % intervals."""
    head = ["variant", "parameters", "steps", "seconds", *metrics]
    lines = [_line(head), _line(["---"] * len(head))]
    for name, card in rows:
        measured = [
            f"{card.metrics[metric]:.3g}" if metric in card.metrics else "–"
            for metric in metrics
        ]
        size = f"{card.parameters / 1e6:.2f} M"
        lines.append(
            _line([name, size, str(card.steps), f"{card.seconds:.0f}", *measured])
        )
    return "\n".join(lines) + "\n"


def _first_stages(ablation: Ablation, recipe: Recipe) -> tuple:
    return recipe.stage[: ablation.shared_stages]


def _trained(recipe: Recipe, folder: Path, device: str) -> ModelCard:
    """Return the card of a run: of one that is there, or after training it."""
    card = folder / f"{recipe.name}.json"
    if not card.exists():
        is_begun = (folder / FILE_NAME).exists()
        if not train(recipe, folder, resume=is_begun, device=device):
            raise FusionvizError(
                f"stopped in {recipe.name!r}; the same command goes on from there"
            )
    return read_card(card)


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
