"""Computational sequences (`.csd`) of the CMU Multimodal SDK (Zadeh et al. 2018).

Each file is HDF5 and holds one modality of all videos:

    NAME/metadata/...
    NAME/data/VIDEO/features     (step, channel)
    NAME/data/VIDEO/intervals    (step, 2): start and end of each step, seconds

One of them holds the labels (`CMU_MOSI_Opinion_Labels.csd`): its steps are the
utterances, its first channel the sentiment from -3 to 3. Every utterance is cut out of
the others by time: a step belongs to it if its middle does. The SDK's files are not
divided; its code is, by lists of videos, which are given as `train.txt`,
`validation.txt` and `test.txt` beside the files, one video a line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError

LABELS = "label"
"""What the name of the file with the labels has in it."""

KINDS = {
    "text": ("glove", "bert", "word", "text"),
    "audio": ("covarep", "opensmile", "audio", "acoustic"),
    "video": ("facet", "openface", "visual", "video"),
}
"""What the name of a modality's file has in it."""

_WORDS = ("timestampedwords", "raw_words", "words.csd")


@dataclass(frozen=True, kw_only=True, eq=False)
class _File:
    """One modality's file.

    Attributes:
        path: Of the file.
        root: Name of its only group.
        videos: Names of the videos that it has.
    """

    path: Path
    root: str
    videos: frozenset[str]


class CsdUtterances(Sequence[SequenceSample]):
    """Utterances, read when they are asked for.

    Args:
        files: By modality.
        labels: The file with the labels.
        places: Video and step of the labels, of each utterance.
    """

    def __init__(
        self,
        files: Mapping[str, _File],
        labels: _File,
        places: Sequence[tuple[str, int]],
    ) -> None:
        self.files, self.labels, self.places = files, labels, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as a sequence's
        if isinstance(index, slice):
            return CsdUtterances(self.files, self.labels, self.places[index])
        video, place = self.places[index]
        spans, scores = _steps(self.labels, video)
        start, end = spans[place]
        modalities, times = {}, {}
        for name, file in self.files.items():
            if video not in file.videos:
                continue
            spans, features = _steps(file, video)
            middle = spans.mean(axis=1)
            inside = (middle >= start) & (middle < end)
            if inside.any():
                modalities[name] = np.nan_to_num(
                    features[inside], nan=0, posinf=0, neginf=0
                )
                times[name] = spans[inside]
        if not modalities:
            raise InputError(f"nothing of {video}[{place}] lies in its {start:g} s.")
        target = float(scores[place, 0])
        return SequenceSample(
            modalities=modalities,
            times=times,
            target=np.array(target, np.float32),
            label=np.array(-1 if np.isnan(target) else int(target >= 0), np.int64),
            id=f"{video}[{place}]",
            group=video,
        )


def load_csd(split: str, *, folder: str | Path) -> CsdUtterances:
    """Return a split of a folder of `.csd` files.

    Args:
        split: `"train"`, `"validation"` or `"test"`: the videos of that list.
        folder: Holds one file with labels, a file a modality, and the lists.

    Returns:
        `text`, `audio`, `video` (step, channel) with `times`, those of them that are
        there; `target` -3 to 3; groups are videos.

    Raises:
        InputError: A file is missing or is not laid out so.
    """
    path = Path(folder)
    found = sorted(path.glob("*.csd"))
    labels = [one for one in found if LABELS in one.name.lower()]
    if len(labels) != 1:
        raise InputError(
            f"{path} has {len(labels)} .csd files with {LABELS!r} in their name, one "
            "is needed: the SDK's, with the opinions."
        )
    others = [one for one in found if one not in labels]
    files = {name: _open(one) for one in others if (name := _kind(one)) is not None}
    if not files:
        raise InputError(f"{path} has labels but no .csd file of text, audio or video.")
    label_file = _open(labels[0])
    wanted = [video for video in _listed(path, split) if video in label_file.videos]
    places = [
        (video, place)
        for video in wanted
        for place in range(len(_steps(label_file, video)[0]))
    ]
    if not places:
        raise InputError(f"no video of {split}.txt is in {labels[0].name}.")
    return CsdUtterances(files, label_file, places)


def _kind(path: Path) -> str | None:
    """Return the modality that a file's name tells, None where it holds raw words."""
    name = path.name.lower()
    if any(word in name for word in _WORDS):
        return None
    for modality, words in KINDS.items():
        if any(word in name for word in words):
            return modality
    return None


def _listed(folder: Path, split: str) -> list[str]:
    lists = {}
    for name in ("train", "validation", "test"):
        path = folder / f"{name}.txt"
        if not path.is_file():
            raise InputError(
                f"{path} is missing: write the names of its videos there, one a line."
            )
        lists[name] = path.read_text("utf-8").split()
    if mixed := set(lists["train"]) & set(lists["test"]):
        raise InputError(
            f"video {min(mixed)} is in train.txt and in test.txt, so what is measured "
            "would say nothing."
        )
    return lists[split]


def _open(path: Path) -> _File:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            (root,) = file
            videos = frozenset(file[root]["data"])
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(
            f"{path.name} is no computational sequence: one group with `data` in it is "
            "expected."
        ) from error
    return _File(path=path, root=root, videos=videos)


def _steps(file: _File, video: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the spans (step, 2) and features (step, channel) of a video.

    Raises:
        InputError: They are not there, or not as many of one as of the other.
    """
    import h5py

    with h5py.File(file.path, "r") as opened:
        group = opened[file.root]["data"][video]
        try:
            spans = np.asarray(group["intervals"], np.float32)
            features = np.asarray(group["features"], np.float32)
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"{file.path.name}: {video} has no features and intervals of numbers."
            ) from error
    if spans.ndim != 2 or spans.shape[1] != 2 or len(spans) != len(features):
        raise InputError(
            f"{file.path.name}: {video} has {len(features)} features and intervals of "
            f"{spans.shape}."
        )
    return spans, features.reshape(len(features), -1)
