"""The data sets by name, each with its splits.

Adding one is a module of its own, one entry in `SETS`, and one in the catalogue. What a
set needs is imported when the set is used.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fusionviz.data.records import PosterSample, RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.splits import FIRST_TRAINING_ROOM, ROOM_SEEDS, SPLITS
from fusionviz.data.sets.units import ALONE
from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A data set.

    Attributes:
        load: (split, **options) -> samples.
        class_names: (**options) -> names of the classes of the labels.
        count: How many samples to measure on where nothing says how many; None of a
            set that has so many and no more.
        unit: The word for what is drawn again together (see `units`).
    """

    load: Callable[..., Sequence[Any]]
    class_names: Callable[..., tuple[str, ...]]
    count: int | None = None
    unit: str = ALONE


def load_set(name: str, split: str, **options: Any) -> Sequence[Any]:  # noqa: ANN401
    """Return a split of a data set.

    Args:
        name: A key of `SETS`.
        split: `"train"`, `"validation"` or `"test"`.
        options: What the set takes: `rooms` count and size; `nyuv2` classes and
            relative; `nyudv2` classes, unlabelled, repeat and rooms; `sentiment` count
            and misalignment; `mosi` level, text, fold, seed and beside; `opinions`
            text, parts, phrases, neutral and folder; `mmsa` file; `nyu-mat` and
            `sun-rgbd` folder and classes; `csd`, `taskonomy`, `mfnet`, `pst900`,
            `mm-imdb` and `movies` folder.

    Raises:
        InputError: There is no such set, split or option.
    """
    if split not in SPLITS:
        raise InputError(f"a split is one of {', '.join(SPLITS)}, got {split!r}")
    try:
        return find_set(name).load(split, **options)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"data set {name!r} cannot be loaded with {options}: {error}"
        ) from error


