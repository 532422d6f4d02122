"""WordPiece (Wu et al. 2016; Devlin et al. 2019): words as pieces of a vocabulary.

Letters in lower case and without accents; a piece within a word begins with `##`. The
longest piece that is known is taken from the left, and a word that this does not end
for is `[UNK]`.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fusionviz.errors import InputError

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""Letters; a longer word is unknown."""

_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
"""Chinese characters, each of which is a word."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of a word.

    Attributes:
        id: Its line in the vocabulary.
        start: Where what it was cut from begins in the text.
    """

    id: int
    start: int


@dataclass(frozen=True, kw_only=True)
class WordPieces:
    """A vocabulary of pieces, and how texts are cut into them.

    Attributes:
        names: Of the pieces, in the order of their ids.
    """

    names: Sequence[str]
    _id: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note where each piece stands.

        Raises:
            InputError: One that every text needs is not there.
        """
        ids = {name: index for index, name in enumerate(self.names)}
        for name in (UNKNOWN, FIRST, LAST):
            if name not in ids:
                raise InputError(f"the vocabulary has no {name}")
        object.__setattr__(self, "_id", ids)

    @classmethod
    def read(cls, path: Path) -> "WordPieces":
        """Return the vocabulary of a file: a piece a line.

        Raises:
            InputError: It cannot be read, or lacks pieces that every text needs.
        """
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is no vocabulary: {error}") from error
        return cls(names=text.removesuffix("\n").split("\n"))

    @property
    def unknown(self) -> int:
        """Id of what stands for a word that is unknown."""
        return self._id[UNKNOWN]

    @property
    def first(self) -> int:
        """Id of what stands before a text."""
        return self._id[FIRST]

    @property
    def last(self) -> int:
        """Id of what stands after a text."""
        return self._id[LAST]

    def cut(self, text: str) -> list[Piece]:
        """Return the pieces of a text in their order."""
        return [
            Piece(id=found, start=start)
            for word, start in _basic_words(text)
            for found in self._cut_word(_bare(word))
        ]

    def _cut_word(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self.unknown]
        found, start = [], 0
        while start < len(word):
            before = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((e for e in ends if before + word[start:e] in self._id), None)
            if end is None:
                return [self.unknown]
            found.append(self._id[before + word[start:end]])
            start = end
        return found


def _basic_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield words, marks and Chinese characters, each with where it begins."""
    start = None
    for place, letter in enumerate(text):
        if letter.isspace() or _is_alone(letter):
            if start is not None:
                yield text[start:place], start
                start = None
            if not letter.isspace():
                yield letter, place
        elif start is None:
            start = place
    if start is not None:
        yield text[start:], start


def _is_alone(letter: str) -> bool:
    code = ord(letter)
    is_mark = not letter.isalnum() and 33 <= code <= 126
    return (
        is_mark
        or unicodedata.category(letter).startswith("P")
        or any(low <= code <= high for low, high in _IDEOGRAPHS)
    )


def _bare(word: str) -> str:
    """Return a word in lower case, without accents and what is not written."""
    letters = unicodedata.normalize("NFD", word.lower())
    kinds = ("Mn", "Cc", "Cf")
    return "".join(one for one in letters if unicodedata.category(one) not in kinds)
