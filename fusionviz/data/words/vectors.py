"""GloVe (Pennington et al. 2014): a vector for each of the 30,000 commonest words.

50 numbers a word, learned from Wikipedia and newswire so that what two words have to do
with each other is their product. Public domain (PDDL 1.0); see NOTICE beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy
from jaxtyping import Float, Int
from numpy.typing import NDArray

from fusionviz.data.words.splitting import Word, split_words
from fusionviz.errors import CheckpointError
from fusionviz.places import PROJECT

NAME = "glove-50"
VECTORS = PROJECT / "checkpoints" / "words" / f"{NAME}.safetensors"
UNKNOWN = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class WordVectors:
    """What words mean, as vectors.

    >>> vectors = load_word_vectors()
    >>> words = vectors.split("A well-known film: Zzyzx!")
    >>> [word.text for word in words]
    ['a', 'well-known', 'film', 'zzyzx']
    >>> vectors.rows(words)[-1], vectors.look_up(words).shape
    (np.int64(-1), (4, 50))

    Attributes:
        words: That are known, the commonest first.
        vectors: Of each, float32 (word, width).
    """

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    _row: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check that there is a vector a word, and note where each stands."""
        if len(self.words) != len(self.vectors):
            raise ValueError(
                f"there are {len(self.words)} words and {len(self.vectors)} vectors"
            )
        row = {word: index for index, word in enumerate(self.words)}
        object.__setattr__(self, "_row", row)

    @property
    def width(self) -> int:
        """Numbers of a vector."""
        return self.vectors.shape[1]

    def split(self, text: str) -> list[Word]:
        """Return the words of a text, whether known or not."""
        return split_words(text, self._row)

    def rows(self, words: Sequence[Word]) -> Int[np.ndarray, " word"]:
        """Return the row of each word's vector, `UNKNOWN` (-1) where there is none."""
        found = [self._row.get(word.text, UNKNOWN) for word in words]
        return np.array(found, np.int64)

    def look_up(self, words: Sequence[Word]) -> Float[np.ndarray, "word width"]:
        """Return the vectors of words, zeros where one is not known."""
        rows = self.rows(words)
        return np.where((rows >= 0)[:, None], self.vectors[rows], np.float32(0))


@cache
def load_word_vectors(path: Path = VECTORS) -> WordVectors:
    """Return the shipped vectors, read once; everybody shares them.

    The file has `vectors`, float16 (word, width), and `words`, their text in UTF-8,
    parted by line feeds, as uint8.

    Raises:
        CheckpointError: They are not there, or no such vectors.
    """
    try:
        stored = safetensors.numpy.load_file(path)
        words = tuple(stored["words"].tobytes().decode("utf-8").split("\n"))
        vectors = stored["vectors"].astype(np.float32)
        vectors.setflags(write=False)
        return WordVectors(words=words, vectors=vectors)
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise CheckpointError(
            f"the word vectors {NAME} cannot be read from {path}: {error}"
        ) from error
