"""What the names of arrays, files and columns say: which modality, and what of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SYNONYMS = {
    "text": "text texts words word language lang transcript transcripts "
    "transcription sentence tokens glove bert roberta l t",
    "audio": "audio voice speech acoustic acoustics sound wav covarep opensmile "
    "egemaps mfcc wav2vec hubert a",
    "video": "video vision visual visuals face faces facial frames facet openface "
    "image images v",
    "rgb": "rgb",
    "depth": "depth",
    "thermal": "thermal infrared",
}
_MODALITY = {word: name for name, words in SYNONYMS.items() for word in words.split()}
_SPLITS = {"train": "train", "valid": "valid", "val": "valid", "dev": "valid"}
_SPLITS |= {"validation": "valid", "test": "test", "training": "train"}
SPLITS = ("test", "valid", "train")
"""Parts of a data set that names may end in; earlier ones are preferred."""

_ROLES = {
    "times": "times time timestamps timestamp intervals spans",
    "start": "start starts begin onset",
    "end": "end ends stop",
    "mask": "mask masks",
    "lengths": "length lengths len lens",
    "alignment": "alignment align true truth",
}
_ROLE = {word: role for role, words in _ROLES.items() for word in words.split()}
_TIMES = ("times", "start", "end")
_OF_ALL = (*_TIMES, "mask", "lengths")
"""Roles that an array has for whatever fits, where its name says no modality."""

_UNITS = {
    1.0: "s sec secs second seconds",
    1e-3: "ms msec msecs millis millisecond milliseconds",
    1e-6: "us usec µs μs microsecond microseconds",
    1e-9: "ns nsec nanosecond nanoseconds",
}
_SECONDS = {word: unit for unit, words in _UNITS.items() for word in words.split()}

_TARGETS = ("target", "targets", "label", "labels", "y", "score", "sentiment")
_FILLERS = (
    *("feature", "features", "feat", "feats", "x", "seq", "sequence", "sequences"),
    *("data", "emb", "embs", "embedding", "embeddings", "input", "inputs", "steps"),
)
_OF_MASKS = ("attention", "padding", "pad", "key", "valid", "src")
"""Words of a mask's name that tell no modality; the first is text's, as models on it
call it."""

_COLUMNS = {
    "start": "start|starts|begin|onset|tmin|start time|start times|begin time|"
    "onset time|start timestamp",
    "end": "end|ends|stop|tmax|end time|end times|stop time|end timestamp",
    "time": "time|times|timestamp|timestamps|time stamp|frame time|frametime|t",
    "word": "word|words|token",
    "true": "true|truth|alignment|true word",
    "counter": "|frame|frames|frame number|frame num|frame nr|frame no|frame id|"
    "frame index|frame idx|index|idx|row|step|unnamed 0",
    "person": "face id|faceid|person id|person|speaker id|speaker|subject id|subject|"
    "track id|track",
    "label": "label|labels|target|targets|class|class label|class id|emotion|"
    "emotion label|sentiment|annotation",
}
_COLUMN = {
    frozenset(names.split()): role
    for role, joined in _COLUMNS.items()
    for names in joined.split("|")
}

LONGEST_NAME = 24


@dataclass(frozen=True, kw_only=True)
class ArrayName:
    """What a name says.

    Attributes:
        role: `features`, `words`, `times`, `start`, `end`, `mask`, `lengths`,
            `alignment`, `target` or `sample`.
        modality: Its own name for one of `MODALITY_COLOURS` where it has such a word,
            else what is left of the name; empty where nothing is.
        own: The name itself, fit to be a modality's.
        split: One of `SPLITS`, or empty.
        is_known: Whether a word of the name means a modality.
        is_exact: Whether the name is the modality's, and no more.
        is_ids: Whether whole numbers under this name are ids.
        is_padding: Of a mask: whether it is true where nothing is.
        seconds: Of times: how long their unit is; None where the name does not say.
    """

    role: str
    modality: str
    own: str
    split: str = ""
    is_known: bool = False
    is_exact: bool = False
    is_ids: bool = False
    is_padding: bool = False
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnName:
    """What the name of a column says.

    Attributes:
        role: `start`, `end`, `time`, `word`, `true`, `counter`, `person`, `label` or
            `feature`.
        seconds: Of times: how long their unit is; None where the name does not say.
    """

    role: str
    seconds: float | None = None


def understand(name: str) -> ArrayName:
    """Return what an array's or a file's name says.

    `x_audio_test` is audio, of the part `test`; `video_times_ms` are times of video, in
    milliseconds; `clip3_audio` is audio: of several words that mean a modality the last
    one counts.
    """
    parts = words_of(name) or ["sequence"]
    split = next((_SPLITS[one] for one in parts[1:] if one in _SPLITS), "")
    rest = [one for one in parts if not (split and one in _SPLITS)] or parts
    seconds = None
    if len(rest) > 1 and rest[-1] in _SECONDS and _ROLE.get(rest[-2]) in _TIMES:
        seconds = _SECONDS[rest.pop()]
    role = "features"
    if rest == ["words"] or rest == ["sample"]:
        role = {"words": "words", "sample": "sample"}[rest[0]]
    elif (last := _ROLE.get(rest[-1], "")) and (len(rest) > 1 or last in _OF_ALL):
        role = last
        rest.pop()
    elif set(_TARGETS) & set(rest):
        role = "target"
    is_padding = role == "mask" and not {"padding", "pad"}.isdisjoint(rest)
    if role == "mask":
        rest = ["text"] if rest == ["attention"] else _without(rest, _OF_MASKS)
    if role in _OF_ALL and not _without(rest, (*_FILLERS, "frame", "step")):
        return ArrayName(
            role=role,
            modality="",
            own=role,
            split=split,
            is_padding=is_padding,
            seconds=seconds,
        )
    core = _without(rest, _FILLERS) or rest
    # A letter alone is a modality; "part_a" is not.
    known = [o for o in core if o in _MODALITY and (len(o) > 1 or len(core) == 1)]
    own = "_".join(core)[:LONGEST_NAME]
    return ArrayName(
        role=role,
        modality=_MODALITY[known[-1]] if known else own,
        own=own,
        split=split,
        is_known=bool(known),
        is_exact=bool(known) and core == [_MODALITY[known[-1]]],
        is_ids=not {"id", "ids"}.isdisjoint(parts),
        is_padding=is_padding,
        seconds=seconds,
    )


def understand_column(name: str) -> ColumnName:
    """Return what the name of a column says, however it is spelled.

    `timestamp_ms`, `frameTime`, `Start Time (s)` and `# start` are times.
    """
    words = words_of(name)
    units = [_SECONDS[word] for word in words[1:] if word in _SECONDS]
    core = [words[0]] if words else []
    core += [word for word in words[1:] if word not in _SECONDS and word != "in"]
    role = _COLUMN.get(frozenset(core), "feature")
    if role in ("start", "end", "time"):
        return ColumnName(role=role, seconds=units[-1] if units else None)
    return ColumnName(role="feature" if units else role)


def best_split(names: Iterable[ArrayName]) -> str:
    """Return the part that most modalities are there of; of equals, `SPLITS` decides.

    Empty where names tell of none.
    """
    there: dict[str, set[str]] = {}
    for name in names:
        if name.split and name.role == "features":
            there.setdefault(name.split, set()).add(name.modality)
    ranked = sorted(there, key=lambda one: (-len(there[one]), SPLITS.index(one)))
    return ranked[0] if ranked else ""


def words_of(name: str) -> list[str]:
    """Return the words of a name, in small letters."""
    # [^\W_]: letters and digits of any script, which any page can show.
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", apart.lower())


def _without(words: Sequence[str], those: Sequence[str]) -> list[str]:
    return [word for word in words if word not in those]
