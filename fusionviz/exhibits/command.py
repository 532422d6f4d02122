"""What `python -m fusionviz explain` does."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from fusionviz.analysis.subject import MangoSubject
from fusionviz.errors import InputError
from fusionviz.exhibits import exhibit_kind, exhibit_kinds
from fusionviz.exhibits.exhibit import Exhibit, FigureRecipe, SubjectName
from fusionviz.exhibits.explain import default_recipe, explain
from fusionviz.exhibits.naming import (
    check_weights,
    load_alignmamba_subject,
    load_subject,
    read_beside,
    read_sample,
)


def run_explain(
    out: Path,
    *,
    rgb: Path | None,
    depth: Path | None,
    room: int | None,
    depth_unit: str,
    checkpoint: str,
    other_room: int,
    recipe: Path | None,
    device: str,
    tell: Callable[[str], None],
) -> None:
    """Write all exhibits of a sample, or the one that a recipe is of.

    Args:
        out: Folder to write to.
        rgb: An RGB picture; a recipe of files wants the same files again.
        depth: A depth map.
        room: Seed of a room instead of files.
        depth_unit: What depth counts, as `read_pair` takes it.
        checkpoint: Name of a MANGO; a recipe has its own.
        other_room: Seed of the room that exhibits of two subjects compare with.
        recipe: A recipe's JSON, or an NPZ that holds one.
        device: As `load_checkpoint` takes it.
        tell: Told what happens, a line each.

    Raises:
        InputError: What was asked for cannot be made.
    """
    given = None if recipe is None else read_recipe(recipe)
    if given is not None:
        check_weights(given.subject)
        checkpoint = given.subject.checkpoint or checkpoint
        room = given.subject.sample.get("room", room)
        depth_unit = given.subject.sample.get("depth_unit", depth_unit)
        if given.other is not None:
            other_room = given.other.sample.get("room", other_room)
    sample, named = read_sample(rgb, depth, room, depth_unit)
    if given is not None and named != given.subject.sample:
        raise InputError("these are not the files that the recipe was made of")
    if given is not None and exhibit_kind(given.exhibit).reads == "alignmamba":
        shown, _ = load_alignmamba_subject(sample, named, checkpoint, device=device)
        _say(explain(out, [given], shown, None, tell), out, tell)
        return
    subject, name = load_subject(sample, named, checkpoint, device=device)
    other, other_name = read_beside(subject, name, other_room)
    if given is not None and given.other is not None:
        other = _load_other(given.other, name, other, device)
    recipes = (
        [
            default_recipe(
                kind, name, other_name if exhibit_kind(kind).needs_other else None
            )
            for kind in exhibit_kinds()
            if exhibit_kind(kind).reads == "mango"
        ]
        if given is None
        else [given]
    )
    _say(explain(out, recipes, subject, other, tell), out, tell)


def _load_other(
    named: SubjectName, name: SubjectName, beside: MangoSubject, device: str
) -> MangoSubject:
    """Return what a recipe compares with, which may have a checkpoint of its own."""
    if "room" not in named.sample:
        raise InputError("what this recipe compares with is a file, not a room")
    if named.checkpoint == name.checkpoint or named.checkpoint is None:
        return beside
    check_weights(named)
    sample = dict(named.sample)
    return load_subject(beside.sample, sample, named.checkpoint, device=device)[0]


def _say(made: Mapping[str, Exhibit], out: Path, tell: Callable[[str], None]) -> None:
    if not made:
        raise InputError("nothing could be made")
    tell(f"wrote {len(made)} figures to {out}: open {out / 'index.html'}")


def read_recipe(path: Path) -> FigureRecipe:
    """Return the recipe of a JSON file or of an NPZ that was exported with one.

    Raises:
        InputError: There is none in it.
    """
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as file:
                return FigureRecipe.from_json(str(file["recipe"]))
        text = path.read_text(encoding="utf-8")
        table = json.loads(text)
        if isinstance(table, dict) and "recipe" in table:  # what `explain` wrote
            text = json.dumps(table["recipe"])
        return FigureRecipe.from_json(text)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} holds no recipe: {error}") from error
