"""Where the pairs of a batch come from: rooms, files, or a data set."""

import csv
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd_files import ReadingOptions
from fusionviz.data.rooms import ROOM_SIDE
from fusionviz.data.sets.registry import find_set, load_folder, load_set
from fusionviz.data.sets.rooms import INDEX_NAME
from fusionviz.errors import InputError
from fusionviz.explain.pairs import name_room, read_room, read_sample

RGB, DEPTH, NAME = "rgb", "depth", "name"
FOLDERS = {RGB: ("rgb", "color", "image"), DEPTH: ("depth", "depth_mm")}
"""Of a folder of pairs, those that hold each half."""
ENDINGS = {RGB: ("_rgb", "_color"), DEPTH: ("_depth",)}
"""Of names in a folder that holds both halves."""

Named = tuple[RGBDSample, dict[str, Any]]


class Pairs(ABC):
    """Pairs by number, each with a name, read when they are asked for."""

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """The name of each pair."""

    @abstractmethod
    def read(self, index: int) -> Named:
        """Return a pair, and what names it in a recipe.

        Raises:
            InputError: It cannot be read.
        """

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the pairs are called, in their order."""
        return hashlib.sha256("\n".join(self.names).encode()).hexdigest()


class RoomPairs(Pairs):
    """Generated rooms.

    Args:
        seeds: One a room.
        side: Pixels a side.
    """

    def __init__(self, seeds: range, side: int = ROOM_SIDE) -> None:
        self.seeds, self.side = seeds, side

    @property
    def names(self) -> Sequence[str]:
        """`room SEED`."""
        return [f"room {seed}" for seed in self.seeds]

    def read(self, index: int) -> Named:
        """Return a room."""
        seed = self.seeds[index]
        named = name_room(seed, self.side)
        return read_room(named), named


class FilePairs(Pairs):
    """Pairs of files, of which a half may be missing.

    Args:
        files: By name, an RGB picture and a depth map.
        options: How they are read.
    """

    def __init__(
        self,
        files: Mapping[str, tuple[Path | None, Path | None]],
        options: ReadingOptions,
    ) -> None:
        self.files, self.options = dict(files), options
        self._names = list(self.files)

    @property
    def names(self) -> Sequence[str]:
        """As they were listed."""
        return self._names

    def read(self, index: int) -> Named:
        """Return a pair as `explain` reads it."""
        rgb, depth = self.files[self._names[index]]
        return read_sample(rgb, depth, None, self.options)


class SetPairs(Pairs):
    """Pairs of a data set, or of a folder that is laid out like one.

    Args:
        samples: They are read when they are asked for.
        named: What names them all in a recipe.
    """

    def __init__(self, samples: Sequence[Any], named: Mapping[str, Any]) -> None:
        self.samples, self.named = samples, named

    @property
    def names(self) -> Sequence[str]:
        """The set's names of its samples where it has them, else their numbers."""
        names = getattr(self.samples, "names", None)
        if names is not None and len(names) == len(self.samples):
            return [str(name) for name in names]
        return [str(index) for index in range(len(self.samples))]

    def read(self, index: int) -> Named:
        """Return a pair."""
        sample = self.samples[index]
        if not isinstance(sample, RGBDSample):
            raise InputError("a batch is of pairs of RGB and depth; these are others")
        return sample, {**self.named, "index": index}


