"""Opinions as text: transcripts of CMU-MOSEI, and the Stanford Sentiment Treebank.

    mosei.csv                           video_id, clip_id, text, label, mode
    sst/train.txt  dev.txt  test.txt    a sentence a line, as a tree

CMU-MOSEI (Zadeh et al. 2018): sentences that people say in front of a camera, with
labels from -3 to 3; `mode` is the official division. Of its clips here are words and
labels alone.

Stanford Sentiment Treebank (Socher et al. 2013): sentences from reviews of films, with
labels from 0 to 4 of the sentence and of each phrase in it. 0 to 4 are read as -2.5 to
2.5, so that both are on one scale, and what is neither (2) is left out, as is usual
where two classes are told apart.
"""

import csv
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np

from fusionviz.data.folders import data_folder
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.photographs import LazySamples
from fusionviz.data.words.features import ReadText, read_and_keep
from fusionviz.data.words.splitting import split_words
from fusionviz.errors import InputError

PARTS = ("mosei", "sst")
_MODES = {"train": "train", "validation": "valid", "test": "test"}
_FILES = {"train": "train.txt", "validation": "dev.txt", "test": "test.txt"}
_MIDDLE, _STEP = 2, 1.25
_SOUND = re.compile(r"\((?:uhh|umm|uh|um|stutter|inaudible|laughs?|noise)\)", re.I)
"""What transcripts note that is no word."""

_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"'}

Opinions = LazySamples[SequenceSample]


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """A text with what it says.

    Attributes:
        text: The words.
        target: From -3 to 3.
        id: In its set.
        group: What it must not be split from.
        phrases: Where phrases begin and end in the text, and their targets.
    """

    text: str
    target: float
    id: str
    group: str
    phrases: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """Words of a text that was read, and what they say."""

    read: ReadText
    first: int
    last: int
    target: float
    id: str
    group: str


def load_opinions(
    split: str,
    *,
    text: str = "glove-50",
    parts: Sequence[str] = PARTS,
    phrases: int = 0,
    neutral: bool = True,
    longest: int = 0,
    folder: str | Path | None = None,
) -> Opinions:
    """Return a split of what people say and write, by its authors' division.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        text: What reads the words (see `fusionviz.data.words.features`).
        parts: Of `PARTS`.
        phrases: At most so many phrases of each sentence of the treebank besides, that
            are not neutral; always the same ones.
        neutral: Whether sentences of CMU-MOSEI whose label is 0 are among them.
        longest: Words that a text has at most, others are left out; 0: any number.
        folder: Of the layout above; that of the data folder if not given.

    Returns:
        `text` (word, feature) with its `words`, one `target` and one `label`.

    Raises:
        InputError: The data is not there or not laid out so, or nothing reads words so.
        ValueError: There is no such part.
    """
    unknown = sorted(set(parts) - set(PARTS))
    if unknown or not parts:
        raise ValueError(f"parts are of {PARTS}, got {tuple(parts)}")
    root = Path(folder) if folder else data_folder() / "text_sentiment"
    places: list[_Place] = []
    for part in parts:
        read = read_mosei if part == "mosei" else read_sst
        opinions = [
            one
            for one in read(root, split)
            if (one.target or (neutral and part == "mosei"))
            and not 0 < longest < len(split_words(one.text))
        ]
        texts = read_and_keep([one.text for one in opinions], text)
        for one, words in zip(opinions, texts, strict=True):
            places += _places(one, words, phrases)
    return Opinions(places, partial(_sample))


def read_mosei(root: Path, split: str) -> Iterator[Opinion]:
    """Yield the sentences of CMU-MOSEI.

    Raises:
        InputError: The file is not there or lacks a column.
    """
    path = root / "mosei.csv"
    with _open(path) as file:
        rows = csv.DictReader(file)
        wanted = {"video_id", "clip_id", "text", "label", "mode"}
        if not wanted <= set(rows.fieldnames or ()):
            raise InputError(f"{path} lacks one of {', '.join(sorted(wanted))}")
        for number, row in enumerate(rows, 2):
            if row["mode"] == _MODES[split]:
                try:
                    target = float(row["label"])
                except ValueError as error:
                    raise InputError(f"{path}, line {number}: {error}") from error
                yield Opinion(
                    text=_SOUND.sub(" ", row["text"]),
                    target=target,
                    id=f"{row['video_id']} {row['clip_id']}",
                    group=row["video_id"],
                )


