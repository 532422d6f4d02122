"""What the classroom itself says, in the language of the lesson."""

import tomllib
from functools import cache
from pathlib import Path

from fusionviz.errors import InputError

FALLBACK = "en"


def phrase(name: str, language: str = FALLBACK) -> str:
    """Return a phrase in a language, in English where that language lacks it.

    Raises:
        InputError: There is no such phrase.
    """
    tables = _tables()
    for table in (tables.get(language, {}), tables[FALLBACK]):
        if name in table:
            return table[name]
    raise InputError(f"there is no phrase {name!r}")


def own_name(language: str) -> str:
    """Return what a language calls itself; its code where that is not known."""
    return _tables().get(language, {}).get("language", language)


@cache
def _tables() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("phrases.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