@dataclass(frozen=True, kw_only=True)
class PairChoice:
    """What says which pairs a batch is of: one of the first three.

    Attributes:
        path: A folder of pairs, or a list of them (see `list_pairs`).
        rooms: How many generated rooms.
        data: Name of a data set.
        first_room: Seed of the first room.
        pixels: Of a side of the rooms.
        split: Of the data set.
        options: Of the data set.
        depth_unit: What files of depth count; `auto` guesses it of each.
    """

    path: str | None = None
    rooms: int | None = None
    data: str | None = None
    first_room: int = 0
    pixels: int = ROOM_SIDE
    split: str = "test"
    options: Mapping[str, Any] = field(default_factory=dict)
    depth_unit: str = "auto"

    @property
    def is_room(self) -> bool:
        """Whether the pairs are generated."""
        return self.rooms is not None or self.data == "rooms"

    def open(self) -> Pairs:
        """Return the pairs.

        Raises:
            InputError: None or several are named, or they are not there.
        """
        if sum(one is not None for one in (self.path, self.rooms, self.data)) != 1:
            raise InputError("name a folder or a list of pairs, --rooms or --data")
        if self.rooms is not None:
            seeds = range(self.first_room, self.first_room + self.rooms)
            return RoomPairs(seeds, self.pixels)
        if self.data is not None:
            return self._open_set(self.data)
        return self._open_path(Path(str(self.path)))

    def _open_set(self, name: str) -> Pairs:
        options = dict(self.options)
        if (usual := find_set(name).count) is not None:
            options.setdefault("count", usual)
        samples = load_set(name, self.split, **options)
        return SetPairs(samples, {"set": name, "split": self.split, **options})

    def _open_path(self, path: Path) -> Pairs:
        if path.is_dir() and self.depth_unit == "auto" and _is_labelled(path):
            return SetPairs(load_folder(path), {"folder": path.name})
        options = ReadingOptions(depth_unit=self.depth_unit)
        return FilePairs(list_pairs(path), options)


def list_pairs(path: Path) -> dict[str, tuple[Path | None, Path | None]]:
    """Return pairs of files by name, of which a half may be missing.

    A folder has them as rgb/NAME.* and depth/NAME.*, or as NAME_rgb.* and
    NAME_depth.*. A list is a CSV of two columns, RGB and depth, or of columns with the
    names rgb, depth and name; its paths begin where it lies.

    Args:
        path: Of the folder or of the list.

    Raises:
        InputError: There are none, or two of one name.
    """
    if path.is_dir():
        found = _in_two_folders(path) or _in_one_folder(path)
        expected = "rgb/NAME.* and depth/NAME.*, or NAME_rgb.* and NAME_depth.*"
    else:
        found = _in_list(path)
        expected = "lines of RGB,DEPTH"
    if not found:
        raise InputError(f"{path} has no pairs: expected {expected}")
    return found


def _in_two_folders(path: Path) -> dict[str, tuple[Path | None, Path | None]]:
    halves = {
        half: {
            file.stem: file
            for name in names
            for file in _files(path / name)
        }
        for half, names in FOLDERS.items()
    }  # fmt: skip
    names = sorted({name for half in halves.values() for name in half})
    return {name: (halves[RGB].get(name), halves[DEPTH].get(name)) for name in names}


def _in_one_folder(path: Path) -> dict[str, tuple[Path | None, Path | None]]:
    halves: dict[str, dict[str, Path]] = {RGB: {}, DEPTH: {}}
    for file in _files(path):
        for half, endings in ENDINGS.items():
            for ending in endings:
                if file.stem.endswith(ending):
                    halves[half][file.stem.removesuffix(ending)] = file
    names = sorted({name for half in halves.values() for name in half})
    return {name: (halves[RGB].get(name), halves[DEPTH].get(name)) for name in names}


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [file for file in folder.iterdir() if not file.name.startswith(".")]


def _in_list(path: Path) -> dict[str, tuple[Path | None, Path | None]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path} cannot be read as a list of pairs: {error}"
        ) from error
    header = [RGB, DEPTH]
    titles = [cell.strip().lower() for cell in rows[0]] if rows else []
    if {RGB, DEPTH} & set(titles):
        header, rows = titles, rows[1:]
    found: dict[str, tuple[Path | None, Path | None]] = {}
    for number, row in enumerate(rows, start=1):
        cells = dict(zip(header, map(str.strip, row), strict=False))
        rgb, depth = (_path(cells.get(half), path) for half in (RGB, DEPTH))
        name = cells.get(NAME) or str((rgb or depth or Path(str(number))).stem)
        if name in found:
            name = f"{name} ({number})"
        found[name] = (rgb, depth)
    return found


def _path(cell: str | None, listed: Path) -> Path | None:
    return listed.parent / cell if cell else None


def _is_labelled(folder: Path) -> bool:
    """Return whether a folder is laid out as a data set, whose labels are read too."""
    has_labels = any(folder.glob("label*")) and (folder / "rgb").is_dir()
    return (folder / INDEX_NAME).is_file() or has_labels