def read_sst(root: Path, split: str) -> Iterator[Opinion]:
    """Yield the sentences of the treebank with their phrases.

    Raises:
        InputError: A file is not there, or a line is no tree.
    """
    path = root / "sst" / _FILES[split]
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    text, spans = parse_tree(line)
                except (ValueError, IndexError) as error:
                    raise InputError(
                        f"{path}, line {number}, is no tree: {error}"
                    ) from error
                whole = spans[-1]
                yield Opinion(
                    text=text,
                    target=_STEP * (whole[2] - _MIDDLE),
                    id=f"sst {split} {number}",
                    group=f"sst {split} {number}",
                    phrases=tuple(
                        (first, last, _STEP * (label - _MIDDLE))
                        for first, last, label in spans[:-1]
                    ),
                )


def parse_tree(line: str) -> tuple[str, list[tuple[int, int, int]]]:
    """Return a tree's text, and its phrases: where each begins and ends, its label.

    >>> parse_tree("(3 (2 It) (4 (2 's) (3 good)))")
    ("It's good", [(0, 2, 2), (2, 4, 2), (5, 9, 3), (2, 9, 4), (0, 9, 3)])

    Returns:
        Clitics stand at their words, brackets are brackets; a phrase comes after those
        in it, the sentence last.

    Raises:
        ValueError: Brackets or labels do not fit.
    """
    text, spans, open_nodes = "", [], []
    for piece in line.replace("(", " ( ").replace(")", " ) ").split():
        if piece == "(":
            open_nodes.append([-1, -1])  # label, start
        elif piece == ")":
            label, start = open_nodes.pop()
            if start < 0:
                raise ValueError("a phrase has no words")
            spans.append((start, len(text), label))
        elif not open_nodes:
            raise ValueError(f"{piece!r} is in no phrase")
        elif open_nodes[-1][0] < 0:
            if piece not in "01234":
                raise ValueError(f"a label is from 0 to 4, got {piece!r}")
            open_nodes[-1][0] = int(piece)
        else:
            word = _BRACKETS.get(piece, piece.replace("\\/", "/").replace("\\*", "*"))
            is_drawn = word == "n't" or (word[0] == "'" and len(word) > 1)
            text += " " if text and not is_drawn else ""
            for node in open_nodes:
                if node[1] < 0:
                    node[1] = len(text)
            text += word
    if open_nodes or not spans:
        raise ValueError("brackets do not fit")
    return text, spans


def _open(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            f"opinions are not at {path}; set FUSIONVIZ_DATA to the folder that holds "
            "text_sentiment/"
        ) from error


def _places(one: Opinion, read: ReadText, phrases: int) -> list[_Place]:
    """Return where the samples of a text stand in it: none where it has no word."""
    spans = [(0, len(one.text), one.target)]
    chosen = [span for span in one.phrases if span[2]]
    if phrases and chosen:
        random = np.random.default_rng(zlib.crc32(one.text.encode()))
        order = random.permutation(len(chosen))[:phrases]
        spans += [chosen[index] for index in sorted(order)]
    starts = np.array([word.start for word in read.words])
    places = []
    for start, end, target in spans:
        inside = np.flatnonzero((starts >= start) & (starts < end))
        if len(inside):
            places.append(
                _Place(
                    read=read,
                    first=int(inside[0]),
                    last=int(inside[-1]) + 1,
                    target=target,
                    id=one.id,
                    group=one.group,
                )
            )
    return places


def _sample(place: _Place) -> SequenceSample:
    span = slice(place.first, place.last)
    features = np.asarray(place.read.features[span], np.float32)
    return SequenceSample(
        modalities={"text": features},
        words=place.read.names[span],
        target=np.array(place.target, np.float32),
        label=np.array(place.target >= 0, np.int64),
        id=place.id,
        group=place.group,
    )
