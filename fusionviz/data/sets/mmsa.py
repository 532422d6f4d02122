"""CMU-MOSI and CMU-MOSEI as the MMSA toolkit hands them out: one pickle of arrays.

The layout that is read (Mao et al. 2022, `aligned_50.pkl` and `unaligned_50.pkl`, and
the older files of the Multimodal Transformer, Tsai et al. 2019, which lack some):

    train, valid, test
      text                  (utterance, step, 768 or 300), float
      audio, vision         (utterance, step, channel), float
      audio_lengths, vision_lengths     how many steps are there (unaligned)
      text_bert             (utterance, 3, step): ids, mask, segment
      raw_text, id          `VIDEO$_$CLIP`; elsewhere [[VIDEO], [start], [end]]
      regression_labels     (utterance,), elsewhere `labels` (utterance, 1, 1), -3 to 3

Utterances are padded with zeros, at the front or at the end. How many steps are there
is said by the lengths, of text by the mask of `text_bert`; where neither is there, all
steps from the first that is not zero to the last one. Pickles run nothing here (see
`fusionviz.data.files.pickled`).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.pickled import read_pickle
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError

MODALITIES = {"text": "text", "audio": "audio", "video": "vision"}
"""By our name, the toolkit's."""

CLASS_NAMES = ("negative", "non-negative")
"""Of labels 0 and 1; a target of exactly 0 counts as non-negative."""

_SPLITS = {"train": "train", "validation": "valid", "test": "test"}
_TARGETS = ("regression_labels", "labels")


class MmsaUtterances(Sequence[SequenceSample]):
    """The utterances of a split, cut out of its arrays when they are asked for.

    Args:
        arrays: Of the split, by the toolkit's names.
        rows: Which utterances.
        names: Our names of the modalities that are there.
    """

    def __init__(
        self, arrays: Mapping[str, Any], rows: Sequence[int], names: tuple[str, ...]
    ) -> None:
        self.arrays, self.rows, self.names = arrays, rows, names

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as a sequence's
        if isinstance(index, slice):
            return MmsaUtterances(self.arrays, self.rows[index], self.names)
        return self._utterance(self.rows[index])

    def _utterance(self, row: int) -> SequenceSample:
        modalities, notes = {}, []
        for name in self.names:
            steps = self.arrays[MODALITIES[name]][row].astype(np.float32)
            steps = steps[_steps_there(self.arrays, name, row)]
            known = np.isfinite(steps)
            if not known.all():
                notes.append(f"{name} has numbers that are none; 0 stands for them.")
            modalities[name] = np.where(known, steps, np.float32(0))
        video, clip = _name(self.arrays["id"][row])
        target = float(np.ravel(_target(self.arrays)[row])[0])
        return SequenceSample(
            modalities=modalities,
            target=np.array(target, np.float32),
            label=np.array(-1 if np.isnan(target) else int(target >= 0), np.int64),
            id=f"{video}[{clip}]",
            group=video,
            notes=tuple(notes),
        )


def load_mmsa(split: str, *, file: str | Path) -> MmsaUtterances:
    """Return a split of a file of the MMSA toolkit.

    Args:
        split: `"train"`, `"validation"` or `"test"`, as the file divides them.
        file: The pickle.

    Returns:
        `text`, `audio`, `video` (step, channel), those of them that are there; `target`
        -3 to 3, `label` of `CLASS_NAMES`; groups are videos.

    Raises:
        InputError: There is no such file, or it is not laid out so.
    """
    path = Path(file)
    if not path.is_file():
        raise InputError(f"{path} is not there: name a file of the MMSA toolkit.")
    splits = _read(path, path.stat().st_mtime_ns)
    arrays = splits[_SPLITS[split]]
    return MmsaUtterances(arrays, range(len(arrays["id"])), _present(arrays))


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> dict[str, dict[str, Any]]:
    """Return the arrays of each split.

    Raises:
        InputError: They are not as they should be.
    """
    read = read_pickle(path.read_bytes(), path.name)
    missing = [
        name
        for name in _SPLITS.values()
        if not isinstance(read, dict) or not isinstance(read.get(name), dict)
    ]
    if missing:
        raise InputError(
            f"{path.name} has no split {missing[0]!r}: the MMSA toolkit's files hold "
            "train, valid and test."
        )
    for name in _SPLITS.values():
        _check(read[name], f"{path.name}, {name}")
    videos = {
        name: {_name(one)[0] for one in read[name]["id"]} for name in _SPLITS.values()
    }
    if mixed := videos["train"] & videos["test"]:
        raise InputError(
            f"{path.name} has video {min(mixed)} in training and in test, so what is "
            "measured on it would say nothing: take the toolkit's own file."
        )
    return read


def _check(arrays: Mapping[str, Any], where: str) -> None:
    present = _present(arrays)
    if not present or "id" not in arrays:
        raise InputError(f"{where} has no text, audio or vision, or no id.")
    count = len(arrays["id"])
    for name in present:
        steps = arrays[MODALITIES[name]]
        if np.ndim(steps) != 3 or len(steps) != count:
            raise InputError(
                f"{where}: {MODALITIES[name]} must be ({count}, step, channel), got "
                f"{np.shape(steps)}."
            )
    if len(_target(arrays)) != count:
        raise InputError(f"{where} has {count} ids and {len(_target(arrays))} labels.")


def _present(arrays: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, theirs in MODALITIES.items() if theirs in arrays)


def _target(arrays: Mapping[str, Any]) -> NDArray[Any]:
    for name in _TARGETS:
        if name in arrays:
            return np.asarray(arrays[name], np.float64)
    raise InputError(f"a split has no {' or '.join(_TARGETS)}.")


def _steps_there(
    arrays: Mapping[str, Any], name: str, row: int
) -> slice | NDArray[np.bool_]:
    """Return which steps of an utterance are no padding; one at least."""
    steps = arrays[MODALITIES[name]][row]
    lengths = arrays.get(f"{MODALITIES[name]}_lengths")
    if lengths is not None:
        return slice(max(1, int(lengths[row])))
    if name == "text" and "text_bert" in arrays:
        mask = np.asarray(arrays["text_bert"])[row, 1] > 0
        if len(mask) == len(steps) and mask.any():
            return mask
    places = np.flatnonzero(np.any(steps != 0, axis=1))
    return slice(places[0], places[-1] + 1) if len(places) else slice(1)


def _name(one: Any) -> tuple[str, str]:  # noqa: ANN401 - text, or an array of it
    """Return the video and the clip that an id names."""
    if isinstance(one, str):
        video, _, clip = one.rpartition("$_$")
        return (video or one), clip
    parts = [_text(part) for part in np.ravel(np.asarray(one)).tolist()]
    return parts[0], "-".join(parts[1:])


def _text(part: object) -> str:
    return part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
