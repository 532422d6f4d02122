"""CMU-MOSI (Zadeh et al. 2016): people in front of a camera, giving opinions.

The layout that is read, under the folder of data sets (see `data_folder`):
cmu_mosi/utterances.npz, one row an utterance (1447 of 62 videos), arrays `uid`,
`video`, `segment` (number in the video), `transcript`, `label_bin`, `label_reg` (-3 to
3, NaN in 4 utterances), `text_cnn100`, `audio_os73`, `video_c3d100` (features of Poria
et al. 2017), `split_std` and `split_poria`; and of its words `vocab`, `word_offsets`,
`word_id`, `word_start`, `word_end` (seconds in the video, NaN in 54 words).

What its splits are, and what they are not:

- `split_poria` says `train` everywhere. These are the 62 training videos of Poria et
  al. 2017; the 31 videos on which results with these features are published are not in
  the file. In a file where it says `test` of some, these are the test split.
- `split_std` divides the 62 videos as the CMU toolkit does: 29 train, 9 dev, 24 test.
- The extractors of the features have evidently seen the labels of these 62 videos. A
  linear classifier that is cross-validated by video among them is right in 98 % of the
  utterances from `text_cnn100` alone and in 92 % from `video_c3d100`. One that is
  fitted to all 62 is right in 76 % and 52 % of the utterances of the official test
  videos. So accuracy within the file, by whatever split, is no estimate of accuracy on
  new videos, unless it is from words or audio alone.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError

Split = Literal["train", "validation", "test", "all"]

FEATURES = {"text": "text_cnn100", "audio": "audio_os73", "video": "video_c3d100"}

_SPLIT_NAMES = {"train": "train", "validation": "dev", "test": "test"}


def load_mosi_videos(
    split: Split = "all", *, file: Path | None = None
) -> tuple[SequenceSample, ...]:
    """Return each video as a sequence of its utterances (Poria et al. 2017).

    Args:
        split: See above for what it is worth.
        file: Another file of this layout than that of the data folder.

    Returns:
        `text` (utterance, 100), `audio` (utterance, 73), `video` (utterance, 100),
        each utterance aligned to itself; `target` and `label` an utterance. `words`
        are the transcripts.

    Raises:
        InputError: The data is not there, or there is no such split.
    """
    table = _read_table(file)
    rows = _rows_of(table, split)
    videos = table["video"][rows]
    return tuple(
        _video(table, rows[videos == video]) for video in dict.fromkeys(videos.tolist())
    )


def load_mosi_words(
    split: Split = "all", *, file: Path | None = None
) -> tuple[SequenceSample, ...]:
    """Return each utterance as a sequence of its words.

    Args:
        split: See above for what it is worth.
        file: Another file of this layout than that of the data folder.

    Returns:
        `text` ids (word,) into `mosi_vocabulary()`, with the times of the words in the
        video; `audio` (1, 73) and `video` (1, 100), features of the whole utterance;
        one `target` and one `label`.

    Raises:
        InputError: The data is not there, or there is no such split.
    """
    table = _read_table(file)
    return tuple(_utterance(table, row) for row in _rows_of(table, split))


def mosi_vocabulary() -> tuple[str, ...]:
    """Return the words that ids stand for, in their order.

    Raises:
        InputError: The data is not there.
    """
    return tuple(_read_table()["vocab"].tolist())


def repeated_splits(
    samples: Sequence[SequenceSample],
    *,
    repeats: int,
    held_share: float = 0.2,
    seed: int = 0,
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield indices of training and held-out samples, by whole groups, at random.

    Args:
        samples: Of at least two groups.
        repeats: How many splits.
        held_share: Share of the groups that is held out: one at least, not all.
        seed: The same gives the same splits.

    Raises:
        ValueError: There is but one group, or `held_share` is not between 0 and 1.
    """
    groups = sorted({one.group for one in samples})
    if len(groups) < 2 or not 0 < held_share < 1:
        raise ValueError(
            "two groups and a share between 0 and 1 are needed, "
            f"got {len(groups)} and {held_share}"
        )
    held_count = min(max(1, round(held_share * len(groups))), len(groups) - 1)
    random = np.random.default_rng(seed)
    for _ in range(repeats):
        held = {groups[place] for place in random.permutation(len(groups))[:held_count]}
        is_held = np.array([one.group in held for one in samples])
        yield (
            tuple(np.flatnonzero(~is_held).tolist()),
            tuple(np.flatnonzero(is_held).tolist()),
        )


def has_official_test(file: Path | None = None) -> bool:
    """Return whether the file has test videos of Poria et al. 2017."""
    return bool((_read_table(file)["split_poria"] == "test").any())


def _read_table(file: Path | None = None) -> dict[str, NDArray[Any]]:
    path = file or data_folder() / "cmu_mosi" / "utterances.npz"
    if not path.is_file():
        raise InputError(
            f"CMU-MOSI is not at {path}; set FUSIONVIZ_DATA to the folder that holds "
            "cmu_mosi/"
        )
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _rows_of(table: dict[str, NDArray[Any]], split: str) -> NDArray[np.int64]:
    """Return rows by video, in the order in which the utterances are spoken."""
    if split != "all" and split not in _SPLIT_NAMES:
        raise InputError(
            f"a split is one of {', '.join(_SPLIT_NAMES)} and all, got {split!r}"
        )
    rows = np.lexsort((table["segment"], table["video"]))
    if split == "all":
        return rows
    names, official = table["split_std"][rows], table["split_poria"][rows] == "test"
    if official.any():
        names = np.where(official, "test", np.where(names == "dev", "dev", "train"))
    return rows[names == _SPLIT_NAMES[split]]


def _video(table: dict[str, NDArray[Any]], rows: NDArray[np.int64]) -> SequenceSample:
    name = str(table["video"][rows[0]])
    steps = np.arange(len(rows))
    spans = np.array([_span(table, row) for row in rows], np.float32)
    return SequenceSample(
        modalities={key: table[array][rows] for key, array in FEATURES.items()},
        times=dict.fromkeys(FEATURES, spans),
        words=tuple(table["transcript"][rows].tolist()),
        target=table["label_reg"][rows],
        label=table["label_bin"][rows].astype(np.int64),
        alignment={"audio": steps, "video": steps},
        id=name,
        group=name,
    )


def _utterance(table: dict[str, NDArray[Any]], row: int) -> SequenceSample:
    words = slice(*table["word_offsets"][row : row + 2])
    ids = table["word_id"][words].astype(np.int64)
    spans = np.stack([table["word_start"][words], table["word_end"][words]], axis=1)
    whole = np.array([_span(table, row)], np.float32)
    return SequenceSample(
        modalities={
            "text": ids,
            "audio": table[FEATURES["audio"]][row][None],
            "video": table[FEATURES["video"]][row][None],
        },
        times={"text": spans, "audio": whole, "video": whole},
        words=tuple(table["vocab"][ids].tolist()),
        target=table["label_reg"][row],
        label=np.array(table["label_bin"][row], np.int64),
        id=str(table["uid"][row]),
        group=str(table["video"][row]),
        notes=("Audio and video are one step for the whole utterance.",),
    )


def _span(table: dict[str, NDArray[Any]], row: int) -> tuple[float, float]:
    """Return when an utterance starts and ends, NaN where none of its words says."""
    words = slice(*table["word_offsets"][row : row + 2])
    starts, ends = table["word_start"][words], table["word_end"][words]
    known = np.isfinite(starts) & np.isfinite(ends)
    if not known.any():
        return float("nan"), float("nan")
    return float(starts[known].min()), float(ends[known].max())
