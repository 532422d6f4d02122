"""Texts with faults: lessons, recipes of training and of figures, cards, records."""

import dataclasses
import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.explain.command import read_recipe
from fusionviz.explain.tokens import kin_of, read_named
from fusionviz.lessons.library import SHIPPED, load_lesson
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints, read_card
from fusionviz.scaling.runs import read_run
from fusionviz.training.ablation import load_ablation
from fusionviz.training.recipes import load_recipe
from fusionviz.training.robustness.report import read_report
from tests.fuzz.kinds import Kind, Reading
from tests.fuzz.mutations import (
    ANY,
    Random,
    as_toml,
    changed,
    claim,
    line,
    nest,
    pick,
    repack,
    value_of_json,
)
from tests.helpers.app.pages import ROOT
from tests.helpers.lessons import TINY, documented

TRAINING = ROOT / "fusionviz" / "training"


def read_file(name: str, data: bytes, read: Callable[[Path], object]) -> object:
    """Return what a reader of files makes of bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read(path)


def _bytes_of(folder: Path, pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(folder.glob(pattern)))


_LESSONS = (TINY.encode(), documented().encode(), *_bytes_of(SHIPPED, "[a-v]*.toml"))
_RECIPES = _bytes_of(TRAINING / "recipes", "*.toml")
_ABLATIONS = _bytes_of(TRAINING / "ablations", "*.toml")
_FIGURES = tuple(
    (path.name, path.read_bytes())
    for path in sorted((ROOT / "tests" / "fixtures" / "recipes").iterdir())
)
_CARDS = _bytes_of(ROOT / "checkpoints", "*.json")
_REPORTS = _bytes_of(ROOT / "benchmarks" / "results", "robustness-mosi.json")
_RUNS = _bytes_of(ROOT / "benchmarks" / "results", "scaling-*.json")

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def _tables(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return tables with some of the names that are known."""
    return st.dictionaries(st.sampled_from(names), _VALUES, max_size=9)


def _toml(table: dict[str, Any]) -> bytes:
    lines = (f"{key} = {as_toml(value)}" for key, value in table.items())
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _as_json(table: dict[str, Any]) -> bytes:
    return json.dumps(table).encode()


def _kind(
    name: str,
    share: int,
    file: str,
    whole: tuple[bytes, ...],
    read: Callable[[Path], object],
    keys: list[str],
) -> Kind:
    """Return a kind of text file, TOML or JSON by the file's name."""
    is_toml = file.endswith(".toml")
    own, write = (line, _toml) if is_toml else (value_of_json, _as_json)

    def mutated(random: Random) -> Reading:
        faults = (*ANY, claim, nest, *(own,) * 8)
        return partial(
            read_file, file, changed(pick(whole, random), random, faults), read
        )

    generated = _tables(keys).map(
        lambda table: partial(read_file, file, write(table), read)
    )
    return Kind(name=name, share=share, mutated=mutated, generated=generated)


def read_figure(path: Path) -> object:
    """Return the controls that a figure's recipe names, and its sequences."""
    recipe = read_recipe(path)
    kind = exhibit_kind(recipe.exhibit)
    if "utterance" in recipe.subject.sample:
        read_named(recipe.subject.sample)
    return kind.controls.from_json(recipe.controls)


def _mutated_figure(random: Random) -> Reading:
    name, data = pick(_FIGURES, random)
    own = repack if name.endswith(".npz") else value_of_json
    faults = (*ANY, claim, nest, *(own,) * 8)
    return partial(read_file, name, changed(data, random, faults), read_figure)


def read_folder_of(path: Path) -> object:
    """Return a card as commands read it, and as pages list it."""
    listed = list_checkpoints(path.parent)
    card = read_card(path)
    assert [one.name for one in listed] == [card.name]
    kin_of(card)
    return card.config.get("modalities"), card.recipe.get("data", {}).get("set")


LESSONS = _kind(
    *("lessons", 8, "mine.toml", _LESSONS, load_lesson),
    ["title", "minutes", "takeaway", "needs", "language", "exhibits", "cards"],
)
RECIPES = _kind(
    *("recipes", 8, "mine.toml", _RECIPES, load_recipe),
    ["name", "seed", "model", "data", "stage", "evaluation", "note", "save_minutes"],
)
ABLATIONS = _kind(
    *("ablations", 2, "mine.toml", _ABLATIONS, load_ablation),
    ["recipe", "set", "shared_stages", "seeds", "split", "metrics", "variant"],
)
FIGURES = Kind(
    name="figures",
    share=8,
    mutated=_mutated_figure,
    generated=_tables(["exhibit", "subject", "controls", "other", "versions"]).map(
        lambda table: partial(
            read_file, "a.json", _as_json({"format": 1, **table}), read_figure
        )
    ),
)
CARDS = _kind(
    *("cards", 8, "mine.json", _CARDS, read_folder_of),
    [one.name for one in dataclasses.fields(ModelCard)],
)
REPORTS = _kind(
    *("reports", 3, "r.json", _REPORTS, read_report),
    ["format", "name", "models", "data"],
)
RUNS = _kind(
    *("runs", 3, "r.json", _RUNS, read_run),
    ["format", "machine", "versions", "date", "limits", "rows"],
)
