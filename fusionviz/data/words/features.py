"""The words of texts as features, by an encoder that has seen no label of CMU-MOSI.

    glove-50     a vector a word, whatever stands around it; shipped
    opinion-64   the same, tuned on sentences with labels, none of CMU-MOSI; shipped
    minilm       384 numbers a word in its context; from a folder of the reader's own

Marks are left out, as in transcripts of speech.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.folders import cache_folder
from fusionviz.data.words import minilm
from fusionviz.data.words.minilm import MiniLM, load_minilm, minilm_folder
from fusionviz.data.words.splitting import Word
from fusionviz.data.words.vectors import NAME as GLOVE
from fusionviz.data.words.vectors import VECTORS, WordVectors, load_word_vectors
from fusionviz.errors import InputError

OPINION = "opinion-64"
WIDTHS = {GLOVE: 50, OPINION: 64, minilm.NAME: 384}
"""Features a word, by the encoder that makes them."""

VERSION = 1
"""Of what is kept on disk; raised when features change."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadText:
    """A text as features of its words.

    Attributes:
        words: With their places in the text.
        features: float32 (word, feature).
        known: Which words the encoder knows, (word,).
    """

    words: tuple[Word, ...]
    features: NDArray[np.float32]
    known: NDArray[np.bool_]

    @property
    def names(self) -> tuple[str, ...]:
        """The words as they are looked up."""
        return tuple(word.text for word in self.words)


def encoder_width(encoder: str) -> int:
    """Return how many features of a word an encoder makes.

    Raises:
        InputError: There is no such encoder.
    """
    if encoder not in WIDTHS:
        raise InputError(f"words are read by {' or '.join(WIDTHS)}, got {encoder!r}")
    return WIDTHS[encoder]


def vectors_of(encoder: str) -> WordVectors:
    """Return the vectors of an encoder, or those whose words MiniLM is asked for.

    Raises:
        CheckpointError: They are not there.
    """
    if encoder == OPINION:
        return load_word_vectors(VECTORS.with_name(f"{OPINION}.safetensors"))
    return load_word_vectors()


def read_text(text: str, encoder: str) -> ReadText:
    """Return a text as features of its words: none where it has no word.

    Args:
        text: Any.
        encoder: Of `WIDTHS`.

    Raises:
        InputError: There is no such encoder, or its files are not there.
    """
    return read_texts([text], encoder)[0]


def read_texts(texts: Sequence[str], encoder: str) -> list[ReadText]:
    """Return texts as features of their words; see `read_text`."""
    encoder_width(encoder)
    vectors = vectors_of(encoder)
    words = [tuple(vectors.split(text)) for text in texts]
    if encoder != minilm.NAME:
        return [
            ReadText(
                words=some,
                features=vectors.look_up(some),
                known=vectors.rows(some) >= 0,
            )
            for some in words
        ]
    return _in_context(load_minilm(minilm_folder()), texts, words)


def read_and_keep(texts: Sequence[str], encoder: str) -> list[ReadText]:
    """Return texts as features, made once and kept on disk where making them is slow.

    They lie in `words/` in the folder of the cache, in 16 bits, by a hash of all texts
    and of the encoder's files; the folder may be deleted at any time.

    Raises:
        InputError: As `read_text`.
    """
    if encoder != minilm.NAME:
        return read_texts(texts, encoder)
    path = _kept_at(texts)
    if not path.is_file():
        _keep(path, read_texts(texts, encoder))
    vectors = vectors_of(encoder)
    features, known = np.load(path, mmap_mode="r"), np.load(_flags_of(path))
    read, start = [], 0
    for text in texts:
        words = tuple(vectors.split(text))
        end = start + len(words)
        read.append(
            ReadText(words=words, features=features[start:end], known=known[start:end])
        )
        start = end
    return read


def _in_context(
    network: MiniLM, texts: Sequence[str], words: Sequence[Sequence[Word]]
) -> list[ReadText]:
    """Return the words of texts by MiniLM, in windows where a text is long."""
    windows: list[list[int]] = []
    owners: list[tuple[int, NDArray[np.int64]]] = []
    known = [np.ones(len(some), bool) for some in words]
    for index, (text, some) in enumerate(zip(texts, words, strict=True)):
        ids, owner = _pieces_of(network, text, some)
        known[index][owner[ids == network.pieces.unknown]] = False
        for start, end in _windows(owner, network.longest - 2):
            windows.append(ids[start:end].tolist())
            owners.append((index, owner[start:end]))
    sums = [np.zeros((len(some), network.width), np.float32) for some in words]
    counts = [np.zeros(len(some), np.float32) for some in words]
    for (index, owner), states in zip(owners, network.read(windows), strict=True):
        np.add.at(sums[index], owner, states)
        np.add.at(counts[index], owner, 1)
    return [
        ReadText(
            words=tuple(some),
            features=np.divide(
                sums[index], np.maximum(counts[index], 1)[:, None], dtype=np.float32
            ),
            known=known[index],
        )
        for index, some in enumerate(words)
    ]


def _pieces_of(
    network: MiniLM, text: str, words: Sequence[Word]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pieces of a text's words, and the word that each is of."""
    plain, owner_of, end = "", [], -1
    for index, word in enumerate(words):
        if index and word.start != end:
            plain += " "
            owner_of.append(index)
        letters = text[word.start : word.end]
        plain += letters
        owner_of += [index] * len(letters)
        end = word.end
    pieces = network.pieces.cut(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    ids = np.array([piece.id for piece in pieces], np.int64)
    return ids, np.array([owner_of[piece.start] for piece in pieces], np.int64)


def _windows(owner: NDArray[np.int64], longest: int) -> list[tuple[int, int]]:
    """Return spans of pieces that can be read in one go, cut between words if any."""
    spans, start = [], 0
    while start < len(owner):
        end = min(start + longest, len(owner))
        if end < len(owner):
            cut = end
            while cut > start and owner[cut] == owner[cut - 1]:
                cut -= 1
            end = cut if cut > start else end
        spans.append((start, end))
        start = end
    return spans


def _kept_at(texts: Sequence[str]) -> Path:
    found = hashlib.blake2b(digest_size=16)
    weights = minilm_folder() / "model.safetensors"
    if not weights.is_file():
        load_minilm(minilm_folder())  # which says what is missing
    found.update(weights.read_bytes())
    for text in texts:
        found.update(text.encode() + b"\0")
    return cache_folder() / "words" / f"v{VERSION}" / f"{found.hexdigest()}.npy"


def _flags_of(path: Path) -> Path:
    return path.with_suffix(".known.npy")


def _keep(path: Path, read: Sequence[ReadText]) -> None:
    """Write features and flags into their files, the features last and in full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(_flags_of(path), np.concatenate([one.known for one in read]))
    handle, partial = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, np.concatenate([one.features for one in read]).astype("f2"))
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
