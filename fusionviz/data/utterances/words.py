"""The words of generated utterances, and what they mean."""

import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

VALENCE: dict[str, float] = {
    **dict(sweet=0.7, nice=0.8, fresh=0.9, fun=1.0, good=1.1, clever=1.3),
    **dict(lovely=1.5, great=1.7, superb=1.9, brilliant=2.1, perfect=2.2),
    **dict(slow=-0.7, flat=-0.8, silly=-0.9, weak=-1.0, bad=-1.1, dull=-1.3),
    **dict(painful=-1.5, awful=-1.7, hopeless=-1.9, terrible=-2.1, dreadful=-2.2),
}
"""How good each word of sentiment is, without any context."""

NEGATORS = ("not", "never", "hardly")
"""They turn the word that follows into its opposite."""

FILLERS = (
    *("the", "film", "story", "actor", "scene", "music", "ending", "camera", "script"),
    *("it", "was", "this", "and", "that", "then", "there", "with", "about", "again"),
)

VOCABULARY = (*VALENCE, *NEGATORS, *FILLERS)

MEANING_WIDTH = 20


@cache
def meanings() -> dict[str, NDArray[np.float64]]:
    """Return a vector for each word, (MEANING_WIDTH,), of length near 1.

    As in learned word vectors, one direction says how good a word is and another that
    it negates; the rest sets the words apart.
    """
    random = np.random.default_rng(7)
    table = {}
    for word in VOCABULARY:
        vector = random.normal(size=MEANING_WIDTH) * (0.6 / MEANING_WIDTH**0.5)
        vector[0] = 0.5 * VALENCE.get(word, 0.0)
        vector[1] = float(word in NEGATORS)
        table[word] = vector
    return table


def meaning_of(word: str) -> NDArray[np.float64]:
    """Return the vector of any word: one that is unknown is a filler of its own."""
    known = meanings().get(word)
    if known is not None:
        return known
    random = np.random.default_rng((8, zlib.crc32(word.encode())))
    vector = random.normal(size=MEANING_WIDTH) * (0.6 / MEANING_WIDTH**0.5)
    vector[:2] = 0.0
    return vector


def as_generated(words: Sequence[str]) -> tuple[str, ...]:
    """Return English words as generated utterances have them: `n't` is `not`."""
    return tuple("not" if word == "n't" else word for word in words)


def draw_words(random: np.random.Generator) -> tuple[str, ...]:
    """Return the words of an utterance: 2 to 4 of sentiment among 3 to 6 others."""
    units = [
        *random.choice(list(VALENCE), random.integers(2, 5), replace=False),
        *random.choice(FILLERS, random.integers(3, 7), replace=False),
    ]
    words: list[str] = []
    for unit in random.permutation(units).tolist():
        if unit in VALENCE and random.random() < 0.2:
            words.append(str(random.choice(NEGATORS)))
        words.append(unit)
    return tuple(words)


def spoken_valence(words: tuple[str, ...]) -> NDArray[np.float64]:
    """Return what each word says, (word,): its valence, turned round by a negator."""
    before = ("", *words[:-1])
    return np.array(
        [
            VALENCE.get(word, 0.0) * (-1 if previous in NEGATORS else 1)
            for previous, word in zip(before, words, strict=True)
        ]
    )
