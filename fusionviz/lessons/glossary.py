"""What words mean, in a sentence each: the tooltips of all pages."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MOST_WORDS = 8
"""That are told beside one picture: those that come first in its words."""


@dataclass(frozen=True)
class Word:
    """A word and what it means.

    Attributes:
        name: The word.
        says: What it means, in a sentence.
        also: What else stands for it.
    """

    name: str
    says: str
    also: tuple[str, ...] = ()


@cache
def list_words() -> Mapping[str, Word]:
    """Return all words by name."""
    path = Path(__file__).with_name("words.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Word(name, table["says"], tuple(table.get("also", ())))
        for name, table in tables.items()
    }


def to_markdown() -> str:
    """Return all words as docs/glossary.md shows them."""
    return "\n".join(
        f"**{name}**\n:   {word.says}\n" for name, word in list_words().items()
    )


def words_in(text: str, *, most: int = MOST_WORDS) -> tuple[Word, ...]:
    """Return the words of a text that are explained, in the order in which they come.

    Args:
        text: Of a page.
        most: How many are returned.
    """
    found: dict[str, int] = {}
    for match in _pattern().finditer(text):
        found.setdefault(_names()[match[0]], match.start())
    words = list_words()
    return tuple(words[name] for name in list(found)[:most])


def word_for(label: str) -> str | None:
    """Return what the first known word of a control's label means, None without one."""
    found = words_in(label, most=1)
    return f"**{found[0].name}**: {found[0].says}" if found else None


@cache
def _names() -> Mapping[str, str]:
    words = list_words().values()
    return {one: word.name for word in words for one in (word.name, *word.also)}


@cache
def _pattern() -> re.Pattern[str]:
    """Match any of the words where it stands alone; the longest first."""
    words = sorted(_names(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
