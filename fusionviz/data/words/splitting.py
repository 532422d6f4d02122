"""The words of a text, parted as those were that word vectors have been learned from.

Lower case; a negation or a verb that was drawn together stands alone, as in "do n't"
and "she 's" (the Penn Treebank's way). Punctuation is left out.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # initials
    r"|[^\W_]+(?:['.\-][^\W_]+)*"
    r"|'[^\W_]{1,2}\b"
)
_PART = re.compile(r"[^\W_]+")
_DRAWN = re.compile(r"(?P<stem>.+?)(?P<rest>n't|'(?:s|re|ve|ll|d|m))")
_STEMS = {"ca": "can", "wo": "will", "sha": "shall"}
"""What is left of a verb before n't, where it is not the verb."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a text.

    Attributes:
        text: As it is looked up.
        start: Where it begins in the text.
        end: Where it ends, exclusive.
    """

    text: str
    start: int
    end: int


def split_words(text: str, known: Container[str] = ()) -> list[Word]:
    """Return the words of a text in their order, each with its place.

    >>> [word.text for word in split_words("Didn't we meet in L.A., Zoë?", {"l.a."})]
    ['did', "n't", 'we', 'meet', 'in', 'l.a.', 'zoe']

    Args:
        text: Any.
        known: What there are vectors of: a word with a hyphen, a full stop or an
            apostrophe stays whole if it is known, and else is taken apart.
    """
    # Only what keeps its length, so that places in the text stay true.
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("`", "'")
    words: list[Word] = []
    for found in _WORD.finditer(plain):
        words += _parts(found[0], found.start(), known)
    return words


def _parts(piece: str, start: int, known: Container[str]) -> Iterator[Word]:
    """Yield the words of a piece that no blank parts."""
    lower = _simplify(piece, known)
    drawn = _DRAWN.fullmatch(lower) if len(lower) == len(piece) else None
    if lower in known or piece.isalnum():
        yield Word(text=lower, start=start, end=start + len(piece))
    elif drawn is not None:
        cut = drawn.end("stem")
        stem = _STEMS.get(drawn["stem"]) if drawn["rest"] == "n't" else None
        if stem is None:
            yield from _parts(piece[:cut], start, known)
        else:
            yield Word(text=stem, start=start, end=start + cut)
        yield Word(text=drawn["rest"], start=start + cut, end=start + len(piece))
    else:
        for part in _PART.finditer(piece):
            word = _simplify(part[0], known)
            yield Word(text=word, start=start + part.start(), end=start + part.end())


def _simplify(piece: str, known: Container[str]) -> str:
    """Return a piece in lower case, without accents unless it is known with them."""
    lower = piece.lower()
    if lower in known or lower.isascii():
        return lower
    letters = unicodedata.normalize("NFKD", lower)
    return "".join(one for one in letters if not unicodedata.combining(one))
