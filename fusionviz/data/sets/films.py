"""Films by poster and plot, with the genres that they are of: MM-IMDB, and a like set.

    MM-IMDB (Arevalo et al. 2017), 23 genres
        dataset/ID.json  dataset/ID.jpeg    `plot` or `plot outline`, `genres`
        split.json                          train, dev, test: lists of IDs
    movies, 13 genres
        movies.jsonl                        poster, title, year, plot, genres a line
        poster/NNNNN.jpg

`movies` is not divided by its authors: every fifth film is for testing, every tenth for
validation, in the order of the file. A plot is the longest that a film has. The HDF5
file of MM-IMDB has posters and numbers of words without the words, which are in a
pickle beside it; so its JSON is what is read.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fusionviz.data.folders import data_folder
from fusionviz.data.records import PosterSample
from fusionviz.data.sets.photographs import LazySamples, read_rgb, refuse_mixed
from fusionviz.errors import InputError

MM_IMDB_GENRES = (
    *("Drama", "Comedy", "Romance", "Thriller", "Crime", "Action", "Adventure"),
    *("Horror", "Documentary", "Mystery", "Sci-Fi", "Fantasy", "Family", "Biography"),
    *("War", "History", "Music", "Animation", "Musical", "Western", "Sport", "Short"),
    "Film-Noir",
)
MOVIES_GENRES = (
    *("Drama", "Comedy", "Thriller", "Action", "Romance", "Adventure", "Horror"),
    *("Crime", "Family", "Sci-Fi", "Fantasy", "Animation", "Mystery"),
)
"""The 13 that 300 films or more are of."""

FILMS, SPLIT_LISTS = "movies.jsonl", "split.json"
"""The files by which the two layouts are told."""

_SPLITS = {"train": "train", "validation": "dev", "test": "test"}


Films = LazySamples[PosterSample]


def load_mm_imdb(split: str, *, folder: str | Path) -> Films:
    """Return a split of MM-IMDB, by its authors' division.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        folder: Of the layout above.

    Raises:
        InputError: It is not laid out so.
    """
    root = Path(folder)
    lists = _parse(root / SPLIT_LISTS)
    names = {}
    for ours, theirs in _SPLITS.items():
        if not isinstance(lists.get(theirs), list) or not lists[theirs]:
            raise InputError(f"{root / 'split.json'} has no list {theirs!r}")
        names[ours] = [str(one) for one in lists[theirs]]
    refuse_mixed(names["train"], names["test"], str(root / SPLIT_LISTS))
    return Films(names[split], partial(_read_mm_imdb, root / "dataset"))


def load_movies(split: str, *, folder: str | Path | None = None) -> Films:
    """Return a split of `movies`.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        folder: Of the layout above; that of the data folder if not given.

    Raises:
        InputError: The data is not there or not laid out so.
    """
    root = Path(folder) if folder else data_folder() / "movies"
    path = root / FILMS
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise InputError(
            f"films are not at {path}; set FUSIONVIZ_DATA to the folder that holds "
            "movies/"
        ) from error
    rows = []
    for number, line in enumerate(lines, 1):
        row = _object(line, f"{path}, line {number}")
        if not {"poster", "plot", "genres"} <= set(row):
            raise InputError(f"{path}, line {number}, lacks poster, plot or genres")
        if _part(number - 1) == split:
            rows.append(row)
    return Films(rows, partial(_read_movie, root))


def _part(index: int) -> str:
    """Return the split of a film: of ten, two to test on and one for validation."""
    return {2: "test", 7: "test", 4: "validation"}.get(index % 10, "train")


def _read_mm_imdb(folder: Path, name: str) -> PosterSample:
    row = _parse(folder / f"{name}.json")
    poster = folder / f"{name}.jpeg"
    plots = row.get("plot") or row.get("plot outline") or ()
    plot = max([plots] if isinstance(plots, str) else plots, key=len, default="")
    return PosterSample(
        rgb=read_rgb(poster) if poster.is_file() else None,
        plot=str(plot).split("::")[0].strip() or None,
        genres=_in_order(row.get("genres", ()), MM_IMDB_GENRES),
        id=name,
    )


def _read_movie(folder: Path, row: Mapping[str, Any]) -> PosterSample:
    title = f"{row.get('title', '')} ({row.get('year', '')})"
    return PosterSample(
        rgb=read_rgb(folder / str(row["poster"])),
        plot=str(row["plot"]).strip() or None,
        genres=_in_order(row["genres"], MOVIES_GENRES),
        id=title,
        group=hashlib.sha256(str(row["plot"]).encode()).hexdigest()[:12],
    )


def _in_order(genres: Sequence[str], names: Sequence[str]) -> np.ndarray:
    return np.array([name in genres for name in names])


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    return _object(text, str(path))


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise InputError(f"{where} is no JSON: {error}") from error
    if not isinstance(read, dict):
        raise InputError(f"{where} must be an object")
    return read
