"""Text that users wrote, shown as they wrote it: names of files, arrays, modalities.

Streamlit's Markdown, with its maths, colours, icons and arrows, would read marks in it.
Each text passes through here once, where it enters such a string; in figures, which
read HTML, it passes through `html.escape`.
"""

import re

_MARKS = re.compile(r"[\\`*_\[\]<>#$~:|&{}^!=]")
# What makes a list, or a block of code, at the start of a line.
_STARTS = re.compile(r"^([ \t]*)([-+]|\d+(?=[.)]))?", re.MULTILINE)
# What Streamlit turns into arrows, dashes, its own mark and links after Markdown has
# been read, where no backslash is seen any more; an invisible joiner parts it.
_REPLACED = re.compile(
    r"(?<=[<~-])(?=[-=])|(?<=[->])(?=[>=])|(?<=:)(?=[\w/])|(?<=\bwww)(?=\.)|(?<=@)"
)
_JOINER = "\u2060"
_COMMAND = re.compile(r"`((?:pip install|python -m) [^`]*)`")


def in_markdown(text: str) -> str:
    """Return text that Markdown shows as it is typed."""
    parted = _REPLACED.sub(_JOINER, text)
    marked = _MARKS.sub(lambda mark: "\\" + mark[0], parted)
    return _STARTS.sub(_escape_start, marked)


def as_code(text: str) -> str:
    """Return text as a piece of code, in which Markdown reads no marks.

    The fence is of more backticks than stand together in the text.
    """
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    gap = " " if text[:1] == "`" or text[-1:] == "`" or not text.strip() else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def sentence_in_markdown(text: str) -> str:
    """Return an error's sentence for Markdown: as typed, but commands stay code."""
    parts = _COMMAND.split(text)
    return "".join(
        f"`{part}`" if place % 2 else in_markdown(part)
        for place, part in enumerate(parts)
    )


def _escape_start(found: re.Match[str]) -> str:
    space, start = found[1], found[2] or ""
    before = _JOINER if space else ""
    if start in ("-", "+"):
        return f"{before}{space}\\{start}"
    return f"{before}{space}{start}{_JOINER if start else ''}"
