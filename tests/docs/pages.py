"""Markdown of the project: its links, headings and code names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OUTSIDE = [
    ROOT / name
    for name in (
        *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
        "CODE_OF_CONDUCT.md",
    )
]

_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links_of(page: Path) -> list[str]:
    """Return where a page's links and pictures lead, those outside left out."""
    text = _CODE.sub("", _FENCE.sub("", page.read_text("utf-8")))
    return [one for one in _LINK.findall(text) if not one.startswith("http")]


def anchors_of(page: Path) -> set[str]:
    """Return the names of a page's headings in addresses."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text("utf-8")))
    plain = (re.sub(r"[^\w\s-]", "", one).strip().lower() for one in headings)
    return {re.sub(r"[-\s]+", "-", one) for one in plain}