def class_names(name: str, **options: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the names of the classes of a set that is loaded with `options`.

    Raises:
        InputError: There is no such set.
    """
    return find_set(name).class_names(**options)


def find_set(name: str) -> DataSet:
    """Return the data set `name`.

    Raises:
        InputError: There is no such set.
    """
    if name not in SETS:
        raise InputError(f"there is no data set {name!r}; there are: {', '.join(SETS)}")
    return SETS[name]


def load_folder(path: Path | str, classes: int = 13) -> Sequence[Any]:
    """Return the samples of a folder in a layout that is known.

    Of films, as `movies` and `mm-imdb` lie, those of the test split. Known are besides
    what `fusionviz data rooms` writes, photographs with metric depth and
    labels (`fusionviz.data.sets.rgbd_folder`; those in its test.txt, if it has one),
    and rgb/ and depth8/ with label13/ (`fusionviz.data.sets.nyudv2`).

    Args:
        path: Of the folder.
        classes: Of the labels to read, where the folder has several.

    Raises:
        InputError: There is no such folder, or its layout is not known.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(
            f"{path} is neither a data set ({', '.join(SETS)}) nor a folder"
        )
    from fusionviz.data.sets.films import (
        FILMS,
        SPLIT_LISTS,
        load_mm_imdb,
        load_movies,
    )
    from fusionviz.data.sets.nyudv2 import NYUDv2
    from fusionviz.data.sets.rgbd_folder import is_rgbd_folder, load_rgbd_folder
    from fusionviz.data.sets.rooms import INDEX_NAME, ExportedRooms

    if (folder / FILMS).is_file():
        return load_movies("test", folder=folder)
    if (folder / SPLIT_LISTS).is_file() and (folder / "dataset").is_dir():
        return load_mm_imdb("test", folder=folder)
    if (folder / INDEX_NAME).is_file():
        return ExportedRooms(folder)
    if is_rgbd_folder(folder):
        return load_rgbd_folder(folder, classes)
    names = sorted(item.stem for item in (folder / "rgb").glob("*.jpg"))
    if names and (folder / "depth8").is_dir():
        return NYUDv2(folder, names, 13 if (folder / "label13").is_dir() else 0)
    raise InputError(
        f"{folder} holds neither exported rooms, nor films, nor rgb/ and depth_mm/ or "
        "depth8/ images"
    )


def _load_rooms(
    split: str, *, count: int, size: int | Sequence[int] = 128
) -> Sequence[RGBDSample]:
    from fusionviz.data.sets.rooms import load_rooms

    if count < 1:
        raise ValueError(f"count must be positive, got {count}")
    training = range(FIRST_TRAINING_ROOM, FIRST_TRAINING_ROOM + count)
    seeds = ROOM_SEEDS.get(split, training)
    if count > len(seeds):
        raise ValueError(f"{split} has {len(seeds)} rooms, got count {count}")
    height, width = (size, size) if isinstance(size, int) else size
    return load_rooms(seeds[:count], (height, width))


def _room_classes(**options: object) -> tuple[str, ...]:
    from fusionviz.data.rooms.classes import CLASS_NAMES

    return tuple(CLASS_NAMES)


def _load_nyuv2(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.rgbd_folder import load_nyuv2

    return load_nyuv2(split, **options)  # type: ignore[arg-type]


def _nyuv2_classes(classes: int = 13, **options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.rgbd_folder import class_names

    return class_names(classes)


def _load_nyudv2(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.nyudv2 import load_nyudv2

    return load_nyudv2(split, **options)  # type: ignore[arg-type]


def _nyudv2_classes(classes: int = 13, **options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.nyudv2 import class_names

    return class_names(classes)


def _load_sentiment(
    split: str, *, count: int, misalignment: Mapping[str, float] | None = None
) -> Sequence[SequenceSample]:
    from fusionviz.data.utterances.generator import Misalignment, load_sentiment

    chosen = Misalignment(**(misalignment or {}))
    return load_sentiment(split, count=count, misalignment=chosen)


def _load_mosi(split: str, **options: Any) -> Sequence[SequenceSample]:  # noqa: ANN401
    from fusionviz.data.sets.mosi import load_mosi

    return load_mosi(split, **options)


def _load_mmsa(split: str, **options: Any) -> Sequence[SequenceSample]:  # noqa: ANN401
    from fusionviz.data.sets.mmsa import load_mmsa

    return load_mmsa(split, **options)


def _load_csd(split: str, **options: Any) -> Sequence[SequenceSample]:  # noqa: ANN401
    from fusionviz.data.sets.csd import load_csd

    return load_csd(split, **options)


def _load_nyu_mat(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.nyu_mat import load_nyu_mat

    return load_nyu_mat(split, **options)


def _load_sun_rgbd(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.sun_rgbd import load_sun_rgbd

    return load_sun_rgbd(split, **options)


def _indoor_classes(classes: int = 13, **options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.nyu_classes import class_names_of

    return class_names_of(classes)


def _load_taskonomy(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.taskonomy import load_taskonomy

    return load_taskonomy(split, **options)


def _no_classes(**options: object) -> tuple[str, ...]:
    return ()


def _load_mfnet(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.thermal import load_mfnet

    return load_mfnet(split, **options)


def _mfnet_classes(**options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.thermal import MFNET_CLASSES

    return MFNET_CLASSES


def _load_pst900(split: str, **options: Any) -> Sequence[RGBDSample]:  # noqa: ANN401
    from fusionviz.data.sets.thermal import load_pst900

    return load_pst900(split, **options)


def _pst900_classes(**options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.thermal import PST900_CLASSES

    return PST900_CLASSES


def _load_mm_imdb(split: str, **options: Any) -> Sequence[PosterSample]:  # noqa: ANN401
    from fusionviz.data.sets.films import load_mm_imdb

    return load_mm_imdb(split, **options)


def _mm_imdb_genres(**options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.films import MM_IMDB_GENRES

    return MM_IMDB_GENRES


def _load_movies(split: str, **options: Any) -> Sequence[PosterSample]:  # noqa: ANN401
    from fusionviz.data.sets.films import load_movies

    return load_movies(split, **options)


def _movies_genres(**options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.films import MOVIES_GENRES

    return MOVIES_GENRES


def _load_opinions(split: str, **options: Any) -> Sequence[SequenceSample]:  # noqa: ANN401
    from fusionviz.data.sets.opinions import load_opinions

    return load_opinions(split, **options)


def _sentiment_classes(**options: object) -> tuple[str, ...]:
    from fusionviz.data.sets.mosi import CLASS_NAMES

    return CLASS_NAMES


SETS: dict[str, DataSet] = {
    "rooms": DataSet(
        load=_load_rooms, class_names=_room_classes, count=100, unit="room"
    ),
    "nyuv2": DataSet(load=_load_nyuv2, class_names=_nyuv2_classes, unit="run"),
    "nyudv2": DataSet(load=_load_nyudv2, class_names=_nyudv2_classes, unit="run"),
    "nyu-mat": DataSet(load=_load_nyu_mat, class_names=_indoor_classes, unit="room"),
    "sun-rgbd": DataSet(load=_load_sun_rgbd, class_names=_indoor_classes, unit="place"),
    "taskonomy": DataSet(
        load=_load_taskonomy, class_names=_no_classes, unit="building"
    ),
    "mfnet": DataSet(load=_load_mfnet, class_names=_mfnet_classes),
    "pst900": DataSet(load=_load_pst900, class_names=_pst900_classes),
    "mm-imdb": DataSet(load=_load_mm_imdb, class_names=_mm_imdb_genres),
    "movies": DataSet(load=_load_movies, class_names=_movies_genres),
    "sentiment": DataSet(
        load=_load_sentiment,
        class_names=_sentiment_classes,
        count=300,
        unit="speaker",
    ),
    "mosi": DataSet(load=_load_mosi, class_names=_sentiment_classes, unit="video"),
    "opinions": DataSet(
        load=_load_opinions, class_names=_sentiment_classes, unit="video"
    ),
    "mmsa": DataSet(load=_load_mmsa, class_names=_sentiment_classes, unit="video"),
    "csd": DataSet(load=_load_csd, class_names=_sentiment_classes, unit="video"),
}
