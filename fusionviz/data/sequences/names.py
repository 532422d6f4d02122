"""What the names of arrays, files and columns say: which modality, and what of it."""

import re
from collections.abc import Iterable
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
    "alignment": "alignment align true truth",
}
_ROLE = {word: role for role, words in _ROLES.items() for word in words.split()}
_TARGETS = ("target", "targets", "label", "labels", "y", "score", "sentiment")
_FILLERS = (
    *("feature", "features", "feat", "feats", "x", "seq", "sequence", "sequences"),
    *("data", "emb", "embs", "embedding", "embeddings", "input", "inputs", "steps"),
)
LONGEST_NAME = 24


@dataclass(frozen=True, kw_only=True)
class ArrayName:
    """What a name says.

    Attributes:
        role: `features`, `words`, `times`, `start`, `end`, `alignment`, `target` or
            `sample`.
        modality: Its own name for one of `MODALITY_COLOURS` where it has such a word,
            else what is left of the name; empty where nothing is.
        own: The name itself, fit to be a modality's.
        split: One of `SPLITS`, or empty.
        is_known: Whether a word of the name means a modality.
        is_exact: Whether the name is the modality's, and no more.
        is_ids: Whether whole numbers under this name are ids.
    """

    role: str
    modality: str
    own: str
    split: str
    is_known: bool
    is_exact: bool
    is_ids: bool


def understand(name: str) -> ArrayName:
    """Return what an array's or a file's name says.

    `x_audio_test` is audio, of the part `test`; `video_times` are times of video;
    `clip3_audio` is audio: of several words that mean a modality the last one counts.
    """
    parts = _parts_of(name)
    split = next((_SPLITS[one] for one in parts[1:] if one in _SPLITS), "")
    rest = [one for one in parts if not (split and one in _SPLITS)]
    role = "features"
    if rest == ["words"] or rest == ["sample"]:
        role = {"words": "words", "sample": "sample"}[rest[0]]
    elif len(rest) > 1 and rest[-1] in _ROLE:
        role = _ROLE[rest.pop()]
    elif set(_TARGETS) & set(rest):
        role = "target"
    core = [one for one in rest if one not in _FILLERS] or rest
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
    )


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


def _parts_of(name: str) -> list[str]:
    """Return the words of a name, in small letters; never none."""
    # [^\W_]: letters and digits of any script, which any page can show.
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", apart.lower()) or ["sequence"]
